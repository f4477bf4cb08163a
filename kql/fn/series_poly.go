package fn

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/yagura/yagura/table"
)

var seriesPolyFuncs = []Func{{
	Name: "series_fit_poly", Kind: Scalar, Result: PrefixAndArg,
	Doc:       "The polynomial of a degree, 1 unless given, that fits a series best, over another series or over 1, 2, 3 …; its coefficients start with that of the highest power.",
	Overloads: severalResults(P(DynP("y_series"), Opt(DynP("x_series")), Opt(LongP("degree"))), polyParts, fitPolyAt),
	Examples:  []Example{{`toscalar(print y = dynamic([1, 4, 9, 16]), x = dynamic([1, 2, 3, 4]) | extend series_fit_poly(y, x, 2) | project round(series_fit_poly_y_rsquare, 9))`, `1.0`}},
}}

var polyParts = []part{
	{"rsquare", table.Real}, {"coefficients", table.Dynamic}, {"variance", table.Real},
	{"rvariance", table.Real}, {"poly_fit", table.Dynamic},
}

func fitPolyAt(w *work, args []table.Vec, i int) ([]table.Value, bool) {
	ys, ok := seriesAt(args[0], i)
	if !ok || !allFinite(ys) {
		return nil, false
	}
	xs := make([]float64, len(ys))
	for k := range xs {
		xs[k] = float64(k + 1)
	}
	if len(args) > 1 {
		if xs, ok = seriesAt(args[1], i); !ok || len(xs) != len(ys) || !allFinite(xs) {
			return nil, false
		}
	}
	degree := longArg(args, 2, i, 1)
	if degree < 0 || degree >= int64(len(ys)) || degree > greatestDegree {
		return nil, false
	}
	coefficients, ok := fitPoly(w, xs, ys, int(degree))
	if !ok {
		return nil, false
	}
	fit := make([]float64, len(xs))
	for k, x := range xs {
		w.Step(len(coefficients))
		for _, c := range coefficients {
			fit[k] = fit[k]*x + c
		}
	}
	v, rv := spread(ys), residualVariance(ys, fit)
	return []table.Value{rsquare(rv, v), arrayOf(coefficients), v, rv, arrayOf(fit)}, true
}

// greatestDegree is one beyond which the powers of real numbers are always too alike for
// coefficients to be found.
const greatestDegree = 128

// fittedAtOnce is how many points are fitted before the call can be left.
const fittedAtOnce = 1 << 10

// fitPoly solves for the coefficients, the highest power's first, by least squares.
// Each power is scaled to the same size, so that high ones keep their digits. Some points
// at a time are made one triangle with the triangle of those before (a QR factorization by
// rows), whose last column is what the powers are to sum up to.
func fitPoly(w *work, xs, ys []float64, degree int) ([]float64, bool) {
	size := 0.0
	for _, x := range xs {
		size = max(size, math.Abs(x))
	}
	if size == 0 {
		size = 1
	}
	n := degree + 1
	triangle := mat.NewDense(n+1, n+1, nil)
	for at := 0; at < len(xs); at += fittedAtOnce {
		points := min(fittedAtOnce, len(xs)-at)
		w.Step(4 * (points + n) * n * (n + 4))
		rows := mat.NewDense(n+1+points, n+1, nil)
		rows.Slice(0, n+1, 0, n+1).(*mat.Dense).Copy(triangle)
		for k := range points {
			for c := range n {
				rows.Set(n+1+k, c, math.Pow(xs[at+k]/size, float64(degree-c)))
			}
			rows.Set(n+1+k, n, ys[at+k])
		}
		var qr mat.QR
		qr.Factorize(rows)
		var r mat.Dense
		qr.RTo(&r)
		triangle.Copy(&r)
	}
	var qr mat.QR
	qr.Factorize(triangle.Slice(0, n, 0, n))
	var solved mat.VecDense
	if err := qr.SolveVecTo(&solved, false, triangle.ColView(n).(*mat.VecDense).SliceVec(0, n)); err != nil {
		return nil, false
	}
	out := make([]float64, n)
	for c := range out {
		out[c] = solved.AtVec(c) / math.Pow(size, float64(degree-c))
	}
	return out, true
}
