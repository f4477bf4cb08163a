package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) take(op *syntax.Take, in *rel) *rel {
	b.opParams(op.Params)
	return in.from(&plan.Limit{In: in.node, N: b.rowCount(op.N)})
}

func (b *binder) sample(op *syntax.Sample, in *rel) *rel {
	b.opParams(op.Params)
	return in.from(&plan.Sample{In: in.node, N: b.rowCount(op.N)})
}

func (b *binder) sampleDistinct(op *syntax.SampleDistinct, in *rel) *rel {
	b.opParams(op.Params)
	n := b.rowCount(op.N)
	if _, ok := op.Of.(*syntax.Name); !ok {
		b.fail(op.Of, codeColumn, "a column's name is expected here")
		return badRel()
	}
	p := newProjection()
	b.item(row(in), p, op.Of, plain, "")
	for _, c := range p.cols {
		b.notDynamic(op.Of, c.Expr)
	}
	return newRel(&plan.Limit{In: &plan.Summarize{In: in.node, Keys: p.cols}, N: n})
}

// notDynamic reports an expression that must not be dynamic, and is.
func (b *binder) notDynamic(at spot, e plan.Expr) {
	if l, ok := e.(*plan.Lit); ok && l.Value == nil {
		return
	}
	if e.Type() == table.Dynamic {
		b.failHint(at, "write tostring(…)", codeNotAllowed, "a value of type dynamic is not allowed here")
	}
}
