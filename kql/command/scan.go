package command

import (
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind uint8

const (
	end   kind = iota
	word       // letters, digits, '_', '-' and '.', also numbers, timespans and guids
	text       // a literal string
	punct      // one character; "<|" is one
	bad        // a string or a comment that does not end
)

// token is a piece of a command: src[pos:end].
type token struct {
	kind     kind
	pos, end int
}

// scan returns the token at or after pos.
func scan(src string, pos int) token {
	pos = blanks(src, pos)
	if pos == len(src) {
		return token{end, pos, pos}
	}
	if n, ok := literal(src[pos:]); n > 0 {
		if !ok {
			return token{bad, pos, len(src)}
		}
		return token{text, pos, pos + n}
	}
	if strings.HasPrefix(src[pos:], "<|") {
		return token{punct, pos, pos + 2}
	}
	n := 0
	for n < len(src)-pos && inWord(src[pos+n]) {
		n++
	}
	if n > 0 {
		return token{word, pos, pos + n}
	}
	_, size := utf8.DecodeRuneInString(src[pos:])
	return token{punct, pos, pos + size}
}

func inWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '$'
}

// blanks passes white space and comments.
func blanks(src string, pos int) int {
	for pos < len(src) {
		switch {
		case strings.IndexByte(" \t\r\n\f", src[pos]) >= 0:
			pos++
		case strings.HasPrefix(src[pos:], "//"):
			n := strings.IndexByte(src[pos:], '\n')
			if n < 0 {
				return len(src)
			}
			pos += n
		case strings.HasPrefix(src[pos:], "\u00a0"), strings.HasPrefix(src[pos:], "\ufeff"):
			_, n := utf8.DecodeRuneInString(src[pos:])
			pos += n
		default:
			return pos
		}
	}
	return pos
}

// literal returns the length of the string with which src begins, 0 if it does not
// begin with one, and whether the string ends.
func literal(src string) (n int, ok bool) {
	if len(src) > 1 && src[0]|0x20 == 'h' && strings.IndexByte("@\"'`~", src[1]) >= 0 {
		if m, ok := literal(src[1:]); m > 0 {
			return m + 1, ok
		}
		return 0, false
	}
	for _, fence := range []string{"```", "~~~"} {
		if strings.HasPrefix(src, fence) {
			if i := strings.Index(src[3:], fence); i >= 0 {
				return i + 6, true
			}
			return len(src), false
		}
	}
	verbatim := strings.HasPrefix(src, "@")
	if verbatim {
		n++
	}
	if n >= len(src) || src[n] != '"' && src[n] != '\'' {
		return 0, false
	}
	quote := src[n]
	for n++; n < len(src); n++ {
		switch c := src[n]; {
		case c == '\\' && !verbatim:
			n++
		case c == quote && verbatim && n+1 < len(src) && src[n+1] == quote:
			n++
		case c == quote:
			return n + 1, true
		case c == '\n' && !verbatim:
			return len(src), false
		}
	}
	return len(src), false
}

// balanced returns the end of the text in brackets that begins with the token open,
// -1 if it does not end.
func balanced(src string, open token) int {
	var stack []byte
	for t := open; ; t = scan(src, t.end) {
		switch t.kind {
		case end, bad:
			return -1
		case punct:
			switch c := src[t.pos]; c {
			case '(', '[', '{':
				stack = append(stack, c)
			case ')', ']', '}':
				if len(stack) == 0 || !pairs(stack[len(stack)-1], c) {
					return -1
				}
				if stack = stack[:len(stack)-1]; len(stack) == 0 {
					return t.end
				}
			}
		}
	}
}

func pairs(open, shut byte) bool {
	return open == '(' && shut == ')' || open == '[' && shut == ']' || open == '{' && shut == '}'
}
