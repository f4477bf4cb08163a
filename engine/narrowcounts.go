package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// byCounts leaves of some extents those that have a value of which each part of the condition
// of s may be true, as far as it is known which values a column or property has in them.
func byCounts(s *plan.Scan, ms []*extent.Meta) []*extent.Meta {
	for _, c := range conjuncts(nil, s.Filter) {
		at, one := placeIn([]plan.Expr{c}, s.Table)
		if at == nil || !one || !pure(c) {
			continue
		}
		may, ok := trueOf(c, *at, ms)
		if !ok {
			continue
		}
		ms = slices.DeleteFunc(slices.Clone(ms), func(m *extent.Meta) bool {
			counts, none, known := at.in(m)
			fits := none > 0 && may[nil] || slices.ContainsFunc(counts, func(v extent.Count) bool { return may[v.Value] })
			return known && !fits
		})
	}
	return ms
}

// trueOf returns the values at a place, of extents of which that is known, for which a
// condition is true, nil for no value among them; false if there is none or it fails for one.
func trueOf(cond plan.Expr, at countedAt, ms []*extent.Meta) (map[table.Value]bool, bool) {
	seen := map[table.Value]bool{}
	for _, m := range ms {
		counts, _, _ := at.in(m)
		for _, c := range counts {
			seen[c.Value] = false
		}
	}
	if len(seen) == 0 {
		return nil, false
	}
	vals := slices.Collect(maps.Keys(seen))
	b := table.NewBatch(&table.Schema{Cols: []table.Column{at.column}})
	for _, v := range vals {
		b.AppendRow(inBags(at.keys, v))
	}
	b.AppendRow(nil)
	cond = substitute(cond, func(c *plan.Col) plan.Expr { return &plan.Col{Index: 0, Of: c.Of} })
	out, err := eval.Func(context.Background(), cond)(b.Vecs, b.Rows)
	is, ok := out.(*table.Of[bool])
	if err != nil || !ok {
		return nil, false
	}
	for i, v := range append(vals, nil) {
		seen[v] = is.Vals[i] && !is.IsNull(i)
	}
	return seen, true
}
