package fn

import (
	"context"
	"math"

	"github.com/yagura/yagura/table"
)

// A series is a dynamic array of numbers. What in it is not a number is NaN in
// computations.

// seriesOf reads an array as reals; whole tells that all its elements are longs.
func seriesOf(a []any) (xs []float64, whole bool) {
	xs, whole = make([]float64, len(a)), true
	for i, t := range a {
		if _, isLong := t.(int64); !isLong {
			whole = false
		}
		xs[i] = elementReal(t)
	}
	return xs, whole
}

// elementReal is an element as a real, NaN if it is not a number.
func elementReal(t any) float64 {
	switch t := t.(type) {
	case int64:
		return float64(t)
	case float64:
		return t
	case table.Dec:
		f, _ := parseDecimal(t).Float64()
		return f
	}
	return math.NaN()
}

// seriesAt reads row i of a column of series.
func seriesAt(v table.Vec, i int) ([]float64, bool) {
	a, ok := arrayAt(v, i)
	if !ok {
		return nil, false
	}
	xs, _ := seriesOf(a)
	return xs, true
}

// arrayOf makes an array of reals; what is not finite stays.
func arrayOf(xs []float64) table.Dyn {
	a := make([]any, len(xs))
	for i, x := range xs {
		a[i] = x
	}
	return table.NewDyn(a)
}

// wholeArray makes an array of longs.
func wholeArray(xs []float64) table.Dyn {
	a := make([]any, len(xs))
	for i, x := range xs {
		a[i] = int64(x)
	}
	return table.NewDyn(a)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func allFinite(xs []float64) bool {
	for _, x := range xs {
		if !finite(x) {
			return false
		}
	}
	return true
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// spread is the sample variance about the mean.
func spread(xs []float64) float64 {
	m, m2 := mean(xs), 0.0
	for _, x := range xs {
		m2 += (x - m) * (x - m)
	}
	return sampleVariance(float64(len(xs)), m2)
}

// severalOf makes an EvalN of a function of one row's arguments that gives a value
// for each column, or false: nulls in all.
func severalOf(types []table.Type, f func(w *work, args []table.Vec, i int) ([]table.Value, bool)) EvalN {
	return func(ctx context.Context, args []table.Vec, rows int) ([]table.Vec, error) {
		w := table.NewWork(ctx)
		outs := make([]table.Vec, len(types))
		for k, t := range types {
			outs[k] = table.NewVec(t, rows)
		}
		for i := range rows {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			vals, ok := f(w, args, i)
			for k := range outs {
				if ok {
					table.Append(outs[k], vals[k])
				} else {
					table.Append(outs[k], nil)
				}
			}
		}
		return outs, nil
	}
}

// part is one of the results of a series function.
type part struct {
	name string
	typ  table.Type
}

// severalResults is an overload with a column for each part, named after the call.
func severalResults(params []Param, parts []part, f func(w *work, args []table.Vec, i int) ([]table.Value, bool)) []Overload {
	types := make([]table.Type, len(parts))
	for i, p := range parts {
		types[i] = p.typ
	}
	return []Overload{{
		Params: params, Returns: Is(types[0]), EvalN: severalOf(types, f),
		Outs: func([]Arg) []table.Column {
			cols := make([]table.Column, len(parts))
			for i, p := range parts {
				cols[i] = table.Column{Name: "_" + p.name, Type: p.typ}
			}
			return cols
		},
	}}
}

// longArg is an optional argument of a row, with its default.
func longArg(args []table.Vec, k, i int, missing int64) int64 {
	if k >= len(args) || args[k].IsNull(i) {
		return missing
	}
	return longs(args[k].Slice(i, i+1)).Vals[0]
}

func realArg(args []table.Vec, k, i int, missing float64) float64 {
	if k >= len(args) || args[k].IsNull(i) {
		return missing
	}
	return reals(args[k].Slice(i, i+1)).Vals[0]
}

func boolArg(args []table.Vec, k, i int, missing bool) bool {
	if k >= len(args) || args[k].IsNull(i) {
		return missing
	}
	return bools(args[k].Slice(i, i+1)).Vals[0]
}

func textArg(args []table.Vec, k, i int, missing string) string {
	if k >= len(args) || args[k].IsNull(i) {
		return missing
	}
	return texts(args[k].Slice(i, i+1)).Vals[0]
}
