package eval

import (
	"context"
	"io"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openLimit(ctx context.Context, n *plan.Limit, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	left := n.N
	return &stream{
		schema: n.Schema(),
		next: func(ctx context.Context) (*table.Batch, error) {
			if left <= 0 {
				return nil, io.EOF
			}
			b, err := in.Next(ctx)
			if err != nil {
				return nil, err
			}
			if int64(b.Rows) > left {
				b = b.Slice(0, int(left))
			}
			left -= int64(b.Rows)
			return b, nil
		},
		close: in.Close,
	}, nil
}
