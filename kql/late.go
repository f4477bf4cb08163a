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
func (b *binder) scan(op *syntax.Scan, in *rel) *rel {
	b.missing(opWord{op}, "scan")
	return badRel()
}
func (b *binder) macroExpand(op *syntax.MacroExpand) *rel {
	b.missing(op, "macro-expand")
	return badRel()
}
func (b *binder) entityGroup(x *syntax.EntityGroup) []*place {
	b.missing(x, "entity_group")
	return nil
}

var _ plan.Node
