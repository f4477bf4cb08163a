package kql

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) distinct(op *syntax.Distinct, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	p := newProjection()
	for _, x := range op.Cols {
		b.item(f, p, x, plain, "")
	}
	for _, c := range p.cols {
		b.notDynamic(op, c.Expr)
	}
	r := in.from(&plan.Summarize{In: in.node, Keys: p.cols})
	r.serial = false
	return r
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
func (b *binder) countCall(at spot) *plan.Call {
	f, ok := fn.LookupAggregate("count")
	if !ok {
		b.missing(at, "count()")
		return nil
	}
	o, _, err := f.Resolve(nil)
	if err != nil {
		b.missing(at, "count()")
		return nil
	}
	return &plan.Call{Func: f, Over: o, Ret: table.Long}
}
