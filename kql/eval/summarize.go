package eval

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// accBytes is roughly what an accumulator takes before it grows.
const accBytes = 64

func (r *run) openSummarize(ctx context.Context, n *plan.Summarize, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	calls := make([]*plan.Call, len(n.Aggs))
	for i, a := range n.Aggs {
		calls[i] = a.Call
	}
	held, x := r.holding(), r.exprs(sc)
	return later(n.Schema(), in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		keyExprs, types := namedExprs(n.Keys)
		g := newGrouper(types)
		aggs, err := newAggregation(ctx, calls, held)
		if err != nil {
			return nil, err
		}
		err = each(ctx, in, func(b *table.Batch) error {
			x.bind(b)
			keys, err := x.evalAll(ctx, keyExprs)
			if err != nil {
				return err
			}
			rows, bytes := g.len(), g.bytes
			ids := g.groups(keys, b.Rows)
			if err := held.add(int64(g.len()-rows), g.bytes-bytes); err != nil {
				return err
			}
			return aggs.add(ctx, x, ids, g.len())
		})
		if err != nil {
			return nil, err
		}
		if len(n.Keys) == 0 {
			g.keys.Rows = 1
			if err := aggs.grow(1); err != nil {
				return nil, err
			}
		}
		out := &table.Batch{Schema: n.Schema(), Vecs: append([]table.Vec{}, g.keys.Vecs...), Rows: g.keys.Rows}
		cols, err := aggs.results(ctx)
		if err != nil {
			return nil, err
		}
		out.Vecs = append(out.Vecs, cols...)
		return batches(out), nil
	}), nil
}

func namedExprs(cols []plan.Named) ([]plan.Expr, []table.Type) {
	es, ts := make([]plan.Expr, len(cols)), make([]table.Type, len(cols))
	for i, c := range cols {
		es[i], ts[i] = c.Expr, c.Expr.Type()
	}
	return es, ts
}

// aggregation is the accumulators of some aggregate calls for numbered groups.
type aggregation struct {
	calls []*plan.Call
	accs  [][]fn.Accumulator // by call, then group
	sized []bool             // by call
	held  *holding
	work  *table.Work
}

func newAggregation(ctx context.Context, calls []*plan.Call, held *holding) (*aggregation, error) {
	a := &aggregation{work: table.NewWork(ctx), calls: calls, accs: make([][]fn.Accumulator, len(calls)), sized: make([]bool, len(calls)), held: held}
	for i, c := range calls {
		if c.Over.Agg == nil {
			return nil, fmt.Errorf("eval: %s is not an aggregate", c.Func.Name)
		}
		_, a.sized[i] = c.Over.Agg().(fn.Sized)
	}
	return a, nil
}

// grow makes accumulators for so many groups.
func (a *aggregation) grow(groups int) error {
	for i, c := range a.calls {
		more := groups - len(a.accs[i])
		if more <= 0 {
			continue
		}
		if err := a.held.add(0, int64(more)*accBytes); err != nil {
			return err
		}
		for range more {
			acc := c.Over.Agg()
			if long, ok := acc.(fn.Long); ok {
				long.Within(a.work)
			}
			a.accs[i] = append(a.accs[i], acc)
		}
	}
	return nil
}

// add gives the rows of x's batch to the groups that ids says; a negative id is no
// group.
func (a *aggregation) add(ctx context.Context, x *exprs, ids []int, groups int) error {
	if err := a.grow(groups); err != nil {
		return err
	}
	for c, call := range a.calls {
		args, err := x.evalAll(ctx, call.Args)
		if err != nil {
			return err
		}
		accs := a.accs[c]
		if a.sized[c] {
			if err := a.addSized(ctx, accs, args, ids); err != nil {
				return fmt.Errorf("%s: %w", call.Func.Name, err)
			}
			continue
		}
		for row, id := range ids {
			if id < 0 {
				continue
			}
			if err := accs[id].Add(args, row); err != nil {
				return fmt.Errorf("%s: %w", call.Func.Name, err)
			}
		}
	}
	return nil
}

func (a *aggregation) addSized(ctx context.Context, accs []fn.Accumulator, args []table.Vec, ids []int) error {
	var grown int64
	for row, id := range ids {
		if id < 0 {
			continue
		}
		acc := accs[id].(fn.Sized)
		before := acc.Bytes()
		if err := acc.Add(args, row); err != nil {
			return err
		}
		grown += acc.Bytes() - before
		if row%256 == 255 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := a.held.add(0, grown); err != nil {
				return err
			}
			grown = 0
		}
	}
	return a.held.add(0, grown)
}

// results gives the columns of all calls, a row for each group.
func (a *aggregation) results(ctx context.Context) ([]table.Vec, error) {
	var out []table.Vec
	for c, call := range a.calls {
		types := call.OutTypes()
		cols := make([]table.Vec, len(types))
		for i, t := range types {
			cols[i] = table.NewVec(t, len(a.accs[c]))
		}
		for g, acc := range a.accs[c] {
			if g%1024 == 0 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
			vals := acc.Result()
			if len(vals) != 0 && len(vals) != len(types) {
				return nil, fmt.Errorf("%w: %s gave %d results, not %d", ErrInternal, call.Func.Name, len(vals), len(types))
			}
			for i := range cols {
				if len(vals) == 0 {
					table.Append(cols[i], nil)
				} else {
					table.Append(cols[i], vals[i])
				}
			}
		}
		out = append(out, cols...)
	}
	return out, nil
}
