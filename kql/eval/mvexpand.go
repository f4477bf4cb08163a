package eval

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openMvExpand(ctx context.Context, n *plan.MvExpand, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	x, schema := r.exprs(sc), n.Schema()
	var e *expander
	return &stream{
		schema: schema,
		next: func(ctx context.Context) (*table.Batch, error) {
			for {
				for e == nil || e.row == e.in.Rows {
					b, err := in.Next(ctx)
					if err != nil {
						return nil, err
					}
					if e, err = newExpander(ctx, n, x, b); err != nil {
						return nil, err
					}
				}
				if out := e.next(schema, e.in.Rows, batchRows); out.Rows > 0 {
					return out, nil
				}
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
		},
		close: in.Close,
	}, nil
}

// expander expands the rows of one batch, one after the other.
type expander struct {
	w      *table.Work
	n      *plan.MvExpand
	in     *table.Batch
	arrays []*table.Of[table.Dyn] // by column of n
	row    int                    // that comes next
	from   int64                  // element of row that comes next
	elems  [][]any                // of row, if from is not its first
	rows   int64                  // likewise, what it makes
}

func newExpander(ctx context.Context, n *plan.MvExpand, x *exprs, b *table.Batch) (*expander, error) {
	x.bind(b)
	e := &expander{w: table.NewWork(ctx), n: n, in: b, arrays: make([]*table.Of[table.Dyn], len(n.Cols))}
	for i, c := range n.Cols {
		v, err := x.eval(ctx, c.Expr)
		if err != nil {
			return nil, err
		}
		d, ok := v.(*table.Of[table.Dyn])
		if !ok {
			return nil, fmt.Errorf("eval: mv-expand of %s, not dynamic", v.Type())
		}
		e.arrays[i] = d
	}
	return e, nil
}

// expanding is about what an element takes, in steps.
const expanding = 256

// next expands rows before row end, until there are no more or about limit rows came
// of them.
func (e *expander) next(schema *table.Schema, end, limit int) *table.Batch {
	var idx []int
	var items []int64
	cols := make([]table.Vec, len(e.n.Cols))
	for i, c := range e.n.Cols {
		cols[i] = table.NewVec(c.To, 0)
	}
	for e.row < end && len(idx) < limit {
		if e.from == 0 {
			e.elems, e.rows = e.elements(e.row)
		}
		elems, rows := e.elems, e.rows
		for ; e.from < rows && len(idx) < limit; e.from++ {
			e.w.Step(expanding)
			idx = append(idx, e.row)
			items = append(items, e.from)
			for i, c := range e.n.Cols {
				var v table.Value
				if e.from < int64(len(elems[i])) {
					v = element(elems[i][e.from], c.To)
				}
				table.Append(cols[i], v)
			}
		}
		if e.from >= rows {
			e.row, e.from = e.row+1, 0
		}
	}
	out := &table.Batch{Schema: schema, Vecs: make([]table.Vec, 0, len(schema.Cols)), Rows: len(idx)}
	replaced := map[int]table.Vec{}
	for i, c := range e.n.Cols {
		if c.Index >= 0 {
			replaced[c.Index] = cols[i]
		}
	}
	for i, v := range e.in.Vecs {
		if r, ok := replaced[i]; ok {
			out.Vecs = append(out.Vecs, r)
			continue
		}
		out.Vecs = append(out.Vecs, v.Gather(idx))
	}
	for i, c := range e.n.Cols {
		if c.Index < 0 {
			out.Vecs = append(out.Vecs, cols[i])
		}
	}
	if e.n.ItemIndex != "" {
		out.Vecs = append(out.Vecs, &table.Of[int64]{Vals: items})
	}
	return out
}

// elements returns the elements of each array of a row and how many rows it makes.
func (e *expander) elements(row int) ([][]any, int64) {
	elems := make([][]any, len(e.arrays))
	var rows int64
	null := false
	for i, a := range e.arrays {
		if a.IsNull(row) {
			null = true
			continue
		}
		elems[i] = spread(a.Vals[row].Tree(), e.n.BagAsArray)
		rows = max(rows, int64(len(elems[i])))
	}
	if rows == 0 && null {
		rows = 1
	}
	if e.n.Limit > 0 {
		rows = min(rows, e.n.Limit)
	}
	return elems, rows
}

// spread makes an array of any value: of a bag, bags of one key each or pairs.
func spread(t any, pairs bool) []any {
	switch t := t.(type) {
	case []any:
		return t
	case *table.Bag:
		out := make([]any, len(t.Keys))
		for i, k := range t.Keys {
			if pairs {
				out[i] = []any{k, t.Vals[i]}
			} else {
				out[i] = &table.Bag{Keys: []string{k}, Vals: []any{t.Vals[i]}}
			}
		}
		return out
	}
	return []any{t}
}

// element is an element of a dynamic as a value of type t.
func element(e any, t table.Type) table.Value {
	v := table.DynValue(e)
	if v == nil || t == table.Dynamic {
		return v
	}
	return fn.Cast(v, t)
}
