package receive

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestFrames(t *testing.T) {
	long := "<13>" + strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name, in string
		want     []string
		dropped  int64
	}{
		{"newlines", "<1>a\n<1>b\r\n\n<1>c", []string{"<1>a", "<1>b", "<1>c"}, 0},
		{"NULs", "<1>a\x00<1>b\x00", []string{"<1>a", "<1>b"}, 0},
		{"counted", "4 <1>a6 <1>b\nc3 <2>", []string{"<1>a", "<1>b\nc", "<2>"}, 0},
		{"counted with newlines between", "5 <1>a\n5 <1>b\n", []string{"<1>a", "<1>b"}, 0},
		{"mixed", "4 <1>a<1>b\n4 <1>c", []string{"<1>a", "<1>b", "<1>c"}, 0},
		{"a message that begins with a number", "12 monkeys\n2026-01-01 x\n", []string{"12 monkeys", "2026-01-01 x"}, 0},
		{"too large a count", "9999999999 <1>a\n", []string{"9999999999 <1>a"}, 0},
		{"a count beyond the end", "100 <1>a", []string{"<1>a"}, 0},
		{"a long line", long + "\n<1>b\n", []string{long[:maxLine], "<1>b"}, int64(len(long) - maxLine)},
		{"a long counted message", "1048580 " + long + "4 <1>b", []string{long[:maxLine], "<1>b"}, int64(len(long) - maxLine)},
		{"nothing", "", nil, 0},
		{"a number and the end", "12", []string{"12"}, 0},
	} {
		for _, slow := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				var r io.Reader = strings.NewReader(c.in)
				if slow {
					r = iotest.OneByteReader(r)
				}
				f := newFrames(r)
				var got []string
				var dropped int64
				for {
					line, d, err := f.next()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					got, dropped = append(got, string(line)), dropped+d
				}
				if strings.Join(got, "|") != strings.Join(c.want, "|") || dropped != c.dropped {
					t.Errorf("%d messages: %.200q, dropped %d; want %d: %.200q, %d", len(got), got, dropped, len(c.want), c.want, c.dropped)
				}
				if cap(f.buf) > 2*maxLine {
					t.Errorf("the buffer grew to %d bytes", cap(f.buf))
				}
			})
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("4 <1>a<1>b\n"))
	f.Add([]byte("<1>a\x00\n99 <"))
	f.Fuzz(func(t *testing.T, in []byte) {
		fr := newFrames(bytes.NewReader(in))
		var kept, dropped int64
		for {
			line, d, err := fr.next()
			if err != nil {
				break
			}
			if len(line) == 0 || len(line) > maxLine {
				t.Fatalf("a message of %d bytes", len(line))
			}
			kept, dropped = kept+int64(len(line)), dropped+d
		}
		if kept+dropped > int64(len(in)) {
			t.Fatalf("%d bytes of %d", kept+dropped, len(in))
		}
	})
}
