package receive

import (
	"strings"
	"unsafe"
)

// texts keeps the texts of a body, whose own memory is used again for other requests. Those
// that are part of it become parts of one copy, which is quicker to make than many small
// ones; the others, which had escapes, share a few allocations.
type texts struct {
	src  []byte
	copy string // of src, once a part of it is kept
	made strings.Builder
}

const textsChunk = 32 << 10

func (t *texts) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if at := uintptr(unsafe.Pointer(&text[0])) - uintptr(unsafe.Pointer(&t.src[0])); at < uintptr(len(t.src)) {
		if t.copy == "" {
			t.copy = string(t.src)
		}
		return t.copy[at : int(at)+len(text)]
	}
	if t.made.Len()+len(text) > t.made.Cap() {
		if len(text) > textsChunk/4 {
			return string(text)
		}
		t.made = strings.Builder{}
		t.made.Grow(textsChunk)
	}
	at := t.made.Len()
	t.made.Write(text)
	return t.made.String()[at:]
}
