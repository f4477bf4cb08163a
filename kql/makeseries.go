package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) makeSeries(op *syntax.MakeSeries, in *rel) *rel {
	ps := b.opParams(op.Params, "kind")
	f := row(in)
	by := newProjection()
	for _, x := range op.By {
		b.item(f, by, x, plain, "")
	}
	m := &seriesMaking{
		b: b, f: f, names: newProjection(),
		n: &plan.MakeSeries{In: in.node, By: by.cols, NonEmpty: b.word(ps, "kind", "nonempty") != ""},
	}
	m.names.declared = by.declared
	for _, k := range by.cols {
		m.names.add(k.Name, k.Expr, false)
	}
	m.aggs = b.aggregateFrame(f, nil)
	for _, a := range op.Aggs {
		m.agg(a)
	}
	if !m.axis(op) {
		return badRel()
	}
	if b.len() > 0 {
		r := badRel(m.schema()...)
		r.bad = in.bad
		return r
	}
	if !m.direct() {
		m.byBins(op)
	}
	return &rel{node: m.n, cols: m.n.Schema().Cols, bad: in.bad, open: in.open}
}

// seriesMaking is a make-series being bound.
type seriesMaking struct {
	b     *binder
	f     *frame
	n     *plan.MakeSeries
	names *projection
	aggs  *frame
	exprs []plan.Named // what is to be a series: over the aggregates' results
}

// schema is the result's columns.
func (m *seriesMaking) schema() []table.Column {
	var cols []table.Column
	for i, c := range m.names.cols {
		t := table.Dynamic
		if i < len(m.n.By) {
			t = c.Expr.Type()
		}
		cols = append(cols, table.Column{Name: c.Name, Type: t})
	}
	return cols
}

// agg binds "a = sum(x) default=0".
func (m *seriesMaking) agg(a *syntax.SeriesAgg) {
	before := len(m.names.cols)
	m.b.item(m.aggs, m.names, a.X, plain, "")
	for _, c := range m.names.cols[before:] {
		s := plan.SeriesAgg{Name: c.Name}
		if !isBad(c.Expr) {
			s.Default = m.b.seriesDefault(a, c.Expr.Type())
		}
		m.n.Aggs = append(m.n.Aggs, s)
		m.exprs = append(m.exprs, plan.Named{Name: s.Name, Expr: c.Expr})
	}
}

// axis binds "on t from a to b step c"; it reports false if there is no axis.
func (m *seriesMaking) axis(op *syntax.MakeSeries) bool {
	b, n := m.b, m.n
	before := len(m.names.cols)
	b.item(m.f, m.names, op.On, plain, "")
	if len(m.names.cols) == before {
		return false
	}
	n.Axis = m.names.cols[before]
	if m.f.in.open && n.Axis.Expr.Type() == table.Dynamic {
		n.Axis.Expr = b.cast(op.On, n.Axis.Expr, table.Datetime)
	}
	from, to, step := op.From, op.To, op.Step
	if len(op.InRange) > 0 {
		if len(op.InRange) != 3 {
			b.fail(op, codeArgs, "in range(…) takes 3 arguments")
			return false
		}
		from, to, step = op.InRange[0], op.InRange[1], op.InRange[2]
		n.ToIncluded = true
	}
	t := n.Axis.Expr.Type()
	if t != 0 && t != table.Datetime && t != table.Timespan && !t.Numeric() {
		b.fail(op.On, codeType, "the axis of a series must be a number, a datetime or a timespan, not %s", t)
		t = 0
	}
	n.From, n.To = b.bound(from, t), b.bound(to, t)
	if step == nil {
		b.fail(op, "KS006", "a series needs a step")
		return true
	}
	if t == table.Datetime {
		t = table.Timespan
	}
	n.Step = b.bound(step, t)
	if l, ok := n.Step.(*plan.Lit); ok && l.Of != 0 && (l.Value == nil || isZero(l.Value)) {
		b.fail(step, codeType, "the step of a series cannot be zero")
	}
	return true
}

// direct takes the aggregates as they are, if each series is the result of one; it
// reports false if not.
func (m *seriesMaking) direct() bool {
	calls := m.aggs.agg.calls
	for i, e := range m.exprs {
		c, ok := e.Expr.(*plan.Col)
		if !ok || c.Index >= len(calls) || len(calls[c.Index].Names) != 1 || countOuts(calls[:c.Index]) != c.Index {
			return false
		}
		m.n.Aggs[i].Call = calls[c.Index].Call
	}
	return true
}

// byBins computes expressions around aggregates: it groups the rows by bins first,
// and the series then take the one value of each bin.
func (m *seriesMaking) byBins(op *syntax.MakeSeries) {
	b, n := m.b, m.n
	bin := plan.Expr(nil)
	if n.From != nil {
		bin = b.function(op, "bin_at", n.Axis.Expr, n.Step, n.From)
	} else {
		bin = b.function(op, "bin", n.Axis.Expr, n.Step)
	}
	keys := append(append([]plan.Named(nil), n.By...), plan.Named{Name: n.Axis.Name, Expr: bin})
	shift := len(keys)
	cols := make([]plan.Named, 0, shift+len(m.exprs))
	for i, k := range keys {
		cols = append(cols, plan.Named{Name: k.Name, Expr: &plan.Col{Index: i, Of: k.Expr.Type()}})
	}
	for i, e := range m.exprs {
		cols = append(cols, plan.Named{Name: e.Name, Expr: plan.RewriteExpr(e.Expr, func(e plan.Expr) plan.Expr {
			if c, ok := e.(*plan.Col); ok {
				return &plan.Col{Index: c.Index + shift, Of: c.Of}
			}
			return e
		})})
		n.Aggs[i].Call = b.aggregateCall(op, "take_any", &plan.Col{Index: shift + i, Of: e.Expr.Type()})
	}
	n.In = &plan.Project{In: &plan.Summarize{In: n.In, Keys: keys, Aggs: m.aggs.agg.calls}, Cols: cols}
	for i, k := range n.By {
		n.By[i].Expr = &plan.Col{Index: i, Of: k.Expr.Type()}
	}
	n.Axis.Expr = &plan.Col{Index: shift - 1, Of: bin.Type()}
}

// len is how many mistakes there are.
func (b *binder) len() int { return len(b.errs) + b.muted }

// bound binds a constant of the axis' type; nil if there is none.
func (b *binder) bound(x syntax.Expr, t table.Type) plan.Expr {
	if x == nil {
		return nil
	}
	e := b.expr(noRow(), x)
	if isBad(e) || t == 0 {
		return bad
	}
	if e.Type() != t && !(e.Type().Numeric() && t.Numeric()) && e.Type() != table.Dynamic {
		b.fail(x, codeType, "a value of type %s is expected here, not %s", t, e.Type())
		return bad
	}
	return b.cast(x, e, t)
}

// seriesDefault is the value of an empty bin: zero if nothing else is said.
func (b *binder) seriesDefault(a *syntax.SeriesAgg, t table.Type) plan.Expr {
	if a.Default == nil {
		if t.Numeric() {
			return b.cast(a, &plan.Lit{Value: int64(0), Of: table.Long}, t)
		}
		return nullOf(t)
	}
	d := b.expr(noRow(), a.Default)
	if isBad(d) {
		return bad
	}
	if !isConst(d) {
		b.fail(a.Default, codeConstant, "the default must be a constant")
	}
	if d.Type() != t && !(d.Type().Numeric() && t.Numeric()) {
		if l, ok := d.(*plan.Lit); !ok || l.Value != nil {
			b.fail(a.Default, codeType, "a value of type %s is expected here, not %s", t, d.Type())
			return bad
		}
	}
	return b.cast(a.Default, d, t)
}
