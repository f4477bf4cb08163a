package fn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// upper is the case folding of Kusto's case-insensitive operators: each character on
// its own, to upper case.
func upper(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'a' && c <= 'z' || c >= utf8.RuneSelf {
			return upperSlow(s)
		}
	}
	return s
}

func upperSlow(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			b = append(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, c)
		} else {
			b = utf8.AppendRune(b, unicode.ToUpper(r))
		}
		i += n
	}
	return string(b)
}

// isTermRune reports whether r is part of a term: a letter or a digit.
func isTermRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// bound says which ends of a match have to be ends of terms.
type bound uint8

const (
	boundStart bound = 1 << iota
	boundEnd
)

// indexTerm finds sub in s so that the bound ends of the match do not cut a term.
func indexTerm(s, sub string, b bound) int {
	for from := 0; ; {
		i := strings.Index(s[from:], sub)
		if i < 0 {
			return -1
		}
		i += from
		if fits(s, i, i+len(sub), b) {
			return i
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		from = i + max(n, 1)
		if from > len(s) {
			return -1
		}
	}
}

func fits(s string, i, j int, b bound) bool {
	return (b&boundStart == 0 || !cuts(s, i)) && (b&boundEnd == 0 || !cuts(s, j))
}

// cuts reports whether position i is inside a term of s.
func cuts(s string, i int) bool {
	if i <= 0 || i >= len(s) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i:])
	return isTermRune(before) && isTermRune(after)
}
