package eval

import (
	"context"
	"io"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openPartition runs the subplan for one group of rows after the other, in the order
// in which the groups first came.
func (r *run) openPartition(ctx context.Context, n *plan.Partition, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	held, x, schema := r.holding(), r.exprs(sc), n.Schema()
	var sub table.Reader
	closeSub := func() error {
		if sub == nil {
			return nil
		}
		err := sub.Close()
		sub = nil
		return err
	}
	out := later(schema, in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		all, err := held.all(ctx, in)
		if err != nil {
			return nil, err
		}
		x.bind(all)
		key, err := x.eval(ctx, n.By)
		if err != nil {
			return nil, err
		}
		parts := rowsOf(newGrouper([]table.Type{n.By.Type()}), []table.Vec{key}, all.Rows)
		at := 0
		return func(ctx context.Context) (*table.Batch, error) {
			for {
				if sub != nil {
					b, err := sub.Next(ctx)
					if err == nil {
						return &table.Batch{Schema: schema, Vecs: b.Vecs, Rows: b.Rows}, nil
					}
					if err != io.EOF {
						return nil, err
					}
					if err := closeSub(); err != nil {
						return nil, err
					}
				}
				if at == len(parts) {
					return nil, io.EOF
				}
				if sub, err = r.open(ctx, n.Sub, newScope(n.ID, all.Gather(parts[at]), sc)); err != nil {
					return nil, err
				}
				at++
			}
		}, nil
	})
	return &stream{schema: schema, next: out.Next, close: func() error {
		err := closeSub()
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		return err
	}}, nil
}

// rowsOf lists the rows of each group of keys.
func rowsOf(g *grouper, keys []table.Vec, rows int) [][]int {
	ids := g.groups(keys, rows)
	out := make([][]int, g.len())
	for i, id := range ids {
		out[id] = append(out[id], i)
	}
	return out
}
