package eval

import (
	"context"
	"io"
	"math"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openMvApply runs the subplan once for each row of its input.
func (r *run) openMvApply(ctx context.Context, n *plan.MvApply, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.Expand.In, sc)
	if err != nil {
		return nil, err
	}
	a := &applier{r: r, n: n, sc: sc, schema: n.Schema(), expanded: n.Expand.Schema(), in: in, x: r.exprs(sc)}
	return &stream{schema: a.schema, next: a.next, close: a.close}, nil
}

type applier struct {
	r                *run
	n                *plan.MvApply
	sc               *scope
	schema, expanded *table.Schema
	in               table.Reader
	x                *exprs
	e                *expander
	sub              table.Reader // of row
	row              int          // of e.in
}

func (a *applier) close() error {
	err := a.closeSub()
	if cerr := a.in.Close(); err == nil {
		err = cerr
	}
	return err
}

func (a *applier) closeSub() error {
	if a.sub == nil {
		return nil
	}
	err := a.sub.Close()
	a.sub = nil
	return err
}

func (a *applier) next(ctx context.Context) (*table.Batch, error) {
	out := table.NewBatch(a.schema)
	for out.Rows < batchRows {
		b, err := a.subBatch(ctx)
		if err == io.EOF {
			if out.Rows > 0 {
				return out, nil
			}
			return nil, io.EOF
		}
		if err != nil {
			return nil, err
		}
		row := make([]int, b.Rows)
		for i := range row {
			row[i] = a.row
		}
		for i, k := range a.n.Keep {
			extend(out.Vecs[i], a.e.in.Vecs[k].Gather(row))
		}
		for i, v := range b.Vecs {
			extend(out.Vecs[len(a.n.Keep)+i], v)
		}
		out.Rows += b.Rows
	}
	return out, nil
}

// subBatch returns the next batch of the subplan, of this row or of the next.
func (a *applier) subBatch(ctx context.Context) (*table.Batch, error) {
	for {
		if a.sub != nil {
			b, err := a.sub.Next(ctx)
			if err != io.EOF {
				return b, err
			}
			if err := a.closeSub(); err != nil {
				return nil, err
			}
		}
		for a.e == nil || a.e.row == a.e.in.Rows {
			b, err := a.in.Next(ctx)
			if err != nil {
				return nil, err
			}
			if a.e, err = newExpander(ctx, a.n.Expand, a.x, b); err != nil {
				return nil, err
			}
		}
		a.row = a.e.row
		rows := a.e.next(a.expanded, a.row+1, math.MaxInt)
		var err error
		if a.sub, err = a.r.open(ctx, a.n.Sub, newScope(a.n.ID, rows, a.sc)); err != nil {
			return nil, err
		}
	}
}
