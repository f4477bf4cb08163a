package fn

import (
	"math"
	"slices"

	"github.com/yagura/yagura/table"
)

// Periods of a series.
var seriesPeriodFuncs = []Func{
	{
		Name: "series_periods_detect", Kind: Scalar, Result: PrefixAndArg,
		Doc: "The lengths of the most significant periods of a series, within bounds, and how significant each is, from 0 to 1; 0 where there are fewer.",
		Overloads: severalResults(P(DynP("series"), AsRealP("min_period"), AsRealP("max_period"), LongP("num_periods")), periodParts,
			func(w *work, args []table.Vec, i int) ([]table.Value, bool) {
				ys, ok := seriesAt(args[0], i)
				n := longArg(args, 3, i, 0)
				if !ok || n < 0 || n > maxPeriods {
					return nil, false
				}
				lengths, scores := make([]float64, n), make([]float64, n)
				found := periodsOf(w, ys, realArg(args, 1, i, 0), realArg(args, 2, i, math.Inf(1)))
				for k, p := range found[:min(int(n), len(found))] {
					lengths[k], scores[k] = float64(p.length), p.score
				}
				return []table.Value{arrayOf(lengths), arrayOf(scores)}, true
			}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2]) | project series_periods_detect(y, 4.0, 9.0, 1) | project series_periods_detect_y_periods)`, `dynamic([6.0])`}},
	},
	{
		Name: "series_periods_validate", Kind: Scalar, Result: PrefixAndArg,
		Doc: "How significant periods of given lengths are in a series, from 0 to 1.",
		Overloads: severalResults(P(DynP("series"), AsRealP("period"), Opt(Rest(AsRealP("period")))), periodParts,
			func(w *work, args []table.Vec, i int) ([]table.Value, bool) {
				ys, ok := seriesAt(args[0], i)
				if !ok {
					return nil, false
				}
				lengths, scores := make([]float64, len(args)-1), make([]float64, len(args)-1)
				found := periodsOf(w, ys, 0, math.Inf(1))
				for k := range lengths {
					lengths[k] = realArg(args, k+1, i, math.NaN())
					for _, p := range found {
						if float64(p.length) == math.Round(lengths[k]) {
							scores[k] = p.score
						}
					}
				}
				return []table.Value{arrayOf(lengths), arrayOf(scores)}, true
			}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2]) | project series_periods_validate(y, 5.0) | project series_periods_validate_y_scores)`, `dynamic([0.0])`}},
	},
}

var periodParts = []part{{"periods", table.Dynamic}, {"scores", table.Dynamic}}

// maxPeriods bounds how many periods a call may ask for.
const maxPeriods = 1 << 16

// leastPeriod is the number of points that a period has at least; at most it has half
// of the series.
const leastPeriod = 4

// period is a period of a series: its length in points and how significant it is.
type period struct {
	length int
	score  float64
}

// periodsOf finds the periods of a series between bounds, the most significant first.
// A peak of the spectrum tells about where a period may be, and a hill of the
// autocorrelation near it where it is and that it is one: as Vlachos, Yu and Castelli
// do it (On Periodicity Detection and Structural Periodic Similarity, 2005). Kusto's
// documentation says no more of scores than that they lie between 0 and 1. Here one is
// the correlation of the series, without its trend, with itself a period later, which
// must be more than noise has, through a cosine window of lags: a pattern that was seen
// twice says less than one that was seen ten times.
func periodsOf(w *work, ys []float64, least, greatest float64) []period {
	n := len(ys)
	if n < 2*leastPeriod {
		return nil
	}
	w.Step(20 * n)
	xs := withoutTrend(ys)
	if f, ok := fenceOf("ctukey", defaultLow, defaultHigh); ok {
		f.clip(xs) // one outlier must not hide a period
	}
	power, corr := spectrum(w, xs), autocorrelation(w, xs)
	average := mean(power[1:])
	var found []period
	for k := 2; k < len(power); k++ {
		if power[k] < average || power[k] < power[k-1] || k+1 < len(power) && power[k] < power[k+1] {
			continue
		}
		length, ok := hill(corr, n, k)
		if !ok || float64(length) < least || float64(length) > greatest || hasPeriod(found, length) {
			continue
		}
		window := math.Cos(math.Pi / 2 * float64(length) / float64(n))
		found = append(found, period{length, min(corr[length], 1) * window})
	}
	slices.SortStableFunc(found, func(a, b period) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return a.length - b.length
	})
	return found
}

func hasPeriod(found []period, length int) bool {
	return slices.ContainsFunc(found, func(p period) bool { return p.length == length })
}

// hill finds the top of the autocorrelation about the period of frequency k, between
// the middles to the next periods of the spectrum and a point more.
func hill(corr []float64, n, k int) (length int, ok bool) {
	at := func(k int) float64 { return float64(n) / float64(k) }
	from := max(int((at(k+1)+at(k))/2)-1, leastPeriod)
	to := min(int(math.Ceil((at(k)+at(k-1))/2))+1, n/2)
	if from > to {
		return 0, false
	}
	length = from
	for l := from + 1; l <= to; l++ {
		if corr[l] > corr[length] {
			length = l
		}
	}
	top, noise := corr[length], 1.96/math.Sqrt(float64(n)) // what 95 % of noise stays below
	return length, top > noise && top >= corr[length-1] && top >= corr[length+1]
}

// withoutTrend takes the line that fits a series best from it. What is not a number
// is 0, the mean of the rest.
func withoutTrend(ys []float64) []float64 {
	l := lineThrough(ys)
	out := make([]float64, len(ys))
	for k, y := range ys {
		if r := y - l.at(k); finite(r) {
			out[k] = r
		}
	}
	return out
}

// spectrum is the power of a series at the frequencies 0, 1, … n/2 in its length.
func spectrum(w *work, xs []float64) []float64 {
	all := make([]complex128, len(xs))
	for k, x := range xs {
		all[k] = complex(x, 0)
	}
	power := make([]float64, len(xs)/2+1)
	for k, c := range fft(w, all)[:len(power)] {
		power[k] = real(c)*real(c) + imag(c)*imag(c)
	}
	return power
}

// autocorrelation is the cosine between a series and itself so many points later, for
// 0 to n/2+1 points.
func autocorrelation(w *work, xs []float64) []float64 {
	n := len(xs)
	padded := make([]complex128, smooth(2*n))
	for k, x := range xs {
		padded[k] = complex(x, 0)
	}
	power := fft(w, padded)
	for k, c := range power {
		power[k] = complex(real(c)*real(c)+imag(c)*imag(c), 0)
	}
	products := inverseFFT(w, power)
	energy := make([]float64, n+1) // of the points before
	for k, x := range xs {
		energy[k+1] = energy[k] + x*x
	}
	out := make([]float64, n/2+2)
	for l := range out {
		if e := energy[n-l] * (energy[n] - energy[l]); e > 0 {
			out[l] = real(products[l]) / math.Sqrt(e)
		}
	}
	return out
}
