package receive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// maxDepth is how deep arrays and objects of a request may be nested.
const maxDepth = 128

// errJSON marks a body that is not the JSON that a protocol takes.
var errJSON = errors.New("not the JSON that is expected")

// scanner reads JSON (RFC 8259) from bytes that are valid UTF-8. It makes no tree:
// its caller says what each value shall become.
type scanner struct {
	src []byte
	i   int // the next byte
	gap int // how much white space was skipped
	buf []byte
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("%w: %s, at byte %d", errJSON, fmt.Sprintf(format, args...), s.i)
}

// peek skips white space and returns the next byte; 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.src) {
		switch c := s.src[s.i]; c {
		case ' ', '\t', '\r', '\n':
			s.i++
			s.gap++
		default:
			return c
		}
	}
	return 0
}

// expect skips white space and the byte c.
func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		if s.i >= len(s.src) {
			return s.errorf("the text ends where '%c' is expected", c)
		}
		return s.errorf("'%c' is expected", c)
	}
	s.i++
	return nil
}

// end is an error if anything but white space follows.
func (s *scanner) end() error {
	if s.peek(); s.i < len(s.src) {
		return s.errorf("more text follows the value")
	}
	return nil
}

// more is called after a value in an array or object that ends in end: it skips a
// comma, or the end.
func (s *scanner) more(end byte) (bool, error) {
	switch s.peek() {
	case ',':
		s.i++
		return true, nil
	case end:
		s.i++
		return false, nil
	}
	return false, s.errorf("',' or '%c' is expected", end)
}

// string reads a string, whose quote is next. The result is valid until the next
// call; it is a part of src if the string has no escapes.
func (s *scanner) string() ([]byte, error) {
	s.i++
	start := s.i
	if err := s.plain(); err != nil {
		return nil, err
	}
	if s.src[s.i] == '"' {
		s.i++
		return s.src[start : s.i-1], nil
	}
	s.buf = append(s.buf[:0], s.src[start:s.i]...)
	for {
		if s.src[s.i] == '"' {
			s.i++
			return s.buf, nil
		}
		if err := s.escape(); err != nil {
			return nil, err
		}
		start = s.i
		if err := s.plain(); err != nil {
			return nil, err
		}
		s.buf = append(s.buf, s.src[start:s.i]...)
	}
}

// plain moves to the next quote or backslash, eight bytes at a time where it can.
func (s *scanner) plain() error {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for s.i+8 <= len(s.src) {
		x := binary.LittleEndian.Uint64(s.src[s.i:])
		quote, slash := x^(ones*'"'), x^(ones*'\\')
		// A byte's high bit is set where it is a quote, a backslash or below 0x20;
		// the lowest one that is set is exact.
		hit := ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*0x20)&^x) & highs
		if hit != 0 {
			s.i += bits.TrailingZeros64(hit) / 8
			return s.stop()
		}
		s.i += 8
	}
	for s.i < len(s.src) {
		if c := s.src[s.i]; c == '"' || c == '\\' || c < 0x20 {
			return s.stop()
		}
		s.i++
	}
	return s.errorf("the text ends in a string")
}

func (s *scanner) stop() error {
	if s.src[s.i] < 0x20 {
		return s.errorf("a control character stands in a string")
	}
	return nil
}

// escape adds the character of an escape, whose backslash is next, to buf.
func (s *scanner) escape() error {
	if s.i+1 >= len(s.src) {
		return s.errorf("the text ends in a string")
	}
	c := s.src[s.i+1]
	s.i += 2
	switch c {
	case '"', '\\', '/':
		s.buf = append(s.buf, c)
	case 'b':
		s.buf = append(s.buf, '\b')
	case 'f':
		s.buf = append(s.buf, '\f')
	case 'n':
		s.buf = append(s.buf, '\n')
	case 'r':
		s.buf = append(s.buf, '\r')
	case 't':
		s.buf = append(s.buf, '\t')
	case 'u':
		r, ok := s.hex4()
		if !ok {
			return s.errorf("'\\u' wants four hexadecimal digits")
		}
		if utf16.IsSurrogate(r) {
			r = s.surrogate(r)
		}
		s.buf = utf8.AppendRune(s.buf, r)
	default:
		s.i--
		return s.errorf("there is no escape '\\%c'", c)
	}
	return nil
}

// surrogate returns the character of a pair whose first half is hi; a half without
// the other becomes U+FFFD.
func (s *scanner) surrogate(hi rune) rune {
	if s.i+1 < len(s.src) && s.src[s.i] == '\\' && s.src[s.i+1] == 'u' {
		at := s.i
		s.i += 2
		if lo, ok := s.hex4(); ok {
			if r := utf16.DecodeRune(hi, lo); r != utf8.RuneError {
				return r
			}
		}
		s.i = at
	}
	return utf8.RuneError
}

func (s *scanner) hex4() (rune, bool) {
	if s.i+4 > len(s.src) {
		return 0, false
	}
	var r rune
	for _, c := range s.src[s.i : s.i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.i += 4
	return r, true
}

// number reads the text of a number; whole says that it has no fraction or exponent.
func (s *scanner) number() (text []byte, whole bool, err error) {
	start := s.i
	digits := func() bool {
		from := s.i
		for s.i < len(s.src) && s.src[s.i]-'0' <= 9 {
			s.i++
		}
		return s.i > from
	}
	next := func(cs ...byte) bool {
		for _, c := range cs {
			if s.i < len(s.src) && s.src[s.i] == c {
				s.i++
				return true
			}
		}
		return false
	}
	next('-')
	whole = true
	if !next('0') && !digits() {
		return nil, false, s.errorf("a value is expected")
	}
	if next('.') {
		if whole = false; !digits() {
			return nil, false, s.errorf("a digit is expected")
		}
	}
	if next('e', 'E') {
		next('+', '-')
		if whole = false; !digits() {
			return nil, false, s.errorf("a digit is expected")
		}
	}
	return s.src[start:s.i], whole, nil
}

// word skips true, false or null.
func (s *scanner) word(w string) error {
	if len(s.src)-s.i < len(w) || string(s.src[s.i:s.i+len(w)]) != w {
		return s.errorf("a value is expected")
	}
	s.i += len(w)
	return nil
}

// skip reads a value of any kind for its grammar only.
func (s *scanner) skip(depth int) error {
	switch c := s.peek(); c {
	case '"':
		_, err := s.string()
		return err
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	case '{', '[':
		return s.skipNested(c, depth)
	default:
		_, _, err := s.number()
		return err
	}
}

func (s *scanner) skipNested(open byte, depth int) error {
	if depth >= maxDepth {
		return s.errorf("it is nested more than %d deep", maxDepth)
	}
	s.i++
	end := open + 2 // ']' and '}'
	if s.peek() == end {
		s.i++
		return nil
	}
	for {
		if open == '{' {
			if s.peek() != '"' {
				return s.errorf("a name in quotes is expected")
			}
			if _, err := s.string(); err != nil {
				return err
			}
			if err := s.expect(':'); err != nil {
				return err
			}
		}
		if err := s.skip(depth + 1); err != nil {
			return err
		}
		if more, err := s.more(end); err != nil || !more {
			return err
		}
	}
}

// compact reads a value of any kind and returns its text without white space between
// tokens, valid until the next call.
func (s *scanner) compact(depth int) ([]byte, error) {
	s.peek()
	start, gap := s.i, s.gap
	if err := s.skip(depth); err != nil {
		return nil, err
	}
	if s.gap == gap {
		return s.src[start:s.i], nil
	}
	s.buf = appendCompact(s.buf[:0], s.src[start:s.i])
	return s.buf, nil
}

// appendCompact adds valid JSON to dst without white space between tokens.
func appendCompact(dst, src []byte) []byte {
	from, inString := 0, false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			dst = append(dst, src[from:i]...)
			from = i + 1
		}
	}
	return append(dst, src[from:]...)
}

// parseLong reads a whole number that fits.
func parseLong(text []byte) (int64, bool) {
	neg := len(text) > 0 && text[0] == '-'
	digits := text
	if neg {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		n, err := strconv.ParseInt(string(text), 10, 64)
		return n, err == nil
	}
	var n int64
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if neg {
		n = -n
	}
	return n, true
}

// parseReal reads a number; what is too large becomes infinite.
func parseReal(text []byte) float64 {
	f, _ := strconv.ParseFloat(string(text), 64)
	return f
}

// parseTime reads a datetime in any of the forms that todatetime() does.
func parseTime(text []byte) (table.Time, bool) {
	t, err := table.ParseTime(string(text))
	return t, err == nil
}
