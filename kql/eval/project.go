package eval

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openProject(ctx context.Context, n *plan.Project, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	x, schema := r.exprs(sc), n.Schema()
	project := func(ctx context.Context, b *table.Batch) (*table.Batch, error) {
		x.bind(b)
		out := &table.Batch{Schema: schema, Vecs: make([]table.Vec, len(n.Cols)), Rows: b.Rows}
		for i, c := range n.Cols {
			v, err := x.eval(ctx, c.Expr)
			if err != nil {
				return nil, err
			}
			out.Vecs[i] = v
		}
		return out, nil
	}
	if !n.Window {
		return mapped(schema, in, project), nil
	}
	held := r.holding()
	return later(schema, in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		all, err := held.all(ctx, in)
		if err != nil {
			return nil, err
		}
		out, err := project(ctx, all)
		if err != nil {
			return nil, err
		}
		return batches(out), nil
	}), nil
}
