package eval

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// rollingPercentile gives, for each bin that has rows, a percentile of the values in
// it and in the bins before that make a window.
func rollingPercentile(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	value, err := p.column(ctx, "ValueColumn")
	if err != nil {
		return nil, err
	}
	percent, err := p.number(ctx, "Percentile", math.NaN())
	if err != nil {
		return nil, err
	}
	if !(percent >= 0 && percent <= 100) {
		return nil, fmt.Errorf("the percentile must be between 0 and 100")
	}
	at, null, of, err := p.timeline(ctx, "IndexColumn")
	if err != nil {
		return nil, err
	}
	width, err := p.positive(ctx, "BinSize")
	if err != nil {
		return nil, err
	}
	window, err := p.whole(ctx, "BinsPerWindow", 1)
	if err != nil {
		return nil, err
	}
	if window < 1 {
		return nil, fmt.Errorf("a window must have at least one bin")
	}
	g, groups, err := p.dimensions(ctx)
	if err != nil {
		return nil, err
	}
	type bin struct {
		at   int64
		rows []int
	}
	bins := make([]map[int64]*bin, g.len())
	for i, d := range groups {
		if null[i] || value.IsNull(i) {
			continue
		}
		if bins[d] == nil {
			bins[d] = map[int64]*bin{}
		}
		b := binOf(at[i], width)
		if bins[d][b] == nil {
			bins[d][b] = &bin{at: b}
		}
		bins[d][b].rows = append(bins[d][b].rows, i)
	}
	out := p.result()
	for d, byBin := range bins {
		var order []int64
		for b := range byBin {
			order = append(order, b)
		}
		slices.Sort(order)
		for _, b := range order {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var vals []table.Value
			for k := range window {
				if w := byBin[b-k*width]; w != nil {
					for _, i := range w.rows {
						vals = append(vals, value.At(i))
					}
				}
			}
			slices.SortFunc(vals, func(a, b table.Value) int { return table.Compare(a, b) })
			rank := max(1, int(math.Ceil(percent/100*float64(len(vals))*(1-1e-15))))
			row := []table.Value{moment(b, of)}
			for _, v := range g.keys.Vecs {
				row = append(row, v.At(d))
			}
			if err := put(out, append(row, fn.Cast(vals[rank-1], out.Schema.Cols[len(row)].Type))...); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// rowsNear keeps the rows that are at most so many before or after one for which the
// condition is true.
func rowsNear(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	v, err := p.column(ctx, "Condition")
	if err != nil {
		return nil, err
	}
	cond, ok := v.(*table.Of[bool])
	if !ok {
		return nil, fmt.Errorf("the condition is %s, not bool", v.Type())
	}
	before, err := p.whole(ctx, "NumRows", 0)
	if err != nil {
		return nil, err
	}
	after, err := p.whole(ctx, "NumRowsAfter", before)
	if err != nil {
		return nil, err
	}
	if before < 0 || after < 0 {
		return nil, fmt.Errorf("the numbers of rows must not be negative")
	}
	var keep []int
	next := 0 // the first row that is not decided
	for i := range cond.Vals {
		if !cond.Vals[i] || cond.IsNull(i) {
			continue
		}
		from := max(next, int(max(0, int64(i)-before)))
		to := int(min(int64(len(cond.Vals)-1), int64(i)+after))
		for k := from; k <= to; k++ {
			keep = append(keep, k)
		}
		next = max(next, to+1)
	}
	return p.rows.Gather(keep), nil
}

// preview gives the first rows.
func preview(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	n, err := p.whole(ctx, "NumberOfRows", 0)
	if err != nil {
		return nil, err
	}
	return p.rows.Slice(0, int(max(0, min(n, int64(p.rows.Rows))))), nil
}
