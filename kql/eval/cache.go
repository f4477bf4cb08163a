package eval

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// cached is rows that are computed once; nil until then.
type cached struct{ rows *table.Batch }

// openCache reads its input at the first Next of the first Cache with its ID, and
// holds the rows until the run ends.
func (r *run) openCache(_ context.Context, n *plan.Cache, sc *scope) (table.Reader, error) {
	caches := r.caches
	if home := sc.home(n.In); home != nil {
		if home.caches == nil {
			home.caches = map[int]*cached{}
		}
		caches = home.caches
	}
	c := caches[n.ID]
	if c == nil {
		c = &cached{}
		caches[n.ID] = c
	}
	var next func(context.Context) (*table.Batch, error)
	return &stream{schema: n.Schema(), next: func(ctx context.Context) (*table.Batch, error) {
		if c.rows == nil {
			if err := c.fill(ctx, r, n.In, sc); err != nil {
				return nil, err
			}
		}
		if next == nil {
			next = batches(c.rows)
		}
		return next(ctx)
	}}, nil
}

func (c *cached) fill(ctx context.Context, r *run, n plan.Node, sc *scope) (err error) {
	in, err := r.open(ctx, n, sc)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := in.Close(); err == nil {
			err = cerr
		}
	}()
	rows, err := r.holding().all(ctx, in)
	if err == nil {
		c.rows = rows
	}
	return err
}
