package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) take(op *syntax.Take, in *rel) *rel {
	b.opParams(op.Params)
	return b.first(in, op.N)
}

// first keeps as many rows as x says, which may be computed from data.
func (b *binder) first(in *rel, x syntax.Expr) *rel {
	n := b.rowCountExpr(x)
	if known, ok := n.(*plan.Lit); ok {
		return in.from(&plan.Limit{In: in.node, N: known.Value.(int64)})
	}
	number := plan.Named{Name: "$n", Expr: b.function(x, "row_number")}
	numbered := &plan.Project{In: in.node, Cols: append(in.all(), number), Window: true}
	within := b.operator(x, "<=", &plan.Col{Index: len(in.cols), Of: table.Long}, n)
	return in.from(&plan.Project{In: &plan.Filter{In: numbered, Cond: within}, Cols: in.all()})
}

// firstBy keeps as many rows as x says, by an order.
func (b *binder) firstBy(in *rel, keys []plan.SortKey, x syntax.Expr) *rel {
	if n := b.expr(noRow(), x); isComputed(n) {
		return b.first(in.from(&plan.Sort{In: in.node, Keys: keys}), x)
	}
	return in.from(&plan.Top{In: in.node, N: b.rowCount(x), Keys: keys})
}

// rowCountExpr binds a number of rows that may be computed from data; it is a literal if
// it is not.
func (b *binder) rowCountExpr(x syntax.Expr) plan.Expr {
	n := b.expr(noRow(), x)
	if t := n.Type(); isComputed(n) && (t == table.Long || t == table.Int) {
		return b.coerce(x, n, table.Long)
	}
	return &plan.Lit{Value: b.rowCount(x), Of: table.Long}
}

// isComputed reports whether an expression is a number that only the data tell.
func isComputed(e plan.Expr) bool {
	_, literal := e.(*plan.Lit)
	return !literal && !isPlaceholder(e)
}

func (b *binder) sample(op *syntax.Sample, in *rel) *rel {
	b.opParams(op.Params)
	if n := b.expr(noRow(), op.N); isComputed(n) {
		shuffled := in.from(&plan.Sort{In: in.node, Keys: []plan.SortKey{{Expr: b.function(op.N, "rand")}}})
		return b.first(shuffled, op.N)
	}
	return in.from(&plan.Sample{In: in.node, N: b.rowCount(op.N)})
}

func (b *binder) sampleDistinct(op *syntax.SampleDistinct, in *rel) *rel {
	b.opParams(op.Params)
	if _, ok := op.Of.(*syntax.Name); !ok {
		b.fail(op.Of, codeColumn, "a column's name is expected here")
		return badRel()
	}
	p := newProjection()
	b.item(row(in), p, op.Of, plain, "")
	for _, c := range p.cols {
		b.notDynamic(in, op.Of, c.Expr)
	}
	return b.first(newRel(&plan.Summarize{In: in.node, Keys: p.cols}), op.N)
}

// notDynamic reports an expression over in that must not be dynamic, and is.
func (b *binder) notDynamic(in *rel, at spot, e plan.Expr) {
	if l, ok := e.(*plan.Lit); ok && l.Value == nil || in.open {
		return
	}
	if e.Type() == table.Dynamic {
		b.failHint(at, "write tostring(…)", codeNotAllowed, "a value of type dynamic is not allowed here")
	}
}
