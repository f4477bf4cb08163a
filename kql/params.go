package kql

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// opParams are the parameters that an operator was given, by name.
type opParams map[string]*syntax.OpParam

// opParams gathers the parameters of an operator. Hints are always allowed: they do
// not change what a query means.
func (b *binder) opParams(list []*syntax.OpParam, allowed ...string) opParams {
	ps := opParams{}
	for _, p := range list {
		name := p.Name.Text
		switch name {
		case "with_source":
			name = "withsource"
		case "__isFuzzy":
			name = "isfuzzy"
		}
		if !strings.HasPrefix(name, "hint.") && !strings.HasPrefix(name, "__") && !slices.Contains(allowed, name) {
			b.failHint(p.Name, syntax.DidYouMean(name, allowed), codeParam, "'%s' is no parameter of this operator", name)
			continue
		}
		if ps[name] != nil && name != "hint.shufflekey" {
			b.fail(p.Name, codeParamTwice, "the parameter '%s' is given twice", name)
		}
		ps[name] = p
	}
	return ps
}

// word returns the value of a parameter that is one of some words, in lower case, or
// "" if it is not given.
func (b *binder) word(ps opParams, name string, words ...string) string {
	p := ps[name]
	if p == nil {
		return ""
	}
	w := strings.ToLower(wordOf(p.X))
	if slices.Contains(words, w) {
		return w
	}
	b.failHint(p.X, syntax.DidYouMean(w, words), codeWord, "%s must be one of: %s", name, strings.Join(words, ", "))
	return ""
}

// wordOf is the text of a name or of a literal.
func wordOf(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Name:
		return x.Text
	case *syntax.Lit:
		return x.Text
	}
	return ""
}

// flag returns the value of a parameter that is true or false.
func (b *binder) flag(ps opParams, name string) bool {
	p := ps[name]
	if p == nil {
		return false
	}
	if l, ok := b.expr(noRow(), p.X).(*plan.Lit); ok {
		if v, ok := l.Value.(bool); ok {
			return v
		}
	}
	b.fail(p.X, codeWord, "%s must be true or false", name)
	return false
}

// constLong returns the value of an expression that must be a constant whole number.
func (b *binder) constLong(x syntax.Expr) (int64, bool) {
	e := b.expr(noRow(), x)
	if isBad(e) {
		return 0, false
	}
	if t := e.Type(); t != table.Long && t != table.Int {
		b.fail(x, codeType, "a whole number is expected here, not a value of type %s", t)
		return 0, false
	}
	if isPlaceholder(e) {
		return 0, true
	}
	l, ok := e.(*plan.Lit)
	if !ok {
		b.fail(x, codeConstant, "the number must be a constant here")
		return 0, false
	}
	switch n := l.Value.(type) {
	case int32:
		return int64(n), true
	case int64:
		return n, true
	}
	b.fail(x, codeType, "a number is expected here, not null")
	return 0, false
}

// rowCount is constLong for a number of rows.
func (b *binder) rowCount(x syntax.Expr) int64 {
	n, ok := b.constLong(x)
	if ok && n < 0 {
		b.fail(x, codeType, "the number of rows cannot be negative")
	}
	return max(n, 0)
}
