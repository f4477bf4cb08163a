package codec

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/yagura/yagura/table"
)

func TestValues(t *testing.T) {
	want := []table.Value{
		nil, true, false, int32(math.MinInt32), int64(math.MaxInt64), int64(math.MinInt64), -0.5, math.Inf(1),
		table.MaxTime, table.Duration(math.MinInt64), table.UUID{0: 1, 15: 2}, "", "ü",
	}
	var b []byte
	for _, v := range want {
		b = AppendValue(b, v)
	}
	b = AppendRef(b, table.Ref{Workspace: "w", Table: "t"})
	r := NewReader(b)
	for _, v := range want {
		if got := r.Value(); got != v {
			t.Errorf("wrote %v, read %v", v, got)
		}
	}
	if ref := r.Ref(); ref.Workspace != "w" || ref.Table != "t" || r.Err() != nil || r.Len() != 0 {
		t.Errorf("%v, %v, %d bytes left", ref, r.Err(), r.Len())
	}
}

func texts(n int, b []byte) ([]string, error) {
	var out []string
	r := NewReader(b)
	r.Texts(n, func(_ int, s string) { out = append(out, s) })
	return out, r.Err()
}

func TestTexts(t *testing.T) {
	got, err := texts(3, []byte("\x02\x00\x01üx"))
	if err != nil || !slices.Equal(got, []string{"ü", "", "x"}) {
		t.Errorf("%q, %v", got, err)
	}
	for name, b := range map[string]string{
		"a character in two texts": "\x01\x01\x00ü",
		"not UTF-8":                "\x01\x00\x00\xff",
		"too short":                "\x02\x00\x01ü",
		"too few lengths":          "\x00\x00",
		"a length that overflows":  "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00aaaa",
		"a length without an end":  "\x00\x00\x80",
	} {
		if got, err := texts(3, []byte(b)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// FuzzReader reads anything as anything: it never panics, and never returns more than
// there is.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x02\x00\x01üx"), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, b, ops []byte) {
		r := NewReader(b)
		for _, op := range ops {
			before := r.Len()
			switch op % 9 {
			case 0:
				r.Byte()
			case 1:
				r.Uint()
			case 2:
				r.Int()
			case 3:
				if n := r.Count(2); n > before/2 {
					t.Fatalf("%d items of 2 bytes in %d", n, before)
				}
			case 4:
				if s := r.String(); len(s) > before {
					t.Fatalf("%d bytes of %d", len(s), before)
				}
			case 5:
				r.Value()
			case 6:
				r.Type()
			case 7:
				r.Bytes(int(op))
			case 8:
				total := 0
				r.Texts(int(op)/9, func(_ int, s string) { total += len(s) })
				if total > before {
					t.Fatalf("%d bytes of %d", total, before)
				}
			}
			if r.Len() > before {
				t.Fatal("it grew")
			}
		}
	})
}
