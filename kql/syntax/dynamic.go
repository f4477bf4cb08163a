package syntax

import (
	"encoding/json"
	"strings"
)

// dynamic parses dynamic(…). The text of the literal is JSON, but for the values that
// JSON does not have: datetime(…), timespan(…) or 1d, guid(…), decimal(…), real(…),
// long(…), bool(…) and dynamic(…) stand as they were written.
func (p *parser) dynamic() *Lit {
	pos := p.pos()
	p.next()
	var b strings.Builder
	p.dynamicValue(&b)
	return at(p, pos, &Lit{Kind: DynamicLit, Typed: true, Text: b.String()})
}

func (p *parser) dynamicValue(b *strings.Builder) {
	if p.expect(tLParen) {
		p.json(b)
		p.close(tRParen)
	}
}

func (p *parser) json(b *strings.Builder) {
	if !p.enter() {
		return
	}
	defer p.leave()
	t := p.tok()
	switch t.kind {
	case tString:
		text, _ := p.strings()
		b.WriteString(jsonString(text))
		return
	case tGuid:
		b.WriteString("guid(" + p.literal().Text + ")")
		return
	case tLong, tReal, tTimespan:
		p.next()
		b.WriteString(p.text(t))
		return
	case tTyped:
		if name, _, _ := strings.Cut(p.text(t), "("); typed[name] != IntLit {
			p.next()
			b.WriteString(p.text(t))
			return
		}
	case tMinus:
		if k := p.ahead(1).kind; k == tLong || k == tReal {
			p.next()
			b.WriteString("-" + p.text(p.next()))
			return
		}
	case tLBracket:
		b.WriteByte('[')
		p.jsonList(b, tLBracket, tRBracket, func() { p.json(b) })
		b.WriteByte(']')
		return
	case tLBrace:
		b.WriteByte('{')
		p.jsonList(b, tLBrace, tRBrace, func() { p.pair(b) })
		b.WriteByte('}')
		return
	case tWord:
		switch w := p.word(); {
		case isBool(w), w == "null":
			p.next()
			b.WriteString(strings.ToLower(w))
			return
		case w == "dynamic" && p.ahead(1).kind == tLParen:
			p.next()
			b.WriteString("dynamic(")
			p.dynamicValue(b)
			b.WriteByte(')')
			return
		}
	default:
	}
	p.missing("json value")
}

// jsonList parses a list of elements between brackets and writes the commas.
func (p *parser) jsonList(b *strings.Builder, open, closing kind, elem func()) {
	p.expect(open)
	for p.kind() != closing && p.kind() != tEOF {
		start := p.i
		elem()
		if p.eat(tComma) {
			b.WriteString(", ")
			if p.kind() == closing {
				p.missing("json value")
			}
			continue
		}
		if p.listEnd() || p.i == start {
			break
		}
		p.expected(",")
	}
	p.close(closing)
}

func (p *parser) pair(b *strings.Builder) {
	if p.kind() == tString {
		text, _ := unquote(p.text(p.next()))
		b.WriteString(jsonString(text) + ": ")
	} else {
		p.fail("KS006", "Missing string", "a name in an object stands in quotes")
		if p.kind() == tWord && p.ahead(1).kind == tColon {
			p.next()
		}
	}
	if p.expect(tColon) {
		p.json(b)
	}
}

// jsonString writes a string as JSON, whose escapes are KQL's too. Bytes that are not
// UTF-8 become U+FFFD.
func jsonString(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// A string always encodes.
	_ = e.Encode(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSuffix(b.String(), "\n")
}
