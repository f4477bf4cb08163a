package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// declareParams binds the parameters of the request, which are constants.
func (b *binder) declareParams(s *syntax.DeclareParams) {
	for _, p := range s.Params {
		t := b.paramType(p)
		var e plan.Expr
		if text, ok := b.o.Params[p.Name.Text]; ok {
			e = b.paramValue(p, text, t)
		} else if p.Default != nil {
			e = b.expr(noRow(), p.Default)
		} else {
			b.fail(p, codeMissingArg, "the request has no value for the parameter '%s'", p.Name.Text)
			e = bad
		}
		b.scope.names[p.Name.Text] = &binding{expr: b.coerce(p, e, t)}
	}
}

// paramValue reads a value that the request gives: a literal, or the text itself for
// a string.
func (b *binder) paramValue(p *syntax.Param, text string, t table.Type) plan.Expr {
	file, errs := syntax.Parse(text)
	if len(errs) == 0 && len(file.Stmts) == 1 {
		if q, ok := file.Stmts[0].(*syntax.QueryStmt); ok && isValue(q.X) {
			return b.expr(noRow(), q.X)
		}
	}
	if t == table.String {
		return &plan.Lit{Value: text, Of: t}
	}
	b.fail(p, codeLiteral, "the request's value for '%s' is no value of type %s", p.Name.Text, t)
	return bad
}

// isValue reports whether an expression is a literal, with a sign or without.
func isValue(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Lit:
		return true
	case *syntax.Unary:
		return isValue(x.X)
	}
	return false
}

// alias binds "alias database name = database(…)".
func (b *binder) alias(s *syntax.AliasDatabase) {
	p, ok := b.place(s.X)
	if !ok {
		b.fail(s.X, codeDatabase, "a database is expected here")
	}
	if p != nil {
		b.aliases[s.Name.Text] = p
	}
}

// restrict binds "restrict access to (…)": names that are not among those listed are
// not there for what follows.
func (b *binder) restrict(s *syntax.Restrict) {
	r := &restricted{Env: b.env}
	for _, x := range s.To {
		b.allow(r, x)
	}
	b.env = r
}

func (b *binder) allow(r *restricted, x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Paren:
		b.allow(r, x.X)
	case *syntax.Name:
		r.patterns = append(r.patterns, x.Text)
	case *syntax.WildName:
		r.patterns = append(r.patterns, x.Text)
	case *syntax.Star:
		r.patterns = append(r.patterns, "*")
	case *syntax.Member:
		b.refused(x, "restrict access to database(…)")
	default:
		b.fail(x, codeTable, "a table's name is expected here")
	}
}

// restricted is an Env in which only some tables, functions and views are to be seen.
type restricted struct {
	Env
	patterns []string
}

func (r *restricted) allows(name string) bool {
	for _, p := range r.patterns {
		if wildMatch(p, name) {
			return true
		}
	}
	return false
}

// Table implements Env.
func (r *restricted) Table(name string) (table.Ref, *table.Schema, bool) {
	if !r.allows(name) {
		return table.Ref{}, nil, false
	}
	return r.Env.Table(name)
}

// Tables implements Env.
func (r *restricted) Tables() []string {
	var names []string
	for _, n := range r.Env.Tables() {
		if r.allows(n) {
			names = append(names, n)
		}
	}
	return names
}

// Stored implements Env.
func (r *restricted) Stored(name string) (Stored, bool) {
	if !r.allows(name) {
		return Stored{}, false
	}
	return r.Env.Stored(name)
}

// Workspace implements Env: there is no other.
func (r *restricted) Workspace(string) (Env, bool) { return nil, false }
