package kql

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// parseDynamic reads the text of a dynamic literal: JSON in which datetime(…), 1d and
// the like may stand too.
func parseDynamic(text string) (any, error) {
	p := &dynParser{s: text}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.i < len(p.s) {
		return nil, errDynamic
	}
	return v, nil
}

var errDynamic = errors.New("not a dynamic value")

// maxDynDepth bounds the nesting of a dynamic literal.
const maxDynDepth = 1000

type dynParser struct {
	s string
	i int
}

func (p *dynParser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *dynParser) eat(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *dynParser) value(depth int) (any, error) {
	p.space()
	if p.i >= len(p.s) || depth > maxDynDepth {
		return nil, errDynamic
	}
	switch p.s[p.i] {
	case '[':
		return p.array(depth)
	case '{':
		return p.bag(depth)
	case '"':
		return p.str()
	}
	return p.word()
}

func (p *dynParser) array(depth int) (any, error) {
	p.i++
	arr := []any{}
	for !p.eat(']') {
		if len(arr) > 0 && !p.eat(',') {
			return nil, errDynamic
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		arr = append(arr, v)
	}
	return arr, nil
}

func (p *dynParser) bag(depth int) (any, error) {
	p.i++
	bag := &table.Bag{}
	for !p.eat('}') {
		if len(bag.Keys) > 0 && !p.eat(',') {
			return nil, errDynamic
		}
		if p.space(); p.i >= len(p.s) || p.s[p.i] != '"' {
			return nil, errDynamic
		}
		k, err := p.str()
		if err != nil || !p.eat(':') {
			return nil, errDynamic
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		bag.Set(k, v)
	}
	return bag, nil
}

func (p *dynParser) str() (string, error) {
	for j := p.i + 1; j < len(p.s); j++ {
		switch p.s[j] {
		case '\\':
			j++
		case '"':
			var s string
			err := json.Unmarshal([]byte(p.s[p.i:j+1]), &s)
			p.i = j + 1
			return s, err
		}
	}
	return "", errDynamic
}

var dynWords = map[string]syntax.LitKind{
	"bool": syntax.BoolLit, "boolean": syntax.BoolLit, "long": syntax.LongLit, "int64": syntax.LongLit, "int": syntax.IntLit,
	"int32": syntax.IntLit, "real": syntax.RealLit, "double": syntax.RealLit, "decimal": syntax.DecimalLit,
	"datetime": syntax.DatetimeLit, "date": syntax.DatetimeLit, "timespan": syntax.TimespanLit, "time": syntax.TimespanLit,
	"guid": syntax.GuidLit, "dynamic": syntax.DynamicLit,
}

// word reads a number, true, false, null, a timespan such as 1d, or type(…).
func (p *dynParser) word() (any, error) {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte(",]}( \t\r\n", p.s[p.i]) < 0 {
		p.i++
	}
	w := p.s[start:p.i]
	if kind, ok := dynWords[w]; ok && p.eat('(') {
		return p.typed(kind)
	}
	switch w {
	case "null":
		return nil, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	if n, ok := parseLong(w); ok {
		return n, nil
	}
	if f, err := strconv.ParseFloat(w, 64); err == nil {
		return f, nil
	}
	if d, err := table.ParseDuration(w); err == nil {
		return d, nil
	}
	if u, err := table.ParseUUID(w); err == nil {
		return u, nil
	}
	return nil, errDynamic
}

// typed reads what is between the parentheses of type(…).
func (p *dynParser) typed(kind syntax.LitKind) (any, error) {
	start, depth := p.i, 1
	for ; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '(':
			depth++
		case ')':
			depth--
		case '"':
			if _, err := p.str(); err != nil {
				return nil, err
			}
			p.i--
		}
		if depth == 0 {
			v, ok := literalValue(kind, p.s[start:p.i])
			p.i++
			if !ok {
				return nil, errDynamic
			}
			return table.NewDyn(v).Tree(), nil
		}
	}
	return nil, errDynamic
}
