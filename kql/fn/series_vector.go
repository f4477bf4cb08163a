package fn

import (
	"math"

	"github.com/yagura/yagura/table"
)

// Series as vectors. What is not a number counts for nothing.
var seriesVectorFuncs = []Func{
	{
		Name: "series_sum", Kind: Scalar, Doc: "The sum of a series.", Overloads: overSeries(func(xs []float64) float64 {
			sum := 0.0
			for _, x := range xs {
				sum += x
			}
			return sum
		}), Examples: []Example{{`series_sum(dynamic([1, 2, null, 3]))`, `6.0`}},
	},
	{
		Name: "series_product", Kind: Scalar, Doc: "The product of a series.", Overloads: overSeries(func(xs []float64) float64 {
			product := 1.0
			for _, x := range xs {
				product *= x
			}
			return product
		}), Examples: []Example{{`series_product(dynamic([1, 2, 3, 4]))`, `24.0`}},
	},
	{
		Name: "series_magnitude", Kind: Scalar, Doc: "The length of a series as a vector.", Overloads: overSeries(vectorLength),
		Examples: []Example{{`series_magnitude(dynamic([3, 4]))`, `5.0`}},
	},
	{
		Name: "series_dot_product", Kind: Scalar, Doc: "The sum of the products of each two elements of two series, as long as the shorter; null if one is empty.",
		Overloads: pairOverloads(table.Real, func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, either(nulls(args[0]), nulls(args[1])), func(i int) (float64, bool) {
				a, b := treeOf(args[0].At(i)), treeOf(args[1].At(i))
				n, ok := pairLength(a, b)
				if emptyArray(a) || emptyArray(b) {
					return 0, false
				}
				sum := 0.0
				for k := range n {
					if x, y := elementOrAll(a, k), elementOrAll(b, k); isNumber(x) && isNumber(y) {
						sum += elementReal(x) * elementReal(y)
					}
				}
				return sum, ok
			}), nil
		}),
		Examples: []Example{{`series_dot_product(dynamic([1, 2, 4]), dynamic([4, 2, 1]))`, `12.0`}, {`series_dot_product(dynamic([]), 2)`, `real(null)`}},
	},
	{
		Name: "series_cosine_similarity", Kind: Scalar, Doc: "The cosine of the angle between two series as vectors, null if one is empty; their magnitudes may be given.",
		Overloads: []Overload{{
			Params:  P(DynP("series1"), DynP("series2"), Opt(RealP("series1_magnitude")), Opt(RealP("series2_magnitude"))),
			Returns: Is(table.Real), Eval: cosineSimilarity,
		}},
		Examples: []Example{{`series_cosine_similarity(dynamic([1, 0]), dynamic([0, 1]))`, `0.0`}, {`series_cosine_similarity(dynamic([2, 0]), dynamic([3, 0]), 2.0, 3.0)`, `1.0`}, {`series_cosine_similarity(dynamic([]), dynamic([1]))`, `real(null)`}},
	},
	{
		Name: "series_pearson_correlation", Kind: Scalar, Doc: "The Pearson correlation of two series; null if they differ in length or an element is not a number.",
		Overloads: []Overload{{Params: P(DynP("series1"), DynP("series2")), Returns: Is(table.Real), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (float64, bool) {
				xs, okX := seriesAt(args[0], i)
				ys, okY := seriesAt(args[1], i)
				if !okX || !okY || len(xs) != len(ys) || !allFinite(xs) || !allFinite(ys) {
					return 0, false
				}
				return pearson(xs, ys), true
			}), nil
		}}},
		Examples: []Example{{`round(series_pearson_correlation(dynamic([1, 2, 3]), dynamic([6, 4, 2])), 9)`, `-1.0`}},
	},
}

// overSeries is a function of the numbers of a series.
func overSeries(f func(xs []float64) float64) []Overload {
	return []Overload{{Params: P(DynP("series")), Returns: Is(table.Real), Eval: lift1(dyns, func(d table.Dyn) (float64, bool) {
		a, ok := d.Array()
		var xs []float64
		for _, t := range a {
			if isNumber(t) {
				xs = append(xs, elementReal(t))
			}
		}
		return f(xs), ok
	})}}
}

func emptyArray(t any) bool {
	a, ok := t.([]any)
	return ok && len(a) == 0
}

func vectorLength(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x * x
	}
	return math.Sqrt(sum)
}

func cosineSimilarity(args []table.Vec, rows int) (table.Vec, error) {
	return fill(rows, nil, func(i int) (float64, bool) {
		a, okA := arrayAt(args[0], i)
		b, okB := arrayAt(args[1], i)
		if len(a) == 0 || len(b) == 0 {
			return 0, false
		}
		var xs, ys []float64
		dot := 0.0
		for k := range min(len(a), len(b)) {
			if isNumber(a[k]) && isNumber(b[k]) {
				xs, ys = append(xs, elementReal(a[k])), append(ys, elementReal(b[k]))
				dot += elementReal(a[k]) * elementReal(b[k])
			}
		}
		m1, m2 := realArg(args, 2, i, vectorLength(xs)), realArg(args, 3, i, vectorLength(ys))
		return dot / (m1 * m2), okA && okB
	}), nil
}

func pearson(xs, ys []float64) float64 {
	mx, my := mean(xs), mean(ys)
	var sxy, sxx, syy float64
	for i := range xs {
		sxy += (xs[i] - mx) * (ys[i] - my)
		sxx += (xs[i] - mx) * (xs[i] - mx)
		syy += (ys[i] - my) * (ys[i] - my)
	}
	return sxy / (math.Sqrt(sxx) * math.Sqrt(syy))
}
