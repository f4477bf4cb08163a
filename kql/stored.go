package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// storedCall is a call of a stored function that is being bound.
type storedCall struct {
	env  Env
	name string
}

// storedCall binds a call of a function that a workspace stores, if there is one.
func (b *binder) storedCall(f *frame, at spot, env Env, name string, args []syntax.Expr) (value, bool) {
	fun := b.stored(at, env, name)
	if fun == nil {
		return value{}, false
	}
	if fun.params == nil && fun.body == nil {
		return value{expr: bad}, true
	}
	return b.invoke(f, at, fun, args, nil), true
}

// stored finds a function or a view that a workspace stores; nil if there is none. One
// that cannot be read is a mistake, and empty.
func (b *binder) stored(at spot, env Env, name string) *userFunc {
	s, ok := env.Stored(name)
	if !ok || s.Kind != StoredFunction && s.Kind != StoredView {
		return nil
	}
	x, errs := declared(name, s.Text)
	lit, ok := x.(*syntax.FuncLit)
	if !ok {
		x, errs = declared(name, "() {\n"+s.Text+"\n}")
		lit, ok = x.(*syntax.FuncLit)
	}
	if !ok {
		b.fail(at, codeFunction, "the stored function %s cannot be read: %s", name, errs[0].Msg)
		return &userFunc{name: name}
	}
	return &userFunc{name: name, params: lit.Params, body: lit.Body, env: env, stored: true}
}

// materializedView binds materialized_view("name", max_age): a view is made of its
// table when it is read, so that all of it is of now, whatever age would do.
func (b *binder) materializedView(f *frame, x *syntax.Call, env Env) value {
	if !b.arity(x, 1, 2) {
		return value{rel: badRel()}
	}
	name, ok := b.constText(x.Args[0])
	if len(x.Args) == 2 {
		if age := b.expr(f, x.Args[1]); !isBad(age) && age.Type() != table.Timespan {
			b.fail(x.Args[1], codeArgType, "materialized_view() takes a timespan, not %s", age.Type())
		}
	}
	if !ok {
		return value{rel: badRel()}
	}
	if s, found := env.Stored(name); !found || s.Kind != StoredView {
		b.fail(x.Args[0], codeTable, "no materialized view named '%s'", name)
		return value{rel: badRel()}
	}
	v, _ := b.storedCall(f, x, env, name, nil)
	return v
}

// storedResult binds stored_query_result("name"), of the request's workspace.
func (b *binder) storedResult(x *syntax.Call) *rel {
	if !b.arity(x, 1, 1) {
		return badRel()
	}
	name, ok := b.constText(x.Args[0])
	if !ok {
		return badRel()
	}
	_, closed := b.env.(*restricted)
	if b.o.Result != nil && !closed {
		if rows, ok := b.o.Result(name); ok {
			return newRel(&plan.Values{Rows: rows})
		}
	}
	b.fail(x.Args[0], codeTable, "no stored query result named '%s' that is yours and has not expired", name)
	return badRel()
}

// storedGroup finds an entity group that the workspace stores; nil if there is none.
func (b *binder) storedGroup(name string) *syntax.EntityGroup {
	s, ok := b.env.Stored(name)
	if !ok || s.Kind != StoredGroup {
		return nil
	}
	x, _ := declared(name, s.Text)
	g, _ := x.(*syntax.EntityGroup)
	return g
}

// declared reads what "let name = text" declares; nil if that is not one declaration.
func declared(name, text string) (syntax.Expr, []*syntax.Error) {
	file, errs := syntax.Parse("let " + syntax.Bracketed(name) + " = " + text)
	if len(errs) > 0 || len(file.Stmts) != 1 {
		return nil, errs
	}
	l, ok := file.Stmts[0].(*syntax.Let)
	if !ok {
		return nil, errs
	}
	return l.X, nil
}
