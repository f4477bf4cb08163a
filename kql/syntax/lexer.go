package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts a text into tokens. Comments, white space and client directives (lines with
// #, before the first token) are left out.
type lexer struct {
	src  string
	pos  int
	toks []token
	errs []*Error
}

// lex returns the tokens of src, the last of which is tEOF. After too many mistakes the
// rest of the text is left.
func lex(src string) ([]token, []*Error) {
	l := &lexer{src: src, toks: make([]token, 0, len(src)/4+8)}
	for {
		if len(l.errs) >= MaxErrors {
			l.pos = len(src)
		}
		start := l.pos
		l.blanks()
		t := token{pos: int32(l.pos), glued: l.pos == start && len(l.toks) > 0}
		t.kind = l.next()
		t.end = int32(l.pos)
		l.toks = append(l.toks, t)
		if t.kind == tEOF {
			return l.toks, l.errs
		}
	}
}

func (l *lexer) errorAt(pos, end int, code, msg, hint string) {
	l.errs = append(l.errs, &Error{Pos: pos, End: end, Code: code, Msg: msg, Hint: hint})
}

// peek returns the byte at an offset from the current one, or 0 behind the end.
func (l *lexer) peek(off int) byte {
	if i := l.pos + off; i < len(l.src) {
		return l.src[i]
	}
	return 0
}

func (l *lexer) has(s string) bool { return strings.HasPrefix(l.src[l.pos:], s) }

func (l *lexer) blanks() {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f':
			l.pos++
		case c == '/' && l.peek(1) == '/':
			l.pos += len(l.line())
		case c == '#' && len(l.toks) == 0:
			l.directive()
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(l.src[l.pos:])
			if !isBlank(r) {
				return
			}
			l.pos += n
		default:
			return
		}
	}
}

// line returns the rest of the line.
func (l *lexer) line() string {
	text, _, _ := strings.Cut(l.src[l.pos:], "\n")
	return text
}

// directives are what Kusto's clients do before they send a query.
var directives = map[string]bool{
	"automate": true, "browse": true, "crp": true, "download": true, "qp": true, "query": true, "run": true, "save": true,
	"sqr": true, "truesight": true, "upload": true, "welcome": true,
}

// directive leaves a line out that is for a client, unless it says where the query runs.
func (l *lexer) directive() {
	text := l.line()
	name := text[1:]
	if end := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }); end >= 0 {
		name = name[:end]
	}
	switch {
	case name == "connect" || name == "database":
		l.errorAt(l.pos, l.pos+len(text), "KS207", "#"+name+" is for Kusto's desktop clients", "workspace(…) names where a table is")
	case !directives[name]:
		l.errorAt(l.pos, l.pos+1+len(name), "KS250", "Unknown directive '"+name+"'.", "comments begin with //")
	}
	l.pos += len(text)
}

// isBlank tells the white space beyond ASCII that editors and web pages leave in queries.
func isBlank(r rune) bool {
	switch r {
	case 0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000, 0xfeff, 0x2028, 0x2029, 0x85:
		return true
	}
	return r >= 0x2000 && r <= 0x200b
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) || c == '_' }

// next scans the token at the current position.
func (l *lexer) next() kind {
	if l.pos == len(l.src) {
		return tEOF
	}
	c := l.src[l.pos]
	switch {
	case isLetter(c) || c == '_' || c == '$':
		return l.word()
	case isDigit(c):
		return l.number()
	case c == '"' || c == '\'' || l.has("```") || l.has("~~~"):
		return l.str(false)
	case c == '@' && (l.peek(1) == '"' || l.peek(1) == '\''):
		l.pos++
		return l.str(true)
	}
	if k, n := punct(c, l.peek(1)); n > 0 {
		l.pos += n
		return k
	}
	if c == '!' && isLetter(l.peek(1)) {
		l.pos++
		l.run()
		l.tilde("!in")
		return tWord
	}
	return l.bad()
}

// bad takes a character that is not of the language.
func (l *lexer) bad() kind {
	r, n := utf8.DecodeRuneInString(l.src[l.pos:])
	start := l.pos
	l.pos += n
	msg, hint := "Unexpected: "+l.src[start:l.pos], ""
	switch {
	case r == utf8.RuneError && n == 1:
		msg = "Unexpected: a byte that is not UTF-8"
	case r == '&':
		if l.peek(0) == '&' {
			l.pos++
			msg += "&"
		}
		hint = "write and"
	case r == '!':
		hint = "write not(…)"
	case strings.ContainsRune("“”„‘’‚", r):
		l.typographic()
		hint = `use the plain quotes " or '`
	case unicode.IsLetter(r):
		l.pos = start + strings.IndexFunc(l.src[start:]+" ", func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		hint = "a name with such letters is written ['…']"
	}
	l.errorAt(start, l.pos, "KS002", msg, hint)
	return tBad
}

// typographic passes a string in typographic quotes, the first of which is taken.
func (l *lexer) typographic() {
	line, _, _ := strings.Cut(l.src[l.pos:], "\n")
	if n := strings.IndexAny(line, "“”’"); n >= 0 {
		l.pos += n + len("”")
	}
}

// punct tells the token that starts with the byte c, followed by d, and its length.
func punct(c, d byte) (kind, int) {
	switch c {
	case '(':
		return tLParen, 1
	case ')':
		return tRParen, 1
	case '[':
		return tLBracket, 1
	case ']':
		return tRBracket, 1
	case '{':
		return tLBrace, 1
	case '}':
		return tRBrace, 1
	case '|':
		return tBar, 1
	case ',':
		return tComma, 1
	case ';':
		return tSemicolon, 1
	case ':':
		return tColon, 1
	case '+':
		return tPlus, 1
	case '-':
		return tMinus, 1
	case '*':
		return tStar, 1
	case '/':
		return tSlash, 1
	case '%':
		return tPercent, 1
	case '.':
		return pick(d, tDot, '.', tDotDot)
	case '<':
		if d == '>' {
			return tNotEqual, 2
		}
		return pick(d, tLess, '=', tLessEq)
	case '>':
		return pick(d, tGreater, '=', tGreaterEq)
	case '=':
		if d == '~' {
			return tEqTilde, 2
		}
		if d == '>' {
			return tArrow, 2
		}
		return pick(d, tAssign, '=', tEqEq)
	case '!':
		if d == '~' {
			return tBangTilde, 2
		}
		if d == '=' {
			return tBangEq, 2
		}
	}
	return tBad, 0
}

func pick(d byte, one kind, second byte, two kind) (kind, int) {
	if d == second {
		return two, 2
	}
	return one, 1
}

// run passes letters, digits and underscores.
func (l *lexer) run() {
	for l.pos < len(l.src) && isWord(l.src[l.pos]) {
		l.pos++
	}
}

// tilde takes the ~ of in~ and !in~.
func (l *lexer) tilde(word string) {
	if l.peek(0) == '~' && strings.HasSuffix(l.src[:l.pos], word) {
		l.pos++
	}
}

// typed are the types whose name with a parenthesis makes a literal.
var typed = map[string]LitKind{
	"bool": BoolLit, "int": IntLit, "int32": IntLit, "long": LongLit, "int64": LongLit, "real": RealLit,
	"double": RealLit, "decimal": DecimalLit, "datetime": DatetimeLit, "date": DatetimeLit,
	"timespan": TimespanLit, "time": TimespanLit, "guid": GuidLit,
}

// word scans a name, a keyword, a string with h before it, a literal such as long(1)
// or a guid.
func (l *lexer) word() kind {
	start := l.pos
	if n := l.guid(); n > 0 {
		l.pos += n
		return tGuid
	}
	l.pos++
	l.run()
	text := l.src[start:l.pos]
	switch {
	case text == "h" || text == "H":
		c := l.peek(0)
		switch {
		case c == '@' && (l.peek(1) == '"' || l.peek(1) == '\''):
			l.pos++
			return l.str(true)
		case c == '"' || c == '\'' || l.has("```") || l.has("~~~"):
			return l.str(false)
		}
	case text == "in":
		l.tilde("in")
	case l.peek(0) == '(':
		if _, ok := typed[text]; ok {
			return l.raw()
		}
	}
	return tWord
}

// raw takes the rest of a typed literal, to its parenthesis.
func (l *lexer) raw() kind {
	n := strings.IndexAny(l.src[l.pos:], ")\r\n")
	if n < 0 {
		n = len(l.src) - l.pos
	}
	l.pos += n
	if l.peek(0) != ')' {
		l.errorAt(l.pos, l.pos, "KS001", "Missing: )", "")
		return tTyped
	}
	l.pos++
	return tTyped
}

// guid returns the length of the guid at the current position, or 0.
func (l *lexer) guid() int {
	const n = 36
	if l.pos+n > len(l.src) {
		return 0
	}
	for i := range n {
		c := l.src[l.pos+i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return 0
			}
		} else if !isHex(c) {
			return 0
		}
	}
	if isWord(l.peek(n)) {
		return 0
	}
	return n
}

// number scans a number, a timespan such as 1.5h, a guid, or a name that starts with
// digits.
func (l *lexer) number() kind {
	if n := l.guid(); n > 0 {
		l.pos += n
		return tGuid
	}
	start := l.pos
	if l.src[start] == '0' && l.peek(1)|0x20 == 'x' && isHex(l.peek(2)) {
		l.run()
		for _, c := range []byte(l.src[start+2 : l.pos]) {
			if !isHex(c) {
				return tWord
			}
		}
		return tLong
	}
	l.digits()
	whole := l.pos
	if l.real() {
		return tReal
	}
	l.pos = whole
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		l.pos++
		l.digits()
	}
	unit := l.pos
	l.run()
	if timeUnits[l.src[unit:l.pos]] {
		return tTimespan
	}
	l.pos = whole
	l.run()
	if l.pos > whole {
		return tWord
	}
	return tLong
}

func (l *lexer) digits() {
	for isDigit(l.peek(0)) {
		l.pos++
	}
}

// real passes what makes the digits before it a real: a fraction, an exponent. In
// 1..5 the dots are a range.
func (l *lexer) real() bool {
	dot := l.peek(0) == '.' && (l.peek(1) != '.' || l.peek(2) == '.')
	if dot {
		l.pos++
		l.digits()
	}
	if l.peek(0)|0x20 == 'e' {
		n := 1
		if l.peek(1) == '+' || l.peek(1) == '-' {
			n = 2
		}
		if isDigit(l.peek(n)) {
			l.pos += n
			l.digits()
			dot = true
		}
	}
	return dot && !isWord(l.peek(0))
}

// timeUnits are the units of timespans.
var timeUnits = map[string]bool{
	"d": true, "day": true, "days": true,
	"h": true, "hr": true, "hrs": true, "hour": true, "hours": true,
	"m": true, "min": true, "minute": true, "minutes": true,
	"s": true, "sec": true, "second": true, "seconds": true,
	"ms": true, "milli": true, "millis": true, "millisec": true, "millisecond": true, "milliseconds": true,
	"micro": true, "micros": true, "microsec": true, "microsecond": true, "microseconds": true,
	"nano": true, "nanos": true, "nanosec": true, "nanosecond": true, "nanoseconds": true,
	"tick": true, "ticks": true,
}

// str scans a string; an h or @ before it is already taken.
func (l *lexer) str(verbatim bool) kind {
	if l.has("```") || l.has("~~~") {
		quote := l.src[l.pos : l.pos+3]
		l.pos += 3
		n := strings.Index(l.src[l.pos:], quote)
		if n < 0 {
			l.pos = len(l.src)
			l.errorAt(l.pos, l.pos, "KS001", "Missing: "+quote, "")
			return tString
		}
		l.pos += n + 3
		return tString
	}
	quote := l.src[l.pos]
	l.pos++
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == quote && verbatim && l.peek(1) == quote:
			l.pos += 2
		case c == quote:
			l.pos++
			return tString
		case c == '\n' || c == '\r':
			l.errorAt(l.pos, l.pos, "KS001", "Missing: "+string(quote), "a string of several lines stands in ```")
			return tString
		case c == '\\' && !verbatim:
			n := escape(l.src[l.pos:])
			if n == 0 {
				n = 2
				if l.peek(1) == '\n' || l.peek(1) == '\r' || l.peek(1) == 0 {
					n = 1
				} else {
					l.errorAt(l.pos, l.pos+2, "KS002", "Unexpected: \\", `a backslash is written \\, or put @ before the string`)
				}
			}
			l.pos += n
		default:
			l.pos++
		}
	}
	l.errorAt(l.pos, l.pos, "KS001", "Missing: "+string(quote), "")
	return tString
}

// escape returns the length of the escape sequence that s starts with, or 0.
func escape(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch c := s[1]; c {
	case '\\', '\'', '"', 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return 2
	case 'x':
		return hexEscape(s, 2)
	case 'u':
		return hexEscape(s, 4)
	case 'U':
		return hexEscape(s, 8)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := 2
		for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' && (n < 3 || c <= '3') {
			n++
		}
		return n
	}
	return 0
}

// hexEscape returns the length of an escape sequence with so many hexadecimal digits,
// or 0.
func hexEscape(s string, digits int) int {
	if len(s) < 2+digits {
		return 0
	}
	for i := range digits {
		if !isHex(s[2+i]) {
			return 0
		}
	}
	return 2 + digits
}
