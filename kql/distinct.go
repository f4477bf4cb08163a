package kql

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

func (b *binder) distinct(op *syntax.Distinct, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	p := newProjection()
	for _, x := range op.Cols {
		b.item(f, p, x, plain, "")
	}
	for _, c := range p.cols {
		b.notDynamic(in, op, c.Expr)
	}
	return in.from(&plan.Summarize{In: in.node, Keys: p.cols})
}

func (b *binder) count(op *syntax.Count, in *rel) *rel {
	name := "Count"
	if op.As != nil {
		name = op.As.Text
	}
	call := b.countCall(op)
	if call == nil {
		return badRel()
	}
	return newRel(&plan.Summarize{In: in.node, Aggs: []plan.Agg{{Names: []string{name}, Call: call}}})
}

// countCall makes count().
func (b *binder) countCall(at spot) *plan.Call { return b.aggregateCall(at, "count") }

// aggregateCall makes a call of an aggregate that the binder needs; nil after a
// mistake.
func (b *binder) aggregateCall(at spot, name string, args ...plan.Expr) *plan.Call {
	f, ok := fn.LookupAggregate(name)
	if !ok {
		panic("kql: there is no " + name)
	}
	info := argInfo(args)
	o, casts, err := f.Resolve(info)
	if err != nil {
		b.fail(at, codeArgType, "%s() does not take %s", name, typeList(args))
		return nil
	}
	call, _ := b.makeCall(at, f, o, casts, args, o.Returns(info)).(*plan.Call)
	return call
}
