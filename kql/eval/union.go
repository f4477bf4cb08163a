package eval

import (
	"context"
	"io"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openUnion gives the rows of one input after the other; each is opened when it is
// its turn.
func (r *run) openUnion(_ context.Context, n *plan.Union, sc *scope) (table.Reader, error) {
	schema := n.Schema()
	var in table.Reader
	at := 0
	closeIn := func() error {
		if in == nil {
			return nil
		}
		err := in.Close()
		in = nil
		return err
	}
	return &stream{
		schema: schema,
		next: func(ctx context.Context) (*table.Batch, error) {
			for {
				if in == nil {
					if at == len(n.Ins) {
						return nil, io.EOF
					}
					var err error
					if in, err = r.open(ctx, n.Ins[at], sc); err != nil {
						return nil, err
					}
					at++
				}
				b, err := in.Next(ctx)
				if err == io.EOF {
					if err := closeIn(); err != nil {
						return nil, err
					}
					continue
				}
				if err != nil {
					return nil, err
				}
				return &table.Batch{Schema: schema, Vecs: b.Vecs, Rows: b.Rows}, nil
			}
		},
		close: closeIn,
	}, nil
}
