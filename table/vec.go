package table

import "fmt"

// Vec is one column of values. Of is the only implementation.
type Vec interface {
	Type() Type
	Len() int
	At(i int) Value // nil if null
	IsNull(i int) bool
	Slice(i, j int) Vec   // rows [i, j), sharing memory
	Gather(idx []int) Vec // rows at idx; a negative index makes a null
	vec()
}

// Of is a column of Ts. Null[i] says that row i is null (Vals[i] is then the zero
// T); a nil Null says that no row is. Strings are never null.
type Of[T Elem] struct {
	Vals []T
	Null []bool
}

func (v *Of[T]) Type() Type        { return TypeOf[T]() }
func (v *Of[T]) Len() int          { return len(v.Vals) }
func (v *Of[T]) IsNull(i int) bool { return v.Null != nil && v.Null[i] }
func (*Of[T]) vec()                {}

func (v *Of[T]) At(i int) Value {
	if v.Null != nil && v.Null[i] {
		return nil
	}
	return v.Vals[i]
}

func (v *Of[T]) Slice(i, j int) Vec {
	s := &Of[T]{Vals: v.Vals[i:j:j]}
	if v.Null != nil {
		s.Null = v.Null[i:j:j]
	}
	return s
}

func (v *Of[T]) Gather(idx []int) Vec {
	g := &Of[T]{Vals: make([]T, len(idx))}
	str := g.Type() == String
	for o, i := range idx {
		switch {
		case i >= 0 && (v.Null == nil || !v.Null[i]):
			g.Vals[o] = v.Vals[i]
		case !str:
			if g.Null == nil {
				g.Null = make([]bool, len(idx))
			}
			g.Null[o] = true
		}
	}
	return g
}

// Append adds x as a row that is not null.
func (v *Of[T]) Append(x T) {
	v.Vals = append(v.Vals, x)
	if v.Null != nil {
		v.Null = append(v.Null, false)
	}
}

// AppendNull adds a null, or the empty string to a column of strings.
func (v *Of[T]) AppendNull() {
	var z T
	v.Vals = append(v.Vals, z)
	if v.Type() == String {
		return
	}
	if v.Null == nil {
		v.Null = make([]bool, len(v.Vals)-1, cap(v.Vals))
	}
	v.Null = append(v.Null, true)
}

// SetNull makes row i null (or the empty string).
func (v *Of[T]) SetNull(i int) {
	var z T
	v.Vals[i] = z
	if v.Type() == String {
		return
	}
	if v.Null == nil {
		v.Null = make([]bool, len(v.Vals))
	}
	v.Null[i] = true
}

// NewVec returns an empty column of type t with room for n rows.
func NewVec(t Type, n int) Vec {
	switch t {
	case Bool:
		return newOf[bool](n)
	case Int:
		return newOf[int32](n)
	case Long:
		return newOf[int64](n)
	case Real:
		return newOf[float64](n)
	case Decimal:
		return newOf[Dec](n)
	case String:
		return newOf[string](n)
	case Datetime:
		return newOf[Time](n)
	case Timespan:
		return newOf[Duration](n)
	case Guid:
		return newOf[UUID](n)
	case Dynamic:
		return newOf[Dyn](n)
	}
	panic("table: no such type: " + t.String())
}

func newOf[T Elem](n int) *Of[T] { return &Of[T]{Vals: make([]T, 0, n)} }

// Append adds val, which is nil or of v's type, to v, which nobody else sees yet.
func Append(v Vec, val Value) {
	switch v := v.(type) {
	case *Of[bool]:
		appendTo(v, val)
	case *Of[int32]:
		appendTo(v, val)
	case *Of[int64]:
		appendTo(v, val)
	case *Of[float64]:
		appendTo(v, val)
	case *Of[Dec]:
		appendTo(v, val)
	case *Of[string]:
		appendTo(v, val)
	case *Of[Time]:
		appendTo(v, val)
	case *Of[Duration]:
		appendTo(v, val)
	case *Of[UUID]:
		appendTo(v, val)
	case *Of[Dyn]:
		appendTo(v, val)
	default:
		panic(fmt.Sprintf("table: %T is not a column", v))
	}
}

func appendTo[T Elem](v *Of[T], val Value) {
	if val == nil {
		v.AppendNull()
		return
	}
	v.Append(val.(T))
}

// Repeat returns a column of n times val, which is nil or of type t.
func Repeat(t Type, val Value, n int) Vec {
	v := NewVec(t, 1)
	Append(v, val)
	idx := make([]int, n)
	return v.Gather(idx)
}

// Concat joins columns of one type; with none it returns an empty column of t.
func Concat(t Type, vs []Vec) Vec {
	if len(vs) == 1 {
		return vs[0]
	}
	switch t {
	case Bool:
		return concat[bool](vs)
	case Int:
		return concat[int32](vs)
	case Long:
		return concat[int64](vs)
	case Real:
		return concat[float64](vs)
	case Decimal:
		return concat[Dec](vs)
	case String:
		return concat[string](vs)
	case Datetime:
		return concat[Time](vs)
	case Timespan:
		return concat[Duration](vs)
	case Guid:
		return concat[UUID](vs)
	case Dynamic:
		return concat[Dyn](vs)
	}
	panic("table: no such type: " + t.String())
}

func concat[T Elem](vs []Vec) Vec {
	n, nulls := 0, false
	for _, v := range vs {
		n += v.Len()
		nulls = nulls || v.(*Of[T]).Null != nil
	}
	out := &Of[T]{Vals: make([]T, 0, n)}
	if nulls {
		out.Null = make([]bool, 0, n)
	}
	for _, v := range vs {
		o := v.(*Of[T])
		out.Vals = append(out.Vals, o.Vals...)
		if nulls {
			if o.Null != nil {
				out.Null = append(out.Null, o.Null...)
			} else {
				out.Null = out.Null[:len(out.Vals)]
			}
		}
	}
	return out
}
