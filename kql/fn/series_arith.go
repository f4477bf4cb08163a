package fn

import (
	"math"

	"github.com/yagura/yagura/table"
)

// Arithmetic, comparison and functions of each element of series. An element that is
// not a number, or not there in both, gives null.
var seriesArithFuncs = []Func{
	seriesEach("series_abs", "The absolute value of each element.", math.Abs, true, Example{`series_abs(dynamic([-6.5, 0, 8.2]))`, `dynamic([6.5,0.0,8.2])`}),
	seriesEach("series_acos", "The angle whose cosine is an element, of each.", math.Acos, false, Example{`series_acos(dynamic([1]))`, `dynamic([0.0])`}),
	seriesEach("series_asin", "The angle whose sine is an element, of each.", math.Asin, false, Example{`series_asin(dynamic([0, 1]))`, `dynamic([0.0,1.5707963267948966])`}),
	seriesEach("series_atan", "The angle whose tangent is an element, of each.", math.Atan, false, Example{`series_atan(dynamic([0]))`, `dynamic([0.0])`}),
	seriesEach("series_ceiling", "Each element rounded up.", math.Ceil, false, Example{`series_ceiling(dynamic([-1.5, 1, 2.5]))`, `dynamic([-1.0,1.0,3.0])`}),
	seriesEach("series_cos", "The cosine of each element.", math.Cos, false, Example{`series_cos(dynamic([0]))`, `dynamic([1.0])`}),
	seriesEach("series_exp", "e to the power of each element.", math.Exp, false, Example{`series_exp(dynamic([0, null]))`, `dynamic([1.0,null])`}),
	seriesEach("series_floor", "Each element rounded down.", math.Floor, false, Example{`series_floor(dynamic([-1.5, 1, 2.5]))`, `dynamic([-2.0,1.0,2.0])`}),
	seriesEach("series_log", "The natural logarithm of each element.", math.Log, false, Example{`series_log(dynamic([1]))`, `dynamic([0.0])`}),
	seriesEach("series_sign", "-1, 0 or 1, as an element is negative, zero or positive, of each.", signOf, true, Example{`series_sign(dynamic([-6, 0, 8]))`, `dynamic([-1,0,1])`}),
	seriesEach("series_sin", "The sine of each element.", math.Sin, false, Example{`series_sin(dynamic([0]))`, `dynamic([0.0])`}),
	seriesEach("series_tan", "The tangent of each element.", math.Tan, false, Example{`series_tan(dynamic([0]))`, `dynamic([0.0])`}),

	seriesPair("series_add", "The sum of each two elements.", arithmetic(func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b }), Example{`series_add(dynamic([1, 2]), dynamic([3, 4.5]))`, `dynamic([4,6.5])`}),
	seriesPair("series_subtract", "The difference of each two elements.", arithmetic(func(a, b int64) int64 { return a - b }, func(a, b float64) float64 { return a - b }), Example{`series_subtract(dynamic([1, 2]), 1)`, `dynamic([0,1])`}),
	seriesPair("series_multiply", "The product of each two elements.", arithmetic(func(a, b int64) int64 { return a * b }, func(a, b float64) float64 { return a * b }), Example{`series_multiply(10, dynamic([1, null, 2]))`, `dynamic([10,null,20])`}),
	seriesPair("series_divide", "The quotient of each two elements, as a real.", inReals(func(a, b float64) any { return a / b }), Example{`series_divide(dynamic([1, 2]), dynamic([4, 2, 1]))`, `dynamic([0.25,1.0,null])`}),
	seriesPair("series_pow", "Each element to the power of the other series' element, as a real.", inReals(func(a, b float64) any { return math.Pow(a, b) }), Example{`series_pow(dynamic([2, 3]), 2)`, `dynamic([4.0,9.0])`}),
	seriesPair("series_equals", "Whether each two elements are equal.", inReals(func(a, b float64) any { return a == b }), Example{`series_equals(dynamic([1, 2]), dynamic([1, 3]))`, `dynamic([true,false])`}),
	seriesPair("series_not_equals", "Whether each two elements differ.", inReals(func(a, b float64) any { return a != b }), Example{`series_not_equals(dynamic([1, 2]), dynamic([1, 3]))`, `dynamic([false,true])`}),
	seriesPair("series_greater", "Whether each element is greater than the other series'.", inReals(func(a, b float64) any { return a > b }), Example{`series_greater(dynamic([1, 2]), 1)`, `dynamic([false,true])`}),
	seriesPair("series_greater_equals", "Whether each element is at least the other series'.", inReals(func(a, b float64) any { return a >= b }), Example{`series_greater_equals(dynamic([1, 2]), 2)`, `dynamic([false,true])`}),
	seriesPair("series_less", "Whether each element is less than the other series'.", inReals(func(a, b float64) any { return a < b }), Example{`series_less(dynamic([1, 2]), 2)`, `dynamic([true,false])`}),
	seriesPair("series_less_equals", "Whether each element is at most the other series'.", inReals(func(a, b float64) any { return a <= b }), Example{`series_less_equals(1, dynamic([0, 1]))`, `dynamic([false,true])`}),
}

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// seriesEach is a function of every element; keepsWhole says that longs stay longs.
func seriesEach(name, doc string, f func(float64) float64, keepsWhole bool, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: P(DynP("series")), Returns: Is(table.Dynamic), Eval: overArrays(func(arrs [][]any) ([]any, bool) {
			xs, whole := seriesOf(arrs[0])
			out := make([]any, len(xs))
			for i, t := range arrs[0] {
				switch {
				case !isNumber(t):
				case whole && keepsWhole:
					out[i] = int64(f(xs[i]))
				default:
					out[i] = f(xs[i])
				}
			}
			return out, true
		})}},
	}
}

func isNumber(t any) bool {
	switch t.(type) {
	case int64, float64, table.Dec:
		return true
	}
	return false
}

// seriesPair is a function of the elements of two series, or of a series and a
// number.
func seriesPair(name, doc string, f func(a, b any) any, examples ...Example) Func {
	eval := func(args []table.Vec, rows int) (table.Vec, error) {
		return fill(rows, either(nulls(args[0]), nulls(args[1])), func(i int) (table.Dyn, bool) {
			a, b := treeOf(args[0].At(i)), treeOf(args[1].At(i))
			n, ok := pairLength(a, b)
			if !ok {
				return table.Dyn{}, false
			}
			out := make([]any, n)
			for k := range out {
				if x, y := elementOrAll(a, k), elementOrAll(b, k); isNumber(x) && isNumber(y) {
					out[k] = f(x, y)
				}
			}
			return table.NewDyn(out), true
		}), nil
	}
	return Func{Name: name, Kind: Scalar, Doc: doc, Examples: examples, Overloads: pairOverloads(table.Dynamic, eval)}
}

func pairOverloads(ret table.Type, eval Eval) []Overload {
	return []Overload{
		{Params: P(DynP("series1"), DynP("series2")), Returns: Is(ret), Eval: eval},
		{Params: P(DynP("series1"), NumP("series2")), Returns: Is(ret), Eval: eval},
		{Params: P(NumP("series1"), DynP("series2")), Returns: Is(ret), Eval: eval},
	}
}

// nulls returns where a column is null.
func nulls(v table.Vec) []bool {
	out := make([]bool, v.Len())
	for i := range out {
		out[i] = v.IsNull(i)
	}
	return out
}

// pairLength is that of the longer array; one of the two must be one.
func pairLength(a, b any) (int, bool) {
	x, isX := a.([]any)
	y, isY := b.([]any)
	return max(len(x), len(y)), isX || isY
}

func arithmetic(long func(a, b int64) int64, real func(a, b float64) float64) func(a, b any) any {
	return func(a, b any) any {
		x, isX := a.(int64)
		y, isY := b.(int64)
		if isX && isY {
			return long(x, y)
		}
		return real(elementReal(a), elementReal(b))
	}
}

func inReals(f func(a, b float64) any) func(a, b any) any {
	return func(a, b any) any { return f(elementReal(a), elementReal(b)) }
}
