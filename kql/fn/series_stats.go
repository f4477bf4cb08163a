package fn

import (
	"math"

	"github.com/yagura/yagura/table"
)

// Statistics of a series.
var seriesStatsFuncs = []Func{
	{
		Name: "series_stats", Kind: Scalar, Result: PrefixAndArg,
		Doc: "Least and greatest value of a series with their first positions, mean, deviation and variance; null if a value is not finite, unless those are to be ignored.",
		Overloads: severalResults(P(DynP("series"), Opt(BoolP("ignore_nonfinite"))), statsParts, func(_ *work, args []table.Vec, i int) ([]table.Value, bool) {
			return seriesStats(args, i)
		}),
		Examples: []Example{{`toscalar(print y = dynamic([3, 1, 2]) | extend series_stats(y) | project series_stats_y_min)`, `1.0`}},
	},
	{
		Name: "series_stats_dynamic", Kind: Scalar,
		Doc: "Statistics of a series as a bag: those of series_stats, sum and len.",
		Overloads: []Overload{{Params: P(DynP("series"), Opt(BoolP("ignore_nonfinite"))), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				vals, ok := seriesStats(args, i)
				if !ok {
					return table.Dyn{}, false
				}
				b := &table.Bag{}
				for k, p := range statsParts {
					b.Set(p.name, vals[k])
				}
				xs, _ := seriesAt(args[0], i)
				sum := 0.0
				for _, x := range xs {
					if finite(x) {
						sum += x
					}
				}
				b.Set("sum", sum)
				b.Set("len", int64(len(xs)))
				return table.NewDyn(b), true
			}), nil
		}}},
		Examples: []Example{{`series_stats_dynamic(dynamic([1, 3]))`, `dynamic({"min":1.0,"min_idx":0,"max":3.0,"max_idx":1,"avg":2.0,"stdev":1.4142135623730951,"variance":2.0,"sum":4.0,"len":2})`}},
	},
}

var statsParts = []part{
	{"min", table.Real}, {"min_idx", table.Long}, {"max", table.Real}, {"max_idx", table.Long},
	{"avg", table.Real}, {"stdev", table.Real}, {"variance", table.Real},
}

func seriesStats(args []table.Vec, i int) ([]table.Value, bool) {
	xs, ok := seriesAt(args[0], i)
	if !ok || !allFinite(xs) && !boolArg(args, 1, i, false) {
		return nil, false
	}
	least, greatest := -1, -1
	var kept []float64
	for k, x := range xs {
		if !finite(x) {
			continue
		}
		kept = append(kept, x)
		if least < 0 || x < xs[least] {
			least = k
		}
		if greatest < 0 || x > xs[greatest] {
			greatest = k
		}
	}
	if len(kept) == 0 {
		return nil, false
	}
	v := spread(kept)
	return []table.Value{xs[least], int64(least), xs[greatest], int64(greatest), mean(kept), math.Sqrt(v), v}, true
}
