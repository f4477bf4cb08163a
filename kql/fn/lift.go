package fn

import (
	"fmt"

	"github.com/yagura/yagura/table"
)

// Map1 lifts a Go function to columns: null in, null out.
func Map1[A, R table.Elem](f func(A) R) Eval {
	return lift1(exactly[A], func(a A) (R, bool) { return f(a), true })
}

// Map2 lifts a Go function of two arguments: a null in either gives null.
func Map2[A, B, R table.Elem](f func(A, B) R) Eval {
	return lift2(exactly[A], exactly[B], func(a A, b B) (R, bool) { return f(a, b), true })
}

// Map1OK is Map1 for a function that may have no result: null.
func Map1OK[A, R table.Elem](f func(A) (R, bool)) Eval { return lift1(exactly[A], f) }

// Map2OK is Map2 for a function that may have no result: null.
func Map2OK[A, B, R table.Elem](f func(A, B) (R, bool)) Eval {
	return lift2(exactly[A], exactly[B], f)
}

// ByRow lifts a function of one row's values (nil is null) to columns; ret is the
// type of what it returns.
func ByRow(ret table.Type, f func(args []table.Value) (table.Value, error)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		out := table.NewVec(ret, rows)
		row := make([]table.Value, len(args))
		for i := range rows {
			for a, v := range args {
				row[a] = v.At(i)
			}
			v, err := f(row)
			if err != nil {
				return nil, err
			}
			if v != nil && table.TypeOfValue(v) != ret {
				return nil, fmt.Errorf("fn: a %s function returned %T", ret, v)
			}
			table.Append(out, v)
		}
		return out, nil
	}
}

// as brings a column to one Go type.
type as[T table.Elem] func(table.Vec) *table.Of[T]

func exactly[T table.Elem](v table.Vec) *table.Of[T] { return v.(*table.Of[T]) }

// lift1 lifts f to columns; its argument is brought to its type by a. A null in, and
// a false from f, is a null out.
func lift1[A, R table.Elem](a as[A], f func(A) (R, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		x := a(args[0])
		return fill(rows, x.Null, func(i int) (R, bool) { return f(x.Vals[i]) }), nil
	}
}

func lift2[A, B, R table.Elem](a as[A], b as[B], f func(A, B) (R, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		x, y := a(args[0]), b(args[1])
		return fill(rows, either(x.Null, y.Null), func(i int) (R, bool) { return f(x.Vals[i], y.Vals[i]) }), nil
	}
}

func lift3[A, B, C, R table.Elem](a as[A], b as[B], c as[C], f func(A, B, C) (R, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		x, y, z := a(args[0]), b(args[1]), c(args[2])
		return fill(rows, either(either(x.Null, y.Null), z.Null), func(i int) (R, bool) { return f(x.Vals[i], y.Vals[i], z.Vals[i]) }), nil
	}
}

// Of values of longValue bytes or more, one call makes up to fewLong bytes: between calls
// the query can be left.
const (
	longValue = 256 << 10
	fewLong   = 4 << 20
)

// fill makes a column of so many rows: f gives each that is not null already.
func fill[R table.Elem](rows int, null []bool, f func(i int) (R, bool)) table.Vec {
	out := &table.Of[R]{Vals: make([]R, rows)}
	texts, _ := any(out.Vals).([]string)
	dyns, _ := any(out.Vals).([]table.Dyn)
	made := 0
	for i := range rows {
		if made > fewLong && made > longValue*i && i > 0 {
			panic(tooMuch{}) // before more of them: what the next ones take is known then
		}
		if null != nil && null[i] {
			out.SetNull(i)
			continue
		}
		r, ok := f(i)
		if !ok {
			out.SetNull(i)
			continue
		}
		out.Vals[i] = r
		switch {
		case texts != nil:
			made += len(texts[i])
			mayMake(made)
		case dyns != nil:
			made += dyns[i].Width()
			mayMake(made)
		}
	}
	return out
}

// sure makes a function that always has a result into one that lift1 takes.
func sure[A, R any](f func(A) R) func(A) (R, bool) {
	return func(a A) (R, bool) { return f(a), true }
}

// padded gives e the arguments that a call left out.
func padded(e Eval, given int, rest ...table.Value) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		for i := len(args); i < given+len(rest); i++ {
			v := rest[i-given]
			args = append(args[:i:i], table.Repeat(table.TypeOfValue(v), v, rows))
		}
		return e(args, rows)
	}
}

// either returns where one of two columns is null.
func either(a, b []bool) []bool {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := make([]bool, len(a))
	for i := range out {
		out[i] = a[i] || b[i]
	}
	return out
}

// constant returns the value of a column all of whose rows are equal strings.
func constant(v *table.Of[string]) (string, bool) {
	if len(v.Vals) == 0 {
		return "", false
	}
	for _, s := range v.Vals[1:] {
		if s != v.Vals[0] {
			return "", false
		}
	}
	return v.Vals[0], true
}

// memo remembers the result for the last argument, which in a column is often that
// of the row before.
func memo[R any](f func(string) R) func(string) R {
	var last string
	var have bool
	var r R
	return func(s string) R {
		if !have || s != last {
			r, last, have = f(s), s, true
		}
		return r
	}
}

// lift1Null is lift1 with a value for null.
func lift1Null[A, R table.Elem](a as[A], null R, f func(A) R) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		x := a(args[0])
		return fill(rows, nil, func(i int) (R, bool) {
			if x.IsNull(i) {
				return null, true
			}
			return f(x.Vals[i]), true
		}), nil
	}
}
