package table

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsTermRune reports whether r is part of a term: a letter or a digit. A term is the
// longest run of such characters; it is what `has` looks for and what is indexed.
func IsTermRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// FoldRune is the case folding of Kusto's case-insensitive operators: each character
// on its own, to upper case. Letters outside ASCII stay outside.
func FoldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'a' && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}
	if u := unicode.ToUpper(r); u >= utf8.RuneSelf {
		return u
	}
	return r
}

// Fold folds all of s.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'a' && c <= 'z' || c >= utf8.RuneSelf {
			return strings.Map(FoldRune, s)
		}
	}
	return s
}
