package fn

import "github.com/yagura/yagura/table"

// Lines that fit a series, by least squares.
var seriesFitFuncs = []Func{
	{
		Name: "series_fit_line", Kind: Scalar, Doc: "The straight line that fits a series best.", Result: PrefixAndArg,
		Overloads: severalResults(P(DynP("series")), fitLineParts, func(_ *work, args []table.Vec, i int) ([]table.Value, bool) {
			l, ok := fitLineAt(args[0], i)
			if !ok {
				return nil, false
			}
			return []table.Value{l.rsquare, l.slope, l.variance, l.rvariance, l.interception, arrayOf(l.points())}, true
		}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 3, 5]) | extend series_fit_line(y) | project series_fit_line_y_slope)`, `2.0`}},
	},
	{
		Name: "series_fit_line_dynamic", Kind: Scalar, Doc: "The straight line that fits a series best, as a bag.",
		Overloads: []Overload{{Params: P(DynP("series")), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				l, ok := fitLineAt(args[0], i)
				if !ok {
					return table.Dyn{}, false
				}
				b := l.bag()
				b.Set("line_fit", arrayOf(l.points()).Tree())
				return table.NewDyn(b), true
			}), nil
		}}},
		Examples: []Example{{`toreal(series_fit_line_dynamic(dynamic([1, 3, 5])).slope)`, `2.0`}},
	},
	{
		Name: "series_fit_2lines", Kind: Scalar, Doc: "The two straight lines that, one after the other, fit a series best.", Result: PrefixAndArg,
		Overloads: severalResults(P(DynP("array")), fit2LinesParts, func(_ *work, args []table.Vec, i int) ([]table.Value, bool) {
			f, ok := fit2LinesAt(args[0], i)
			if !ok {
				return nil, false
			}
			r, l := f.right, f.left
			return []table.Value{
				f.rsquare, int64(f.left.n), f.variance, f.rvariance, arrayOf(f.points()),
				r.rsquare, r.slope, r.interception, r.variance, r.rvariance,
				l.rsquare, l.slope, l.interception, l.variance, l.rvariance,
			}, true
		}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 2, 3, 9, 8, 7]) | extend series_fit_2lines(y) | project series_fit_2lines_y_rsquare)`, `1.0`}},
	},
	{
		Name: "series_fit_2lines_dynamic", Kind: Scalar, Doc: "The two straight lines that, one after the other, fit a series best, as a bag.",
		Overloads: []Overload{{Params: P(DynP("series")), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				f, ok := fit2LinesAt(args[0], i)
				if !ok {
					return table.Dyn{}, false
				}
				b := &table.Bag{}
				b.Set("rsquare", f.rsquare)
				b.Set("split_idx", int64(f.left.n))
				b.Set("variance", f.variance)
				b.Set("rvariance", f.rvariance)
				b.Set("line_fit", arrayOf(f.points()).Tree())
				b.Set("right", f.right.bag())
				b.Set("left", f.left.bag())
				return table.NewDyn(b), true
			}), nil
		}}},
		Examples: []Example{{`tolong(series_fit_2lines_dynamic(dynamic([1, 2, 3, 9, 8, 7])).split_idx)`, `3`}},
	},
}

var fitLineParts = []part{
	{"rsquare", table.Real}, {"slope", table.Real}, {"variance", table.Real},
	{"rvariance", table.Real}, {"interception", table.Real}, {"line_fit", table.Dynamic},
}

var fit2LinesParts = []part{
	{"rsquare", table.Real}, {"split_idx", table.Long}, {"variance", table.Real}, {"rvariance", table.Real}, {"line_fit", table.Dynamic},
	{"right_rsquare", table.Real}, {"right_slope", table.Real}, {"right_interception", table.Real}, {"right_variance", table.Real}, {"right_rvariance", table.Real},
	{"left_rsquare", table.Real}, {"left_slope", table.Real}, {"left_interception", table.Real}, {"left_variance", table.Real}, {"left_rvariance", table.Real},
}

// line is interception + slope*x for x from 1 to n, and how it fits its points.
type line struct {
	n                            int
	slope, interception          float64
	rsquare, variance, rvariance float64
}

// sums are what a line through points at 1, 2, 3 … follows from.
type sums struct{ n, y, xy, yy float64 }

func (s *sums) add(y float64) {
	s.n++
	s.xy += s.n * y
	s.y += y
	s.yy += y * y
}

// fit returns the slope, the interception and the sum of the squared residuals.
func (s *sums) fit() (slope, interception, residual float64) {
	meanX, meanY := (s.n+1)/2, s.y/s.n
	sxx := s.n * (s.n*s.n - 1) / 12
	sxy := s.xy - meanX*s.y
	if sxx > 0 {
		slope = sxy / sxx
	}
	syy := s.yy - meanY*s.y
	return slope, meanY - slope*meanX, max(syy-slope*sxy, 0)
}

func fitLine(ys []float64) line {
	var s sums
	m := mean(ys)
	for _, y := range ys {
		s.add(y - m)
	}
	l := line{n: len(ys), variance: spread(ys)}
	l.slope, l.interception, _ = s.fit()
	l.interception += m
	l.rvariance = residualVariance(ys, l.points())
	l.rsquare = rsquare(l.rvariance, l.variance)
	return l
}

func residualVariance(ys, fit []float64) float64 {
	sum := 0.0
	for i, y := range ys {
		sum += (y - fit[i]) * (y - fit[i])
	}
	return sampleVariance(float64(len(ys)), sum)
}

// rsquare is the share of a variance that a fit explains; of a flat series there is
// nothing to explain.
func rsquare(residual, variance float64) float64 {
	if variance == 0 {
		return 0
	}
	return 1 - residual/variance
}

func (l *line) points() []float64 {
	out := make([]float64, l.n)
	for x := range out {
		out[x] = l.interception + l.slope*float64(x+1)
	}
	return out
}

func (l *line) bag() *table.Bag {
	b := &table.Bag{}
	b.Set("rsquare", l.rsquare)
	b.Set("slope", l.slope)
	b.Set("variance", l.variance)
	b.Set("rvariance", l.rvariance)
	b.Set("interception", l.interception)
	return b
}

// fitLineAt fits a line to a series; one that is empty or not finite has none.
func fitLineAt(v table.Vec, i int) (line, bool) {
	ys, ok := seriesAt(v, i)
	if !ok || len(ys) == 0 || !allFinite(ys) {
		return line{}, false
	}
	return fitLine(ys), true
}

// twoLines are a line for the points before a split and one for those from it on,
// each counting x from its own first point.
type twoLines struct {
	left, right                  line
	rsquare, variance, rvariance float64
}

func (f *twoLines) points() []float64 { return append(f.left.points(), f.right.points()...) }

// fit2LinesAt tries each split that leaves both lines a point at least.
func fit2LinesAt(v table.Vec, i int) (twoLines, bool) {
	ys, ok := seriesAt(v, i)
	if !ok || len(ys) < 2 || !allFinite(ys) {
		return twoLines{}, false
	}
	m := mean(ys)
	before, after := residuals(ys, m, false), residuals(ys, m, true)
	split := 1
	for k := 2; k < len(ys); k++ {
		if before[k]+after[k] < before[split]+after[split] {
			split = k
		}
	}
	f := twoLines{left: fitLine(ys[:split]), right: fitLine(ys[split:]), variance: spread(ys)}
	f.rvariance = residualVariance(ys, f.points())
	f.rsquare = rsquare(f.rvariance, f.variance)
	return f, true
}

// residuals returns, for each split, the sum of the squared residuals of the line
// through the points before it, or from it on.
func residuals(ys []float64, m float64, after bool) []float64 {
	out := make([]float64, len(ys)+1)
	var s sums
	for k := range ys {
		at, split := k, k+1
		if after {
			at = len(ys) - 1 - k
			split = at
		}
		s.add(ys[at] - m)
		_, _, out[split] = s.fit()
	}
	return out
}
