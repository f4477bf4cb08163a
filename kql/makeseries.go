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
	n := &plan.MakeSeries{In: in.node, By: by.cols, NonEmpty: b.word(ps, "kind", "nonempty") != ""}
	names := newProjection()
	for _, k := range by.cols {
		names.add(k.Name, k.Expr, false)
	}
	for _, a := range op.Aggs {
		b.seriesAgg(n, names, f, a)
	}
	axis := newProjection()
	b.item(f, axis, op.On, plain, "")
	if len(axis.cols) == 0 {
		return badRel()
	}
	n.Axis = axis.cols[0]
	names.add(n.Axis.Name, n.Axis.Expr, false)
	n.Axis.Name = names.cols[len(names.cols)-1].Name
	from, to, step := op.From, op.To, op.Step
	if len(op.InRange) > 0 {
		if len(op.InRange) != 3 {
			b.fail(op, codeArgs, "in range(…) takes 3 arguments")
			return badRel()
		}
		from, to, step = op.InRange[0], op.InRange[1], op.InRange[2]
		n.ToIncluded = true
	}
	t := n.Axis.Expr.Type()
	if t != 0 && t != table.Datetime && t != table.Timespan && !t.Numeric() {
		b.fail(op.On, codeType, "the axis of a series must be a number, a datetime or a timespan, not %s", t)
		t = 0
	}
	if n.From, n.To = b.bound(from, t), b.bound(to, t); step != nil {
		st := t
		if t == table.Datetime {
			st = table.Timespan
		}
		n.Step = b.bound(step, st)
		if l, ok := n.Step.(*plan.Lit); ok && l.Of != 0 && (l.Value == nil || isZero(l.Value)) {
			b.fail(step, codeType, "the step of a series cannot be zero")
		}
	} else {
		b.fail(op, "KS006", "a series needs a step")
	}
	if b.len() > 0 {
		r := badRel(n.Schema().Cols...)
		r.bad = in.bad
		return r
	}
	return &rel{node: n, cols: n.Schema().Cols, bad: in.bad, open: in.open}
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

// seriesAgg adds an aggregate. It must be a plain call, for its value in an empty bin
// is known of that only.
func (b *binder) seriesAgg(n *plan.MakeSeries, names *projection, f *frame, a *syntax.SeriesAgg) {
	aggs := b.aggregateFrame(f, nil)
	out := newProjection()
	b.item(aggs, out, a.X, plain, "")
	for i, c := range out.cols {
		names.add(c.Name, c.Expr, false)
		s := plan.SeriesAgg{Name: names.cols[len(names.cols)-1].Name}
		if !isBad(c.Expr) {
			col, ok := c.Expr.(*plan.Col)
			if !ok || len(aggs.agg.calls) != 1 || len(out.cols) != 1 || col.Index != i {
				b.missing(a.X, "a series of an expression around an aggregate")
				continue
			}
			s.Call = aggs.agg.calls[0].Call
			s.Default = b.seriesDefault(a, c.Expr.Type())
		}
		n.Aggs = append(n.Aggs, s)
	}
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
