package kql

import (
	"cmp"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// let binds "let name = x".
func (b *binder) let(f *frame, s *syntax.Let) {
	name := s.Name.Text
	if _, ok := b.scope.names[name]; ok {
		b.fail(s.Name, codeDeclared, "'%s' is declared already", name)
	}
	d := &binding{}
	switch x := s.X.(type) {
	case *syntax.FuncLit:
		d = b.letFunc(name, x)
	case *syntax.EntityGroup:
		d.group = b.entityGroup(x, false)
	default:
		if p, ok := b.place(x); ok {
			d.place = p
			break
		}
		if group, ok := b.groupCall(x, false); ok {
			d.group = group
			break
		}
		v := b.any(f, x)
		if d.expr, d.rel = v.expr, v.rel; d.expr != nil && hasColumn(d.expr) {
			d.frame = f.home()
		}
	}
	b.scope.names[name] = d
}

// userFunc is a function that the query declares or that the workspace stores.
type userFunc struct {
	name   string
	params []*syntax.Param
	body   []syntax.Stmt
	scope  *scope // in which it was declared
	env    Env    // of the workspace that stores it
	stored bool
	label  string // what messages call it, if not by its name
}

// letFunc binds a function. Its body is looked at now, for its mistakes, and bound
// anew for each call.
func (b *binder) letFunc(name string, x *syntax.FuncLit) *binding {
	f := &userFunc{name: name, params: x.Params, body: x.Body, scope: b.scope, env: b.env}
	if len(x.Params) == 0 {
		calls := b.expansions
		b.expansions = 0 // the query has not called it yet
		v := b.invoke(noRow(), x, f, nil, nil)
		b.expansions = calls
		if x.View && v.rel != nil {
			return &binding{fn: f, rel: v.rel, view: true}
		}
		return &binding{fn: f}
	}
	b.checkParams(x.Params)
	defer b.push(f.scope)()
	for _, p := range x.Params {
		b.scope.names[p.Name.Text] = b.placeholder(p)
	}
	b.bodyOf(noRow(), x, f)
	return &binding{fn: f}
}

// checkParams looks for mistakes in the parameters of a declaration.
func (b *binder) checkParams(params []*syntax.Param) {
	seen, tabular := map[string]bool{}, true
	for _, p := range params {
		if seen[p.Name.Text] {
			b.fail(p, codeDeclared, "the parameter '%s' is declared already", p.Name.Text)
		}
		seen[p.Name.Text] = true
		if p.Tabular && !tabular {
			b.fail(p, "KS226", "tabular parameters come first")
		}
		tabular = p.Tabular
		if p.Tabular {
			b.columns(p.Cols)
		} else if t := b.paramType(p); p.Default != nil {
			b.coerce(p.Default, b.expr(noRow(), p.Default), t)
		}
	}
}

// placeholder is what a parameter stands for while nobody calls the function.
func (b *binder) placeholder(p *syntax.Param) *binding {
	switch {
	case !p.Tabular:
		return &binding{expr: &plan.Scalar{Of: b.paramType(p)}}
	case len(p.Cols) == 0:
		return &binding{rel: badRel()}
	}
	return &binding{rel: newRel(&plan.Values{Rows: &table.Batch{Schema: &table.Schema{Cols: b.columns(p.Cols)}}})}
}

func (b *binder) paramType(p *syntax.Param) table.Type {
	t, ok := table.ParseType(p.Type)
	if !ok {
		b.fail(p, codeTypeName, "no type named '%s'", p.Type)
	}
	return t
}

// columns binds declared columns: of datatable, parameters and the like.
func (b *binder) columns(cs []*syntax.TypedName) []table.Column {
	cols, seen := make([]table.Column, 0, len(cs)), map[string]bool{}
	for _, c := range cs {
		t, ok := table.ParseType(c.Type)
		if !ok {
			b.fail(c, codeTypeName, "no type named '%s'", c.Type)
		}
		if seen[c.Name.Text] {
			b.fail(c, codeDuplicate, "a column named '%s' is already declared", c.Name.Text)
			continue
		}
		seen[c.Name.Text] = true
		cols = append(cols, table.Column{Name: c.Name.Text, Type: t})
	}
	return cols
}

// coerce converts an argument to the type of a parameter.
func (b *binder) coerce(at spot, e plan.Expr, t table.Type) plan.Expr {
	if t == 0 {
		return bad
	}
	return b.cast(at, e, t)
}

// maxExpansions bounds how many bodies of functions one query may expand to.
const maxExpansions = 5000

// invoke binds a call of a function: its body, with the arguments in the places of
// the parameters. piped is what comes through "| invoke", the first argument.
func (b *binder) invoke(f *frame, at spot, fun *userFunc, args []syntax.Expr, piped *rel) value {
	if b.expansions++; b.expansions > maxExpansions {
		b.fail(at, codeDepth, "the query calls more than %d functions", maxExpansions)
		return value{expr: bad}
	}
	given, ok := b.match(at, fun, args, piped)
	if !ok {
		return value{expr: bad}
	}
	names := map[string]*binding{}
	for i, p := range fun.params {
		if i == 0 && piped != nil {
			b.hasColumns(at, piped, p)
			names[p.Name.Text] = &binding{rel: piped}
			continue
		}
		names[p.Name.Text] = b.argument(f, fun, p, given[i])
	}
	defer b.push(fun.scope)()
	b.scope.names = names
	return b.bodyOf(f, at, fun)
}

// match finds the argument of each parameter: by name, or in order. A parameter that
// has none is nil.
func (b *binder) match(at spot, fun *userFunc, args []syntax.Expr, piped *rel) ([]syntax.Expr, bool) {
	given := make([]syntax.Expr, len(fun.params))
	next := 0
	if piped != nil {
		next = 1
	}
	if len(args)+next > len(fun.params) {
		b.fail(at, codeArgs, "%s() takes %d arguments, not %d", fun.name, len(fun.params), len(args)+next)
		return nil, false
	}
	if piped != nil && !fun.params[0].Tabular {
		b.fail(at, codeTabular, "the first parameter of %s() takes no table", fun.name)
		return nil, false
	}
	for _, a := range args {
		n, named := a.(*syntax.Named)
		if !named || len(n.Names) != 1 {
			if given[next] != nil {
				b.fail(a, codeNamedArg, "the parameter '%s' has an argument already", fun.params[next].Name.Text)
				return nil, false
			}
			given[next] = a
			next++
			continue
		}
		i := paramIndex(fun.params, n.Names[0].Text)
		if i < 0 || given[i] != nil {
			b.fail(n.Names[0], codeNamedArg, "%s() has no parameter '%s' without an argument", fun.name, n.Names[0].Text)
			return nil, false
		}
		given[i] = n.X
		if i == next {
			next++
		}
	}
	for i, p := range fun.params {
		if given[i] == nil && p.Default == nil && (i > 0 || piped == nil) {
			b.fail(at, codeMissingArg, "%s() needs an argument for '%s'", fun.name, p.Name.Text)
			return nil, false
		}
	}
	return given, true
}

func paramIndex(ps []*syntax.Param, name string) int {
	for i, p := range ps {
		if p.Name.Text == name {
			return i
		}
	}
	return -1
}

// argument binds the argument of a parameter, or its default.
func (b *binder) argument(f *frame, fun *userFunc, p *syntax.Param, x syntax.Expr) *binding {
	if p.Tabular {
		if x == nil {
			return &binding{rel: badRel()}
		}
		r := b.query(x)
		b.hasColumns(x, r, p)
		return &binding{rel: r}
	}
	t := b.paramType(p)
	if x == nil {
		return &binding{expr: b.coerce(p.Default, b.expr(noRow(), p.Default), t)}
	}
	e := b.coerce(x, b.expr(f, x), t)
	if hasColumn(e) {
		return &binding{expr: e, frame: f.home()}
	}
	return &binding{expr: e}
}

// hasColumns checks that a table has the columns that a parameter asks for.
func (b *binder) hasColumns(at spot, r *rel, p *syntax.Param) {
	if r.bad || r.open {
		return
	}
	for _, c := range p.Cols {
		t, _ := table.ParseType(c.Type)
		if i := r.index(c.Name.Text); i < 0 || r.cols[i].Type != t && r.cols[i].Type != 0 {
			b.fail(at, "KS249", "the table has no column '%s' of type %s, which the parameter '%s' asks for", c.Name.Text, t, p.Name.Text)
		}
	}
}

// bodyOf binds the statements of a function in the scope that has its parameters.
func (b *binder) bodyOf(f *frame, at spot, fun *userFunc) value {
	if !b.enter(at) {
		return value{expr: bad}
	}
	defer b.leave()
	oldEnv, oldWithin, oldUnnamed := b.env, b.within, b.unnamed
	b.env, b.unnamed = fun.env, 0
	if fun.stored {
		call := storedCall{fun.env, fun.name}
		if slices.Contains(b.calls, call) {
			b.fail(at, codeDepth, "%s calls itself", cmp.Or(fun.label, "the stored function "+fun.name+"()"))
			return value{expr: bad}
		}
		b.calls = append(b.calls, call)
		defer func() { b.calls = b.calls[:len(b.calls)-1] }()
	}
	if fun.stored && b.within == nil {
		b.within = &callSite{at: at, name: cmp.Or(fun.label, fun.name+"()")}
	}
	defer func() { b.env, b.within, b.unnamed = oldEnv, oldWithin, oldUnnamed }()
	body := &frame{in: &rel{}, caller: f, wantTable: f.wantTable}
	for _, s := range fun.body {
		q, ok := s.(*syntax.QueryStmt)
		if !ok {
			b.stmt(body, s)
			continue
		}
		return b.any(body, q.X)
	}
	b.fail(at, codeScalar, "the function %s has no value", fun.name)
	return value{expr: bad}
}
