package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openSample keeps the N rows with the smallest of random numbers, which every row
// draws.
func (r *run) openSample(ctx context.Context, n *plan.Sample, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	limit := int(max(0, min(n.N, math.MaxInt/4)))
	held := r.holding()
	return later(n.Schema(), in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		kept := table.NewBatch(in.Schema())
		var draws []float64
		cut := func() error {
			idx := make([]int, len(draws))
			for i := range idx {
				idx[i] = i
			}
			slices.SortFunc(idx, func(i, j int) int {
				if draws[i] < draws[j] {
					return -1
				}
				return 1
			})
			idx = idx[:min(limit, len(idx))]
			slices.Sort(idx)
			was := draws
			draws = make([]float64, len(idx))
			for i, k := range idx {
				draws[i] = was[k]
			}
			kept = kept.Gather(idx)
			held.release()
			return held.add(int64(kept.Rows), kept.Bytes())
		}
		err := few(ctx, in, held, limit, func(b *table.Batch) int {
			extendBatch(kept, b)
			for range b.Rows {
				draws = append(draws, rand.Float64())
			}
			return kept.Rows
		}, cut)
		if err != nil {
			return nil, err
		}
		return batches(kept), nil
	}), nil
}
