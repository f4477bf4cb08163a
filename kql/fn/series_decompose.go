package fn

import (
	"math"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Series taken apart into what repeats, what goes up or down, and the rest.
var seriesDecomposeFuncs = []Func{
	{
		Name: "series_decompose", Kind: Scalar, Result: PrefixAndArg,
		Doc: "A series taken apart: its baseline (seasonal and trend together), its seasonal component, its trend and what remains.",
		Overloads: severalResults(
			P(DynP("series"), Opt(LongP("period")), Opt(trendKind), Opt(LongP("test_points")), Opt(AsRealP("seasonality_threshold"))),
			[]part{{"baseline", table.Dynamic}, {"seasonal", table.Dynamic}, {"trend", table.Dynamic}, {"residual", table.Dynamic}},
			func(w *work, args []table.Vec, i int) ([]table.Value, bool) {
				d, ok := decomposeAt(w, args, i, decomposition{period: 1, trend: 2, test: 3, threshold: 4, trendName: "avg"})
				if !ok {
					return nil, false
				}
				out := make([]table.Value, 0, 4)
				for _, xs := range [][]float64{d.baseline, d.seasonal, d.trend, d.residual} {
					w.Step(20 * len(xs))
					out = append(out, knownOf(xs))
				}
				return out, true
			}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 5, 1, 5, 1, 6]) | extend (b, s, t, r) = series_decompose(y, 2, "none") | project r)`, `dynamic([0.0,0.0,0.0,0.0,0.0,1.0])`}},
	},
	{
		Name: "series_decompose_anomalies", Kind: Scalar, Result: PrefixAndArg,
		Doc: "The points of a series that lie far from its baseline (seasonal and trend together): 1 above, -1 below, 0 not; how far; and the baseline.",
		Overloads: severalResults(
			P(DynP("series"), Opt(AsRealP("threshold")), Opt(LongP("period")), Opt(trendKind), Opt(LongP("test_points")), Opt(outlierKind("method")), Opt(AsRealP("seasonality_threshold"))),
			[]part{{"ad_flag", table.Dynamic}, {"ad_score", table.Dynamic}, {"baseline", table.Dynamic}},
			func(w *work, args []table.Vec, i int) ([]table.Value, bool) {
				d, ok := decomposeAt(w, args, i, decomposition{period: 2, trend: 3, test: 4, threshold: 6, trendName: "avg"})
				f, known := fenceOf(textArg(args, 5, i, ""), defaultLow, defaultHigh)
				if !ok || !known {
					return nil, false
				}
				scores := f.scores(d.residual, learned(d.residual, d.test))
				return []table.Value{flagsOf(scores, realArg(args, 1, i, 1.5)), arrayOf(scores), knownOf(d.baseline)}, true
			}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 2, 3, 1, 2, 30, 1, 2, 3, 1, 2, 3]) | extend (flag, score, baseline) = series_decompose_anomalies(y, 1.5, 0) | project flag)`, `dynamic([0,0,0,0,0,1,0,0,0,0,0,0])`}},
	},
	{
		Name: "series_decompose_forecast", Kind: Scalar,
		Doc: "The baseline of a series (seasonal and trend together) as its points but the last ones tell, over these too.",
		Overloads: []Overload{{
			Params:  P(DynP("series"), LongP("test_points"), Opt(LongP("period")), Opt(trendKind), Opt(AsRealP("seasonality_threshold"))),
			Returns: Is(table.Dynamic),
			Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					return fill(rows, nil, func(i int) (table.Dyn, bool) {
						// Kusto's page says avg, its engine fits a line.
						d, ok := decomposeAt(w, args, i, decomposition{test: 1, period: 2, trend: 3, threshold: 4, trendName: "linefit"})
						if !ok {
							return table.Dyn{}, false
						}
						return knownOf(d.baseline), true
					}), nil
				}
			}),
		}},
		Examples: []Example{{`series_decompose_forecast(dynamic([1, 2, 3, 4, 0, 0]), 2, 0)`, `dynamic([1.0,2.0,3.0,4.0,5.0,6.0])`}},
	},
	{
		Name: "series_seasonal", Kind: Scalar,
		Doc: "What repeats in a series: at each point the median of those in the same place of its period. Zeros if it has none.",
		Overloads: []Overload{{
			Params:  P(DynP("series"), Opt(LongP("period")), Opt(LongP("test_points"))),
			Returns: Is(table.Dynamic),
			Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					return fill(rows, nil, func(i int) (table.Dyn, bool) {
						ys, ok := seriesAt(args[0], i)
						test := longArg(args, 2, i, 0)
						if !ok || test < 0 {
							return table.Dyn{}, false
						}
						const threshold = 0.7
						return knownOf(seasonal(w, ys, learned(ys, test), longArg(args, 1, i, autodetect), threshold)), true
					}), nil
				}
			}),
		}},
		Examples: []Example{{`series_seasonal(dynamic([1, 3, 5, 1, 3, 5, 2, 4, 6]), 3)`, `dynamic([1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0])`}},
	},
}

var trendKind = Param{Name: "trend", Types: []table.Type{table.String}, Enum: []string{"avg", "linefit", "none"}}

// autodetect as a period asks for the most significant one.
const autodetect = -1

// decomposition says which arguments the settings of a call are, and the trend if none
// is given.
type decomposition struct {
	period, trend, test, threshold int
	trendName                      string
}

// components are the parts of a series; test is how many points at its end they do
// not depend on.
type components struct {
	baseline, seasonal, trend, residual []float64
	test                                int64
}

// decomposeAt takes the series of a row apart; false if it is none, or a setting is
// not one that there is.
func decomposeAt(w *work, args []table.Vec, i int, at decomposition) (components, bool) {
	ys, ok := seriesAt(args[0], i)
	c := components{test: longArg(args, at.test, i, 0)}
	if !ok || c.test < 0 {
		return components{}, false
	}
	w.Step(10 * len(ys))
	sample := learned(ys, c.test)
	c.seasonal = seasonal(w, ys, sample, longArg(args, at.period, i, autodetect), realArg(args, at.threshold, i, 0.6))
	rest := make([]float64, len(sample))
	for k := range sample {
		rest[k] = sample[k] - c.seasonal[k]
	}
	var l slope
	switch strings.ToLower(textArg(args, at.trend, i, at.trendName)) {
	case "avg":
		l.from = meanOfKnown(rest)
	case "linefit":
		l = lineThrough(rest)
	case "none":
	default:
		return components{}, false
	}
	w.Step(20 * len(ys))
	c.trend, c.baseline, c.residual = make([]float64, len(ys)), make([]float64, len(ys)), make([]float64, len(ys))
	for k, y := range ys {
		c.trend[k] = l.at(k)
		c.baseline[k] = c.seasonal[k] + c.trend[k]
		c.residual[k] = y - c.baseline[k]
	}
	return c, true
}

// seasonal is the median of the sample's points in the same place of the period, for
// each point of ys; 0 if there is no period.
func seasonal(w *work, ys, sample []float64, length int64, threshold float64) []float64 {
	if length == autodetect {
		length = 0
		if found := periodsOf(w, sample, 0, math.Inf(1)); len(found) > 0 && found[0].score >= threshold {
			length = int64(found[0].length)
		}
	}
	out := make([]float64, len(ys))
	if length <= 0 || len(ys) == 0 {
		return out
	}
	length = min(length, int64(len(ys)))
	medians := make([]float64, length)
	for phase := range medians {
		w.Step(40 * len(sample) / len(medians))
		var same []float64
		for k := phase; k < len(sample); k += int(length) {
			if !math.IsNaN(sample[k]) {
				same = append(same, sample[k])
			}
		}
		medians[phase] = median(same)
	}
	for k := range out {
		out[k] = medians[int64(k)%length]
	}
	return out
}

// median is NaN of no values.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	slices.Sort(xs)
	return percentileOf(xs, 50)
}

// meanOfKnown is the mean of what is a number, NaN if nothing is.
func meanOfKnown(xs []float64) float64 {
	return mean(slices.DeleteFunc(slices.Clone(xs), math.IsNaN))
}

// slope is a straight line over the positions of a series, from 0.
type slope struct{ from, by float64 }

func (s slope) at(k int) float64 { return s.from + s.by*float64(k) }

// lineThrough fits a line to what is a number in a series. One point has a flat line.
func lineThrough(ys []float64) slope {
	var n, sumX, sumY float64
	for k, y := range ys {
		if !math.IsNaN(y) {
			n, sumX, sumY = n+1, sumX+float64(k), sumY+y
		}
	}
	meanX, meanY := sumX/n, sumY/n
	var sxx, sxy float64
	for k, y := range ys {
		if !math.IsNaN(y) {
			dx := float64(k) - meanX
			sxx += dx * dx
			sxy += dx * (y - meanY)
		}
	}
	if sxx == 0 {
		return slope{from: meanY}
	}
	return slope{from: meanY - sxy/sxx*meanX, by: sxy / sxx}
}

// flagsOf marks scores beyond a threshold.
func flagsOf(scores []float64, threshold float64) table.Dyn {
	flags := make([]float64, len(scores))
	for k, s := range scores {
		switch {
		case s > threshold:
			flags[k] = 1
		case s < -threshold:
			flags[k] = -1
		}
	}
	return wholeArray(flags)
}

// knownOf makes an array in which what is not known is null.
func knownOf(xs []float64) table.Dyn {
	a := make([]any, len(xs))
	for i, x := range xs {
		if !math.IsNaN(x) {
			a[i] = x
		}
	}
	return table.NewDyn(a)
}
