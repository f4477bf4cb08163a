package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// pattern is what "declare pattern" declares: a query for each of some values.
type pattern struct {
	name  string
	decl  *syntax.DeclarePattern
	scope *scope
}

func (b *binder) declarePattern(s *syntax.DeclarePattern) {
	for _, p := range s.Params {
		b.paramType(p)
	}
	for _, c := range s.Cases {
		if len(c.Values) != len(s.Params) {
			b.fail(c, "KS185", "%d values are given for %d parameters", len(c.Values), len(s.Params))
		}
		for _, v := range c.Values {
			b.constText(v)
		}
		switch {
		case s.Path != nil && c.Path == nil:
			b.fail(c, "KS187", "a value for the path '%s' is expected", s.Path.Name.Text)
		case s.Path == nil && c.Path != nil:
			b.fail(c.Path, "KS186", "the pattern declares no path")
		case c.Path != nil:
			b.constText(c.Path)
		}
	}
	p := &pattern{name: s.Name.Text, decl: s, scope: b.scope}
	b.scope.names[p.name] = &binding{pattern: p}
	for _, c := range s.Cases {
		if p.whole(c) {
			b.patternBody(noRow(), c, p, c)
		}
	}
}

// whole reports whether a case has a value for each parameter, and one for the path if
// there is one. One that has not is a mistake, and nothing can call it.
func (p *pattern) whole(c *syntax.PatternCase) bool {
	return len(c.Values) == len(p.decl.Params) && (c.Path == nil) == (p.decl.Path == nil)
}

// patternCall finds the pattern that a call names, or nil.
func (b *binder) patternCall(x syntax.Expr) *pattern {
	if c, ok := x.(*syntax.Call); ok {
		if d := b.lookup(c.Func.Text); d != nil {
			return d.pattern
		}
	}
	return nil
}

// matchPattern binds the query of the case that has the values of a call, and the
// path behind it; sel is nil without one.
func (b *binder) matchPattern(f *frame, p *pattern, x *syntax.Call, sel syntax.Expr) value {
	path, ok := "", true
	switch s := sel.(type) {
	case nil:
	case *syntax.Name:
		path = s.Text
	case *syntax.Lit:
		path = s.Text
	default:
		b.fail(sel, codeName, "a path's name is expected here")
		return value{rel: badRel()}
	}
	values := make([]string, len(x.Args))
	for i, a := range x.Args {
		v, good := b.constText(a)
		values[i], ok = v, ok && good
	}
	if !ok {
		return value{rel: badRel()}
	}
	for _, c := range p.decl.Cases {
		if p.whole(c) && b.caseMatches(c, values, path, sel != nil) {
			return b.patternBody(f, x, p, c)
		}
	}
	b.fail(x, "KS188", "no case of the pattern '%s' has these values", p.name)
	return value{rel: badRel()}
}

func (b *binder) caseMatches(c *syntax.PatternCase, values []string, path string, hasPath bool) bool {
	if len(c.Values) != len(values) || (c.Path != nil) != hasPath {
		return false
	}
	b.quiet++
	muted := b.muted
	defer func() { b.quiet--; b.muted = muted }()
	for i, v := range c.Values {
		if s, _ := b.constText(v); s != values[i] {
			return false
		}
	}
	if hasPath {
		s, _ := b.constText(c.Path)
		return s == path
	}
	return true
}

// patternBody binds the query of a case, in which the parameters are its values.
func (b *binder) patternBody(f *frame, at spot, p *pattern, c *syntax.PatternCase) value {
	names := map[string]*binding{}
	for i, param := range p.decl.Params {
		s, _ := b.constText(c.Values[i])
		names[param.Name.Text] = &binding{expr: &plan.Lit{Value: s, Of: table.String}}
	}
	if p.decl.Path != nil {
		s, _ := b.constText(c.Path)
		names[p.decl.Path.Name.Text] = &binding{expr: &plan.Lit{Value: s, Of: table.String}}
	}
	if b.expansions++; b.expansions > maxExpansions {
		b.fail(at, codeDepth, "the query calls more than %d functions", maxExpansions)
		return value{rel: badRel()}
	}
	defer b.push(p.scope)()
	b.scope.names = names
	return b.bodyOf(f, at, &userFunc{name: p.name, body: c.Body, env: b.env})
}
