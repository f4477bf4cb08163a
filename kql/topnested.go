package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) topNested(op *syntax.TopNested, in *rel) *rel {
	n := &plan.TopNested{In: in.node}
	names := uniqueNames{}
	broken := false
	for _, l := range op.Levels {
		level, ok := b.nestedLevel(in, names, l)
		broken = broken || !ok
		n.Levels = append(n.Levels, level)
	}
	if broken {
		var cols []table.Column
		for _, l := range n.Levels {
			cols = append(cols, table.Column{Name: l.Value.Name}, table.Column{Name: l.Agg.Name})
		}
		return badRel(cols...)
	}
	r := newRel(n)
	r.bad = in.bad
	return r
}

// nestedLevel binds "N of X with others = y by agg desc".
func (b *binder) nestedLevel(in *rel, names uniqueNames, l *syntax.NestedLevel) (plan.NestedLevel, bool) {
	level := plan.NestedLevel{Desc: true}
	if l.N != nil {
		level.N = b.rowCountExpr(l.N)
	}
	f := row(in)
	of, given := l.Of, ""
	if n, ok := of.(*syntax.Named); ok && len(n.Names) == 1 {
		of, given = n.X, n.Names[0].Text
	}
	if given == "" {
		if given = b.itemName(f, of); given == "" {
			given = b.unnamedColumn(f, plain)
		}
	}
	name := names.get(given)
	level.Value = plan.Named{Name: name, Expr: b.expr(f, of)}
	if l.Others != nil {
		level.Others = b.cast(l.Others, b.expr(noRow(), l.Others), max(level.Value.Expr.Type(), 1))
	}
	level.Desc = l.By.Dir != "asc"
	by, aggName := l.By.X, "aggregated_"+name
	if n, ok := by.(*syntax.Named); ok && len(n.Names) == 1 {
		by, aggName = n.X, n.Names[0].Text
	}
	aggs := b.aggregateFrame(f, nil)
	level.Agg = plan.Named{Name: names.get(aggName), Expr: b.expr(aggs, by)}
	if isBad(level.Value.Expr) || isBad(level.Agg.Expr) {
		return level, false
	}
	if len(aggs.agg.calls) == 0 {
		b.fail(by, codeAggregate, "an aggregate is expected here")
		return level, false
	}
	for _, c := range aggs.agg.calls {
		level.Calls = append(level.Calls, c.Call)
	}
	return level, true
}

// topHitters keeps the most frequent values, or those with the largest sums. Counts
// are exact.
func (b *binder) topHitters(op *syntax.TopHitters, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	p := newProjection()
	b.item(f, p, op.Of, plain, "")
	if len(p.cols) == 0 {
		return badRel()
	}
	ofName := b.resultName(f, op.Of)
	name, call := "approximate_count_"+ofName, b.countCall(op)
	if op.By != nil {
		name = "approximate_sum_" + b.resultName(f, op.By)
		call = b.sumCall(f, op.By)
	}
	if call == nil {
		return badRel()
	}
	s := &plan.Summarize{In: in.node, Keys: p.cols[:1], Aggs: []plan.Agg{{Names: []string{newNames(p.cols[:1]).get(name)}, Call: call}}}
	key := plan.SortKey{Expr: &plan.Col{Index: 1, Of: call.Ret}, Desc: true}
	counted := newRel(s)
	counted.bad = in.bad
	return b.firstBy(counted, []plan.SortKey{key}, op.N)
}

// sumCall makes sum(x) over f's rows.
func (b *binder) sumCall(f *frame, x syntax.Expr) *plan.Call {
	e := b.expr(f, x)
	if isBad(e) {
		return nil
	}
	if f.in.open && e.Type() == table.Dynamic {
		e = b.cast(x, e, table.Real)
	}
	return b.aggregateCall(x, "sum", e)
}

// newNames returns the names that columns have.
func newNames(cols []plan.Named) uniqueNames {
	u := uniqueNames{}
	for _, c := range cols {
		u[c.Name] = 0
	}
	return u
}
