// Package codec writes and reads the fields that the store's records are made of:
// integers as varints (LEB128, signed ones zigzag), strings with their length in
// front, values by their type.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
	"unsafe"

	"github.com/yagura/yagura/table"
)

// ErrMalformed is the error of a Reader that met bytes which no Append wrote.
var ErrMalformed = errors.New("malformed record")

func AppendUint(dst []byte, n uint64) []byte { return binary.AppendUvarint(dst, n) }
func AppendInt(dst []byte, n int64) []byte   { return binary.AppendVarint(dst, n) }

func AppendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func AppendRef(dst []byte, r table.Ref) []byte {
	return AppendString(AppendString(dst, r.Workspace), r.Table)
}

// AppendValue writes v, which is null or of type bool, int, long, real, datetime,
// timespan, guid or string: its type as a byte (0: null), then the value.
func AppendValue(dst []byte, v table.Value) []byte {
	dst = append(dst, byte(table.TypeOfValue(v)))
	switch v := v.(type) {
	case nil:
		return dst
	case bool:
		if v {
			return append(dst, 1)
		}
		return append(dst, 0)
	case int32:
		return AppendInt(dst, int64(v))
	case int64:
		return AppendInt(dst, v)
	case table.Time:
		return AppendInt(dst, int64(v))
	case table.Duration:
		return AppendInt(dst, int64(v))
	case float64:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	case table.UUID:
		return append(dst, v[:]...)
	case string:
		return AppendString(dst, v)
	}
	panic(fmt.Sprintf("codec: a %T is not written as a value", v))
}

// Reader reads fields one after the other. After an error everything reads as zero;
// ask Err at the end. It never reads, or makes room for, more than the bytes hold.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads b. Strings that it returns share b's memory.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err returns what went wrong, nil if nothing did.
func (r *Reader) Err() error { return r.err }

// Len returns how many bytes are left.
func (r *Reader) Len() int { return len(r.b) }

// Fail makes the Reader fail, as if the bytes were malformed.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
	}
	r.b = nil
}

// Bytes returns the next n bytes.
func (r *Reader) Bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.Fail("%d bytes of %d", n, len(r.b))
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *Reader) Byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *Reader) Uint() uint64 {
	n, w := binary.Uvarint(r.b)
	if w <= 0 {
		r.Fail("bad integer")
		return 0
	}
	r.b = r.b[w:]
	return n
}

func (r *Reader) Int() int64 {
	n, w := binary.Varint(r.b)
	if w <= 0 {
		r.Fail("bad integer")
		return 0
	}
	r.b = r.b[w:]
	return n
}

// Count returns a number of things of at least size bytes each that are to follow.
func (r *Reader) Count(size int) int {
	n := r.Uint()
	if n > uint64(len(r.b)/max(1, size)) {
		r.Fail("%d items in %d bytes", n, len(r.b))
		return 0
	}
	return int(n)
}

// Texts reads n lengths and then as many texts, and calls set with each text.
func (r *Reader) Texts(n int, set func(i int, s string)) {
	if n > len(r.b) {
		r.Fail("%d texts in %d bytes", n, len(r.b))
		return
	}
	lens := r.b
	total := uint64(0)
	for range n {
		l := r.length()
		if l > uint64(len(r.b)) || total+l > uint64(len(r.b)) {
			r.Fail("texts of %d bytes and more in %d", l, len(r.b))
			return
		}
		total += l
	}
	b := r.Bytes(int(total))
	if r.err != nil {
		return
	}
	if !utf8.Valid(b) {
		r.Fail("text that is not valid UTF-8")
		return
	}
	all := unsafe.String(unsafe.SliceData(b), len(b))
	again := Reader{b: lens}
	for i := range n {
		l := again.length()
		if l > 0 && !utf8.RuneStart(all[0]) {
			r.Fail("text that is not valid UTF-8")
			return
		}
		set(i, all[:l])
		all = all[l:]
	}
}

// length is Uint, with the short way first.
func (r *Reader) length() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		n := r.b[0]
		r.b = r.b[1:]
		return uint64(n)
	}
	return r.Uint()
}

func (r *Reader) String() string {
	b := r.Bytes(r.Count(1))
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (r *Reader) Ref() table.Ref { return table.Ref{Workspace: r.String(), Table: r.String()} }

// Type reads a type as a byte; none is an error.
func (r *Reader) Type() table.Type {
	t := table.Type(r.Byte())
	if t < table.Bool || t > table.Dynamic {
		if r.err == nil {
			r.Fail("no such type: %d", t)
		}
		return table.Bool
	}
	return t
}

// Value reads what AppendValue wrote.
func (r *Reader) Value() table.Value {
	switch t := table.Type(r.Byte()); t {
	case 0:
		return nil
	case table.Bool:
		return r.Byte() != 0
	case table.Int:
		return int32(r.Int())
	case table.Long:
		return r.Int()
	case table.Datetime:
		return table.Time(r.Int())
	case table.Timespan:
		return table.Duration(r.Int())
	case table.Real:
		if b := r.Bytes(8); b != nil {
			return math.Float64frombits(binary.LittleEndian.Uint64(b))
		}
	case table.Guid:
		if b := r.Bytes(16); b != nil {
			return table.UUID(b)
		}
	case table.String:
		return r.String()
	default:
		r.Fail("no value has the type %d", t)
	}
	return nil
}
