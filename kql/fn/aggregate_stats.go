package fn

import (
	"math"

	"github.com/yagura/yagura/table"
)

// statAggregates are variances and what follows from them.
var statAggregates = []Func{
	statistic("variance", "Variance of a sample.", varianceOf(sampleVariance)),
	statisticIf("varianceif", "Variance of a sample, of the rows for which the predicate is true.", varianceOf(sampleVariance), 1),
	statistic("variancep", "Variance of a whole population.", varianceOf(populationVariance)),
	statisticIf("variancepif", "Variance of a whole population, of the rows for which the predicate is true.", varianceOf(populationVariance), 1),
	statistic("stdev", "Standard deviation of a sample.", varianceOf(sampleDeviation)),
	statisticIf("stdevif", "Standard deviation of a sample, of the rows for which the predicate is true.", varianceOf(sampleDeviation), 1),
	statistic("stdevp", "Standard deviation of a whole population.", varianceOf(populationDeviation)),
	statisticIf("stdevpif", "Standard deviation of a whole population, of the rows for which the predicate is true.", varianceOf(populationDeviation), 1),
	statistic("covariance", "Covariance of a sample of pairs.", covarianceOf("covariance_", 1)),
	statisticIf("covarianceif", "Covariance of a sample of pairs, of the rows for which the predicate is true.", covarianceOf("covarianceif_", 1), 2),
	statistic("covariancep", "Covariance of a whole population of pairs.", covarianceOf("covariancep_", 0)),
	statisticIf("covariancepif", "Covariance of a whole population of pairs, of the rows for which the predicate is true.", covarianceOf("covariancepif_", 0), 2),
}

var statExamples = map[string]Example{
	"variance":      {"range x from 1 to 5 step 1 | summarize variance(x)", "2.5"},
	"varianceif":    {"range x from 1 to 5 step 1 | summarize varianceif(x, x < 4)", "1.0"},
	"variancep":     {"range x from 1 to 5 step 1 | summarize variancep(x)", "2.0"},
	"variancepif":   {"range x from 1 to 5 step 1 | summarize variancepif(x, x != 5)", "1.25"},
	"stdev":         {"range x from 1 to 3 step 1 | summarize stdev(x)", "1.0"},
	"stdevif":       {"range x from 1 to 5 step 1 | summarize stdevif(x, x > 2)", "1.0"},
	"stdevp":        {"range x from 1 to 3 step 2 | summarize stdevp(x)", "1.0"},
	"stdevpif":      {"range x from 1 to 5 step 1 | summarize stdevpif(x, x == 2)", "0.0"},
	"covariance":    {"range x from 1 to 3 step 1 | summarize covariance(x, 2 * x)", "2.0"},
	"covarianceif":  {"range x from 1 to 5 step 1 | summarize covarianceif(x, 2 * x, x < 4)", "2.0"},
	"covariancep":   {"range x from 1 to 3 step 2 | summarize covariancep(x, x)", "1.0"},
	"covariancepif": {"range x from 1 to 5 step 1 | summarize covariancepif(x, x, x == 1 or x == 3)", "1.0"},
}

func statistic(name, doc string, o Overload) Func {
	return Func{Name: name, Kind: Aggregate, Result: PrefixAndArg, Doc: doc, Overloads: []Overload{o}, Examples: []Example{statExamples[name]}}
}

func statisticIf(name, doc string, o Overload, at int) Func {
	return Func{Name: name, Kind: Aggregate, Result: PrefixAndArg, Doc: doc, Overloads: onlyIf([]Overload{o}, at), Examples: []Example{statExamples[name]}}
}

func varianceOf(result func(n, m2 float64) float64) Overload {
	return Overload{
		Params: P(Param{Name: "expr", Types: summable}), Returns: Is(table.Real),
		Agg: func() Accumulator { return &moments{result: result} },
	}
}

// The results of few values: of none 0, as of one.
func sampleVariance(n, m2 float64) float64 {
	if n < 2 {
		return 0
	}
	return m2 / (n - 1)
}

func populationVariance(n, m2 float64) float64 {
	if n < 1 {
		return 0
	}
	return m2 / n
}
func sampleDeviation(n, m2 float64) float64     { return math.Sqrt(sampleVariance(n, m2)) }
func populationDeviation(n, m2 float64) float64 { return math.Sqrt(populationVariance(n, m2)) }

// moments keeps the mean and the sum of squared differences from it, by Welford's
// method, which does not lose digits.
type moments struct {
	result      func(n, m2 float64) float64
	n, mean, m2 float64
}

func (a *moments) Add(args []table.Vec, row int) error {
	x, ok := number(args[0], row)
	if ok {
		a.n++
		d := x - a.mean
		a.mean += d / a.n
		a.m2 += d * (x - a.mean)
	}
	return nil
}

func (a *moments) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil || b.n == 0 {
		return err
	}
	n := a.n + b.n
	d := b.mean - a.mean
	a.m2 += b.m2 + d*d*a.n*b.n/n
	a.mean += d * b.n / n
	a.n = n
	return nil
}

func (a *moments) Result() []table.Value { return []table.Value{a.result(a.n, a.m2)} }

// covarianceOf names its column covariance_x_y. The sum is divided by the number of
// pairs less the given.
func covarianceOf(prefix string, less float64) Overload {
	return Overload{
		Params: P(Param{Name: "expr1", Types: summable}, Param{Name: "expr2", Types: summable}), Returns: Is(table.Real),
		Outs: func(args []Arg) []table.Column {
			return []table.Column{{Name: prefix + args[0].Name + "_" + args[1].Name, Type: table.Real}}
		},
		Agg: func() Accumulator { return &comoment{less: less} },
	}
}

// comoment is moments for pairs; a pair with a null does not count.
type comoment struct{ less, n, meanX, meanY, c float64 }

func (a *comoment) Add(args []table.Vec, row int) error {
	x, okX := number(args[0], row)
	y, okY := number(args[1], row)
	if okX && okY {
		a.n++
		d := x - a.meanX
		a.meanX += d / a.n
		a.meanY += (y - a.meanY) / a.n
		a.c += d * (y - a.meanY)
	}
	return nil
}

func (a *comoment) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil || b.n == 0 {
		return err
	}
	n := a.n + b.n
	dx, dy := b.meanX-a.meanX, b.meanY-a.meanY
	a.c += b.c + dx*dy*a.n*b.n/n
	a.meanX += dx * b.n / n
	a.meanY += dy * b.n / n
	a.n = n
	return nil
}

func (a *comoment) Result() []table.Value {
	if a.n == 0 {
		return []table.Value{nil}
	}
	if a.n <= a.less {
		return []table.Value{0.0}
	}
	return []table.Value{a.c / (a.n - a.less)}
}
