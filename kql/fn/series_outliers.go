package fn

import (
	"math"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Outliers of a series, by Tukey's fences.
var seriesOutlierFuncs = []Func{
	{
		Name: "series_outliers", Kind: Scalar, Result: FirstArg,
		Doc: "How far each element of a series lies outside the range between two percentiles, in lengths of that range: an anomaly beyond 1.5 or -1.5.",
		Overloads: []Overload{{
			Params: P(DynP("series"), Opt(outlierKind("kind")), Opt(NumP("ignore_val")), Opt(RealP("min_percentile")),
				Opt(RealP("max_percentile")), Opt(LongP("test_points"))),
			Returns: Is(table.Dynamic), Eval: seriesOutliers,
		}},
		Examples: []Example{
			{`series_outliers(dynamic([3, 4, 5, 6, 7, 23]), "tukey")`, `dynamic([-0.5,-0.1,0.0,0.0,0.1,6.5])`},
			{`series_outliers(dynamic([1, 1, 1]))`, `dynamic([0.0,0.0,0.0])`},
		},
	},
}

func outlierKind(name string) Param {
	return Param{Name: name, Types: []table.Type{table.String}, Enum: []string{"ctukey", "tukey"}}
}

func seriesOutliers(args []table.Vec, rows int) (table.Vec, error) {
	return fill(rows, nil, func(i int) (table.Dyn, bool) {
		ys, ok := seriesAt(args[0], i)
		f, known := fenceOf(textArg(args, 1, i, ""), realArg(args, 3, i, defaultLow), realArg(args, 4, i, defaultHigh))
		test := longArg(args, 5, i, 0)
		if !ok || !known || test < 0 {
			return table.Dyn{}, false
		}
		ignore := realArg(args, 2, i, math.NaN())
		for k, y := range ys {
			if y == ignore {
				ys[k] = math.NaN()
			}
		}
		return arrayOf(f.scores(ys, learned(ys, test))), true
	}), nil
}

// learned is the part of a series without so many test points at its end.
func learned(ys []float64, test int64) []float64 {
	return ys[:max(int64(len(ys))-test, 0)]
}

// fence scores how far values lie outside the range between two percentiles.
type fence struct{ low, high, scale float64 }

const (
	defaultLow, defaultHigh = 10, 90
	leastRank, greatestRank = 2, 98

	mild = 1.5 // the score from which on a value is an outlier
)

// fenceOf is the fence of a kind of test; false if there is no such test. The score of
// the custom test is scaled so that a value of a normal distribution that scores 1.5
// between quartiles scores 1.5 between other percentiles too.
func fenceOf(kind string, low, high float64) (fence, bool) {
	switch strings.ToLower(kind) {
	case "tukey":
		return fence{25, 75, 1}, true
	case "", "ctukey":
	default:
		return fence{}, false
	}
	if !(low >= leastRank && high <= greatestRank && low < high) {
		return fence{}, false
	}
	zLow, zHigh := normalRank(low), normalRank(high)
	return fence{low, high, mild * (zHigh - zLow) / (4*normalQuartile - zHigh)}, true
}

// normalQuartile is the upper quartile of the standard normal distribution, as rounded
// as Kusto's scores have it.
const normalQuartile = 0.675

// normalRanks are the values of the standard normal distribution at the percentiles 50,
// 56, …, 98. Kusto takes those in between from a straight line, and so must we to come
// to its scores.
var normalRanks = []float64{0, 0.15096922, 0.30548079, 0.46769880, 0.64334541, 0.84162123, 1.08031934, 1.40507156, 2.05374891}

func normalRank(percentile float64) float64 {
	if percentile < 50 {
		return -normalRank(100 - percentile)
	}
	at, part := math.Modf((percentile - 50) / 6)
	k := int(at)
	if k+1 >= len(normalRanks) {
		return normalRanks[len(normalRanks)-1]
	}
	return normalRanks[k] + part*(normalRanks[k+1]-normalRanks[k])
}

// scores measures ys against the percentiles of sample. What is not a number scores 0.
func (f fence) scores(ys, sample []float64) []float64 {
	out := make([]float64, len(ys))
	sorted := slices.DeleteFunc(slices.Clone(sample), math.IsNaN)
	if len(sorted) == 0 {
		return out
	}
	slices.Sort(sorted)
	low, high := percentileOf(sorted, f.low), percentileOf(sorted, f.high)
	for k, y := range ys {
		switch {
		case y > high:
			out[k] = (y - high) / (high - low) * f.scale
		case y < low:
			out[k] = (y - low) / (high - low) * f.scale
		}
		if math.IsNaN(out[k]) {
			out[k] = 0
		}
	}
	return out
}

// clip brings what scores more than mild to where it scores just that.
func (f fence) clip(ys []float64) {
	sorted := slices.Clone(ys)
	slices.Sort(sorted)
	low, high := percentileOf(sorted, f.low), percentileOf(sorted, f.high)
	far := mild / f.scale * (high - low)
	for k, y := range ys {
		ys[k] = max(low-far, min(y, high+far))
	}
}

// percentileOf is a percentile of sorted values, on a straight line between two.
func percentileOf(sorted []float64, p float64) float64 {
	at, part := math.Modf(float64(len(sorted)-1) * p / 100)
	k := int(at)
	if part == 0 {
		return sorted[k]
	}
	return sorted[k] + part*(sorted[k+1]-sorted[k])
}
