package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

func (b *binder) print(op *syntax.Print) *rel {
	f := noRow()
	p := newProjection()
	for i, x := range op.Cols {
		b.item(f, p, x, printing, "print_"+itoa(i))
	}
	return newRel(&plan.Project{In: oneRow(), Cols: p.cols})
}
