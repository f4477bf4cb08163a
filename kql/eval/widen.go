package eval

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openWiden(ctx context.Context, n *plan.Widen, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	return mapped(n.Table, in, func(_ context.Context, b *table.Batch) (*table.Batch, error) {
		out := &table.Batch{Schema: n.Table, Vecs: make([]table.Vec, len(n.Table.Cols)), Rows: b.Rows}
		for i, v := range b.Vecs {
			out.Vecs[n.To[i]] = v
		}
		none := map[table.Type]table.Vec{}
		for i, c := range n.Table.Cols {
			if out.Vecs[i] != nil {
				continue
			}
			if none[c.Type] == nil {
				none[c.Type] = table.Repeat(c.Type, nil, b.Rows)
			}
			out.Vecs[i] = none[c.Type]
		}
		return out, nil
	}), nil
}
