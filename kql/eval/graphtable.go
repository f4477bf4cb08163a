package eval

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openGraphTable gives the nodes or the edges of a graph.
func (r *run) openGraphTable(_ context.Context, n *plan.GraphTable, sc *scope) (table.Reader, error) {
	held := r.holding()
	return r.afterGraph(n.Schema(), n.Graph, sc, held, func(_ context.Context, d *graphData) (func(context.Context) (*table.Batch, error), error) {
		ids := d.nodes.Vecs[len(n.Graph.NodeCols)+plan.GraphNodeID]
		out := &table.Batch{Schema: n.Schema(), Rows: d.nodes.Rows}
		if n.NodeID != "" {
			out.Vecs = append(out.Vecs, ids)
		}
		if n.SourceID != "" {
			out.Vecs = append(out.Vecs, ids.Gather(ints(d.src)))
		}
		if n.TargetID != "" {
			out.Vecs = append(out.Vecs, ids.Gather(ints(d.dst)))
		}
		if n.OfEdges {
			out.Vecs, out.Rows = append(out.Vecs, d.edges.Vecs[:len(n.Graph.EdgeCols())]...), d.edges.Rows
		} else {
			out.Vecs = append(out.Vecs, d.nodes.Vecs[:len(n.Graph.NodeCols)]...)
		}
		return batches(out), nil
	}, nil), nil
}

// afterGraph is a Reader that reads a graph at the first Next.
func (r *run) afterGraph(schema *table.Schema, g *plan.Graph, sc *scope, held *holding, start func(context.Context, *graphData) (func(context.Context) (*table.Batch, error), error), stop func()) table.Reader {
	var next func(context.Context) (*table.Batch, error)
	return &stream{
		schema: schema,
		next: func(ctx context.Context) (*table.Batch, error) {
			if next == nil {
				d, err := r.graph(ctx, g, sc, held)
				if err != nil {
					return nil, err
				}
				if next, err = start(ctx, d); err != nil {
					return nil, err
				}
			}
			return next(ctx)
		},
		close: func() error {
			if stop != nil {
				stop()
			}
			held.release()
			return nil
		},
	}
}

func ints(a []int32) []int {
	out := make([]int, len(a))
	for i, v := range a {
		out[i] = int(v)
	}
	return out
}
