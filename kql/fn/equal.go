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
		eq := equalAt(a, b)
		for i := range rows {
			switch n, m := a.IsNull(i), b.IsNull(i); {
			case n && m:
				out.SetNull(i)
			case n || m:
				out.Vals[i] = !want
			default:
				out.Vals[i] = eq(i) == want
			}
		}
		return out, nil
	}
}

// alike brings two columns to types that equalAt can compare. A string is read as
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

// equalAt compares the values of two columns of one type, which are not null.
func equalAt(a, b table.Vec) func(i int) bool {
	switch x := a.(type) {
	case *table.Of[bool]:
		return equalValues(x, b)
	case *table.Of[int32]:
		return equalValues(x, b)
	case *table.Of[int64]:
		return equalValues(x, b)
	case *table.Of[float64]:
		return equalValues(x, b)
	case *table.Of[string]:
		return equalValues(x, b)
	case *table.Of[table.Time]:
		return equalValues(x, b)
	case *table.Of[table.Duration]:
		return equalValues(x, b)
	case *table.Of[table.UUID]:
		return equalValues(x, b)
	}
	return func(i int) bool { return table.Compare(a.At(i), b.At(i)) == 0 }
}

func equalValues[T interface {
	table.Elem
	comparable
}](a *table.Of[T], b table.Vec) func(i int) bool {
	y := b.(*table.Of[T]).Vals
	return func(i int) bool { return a.Vals[i] == y[i] }
}
