package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// partition runs a subquery on the rows of each value of a column. In braces the
// subquery is a query of its own, which knows the column's value by its name.
func (b *binder) partition(op *syntax.Partition, in *rel) *rel {
	b.opParams(op.Params)
	if op.Scope != nil {
		b.refused(op, "partition … in")
		return badRel()
	}
	n := &plan.Partition{In: in.node, ID: b.id()}
	n.By = b.expr(row(in), op.By)
	if !isBad(n.By) {
		if _, ok := n.By.(*plan.Col); !ok {
			b.fail(op.By, codeColumn, "a column's name is expected here")
		}
		b.notDynamic(in, op.By, n.By)
	}
	sub := in.from(&plan.SubInput{ID: n.ID, Table: &table.Schema{Cols: in.cols}})
	var out *rel
	if name, ok := op.By.(*syntax.Name); ok && op.Braces {
		done := b.push(b.scope)
		value := &plan.Scalar{Root: &plan.Limit{In: pick(sub, []int{max(in.index(name.Text), 0)}).node, N: 1}, Of: n.By.Type()}
		b.scope.names[name.Text] = &binding{expr: value}
		out = b.query(op.Sub)
		done()
	} else {
		out = b.subquery(op.Sub, sub)
	}
	n.Sub = out.node
	r := &rel{node: n, cols: out.cols, bad: in.bad || out.bad, open: in.open || out.open}
	return r
}
