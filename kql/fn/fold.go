package fn

import (
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// needle is a text to look for whatever its case.
type needle struct {
	up    string // folded
	ascii bool   // so that bytes can be compared
	rare  int    // the place of the byte that texts have least often, as far as can be told
}

func newNeedle(s string) needle {
	n := needle{up: table.Fold(s), ascii: isASCII(s)}
	for i := range len(n.up) {
		if rarity(n.up[i]) > rarity(n.up[n.rare]) {
			n.rare = i
		}
	}
	return n
}

// frequent are bytes of log lines, folded, about from the most frequent on.
const frequent = " E0T1AOINRS2.DL-:3C5/48MUP6F79=_GHBV,\"YW[](){}KXJQZ"

// rarity is higher for bytes that texts have less often.
func rarity(c byte) int {
	if i := strings.IndexByte(frequent, c); i >= 0 {
		return i
	}
	return len(frequent)
}

// equal reports whether s is the needle.
func (n needle) equal(s string) bool {
	if n.ascii {
		return len(s) == len(n.up) && n.at(s, 0)
	}
	return table.Fold(s) == n.up
}

// prefix and suffix report whether s begins or ends with the needle.
func (n needle) prefix(s string) bool {
	if n.ascii {
		return len(s) >= len(n.up) && n.at(s, 0)
	}
	return strings.HasPrefix(table.Fold(s), n.up)
}

func (n needle) suffix(s string) bool {
	if n.ascii {
		return len(s) >= len(n.up) && n.at(s, len(s)-len(n.up))
	}
	return strings.HasSuffix(table.Fold(s), n.up)
}

// in reports whether s has the needle so that the bound ends do not cut a term.
func (n needle) in(s string, b bound) bool {
	if !n.ascii {
		return indexTerm(table.Fold(s), n.up, b) >= 0
	}
	for from := 0; ; from++ {
		i := n.index(s, from)
		if i < 0 {
			return false
		}
		if fits(s, i, i+len(n.up), b) {
			return true
		}
		from = i
	}
}

// at compares an ASCII needle with the bytes of s from i, of which there are enough.
func (n needle) at(s string, i int) bool {
	for k := range len(n.up) {
		c := s[i+k]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != n.up[k] {
			return false
		}
	}
	return true
}

// index is the first place of an ASCII needle in s from a position on, -1 if there is none.
// It looks for the needle's rarest byte, and at the others where that is.
func (n needle) index(s string, from int) int {
	last := len(s) - len(n.up)
	if n.up == "" {
		if from > last {
			return -1
		}
		return from
	}
	hi := n.up[n.rare]
	lo := lowerByte(hi)
	nextHi, nextLo := -1, -1 // places of the byte that are not before at; -1: look
	for at := from + n.rare; at <= last+n.rare; {
		if nextHi < at {
			nextHi = nextByte(s, hi, at)
		}
		if hi == lo {
			nextLo = nextHi
		} else if nextLo < at {
			nextLo = nextByte(s, lo, at)
		}
		i := min(nextHi, nextLo) - n.rare
		if i > last {
			return -1
		}
		if n.at(s, i) {
			return i
		}
		at = i + n.rare + 1
	}
	return -1
}

// nextByte is the first place of c in s from a position on, len(s) if there is none.
func nextByte(s string, c byte, from int) int {
	if i := strings.IndexByte(s[from:], c); i >= 0 {
		return from + i
	}
	return len(s)
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
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
		if n == 0 {
			return -1
		}
		from = i + n
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
	return table.IsTermRune(before) && table.IsTermRune(after)
}
