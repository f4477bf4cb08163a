package kql

import "github.com/yagura/yagura/kql/syntax"

// invokeOp calls a function with the input as its first argument.
func (b *binder) invokeOp(op *syntax.Invoke, in *rel) *rel {
	var call *syntax.Call
	env := b.env
	switch x := op.Call.(type) {
	case *syntax.Call:
		call = x
	case *syntax.Member:
		p, ok := b.place(x.X)
		c, isCall := x.Sel.(*syntax.Call)
		if ok && p != nil && p.env != nil && isCall {
			call, env = c, p.env
		}
	}
	if call == nil {
		b.fail(op.Call, codeFunction, "a function call is expected after invoke")
		return badRel()
	}
	f := noRow()
	f.wantTable = true
	v, ok := b.invokeNamed(f, call, env, in)
	if !ok {
		b.failHint(call.Func, syntax.DidYouMean(call.Func.Text, b.declaredNames()), codeFunction, "no function named '%s'", call.Func.Text)
		return badRel()
	}
	if v.rel == nil {
		if !isBad(v.expr) {
			b.fail(op.Call, codeTabular, "the function makes no table")
		}
		return badRel()
	}
	return v.rel
}

func (b *binder) invokeNamed(f *frame, call *syntax.Call, env Env, in *rel) (value, bool) {
	if d := b.lookup(call.Func.Text); d != nil && d.fn != nil && env == b.env {
		return b.invoke(f, call, d.fn, call.Args, in), true
	}
	fun := b.stored(call, env, call.Func.Text)
	if fun == nil {
		return value{}, false
	}
	return b.invoke(f, call, fun, call.Args, in), true
}
