package eval

import (
	"context"
	"io"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openCoPartition runs the subplan for one value after the other, in the order in
// which the values first came.
func (r *run) openCoPartition(_ context.Context, n *plan.CoPartition, sc *scope) (table.Reader, error) {
	held, schema := r.holding(), n.Schema()
	var parts []*scope
	var sub table.Reader
	at, ready := 0, false
	closeSub := func() error {
		if sub == nil {
			return nil
		}
		err := sub.Close()
		sub = nil
		return err
	}
	return &stream{
		schema: schema,
		next: func(ctx context.Context) (*table.Batch, error) {
			if !ready {
				var err error
				if parts, err = r.coPartitions(ctx, n, sc, held); err != nil {
					return nil, err
				}
				ready = true
			}
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
				var err error
				if sub, err = r.open(ctx, n.Sub, parts[at]); err != nil {
					return nil, err
				}
				at++
			}
		},
		close: func() error { held.release(); return closeSub() },
	}, nil
}

// coPartitions reads all inputs and makes a scope of each value's rows.
func (r *run) coPartitions(ctx context.Context, n *plan.CoPartition, sc *scope, held *holding) ([]*scope, error) {
	g := newGrouper([]table.Type{n.Ins[0].Schema().Cols[n.By[0]].Type})
	rows := make([]*table.Batch, len(n.Ins))
	byValue := make([][][]int, len(n.Ins)) // by input, then value: rows
	for i, node := range n.Ins {
		in, err := r.open(ctx, node, sc)
		if err != nil {
			return nil, err
		}
		rows[i], err = held.all(ctx, in)
		if cerr := in.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return nil, err
		}
		ids := g.groups([]table.Vec{castVec(rows[i].Vecs[n.By[i]], g.types[0])}, rows[i].Rows)
		byValue[i] = make([][]int, g.len())
		for row, id := range ids {
			byValue[i][id] = append(byValue[i][id], row)
		}
	}
	parts := make([]*scope, g.len())
	for v := range parts {
		s := sc
		for i := range n.Ins {
			var idx []int
			if v < len(byValue[i]) {
				idx = byValue[i][v]
			}
			s = newScope(n.IDs[i], rows[i].Gather(idx), s)
		}
		parts[v] = s
	}
	return parts, nil
}
