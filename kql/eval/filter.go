package eval

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openFilter(ctx context.Context, n *plan.Filter, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	x := r.exprs(sc)
	var idx []int
	return mapped(n.Schema(), in, func(ctx context.Context, b *table.Batch) (*table.Batch, error) {
		x.bind(b)
		v, err := x.eval(ctx, n.Cond)
		if err != nil {
			return nil, err
		}
		cond, ok := v.(*table.Of[bool])
		if !ok {
			return nil, fmt.Errorf("eval: a condition is %s, not bool", v.Type())
		}
		idx = idx[:0]
		for i, keep := range cond.Vals {
			if keep && (cond.Null == nil || !cond.Null[i]) {
				idx = append(idx, i)
			}
		}
		if len(idx) == b.Rows {
			return b, nil
		}
		return b.Gather(idx), nil
	}), nil
}
