package fn

import (
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// search looks for a regular expression. Through a text of more than searchedAtOnce bytes
// it goes a character at a time, so that the call can be left.
type search struct {
	*regexp.Regexp
	w *work

	asked, inPlace bool // inPlace: what matches does not depend on what is before it
}

const (
	searchedAtOnce = 256 << 10
	searching      = 64 // what a character takes, in steps
)

// characters reads a text from a position on.
type characters struct {
	w  *work
	s  string
	at int
}

func (c *characters) ReadRune() (rune, int, error) {
	if c.at >= len(c.s) {
		return 0, 0, io.EOF
	}
	c.w.Step(searching)
	r, n := utf8.DecodeRuneInString(c.s[c.at:])
	c.at += n
	return r, n, nil
}

func (f *search) matches(s string) bool {
	if len(s) <= searchedAtOnce {
		return f.MatchString(s)
	}
	return f.from(s, 0) != nil
}

// first is where the first match and its groups are, or nil.
func (f *search) first(s string) []int {
	if len(s) <= searchedAtOnce {
		return f.FindStringSubmatchIndex(s)
	}
	return f.from(s, 0)
}

// FirstMatch is where the first match of a regular expression and its groups are in a text
// that may be long, or nil.
func FirstMatch(w *table.Work, re *regexp.Regexp, s string) []int {
	return (&search{Regexp: re, w: w}).first(s)
}

// EachMatch calls found with where every match and its groups are in such a text.
func EachMatch(w *table.Work, re *regexp.Regexp, s string, found func(m []int)) {
	(&search{Regexp: re, w: w}).each(s, -1, found)
}

// from is first in what is behind a position of a long text: 0, unless matches are in place.
func (f *search) from(s string, pos int) []int {
	if prefix, _ := f.LiteralPrefix(); prefix != "" && f.matchInPlace() {
		i := strings.Index(s[pos:], prefix)
		if i < 0 {
			return nil
		}
		pos += i
	}
	m := f.FindReaderSubmatchIndex(&characters{f.w, s, pos})
	for i := range m {
		if m[i] >= 0 {
			m[i] += pos
		}
	}
	return m
}

// each calls found for every match, or for the first most of them.
func (f *search) each(s string, most int, found func(m []int)) {
	if len(s) <= searchedAtOnce || !f.matchInPlace() {
		for _, m := range f.FindAllStringSubmatchIndex(s, most) {
			found(m)
		}
		return
	}
	last := -1 // the end of the match before: no empty one is there
	for pos := 0; pos <= len(s) && most != 0; {
		m := f.from(s, pos)
		if m == nil {
			return
		}
		if m[0] < m[1] || m[0] != last {
			found(m)
			most--
		}
		last = m[1]
		if pos = m[1]; m[0] == m[1] {
			_, n := utf8.DecodeRuneInString(s[pos:])
			pos += max(n, 1)
		}
	}
}

// matchInPlace reports whether a match does not depend on what is before it, as one of ^ or
// \b does.
func (f *search) matchInPlace() bool {
	if f.asked {
		return f.inPlace
	}
	f.asked = true
	re, err := syntax.Parse(f.String(), syntax.Perl)
	if err != nil {
		return false
	}
	p, err := syntax.Compile(re.Simplify())
	if err != nil {
		return false
	}
	f.inPlace = true
	for _, i := range p.Inst {
		f.inPlace = f.inPlace && i.Op != syntax.InstEmptyWidth
	}
	return f.inPlace
}

// Matched is what a group of a match is; "" if it has none.
func Matched(s string, m []int, group int) string {
	if m[2*group] < 0 {
		return ""
	}
	return s[m[2*group]:m[2*group+1]]
}
