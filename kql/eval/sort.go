package eval

import (
	"container/heap"
	"context"
	"io"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// runRows is how many rows are sorted at once; sorted runs are merged. It bounds how
// long a sort does not look at its context.
const runRows = 1 << 15

// sortRun is some rows and their keys, in order.
type sortRun struct {
	rows *table.Batch
	keys []table.Vec
	at   int // next row to give
	nth  int // of the runs: earlier rows are in earlier runs
}

func (r *run) openSort(ctx context.Context, n *plan.Sort, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	o, err := newOrder(n.Keys)
	if err != nil {
		return nil, err
	}
	held, x := r.holding(), r.exprs(sc)
	return later(n.Schema(), in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		m := &runMerge{order: o, schema: n.Schema()}
		part := table.NewBatch(in.Schema())
		flush := func() error {
			x.bind(part)
			keys, err := keysOf(ctx, x, n.Keys)
			if err != nil {
				return err
			}
			idx := o.sorted(keys, part.Rows)
			s := &sortRun{rows: part.Gather(idx), keys: make([]table.Vec, len(keys)), nth: len(m.runs)}
			for i, k := range keys {
				s.keys[i] = k.Gather(idx)
				if err := held.add(0, table.VecBytes(k)); err != nil {
					return err
				}
			}
			m.runs = append(m.runs, s)
			part = table.NewBatch(in.Schema())
			return nil
		}
		err := each(ctx, in, func(b *table.Batch) error {
			if err := held.add(int64(b.Rows), b.Bytes()); err != nil {
				return err
			}
			extendBatch(part, b)
			if part.Rows >= runRows {
				return flush()
			}
			return nil
		})
		if err == nil && part.Rows > 0 {
			err = flush()
		}
		if err != nil {
			return nil, err
		}
		if len(m.runs) == 1 {
			return batches(m.runs[0].rows), nil
		}
		heap.Init(m)
		return m.next, nil
	}), nil
}

// runMerge is a heap of runs by their next rows.
type runMerge struct {
	order  order
	schema *table.Schema
	runs   []*sortRun
}

func (m *runMerge) Len() int      { return len(m.runs) }
func (m *runMerge) Swap(i, j int) { m.runs[i], m.runs[j] = m.runs[j], m.runs[i] }
func (m *runMerge) Push(x any)    { m.runs = append(m.runs, x.(*sortRun)) }
func (m *runMerge) Pop() any {
	last := m.runs[len(m.runs)-1]
	m.runs = m.runs[:len(m.runs)-1]
	return last
}

func (m *runMerge) Less(i, j int) bool {
	a, b := m.runs[i], m.runs[j]
	if c := m.order.compare(a.keys, a.at, b.keys, b.at); c != 0 {
		return c < 0
	}
	return a.nth < b.nth
}

// next gives the next rows of all runs.
func (m *runMerge) next(context.Context) (*table.Batch, error) {
	if len(m.runs) == 0 {
		return nil, io.EOF
	}
	out := table.NewBatch(m.schema)
	for out.Rows < batchRows && len(m.runs) > 0 {
		s := m.runs[0]
		from := s.at
		// As long as the first run stays first its rows go out together.
		for {
			s.at++
			if s.at == s.rows.Rows {
				heap.Pop(m)
				break
			}
			heap.Fix(m, 0)
			if m.runs[0] != s || s.at-from+out.Rows >= batchRows {
				break
			}
		}
		extendBatch(out, s.rows.Slice(from, s.at))
	}
	return out, nil
}
