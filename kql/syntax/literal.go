package syntax

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// literal parses a literal of one token, or strings side by side.
func (p *parser) literal() *Lit {
	pos := p.pos()
	l := &Lit{}
	switch t := p.tok(); t.kind {
	case tString:
		l.Kind = StringLit
		l.Text, l.Hidden = p.strings()
		return at(p, pos, l)
	case tTyped:
		name, inner, _ := strings.Cut(p.text(t), "(")
		l.Kind, l.Typed = typed[name], true
		l.Text = strings.TrimSpace(strings.TrimSuffix(inner, ")"))
	case tGuid:
		p.fail("KS214", "Raw guid literals are not allowed in this context, use guid(...) instead.", "")
		l.Kind, l.Typed, l.Text = GuidLit, true, p.text(t)
	case tLong:
		l.Kind, l.Text = LongLit, p.text(t)
	case tReal:
		l.Kind, l.Text = RealLit, p.text(t)
	case tTimespan:
		l.Kind, l.Text = TimespanLit, p.text(t)
	default:
		l.Kind, l.Text = BoolLit, strings.ToLower(p.text(t))
	}
	p.next()
	return at(p, pos, l)
}

// strings takes one or more strings side by side, and tells their value and whether
// one of them is to be kept out of traces.
func (p *parser) strings() (string, bool) {
	value, hidden := unquote(p.text(p.next()))
	if p.kind() != tString {
		return value, hidden
	}
	var b strings.Builder
	b.WriteString(value)
	for p.kind() == tString {
		v, h := unquote(p.text(p.next()))
		b.WriteString(v)
		hidden = hidden || h
	}
	return b.String(), hidden
}

// unquote returns the value of a string literal. A missing end and bad escapes, which
// the lexer reported, stay as they are.
func unquote(s string) (value string, hidden bool) {
	if s[0]|0x20 == 'h' {
		s, hidden = s[1:], true
	}
	verbatim := s[0] == '@'
	if verbatim {
		s = s[1:]
	}
	quote := s[:1]
	if q := s[:min(3, len(s))]; q == "```" || q == "~~~" {
		return strings.TrimSuffix(s[3:], q), hidden
	}
	s = s[1:]
	if n := len(s); n > 0 && s[n-1:] == quote {
		s = s[:n-1]
	}
	if verbatim {
		return strings.ReplaceAll(s, quote+quote, quote), hidden
	}
	return unescape(s), hidden
}

// unescape resolves escape sequences.
func unescape(s string) string {
	n := strings.IndexByte(s, '\\')
	if n < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for {
		b = append(b, s[:n]...)
		s = s[n:]
		n = escape(s)
		switch {
		case n == 0:
			n = 1
			b = append(b, s[0])
		case s[1] == 'u' && escape(s[n:]) == n && s[n+1] == 'u':
			// Two may be the halves of one character, as UTF-16 has them.
			r := utf16.DecodeRune(hexRune(s[2:n]), hexRune(s[n+2:2*n]))
			if r != utf8.RuneError {
				b = utf8.AppendRune(b, r)
				n *= 2
				break
			}
			fallthrough
		default:
			b = appendEscape(b, s[1], s[2:n])
		}
		s = s[n:]
		n = strings.IndexByte(s, '\\')
		if n < 0 {
			return string(append(b, s...))
		}
	}
}

// appendEscape adds the value of the escape sequence \c and its digits.
func appendEscape(b []byte, c byte, digits string) []byte {
	switch c {
	case 'a':
		return append(b, '\a')
	case 'b':
		return append(b, '\b')
	case 'f':
		return append(b, '\f')
	case 'n':
		return append(b, '\n')
	case 'r':
		return append(b, '\r')
	case 't':
		return append(b, '\t')
	case 'v':
		return append(b, '\v')
	case 'x', 'u', 'U':
		return utf8.AppendRune(b, hexRune(digits))
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n, _ := strconv.ParseUint(string(c)+digits, 8, 32)
		return utf8.AppendRune(b, rune(n))
	default:
		return append(b, c)
	}
}

// hexRune returns the character of a number that the lexer checked.
func hexRune(digits string) rune {
	n, _ := strconv.ParseUint(digits, 16, 32)
	return rune(n)
}

// signed parses a literal that may have a sign, as in the rows of a datatable.
func (p *parser) signed() Expr {
	pos := p.pos()
	switch k := p.kind(); {
	case k == tMinus || k == tPlus:
		op := p.text(p.next())
		if k := p.kind(); k != tLong && k != tReal && k != tTimespan {
			return p.missing("value")
		}
		return at(p, pos, &Unary{Op: op, X: p.literal()})
	case k == tString || k == tTyped || k == tGuid || k == tLong || k == tReal || k == tTimespan || isBool(p.word()):
		return p.literal()
	case p.word() == "dynamic" && p.ahead(1).kind == tLParen:
		return p.dynamic()
	case p.word() == "typeof" && p.ahead(1).kind == tLParen:
		return p.typeOf()
	case k == tLBrace:
		return p.clientParam()
	}
	return p.missing("value")
}

// typeOf parses typeof(long) and typeof(a:long, …).
func (p *parser) typeOf() *Lit {
	pos := p.pos()
	p.next()
	l := &Lit{Kind: TypeLit, Typed: true}
	var parts []string
	p.bracketed(tLParen, tRParen, func() {
		if p.eat(tStar) {
			parts = append(parts, "*")
			return
		}
		if p.ahead(1).kind != tColon && p.nameAt(0, true) <= 1 {
			parts = append(parts, p.typeName())
			return
		}
		w := newWriter()
		p.typedName().write(w)
		parts = append(parts, w.String())
	})
	l.Text = strings.Join(parts, ", ")
	return at(p, pos, l)
}

// typeName takes the name of a type, known or not.
func (p *parser) typeName() string {
	if w := p.word(); w != "" && (!reserved(w) || types[w]) {
		p.next()
		return w
	}
	p.fail("KS006", "Missing type name", "")
	return ""
}

// types are the names of scalar types.
var types = set(`bool boolean date datetime decimal double dynamic float guid int int16 int32 int64 int8 long real
	string time timespan uint uint16 uint32 uint64 uint8 ulong uniqueid uuid`)

// typedName parses name:type.
func (p *parser) typedName() *TypedName {
	pos := p.pos()
	t := &TypedName{Name: p.declare()}
	if p.expect(tColon) {
		t.Type = p.typeName()
	}
	return at(p, pos, t)
}

// schema parses (a:long, …).
func (p *parser) schema() []*TypedName {
	var cols []*TypedName
	p.loose(tLParen, tRParen, func() { cols = append(cols, p.typedName()) })
	return cols
}
