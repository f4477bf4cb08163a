package syntax

import (
	"slices"
	"strings"
)

// valueKind says what the value of an operator's parameter may be.
type valueKind uint8

const (
	anyValue  valueKind = iota // a literal or a word
	wordValue                  // a word, one of some if there is a list
	wordOrInt                  // a word of a list, or a number
	boolValue                  // true, false
	intValue                   // a whole number
	numValue                   // a number
	strValue                   // a string literal
	exprValue                  // an expression
	nameValue                  // a new column's name
	colValue                   // a column
	colsValue                  // columns, separated by commas
	sumValue                   // a number, datetime or timespan
	litValue                   // a literal
)

// param is a parameter that an operator knows.
type param struct {
	name   string
	kind   valueKind
	values []string
}

// hints are the parameters that any operator takes: they change how a query is run
// and not what it means.
var hints = []param{
	{"hint.concurrency", wordOrInt, []string{"auto", "left", "local", "right", "unresolved"}},
	{"hint.distribution", wordValue, []string{"single", "per_node", "per_shard", "default"}},
	{"hint.materialized", boolValue, nil},
	{"hint.num_partitions", intValue, nil},
	{"hint.pass_filters", anyValue, nil},
	{"hint.pass_filters_column", colValue, nil},
	{"hint.progressive_top", boolValue, nil},
	{"hint.remote", wordValue, []string{"auto", "local"}},
	{"hint.shufflekey", colValue, nil},
	{"hint.spread", wordOrInt, []string{"auto", "local"}},
	{"hint.strategy", wordValue, []string{"auto", "broadcast", "centralized", "shuffle"}},
}

// paramAhead returns the name of the parameter that stands here before an equals sign,
// and how many tokens it has with the sign.
func (p *parser) paramAhead() (string, int) {
	w := p.word()
	if w == "" {
		return "", 0
	}
	if w == "hint" && p.ahead(1).kind == tDot && p.ahead(2).kind == tWord && p.ahead(3).kind == tAssign {
		return "hint." + p.wordAt(2), 4
	}
	if p.ahead(1).kind == tAssign {
		return w, 2
	}
	return "", 0
}

// params parses parameters up to the first name that is none.
func (p *parser) params(known ...param) []*OpParam {
	var list []*OpParam
	for {
		x := p.param(known)
		if x == nil {
			return list
		}
		list = append(list, x)
	}
}

// strictParams is params of an operator behind whose parameters no name = value can
// stand, so that an unknown name is a mistake.
func (p *parser) strictParams(known ...param) []*OpParam {
	var list []*OpParam
	for {
		x := p.param(known)
		if x == nil {
			if name, n := p.paramAhead(); n > 0 {
				x = p.unknownParam(name, n)
			}
		}
		if x == nil {
			return list
		}
		list = append(list, x)
	}
}

// withParams parses parameters separated by commas, in parentheses.
func (p *parser) withParams(known ...param) []*OpParam {
	var list []*OpParam
	p.brackets(tLParen, tRParen, func() {
		p.eat(tComma)
		p.commaList(func() {
			if x := p.param(known); x != nil {
				list = append(list, x)
			} else if name, n := p.paramAhead(); n > 0 {
				list = append(list, p.unknownParam(name, n))
			} else {
				p.missing("parameter")
			}
		})
	})
	return list
}

func (p *parser) param(known []param) *OpParam {
	name, n := p.paramAhead()
	if n == 0 {
		return nil
	}
	i := slices.IndexFunc(known, func(k param) bool { return k.name == name })
	if i < 0 {
		if !strings.HasPrefix(name, "hint.") {
			return nil
		}
		known = hints
		if i = slices.IndexFunc(hints, func(k param) bool { return k.name == name }); i < 0 {
			return p.unknownParam(name, n)
		}
	}
	pos := p.pos()
	x := &OpParam{Name: p.paramName(n)}
	p.paramValue(x, known[i])
	return at(p, pos, x)
}

// paramName takes a parameter's name and the equals sign, n tokens.
func (p *parser) paramName(n int) *Name {
	pos := p.pos()
	p.i += n - 1
	text := p.src[pos:p.prevEnd()]
	if n > 2 {
		text = strings.Join(strings.Fields(text), "")
	}
	name := at(p, pos, &Name{Text: text})
	p.next()
	return name
}

func (p *parser) unknownParam(name string, n int) *OpParam {
	pos := p.pos()
	p.fail("KS179", "The name '"+name+"' is not a recognized parameter for this operator.", "")
	x := &OpParam{Name: p.paramName(n)}
	p.paramValue(x, param{name: name})
	return at(p, pos, x)
}

func (p *parser) paramValue(x *OpParam, k param) {
	switch k.kind {
	case exprValue:
		x.X = p.path()
	case nameValue, colValue:
		x.X = p.paramColumn()
	case colsValue:
		x.X = p.name()
		for p.kind() == tComma {
			if n := p.nameAt(1, false); n == 0 || p.ahead(1+n).kind == tAssign {
				break
			}
			p.next()
			x.More = append(x.More, p.name())
		}
	default:
		x.X = p.simpleValue()
		if msg, code := k.refuses(x.X); msg != "" {
			p.failAt(x.X.Pos(), x.X.End(), code, msg, DidYouMean(p.src[x.X.Pos():x.X.End()], k.values))
		}
	}
}

// paramColumn parses a column's name, which may also be a string.
func (p *parser) paramColumn() *Name {
	if p.kind() != tString {
		return p.name()
	}
	pos := p.pos()
	text, _ := p.strings()
	return at(p, pos, &Name{Text: text, Quoted: true})
}

// simpleValue parses a literal with or without sign, or a word, keywords included.
func (p *parser) simpleValue() Expr {
	if w := p.word(); w != "" && !isBool(w) && w[0] != '!' && !(p.ahead(1).kind == tLParen && (w == "dynamic" || w == "typeof")) {
		t := p.next()
		return at(p, int(t.pos), &Name{Text: w})
	}
	if p.nameAt(0, false) > 0 {
		return p.name()
	}
	return p.signed()
}

// refuses tells what is wrong with a value, and the error's code.
func (k param) refuses(x Expr) (msg, code string) {
	if _, bad := x.(*Bad); bad {
		return "", ""
	}
	lit := LitKind(0)
	switch x := x.(type) {
	case *Lit:
		lit = x.Kind
	case *Unary:
		if l, ok := x.X.(*Lit); ok {
			lit = l.Kind
		}
	}
	name, isName := x.(*Name)
	switch k.kind {
	case wordValue, wordOrInt:
		if len(k.values) == 0 || isName && slices.Contains(k.values, name.Text) || k.kind == wordOrInt && lit == LongLit {
			return "", ""
		}
		if len(k.values) == 1 {
			return "Expected: " + k.values[0], "KS005"
		}
		return "Expected one of: " + strings.Join(k.values, ", "), "KS005"
	case boolValue:
		if lit != BoolLit {
			return "Boolean literal expected.", "KS223"
		}
	case intValue:
		if lit != LongLit && lit != IntLit {
			return "Integer literal expected.", "KS221"
		}
	case numValue:
		if lit != LongLit && lit != IntLit && lit != RealLit && lit != DecimalLit {
			return "Numeric literal expected.", "KS225"
		}
	case sumValue:
		if lit != LongLit && lit != IntLit && lit != RealLit && lit != DecimalLit && lit != DatetimeLit && lit != TimespanLit {
			return "Summable literal expected.", "KS224"
		}
	case litValue:
		if lit == 0 {
			return "Scalar literal expected.", "KS226"
		}
	case strValue:
		if lit != StringLit {
			return "String literal expected.", "KS222"
		}
	default:
	}
	return "", ""
}
