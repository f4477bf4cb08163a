package fn

import (
	"github.com/yagura/yagura/table"
)

// equality compares two columns of any types for == (want true) or != (want false).
// Two nulls give null; a null equals nothing else.
func equality(want bool) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		a, b := alike(args[0], args[1])
		out := &table.Of[bool]{Vals: make([]bool, rows)}
		nulls := equalIn(out.Vals, a, b)
		for i, same := range out.Vals {
			out.Vals[i] = same == want
		}
		for i := 0; nulls && i < rows; i++ {
			switch n, m := a.IsNull(i), b.IsNull(i); {
			case n && m:
				out.SetNull(i)
			case n || m:
				out.Vals[i] = !want
			}
		}
		return out, nil
	}
}

// alike brings two columns to types that equalIn can compare. A string is read as
// the other's type; what cannot be read becomes null and so equals nothing.
func alike(a, b table.Vec) (table.Vec, table.Vec) {
	ta, tb := a.Type(), b.Type()
	switch {
	case ta == tb:
		return a, b
	case ta == table.Dynamic:
		x, y := dynamicAs(a, tb), b
		if tb.Numeric() {
			y = castVec(b, x.Type())
		}
		return x, y
	case tb == table.Dynamic:
		y, x := alike(b, a)
		return x, y
	case ta == table.Bool && tb.Numeric():
		return castVec(a, tb), b
	case tb == table.Bool && ta.Numeric():
		return a, castVec(b, ta)
	case ta == table.String:
		return castVec(a, tb), b
	case tb == table.String:
		return a, castVec(b, ta)
	}
	if t, ok := Wider(ta, tb); ok {
		return castVec(a, t), castVec(b, t)
	}
	return a, castVec(b, ta)
}

// dynamicAs reads a dynamic column as type t, numbers as reals where one is a
// fraction.
func dynamicAs(v table.Vec, t table.Type) table.Vec {
	if t == table.Int || t == table.Long {
		for i := range v.Len() {
			if d, ok := v.At(i).(table.Dyn); ok {
				if _, frac := d.Tree().(float64); frac {
					return castVec(v, table.Real)
				}
			}
		}
		return castVec(v, table.Long)
	}
	return castVec(v, t)
}

// equalIn notes in which rows the values of two columns of one type are equal. Of nulls it
// says nothing, but that there may be some.
func equalIn(out []bool, a, b table.Vec) (nulls bool) {
	switch x := a.(type) {
	case *table.Of[bool]:
		return equalValues(out, x, b)
	case *table.Of[int32]:
		return equalValues(out, x, b)
	case *table.Of[int64]:
		return equalValues(out, x, b)
	case *table.Of[float64]:
		return equalValues(out, x, b)
	case *table.Of[string]:
		return equalValues(out, x, b)
	case *table.Of[table.Time]:
		return equalValues(out, x, b)
	case *table.Of[table.Duration]:
		return equalValues(out, x, b)
	case *table.Of[table.UUID]:
		return equalValues(out, x, b)
	}
	for i := range out {
		out[i] = !a.IsNull(i) && !b.IsNull(i) && table.Compare(a.At(i), b.At(i)) == 0
	}
	return true
}

func equalValues[T interface {
	table.Elem
	comparable
}](out []bool, a *table.Of[T], other table.Vec) (nulls bool) {
	b := other.(*table.Of[T])
	x, y := a.Vals[:len(out)], b.Vals[:len(out)]
	for i := range out {
		out[i] = x[i] == y[i]
	}
	return a.Null != nil || b.Null != nil
}
