package eval

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openParse(ctx context.Context, n *plan.Parse, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	x, schema := r.exprs(sc), n.Schema()
	if groups := n.Regexp.NumSubexp(); groups != len(n.Cols) {
		return nil, fmt.Errorf("eval: parse: %d groups for %d columns", groups, len(n.Cols))
	}
	return mapped(schema, in, func(ctx context.Context, b *table.Batch) (*table.Batch, error) {
		x.bind(b)
		texts, err := textColumn(ctx, x, n.Text)
		if err != nil {
			return nil, err
		}
		cols := make([]table.Vec, len(n.Cols))
		for i, c := range n.Cols {
			cols[i] = table.NewVec(c.Type, b.Rows)
		}
		var keep []int
		row, w := make([]table.Value, len(n.Cols)), table.NewWork(ctx)
		for i, text := range texts.Vals {
			if i%256 == 255 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
			if !parseRow(w, n, text, row) {
				clear(row)
			} else if n.Where {
				keep = append(keep, i)
			}
			for c, v := range row {
				table.Append(cols[c], v)
			}
		}
		out := behind(schema, b, cols)
		if n.Where {
			out = out.Gather(keep)
		}
		return out, nil
	}), nil
}

// parseRow takes one text apart into row, and reports whether it matches.
func parseRow(w *table.Work, n *plan.Parse, text string, row []table.Value) bool {
	m := fn.FirstMatch(w, n.Regexp, text)
	if m == nil {
		return false
	}
	for c, col := range n.Cols {
		row[c] = nil
		if from := m[2*c+2]; from >= 0 {
			row[c] = fn.Cast(text[from:m[2*c+3]], col.Type)
		}
		if row[c] == nil && !n.Relaxed && col.Type != table.String {
			return false
		}
	}
	return true
}

func textColumn(ctx context.Context, x *exprs, e plan.Expr) (*table.Of[string], error) {
	v, err := x.eval(ctx, e)
	if err != nil {
		return nil, err
	}
	texts, ok := v.(*table.Of[string])
	if !ok {
		return nil, fmt.Errorf("eval: parse of %s, not string", v.Type())
	}
	return texts, nil
}

// behind puts columns behind those of b.
func behind(schema *table.Schema, b *table.Batch, vecs []table.Vec) *table.Batch {
	return &table.Batch{Schema: schema, Vecs: append(append([]table.Vec{}, b.Vecs...), vecs...), Rows: b.Rows}
}
