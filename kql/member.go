package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// place is a workspace, or a cluster of which one is to be chosen.
type place struct {
	env     Env
	cluster bool
	name    string // as it is written, for messages
	host    string // of the cluster, if one is written
}

// member binds X.Sel: a column of a join's side, a table of another workspace, or a
// property of a dynamic value.
func (b *binder) member(f *frame, x *syntax.Member) value {
	if n, ok := x.X.(*syntax.Name); ok && f.right != nil && (n.Text == "$left" || n.Text == "$right") {
		return value{expr: b.sideColumn(f, n.Text, x.Sel)}
	}
	if p := b.patternCall(x.X); p != nil {
		return b.matchPattern(f, p, x.X.(*syntax.Call), x.Sel)
	}
	if n, ok := x.X.(*syntax.Name); ok && f.records[n.Text] != nil {
		return value{expr: b.recordColumn(f.records[n.Text], n, x.Sel)}
	}
	if n, ok := x.X.(*syntax.Name); ok && f.match != nil && f.match.isPath(n.Text) {
		return value{expr: b.pathProperty(f, x, n)}
	}
	if p, ok := b.place(x.X); ok {
		if p == nil {
			return value{rel: badRel()}
		}
		if n, isName := x.Sel.(*syntax.Name); isName {
			if e, ok := placeProperty(p, n.Text); ok {
				return value{expr: e}
			}
		}
		return b.inPlace(f, p, x)
	}
	e := b.expr(f, x.X)
	switch sel := x.Sel.(type) {
	case *syntax.Name:
		return value{expr: b.element(x, e, &plan.Lit{Value: sel.Text, Of: table.String}, sel)}
	case *syntax.Index:
		return value{expr: b.element(x, e, b.expr(f, sel.I), sel)}
	}
	if !isBad(e) {
		b.fail(x.Sel, codeName, "a property's name is expected here")
	}
	return value{expr: bad}
}

// element binds x[i], and x.i as x["i"].
func (b *binder) element(at spot, x, i plan.Expr, sel syntax.Node) plan.Expr {
	if isBad(x) || isBad(i) {
		return bad
	}
	if r, ok := resultAt(x, i); ok {
		return r
	}
	if x.Type() != table.Dynamic {
		b.fail(sel, codeIndex, "a value of type %s has no properties or elements; only dynamic values have", x.Type())
		return bad
	}
	if i.Type() == table.Bool {
		i = b.cast(sel, i, table.Long)
	}
	if t := i.Type(); t != table.String && t != table.Int && t != table.Long && t != table.Dynamic {
		b.fail(sel, codeType, "an index must be a string or a whole number, not %s", t)
		return bad
	}
	return b.operator(at, "[]", x, i)
}

// resultAt picks one result of a call of several: array_sort_asc(a, b)[1] is b.
func resultAt(x, i plan.Expr) (plan.Expr, bool) {
	f, ok := x.(*plan.Field)
	l, isLit := i.(*plan.Lit)
	if !ok || !isLit {
		return nil, false
	}
	n, isLong := l.Value.(int64)
	types := f.Call.OutTypes()
	if !isLong || n < 0 || n >= int64(len(types)) {
		return nil, false
	}
	return &plan.Field{Call: f.Call, I: int(n), Of: types[n]}, true
}

// sideColumn binds $left.c or $right.c.
func (b *binder) sideColumn(f *frame, side string, sel syntax.Expr) plan.Expr {
	n, ok := sel.(*syntax.Name)
	if !ok {
		b.fail(sel, codeColumn, "a column's name is expected after %s.", side)
		return bad
	}
	of := &f.in
	if side == "$right" {
		of = &f.right
	}
	*of = b.having(n, *of, n.Text)
	r := *of
	i := r.index(n.Text)
	if i < 0 {
		if !r.bad {
			b.failHint(n, syntax.DidYouMean(n.Text, r.names()), codeName, "no column named '%s' on the %s side of the join", n.Text, side[1:])
		}
		return bad
	}
	return r.col(i)
}

// place tells whether an expression names a workspace: ok; it is nil after a mistake.
func (b *binder) place(x syntax.Expr) (p *place, ok bool) {
	switch x := x.(type) {
	case *syntax.Name:
		if d := b.lookup(x.Text); d != nil && d.place != nil {
			return d.place, true
		}
	case *syntax.Call:
		return b.placeCall(x, nil)
	case *syntax.Member:
		p, ok := b.place(x.X)
		if !ok || p == nil {
			return nil, ok
		}
		if c, isCall := x.Sel.(*syntax.Call); isCall {
			return b.placeCall(c, p)
		}
	}
	return nil, false
}

// placeCall resolves workspace(…), app(…), database(…), cluster(…) and resource(…).
func (b *binder) placeCall(x *syntax.Call, in *place) (*place, bool) {
	switch x.Func.Text {
	case "workspace", "app", "database", "resource":
	case "cluster":
		if b.forbidden(x, "another cluster", "request_remote_entities_disabled") {
			return nil, true
		}
		name, ok := b.constString(x)
		if !ok {
			return nil, true
		}
		return &place{cluster: true, name: "cluster('" + name + "')", host: name}, true
	default:
		return nil, false
	}
	if len(x.Args) == 0 && x.Func.Text == "database" && in == nil {
		return &place{env: b.env, name: b.o.Workspace, host: b.o.Host}, true
	}
	name, ok := b.constString(x)
	if !ok {
		return nil, true
	}
	if p, ok := b.aliases[name]; ok && x.Func.Text == "database" {
		return p, true
	}
	if b.forbidden(x, "another database", "request_remote_entities_disabled") {
		return nil, true
	}
	env, found := b.env.Workspace(name)
	if !found {
		b.fail(x, codeDatabase, "no %s named '%s'", x.Func.Text, name)
		return nil, true
	}
	p := &place{env: env, name: name, host: b.o.Host}
	if in != nil {
		p.host = in.host
	}
	return p, true
}

// constString returns the one argument of a call, which must be a constant string.
func (b *binder) constString(x *syntax.Call) (string, bool) {
	if len(x.Args) != 1 {
		b.fail(x, codeArgs, "%s() takes 1 argument", x.Func.Text)
		return "", false
	}
	return b.constText(x.Args[0])
}

// constText returns the value of an expression that must be a constant string.
func (b *binder) constText(x syntax.Expr) (string, bool) {
	e := b.expr(noRow(), x)
	if isBad(e) || isPlaceholder(e) {
		return "", false
	}
	if l, ok := e.(*plan.Lit); ok {
		if s, ok := l.Value.(string); ok {
			return s, true
		}
	}
	b.fail(x, codeConstant, "a constant string is expected here")
	return "", false
}

// inPlace binds a table or a function of another workspace.
func (b *binder) inPlace(f *frame, p *place, x *syntax.Member) value {
	if p.cluster {
		b.fail(x.Sel, codeDatabase, "a database is expected after %s", p.name)
		return value{rel: badRel()}
	}
	switch sel := x.Sel.(type) {
	case *syntax.Name:
		if r := b.table(p.env, sel.Text); r != nil {
			return value{rel: r}
		}
		if v, ok := b.storedCall(f, sel, p.env, sel.Text, nil); ok {
			return v
		}
		b.failHint(sel, syntax.DidYouMean(sel.Text, tableNames(p.env)), codeTable, "no table or function named '%s' in '%s'", sel.Text, p.name)
	case *syntax.Call:
		switch sel.Func.Text {
		case "table":
			return value{rel: b.tableCall(sel, p.env)}
		case "materialized_view":
			return b.materializedView(f, sel, p.env)
		case "external_table":
			return value{rel: b.externalTable(sel, p.env)}
		case "graph":
			return value{rel: b.storedGraph(f, sel, p.env)}
		}
		if v, ok := b.storedCall(f, sel, p.env, sel.Func.Text, sel.Args); ok {
			return v
		}
		b.fail(sel, codeFunction, "no function named '%s' in '%s'", sel.Func.Text, p.name)
	default:
		b.fail(x.Sel, codeTable, "a table's name is expected here")
	}
	return value{rel: badRel()}
}

// tableCall binds table("name"); a second argument, the scope of the data, says
// nothing here: all of it is at hand.
func (b *binder) tableCall(x *syntax.Call, env Env) *rel {
	if len(x.Args) < 1 || len(x.Args) > 2 {
		b.fail(x, codeArgs, "table() takes 1 argument")
		return badRel()
	}
	name, ok := b.constText(x.Args[0])
	if !ok {
		return badRel()
	}
	if env == b.env {
		if d := b.lookup(name); d != nil && d.rel != nil {
			return d.rel
		}
	}
	if r := b.table(env, name); r != nil {
		return r
	}
	b.failHint(x.Args[0], syntax.DidYouMean(name, tableNames(env)), codeTable, "no table named '%s'", name)
	return badRel()
}
