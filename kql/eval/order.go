package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// compareRows orders row i of a to row j of b, columns of one type.
type compareRows func(a table.Vec, i int, b table.Vec, j int) int

// order is the comparison of keys, one column each.
type order []compareRows

func newOrder(keys []plan.SortKey) (order, error) {
	o := make(order, len(keys))
	for i, k := range keys {
		c, err := compareKey(k.Expr.Type(), k.Desc, k.NullsFirst)
		if err != nil {
			return nil, err
		}
		o[i] = c
	}
	return o, nil
}

func (o order) compare(a []table.Vec, i int, b []table.Vec, j int) int {
	for k, f := range o {
		if c := f(a[k], i, b[k], j); c != 0 {
			return c
		}
	}
	return 0
}

// sorted returns the rows of keys in order; equal rows stay in theirs.
func (o order) sorted(keys []table.Vec, rows int) []int {
	idx := make([]int, rows)
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(i, j int) int { return o.compare(keys, i, keys, j) })
	return idx
}

func compareKey(t table.Type, desc, nullsFirst bool) (compareRows, error) {
	switch t {
	case table.Bool:
		return compareBy(desc, nullsFirst, func(a, b bool) int { return table.Compare(a, b) }), nil
	case table.Int:
		return compareBy(desc, nullsFirst, cmp.Compare[int32]), nil
	case table.Long:
		return compareBy(desc, nullsFirst, cmp.Compare[int64]), nil
	case table.Real:
		return compareReals(desc, nullsFirst), nil
	case table.Decimal:
		return compareBy(desc, nullsFirst, table.CompareDec), nil
	case table.String:
		return compareBy(desc, nullsFirst, cmp.Compare[string]), nil
	case table.Datetime:
		return compareBy(desc, nullsFirst, cmp.Compare[table.Time]), nil
	case table.Timespan:
		return compareBy(desc, nullsFirst, cmp.Compare[table.Duration]), nil
	case table.Guid:
		return compareBy(desc, nullsFirst, func(a, b table.UUID) int { return slices.Compare(a[:], b[:]) }), nil
	case table.Dynamic:
		return compareBy(desc, nullsFirst, func(a, b table.Dyn) int { return table.Compare(a, b) }), nil
	}
	return nil, fmt.Errorf("eval: cannot order by %s", t)
}

func compareBy[T table.Elem](desc, nullsFirst bool, compare func(a, b T) int) compareRows {
	nullSide := 1
	if nullsFirst {
		nullSide = -1
	}
	return func(av table.Vec, i int, bv table.Vec, j int) int {
		a, b := av.(*table.Of[T]), bv.(*table.Of[T])
		an, bn := a.Null != nil && a.Null[i], b.Null != nil && b.Null[j]
		switch {
		case an && bn:
			return 0
		case an:
			return nullSide
		case bn:
			return -nullSide
		}
		c := compare(a.Vals[i], b.Vals[j])
		if desc {
			return -c
		}
		return c
	}
}

// compareReals puts NaN beside the nulls, between them and the numbers, whichever
// way the numbers go.
func compareReals(desc, nullsFirst bool) compareRows {
	rank := func(v *table.Of[float64], i int) int {
		r := 0
		switch {
		case v.IsNull(i):
			r = 2
		case v.Vals[i] != v.Vals[i]:
			r = 1
		}
		if nullsFirst {
			return -r
		}
		return r
	}
	return func(av table.Vec, i int, bv table.Vec, j int) int {
		a, b := av.(*table.Of[float64]), bv.(*table.Of[float64])
		ra, rb := rank(a, i), rank(b, j)
		if ra != 0 || rb != 0 {
			return ra - rb
		}
		c := cmp.Compare(a.Vals[i], b.Vals[j])
		if desc {
			return -c
		}
		return c
	}
}

// keysOf computes the sort keys of the batch that x is bound to.
func keysOf(ctx context.Context, x *exprs, keys []plan.SortKey) ([]table.Vec, error) {
	out := make([]table.Vec, len(keys))
	for i, k := range keys {
		v, err := x.eval(ctx, k.Expr)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}
