package extent

import (
	"cmp"

	"github.com/yagura/yagura/table"
)

// cells finds the values of a column in several batches.
type cells[T table.Elem] struct {
	vecs []table.Vec
	last uint32       // the batch that was looked at
	of   *table.Of[T] // its column; nil: it has none
	null bool         // what is missing is null
	zero T            // and otherwise this
}

func cellsOf[T table.Elem](c *column, vecs []table.Vec) *cells[T] {
	x := &cells[T]{vecs: vecs, null: c.null}
	if len(vecs) > 0 {
		x.of, _ = vecs[0].(*table.Of[T])
	}
	return x
}

// at returns the value at p, nil if it is null.
func (x *cells[T]) at(p Pos) *T {
	if p.Batch != x.last {
		x.last = p.Batch
		x.of, _ = x.vecs[p.Batch].(*table.Of[T])
	}
	switch {
	case x.of != nil && (x.of.Null == nil || !x.of.Null[p.Row]):
		return &x.of.Vals[p.Row]
	case x.null:
		return nil
	}
	return &x.zero
}

// bound widens the bounds of a column by some of its values. NaN is not among them, as it
// has no order.
func bound[T interface {
	table.Elem
	cmp.Ordered
}](c *column, vecs []table.Vec, order []Pos) {
	lo, have := c.min.(T)
	hi, _ := c.max.(T)
	all := cellsOf[T](c, vecs)
	for _, p := range order {
		x := all.at(p)
		switch {
		case x == nil:
		case *x != *x:
			c.nans = true
		case !have:
			lo, hi, have = *x, *x, true
		case *x < lo:
			lo = *x
		case *x > hi:
			hi = *x
		}
	}
	if have {
		c.min, c.max = lo, hi
	}
}

// boundBy is bound of values whose order less tells: apart, as a call for each value costs
// more than all else of bound.
func boundBy[T table.Elem](c *column, vecs []table.Vec, order []Pos, less func(x, than T) bool) {
	lo, have := c.min.(T)
	hi, _ := c.max.(T)
	all := cellsOf[T](c, vecs)
	for _, p := range order {
		x := all.at(p)
		switch {
		case x == nil:
		case !have:
			lo, hi, have = *x, *x, true
		case less(*x, lo):
			lo = *x
		case less(hi, *x):
			hi = *x
		}
	}
	if have {
		c.min, c.max = lo, hi
	}
}
