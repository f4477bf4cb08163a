package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Position returns the line and column of an offset, both from 1. A column is a
// character, whatever its width.
func Position(src string, offset int) (line, column int) {
	offset = min(max(offset, 0), len(src))
	start := strings.LastIndexByte(src[:offset], '\n') + 1
	return 1 + strings.Count(src[:start], "\n"), 1 + utf8.RuneCountInString(src[start:offset])
}

// widest is how many characters of a line a picture shows.
const widest = 120

// Caret draws a mistake: its code, place and message, the line of the text with ~~~
// under the place, and the hint.
func Caret(src string, e *Error) string {
	pos := min(max(e.Pos, 0), len(src))
	end := min(max(e.End, pos), len(src))
	line, column := Position(src, pos)
	start := strings.LastIndexByte(src[:pos], '\n') + 1
	stop := start + len(strings.TrimRight(firstLine(src[start:]), " \t\r"))
	stop = max(stop, pos)
	before, under, after := []rune(src[start:pos]), []rune(src[pos:min(max(end, pos), stop)]), []rune(src[min(max(end, pos), stop):stop])

	// Of a long line, show the part around the place.
	prefix, suffix := "", ""
	if n := len(before) - widest/2; n > 0 {
		before, prefix = before[n:], "…"
	}
	if len(under) > widest {
		under, after, suffix = under[:widest], nil, "…"
	}
	if n := widest / 2; len(after) > n {
		after, suffix = after[:n], "…"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "error %s at line %d, column %d: %s\n", e.Code, line, column, e.Msg)
	fmt.Fprintf(&b, "%s%s%s%s%s\n", prefix, string(before), string(under), string(after), suffix)
	b.WriteString(strings.Repeat(" ", utf8.RuneCountInString(prefix)))
	for _, r := range before {
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat("~", max(1, len(under))))
	if e.Hint != "" {
		b.WriteString("\nhint: " + e.Hint)
	}
	return b.String()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// Offset gives the offset of a line and column, counted as by Position; a place
// outside the text is its end.
func Offset(src string, line, column int) int {
	off := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(src[off:], '\n')
		if i < 0 {
			return len(src)
		}
		off += i + 1
	}
	for i := range src[off:] {
		if column <= 1 {
			return off + i
		}
		column--
	}
	return len(src)
}
