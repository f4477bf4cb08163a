package eval

import (
	"context"
	"math"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openTop keeps a little more than the best N rows, and sorts and cuts them when
// there are too many.
func (r *run) openTop(ctx context.Context, n *plan.Top, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	o, err := newOrder(n.Keys)
	if err != nil {
		return nil, err
	}
	limit := int(max(0, min(n.N, math.MaxInt/4)))
	held, x := r.holding(), r.exprs(sc)
	return later(n.Schema(), in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		best := table.NewBatch(in.Schema())
		cut := func() error {
			x.bind(best)
			keys, err := keysOf(ctx, x, n.Keys)
			if err != nil {
				return err
			}
			idx := o.sorted(keys, best.Rows)
			best = best.Gather(idx[:min(limit, len(idx))])
			held.release()
			return held.add(int64(best.Rows), best.Bytes())
		}
		err := few(ctx, in, held, limit, func(b *table.Batch) int {
			extendBatch(best, b)
			return best.Rows
		}, cut)
		if err != nil {
			return nil, err
		}
		return batches(best), nil
	}), nil
}

// few reads in. add keeps the rows of a batch and returns how many are kept; cut brings
// these down to the limit whenever they are many more, and at the end.
func few(ctx context.Context, in table.Reader, held *holding, limit int, add func(*table.Batch) int, cut func() error) error {
	err := each(ctx, in, func(b *table.Batch) error {
		if limit == 0 {
			return nil
		}
		if err := held.add(int64(b.Rows), b.Bytes()); err != nil {
			return err
		}
		if add(b) >= 2*limit+runRows {
			return cut()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return cut()
}
