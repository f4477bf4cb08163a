package eval

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openTopNested holds all rows: each level looks again at the rows of each value of
// the level before.
func (r *run) openTopNested(ctx context.Context, n *plan.TopNested, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	t := &nester{r: r, n: n, sc: sc, held: r.holding()}
	return later(n.Schema(), in, t.held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		all, err := t.held.all(ctx, in)
		if err != nil {
			return nil, err
		}
		t.out = table.NewBatch(n.Schema())
		if err := t.level(ctx, 0, all, nil); err != nil {
			return nil, err
		}
		return batches(t.out), nil
	}), nil
}

type nester struct {
	r    *run
	n    *plan.TopNested
	sc   *scope
	held *holding
	out  *table.Batch
}

// level adds the rows for level k, of which prefix has the values of the levels
// before and rows those that have these.
func (t *nester) level(ctx context.Context, k int, rows *table.Batch, prefix []table.Value) error {
	if k == len(t.n.Levels) {
		t.out.AppendRow(prefix...)
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	l := &t.n.Levels[k]
	x := t.r.exprs(t.sc)
	x.bind(rows)
	value, err := x.eval(ctx, l.Value.Expr)
	if err != nil {
		return err
	}
	g := newGrouper([]table.Type{value.Type()})
	parts := rowsOf(g, []table.Vec{value}, rows.Rows)
	scores, err := t.scores(ctx, l, x, g)
	if err != nil {
		return err
	}
	o, err := newOrder([]plan.SortKey{{Expr: l.Agg.Expr, Desc: l.Desc, NullsFirst: !l.Desc}})
	if err != nil {
		return err
	}
	best := o.sorted([]table.Vec{scores}, len(parts))
	rest := best[:0]
	if l.N != nil {
		n, err := t.r.constant(ctx, l.N, t.sc)
		if err != nil {
			return err
		}
		kept, _ := n.(int64) // null: none
		kept = max(0, min(kept, int64(len(best))))
		best, rest = best[:kept], best[kept:]
	}
	for _, i := range best {
		row := t.row(l, prefix, g.keys.Vecs[0].At(i), scores.At(i))
		if err := t.level(ctx, k+1, rows.Gather(parts[i]), row); err != nil {
			return err
		}
	}
	if l.Others == nil || len(rest) == 0 {
		return nil
	}
	var others []int
	for _, i := range rest {
		others = append(others, parts[i]...)
	}
	return t.others(ctx, k, rows.Gather(others), prefix)
}

// others adds the one row of all values that are not among the best of level k.
func (t *nester) others(ctx context.Context, k int, rows *table.Batch, prefix []table.Value) error {
	for ; k < len(t.n.Levels); k++ {
		l := &t.n.Levels[k]
		x := t.r.exprs(t.sc)
		x.bind(rows)
		var name table.Value
		if l.Others != nil {
			var err error
			if name, err = t.r.constant(ctx, l.Others, t.sc); err != nil {
				return err
			}
		}
		g := newGrouper(nil)
		g.groups(nil, rows.Rows)
		scores, err := t.scores(ctx, l, x, g)
		if err != nil {
			return err
		}
		prefix = t.row(l, prefix, name, scores.At(0))
	}
	t.out.AppendRow(prefix...)
	return nil
}

func (t *nester) row(l *plan.NestedLevel, prefix []table.Value, value, score table.Value) []table.Value {
	row := append(prefix[:len(prefix):len(prefix)], value)
	if !l.HideAgg {
		row = append(row, score)
	}
	return row
}

// scores computes the aggregate of each group of the rows that x is bound to.
func (t *nester) scores(ctx context.Context, l *plan.NestedLevel, x *exprs, g *grouper) (table.Vec, error) {
	held := t.r.holding()
	defer held.release()
	aggs, err := newAggregation(ctx, l.Calls, held)
	if err != nil {
		return nil, err
	}
	if err := aggs.add(ctx, x, g.ids[:x.batch.Rows], g.len()); err != nil {
		return nil, err
	}
	cols, err := aggs.results(ctx)
	if err != nil {
		return nil, err
	}
	over := t.r.exprs(t.sc)
	over.bind(&table.Batch{Schema: &table.Schema{}, Vecs: cols, Rows: g.len()})
	return over.eval(ctx, l.Agg.Expr)
}
