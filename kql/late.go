package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

type graph struct{}

func (b *binder) graphOp(op syntax.Op, in *rel) *rel {
	b.missing(opWord{op}, "this graph operator")
	return badRel()
}
func (b *binder) makeGraph(op *syntax.MakeGraph, in *rel) *rel {
	b.missing(op, "make-graph")
	return badRel()
}

var _ plan.Node
