package fn

import (
	"slices"

	"github.com/yagura/yagura/table"
)

// Filling the gaps of a series: the elements that are null, or equal to a
// placeholder. The others stay as they are.
var seriesFillFuncs = []Func{
	{
		Name: "series_fill_const", Kind: Scalar, Doc: "A series with its missing values replaced by one value, 0 unless given.", Result: FirstArg,
		Overloads: seriesFill(2, func(a []any, missing []bool, args []table.Vec, i int) []any {
			var with any = int64(0)
			if len(args) > 1 {
				with = treeOf(args[1].At(i))
			}
			for k := range a {
				if missing[k] {
					a[k] = with
				}
			}
			return a
		}, DynP("series"), Opt(NumP("constant_value")), Opt(NumP("missing_value_placeholder"))),
		Examples: []Example{{`series_fill_const(dynamic([111, null, 36]), 0.0)`, `dynamic([111,0.0,36])`}, {`series_fill_const(dynamic([1, -1, 2]), 0, -1)`, `dynamic([1,0,2])`}},
	},
	{
		Name: "series_fill_forward", Kind: Scalar, Doc: "A series with each missing value replaced by the nearest before it.", Result: FirstArg,
		Overloads: seriesFill(1, fillForward, DynP("series"), Opt(NumP("missing_value_placeholder"))),
		Examples:  []Example{{`series_fill_forward(dynamic([null, 36, null, 16]))`, `dynamic([null,36,36,16])`}},
	},
	{
		Name: "series_fill_backward", Kind: Scalar, Doc: "A series with each missing value replaced by the nearest after it.", Result: FirstArg,
		Overloads: seriesFill(1, func(a []any, missing []bool, args []table.Vec, i int) []any {
			slices.Reverse(a)
			slices.Reverse(missing)
			fillForward(a, missing, args, i)
			slices.Reverse(a)
			return a
		}, DynP("series"), Opt(NumP("missing_value_placeholder"))),
		Examples: []Example{{`series_fill_backward(dynamic([null, 36, null]))`, `dynamic([36,36,null])`}},
	},
	{
		Name: "series_fill_linear", Kind: Scalar, Result: FirstArg,
		Doc:       "A series with its missing values on the straight line between their neighbours, the edges as their neighbour unless that is turned off; one that is all missing becomes a constant, 0.0 unless given.",
		Overloads: seriesFill(1, fillLinear, DynP("series"), Opt(NumP("missing_value_placeholder")), Opt(BoolP("fill_edges")), Opt(NumP("constant_value"))),
		Examples:  []Example{{`series_fill_linear(dynamic([null, 1.0, null, 2.0, null]))`, `dynamic([1.0,1.0,1.5,2.0,2.0])`}, {`series_fill_linear(dynamic([null, 111, null, 36]), double(null), false)`, `dynamic([null,111,73,36])`}, {`series_fill_linear(dynamic([null, null]))`, `dynamic([0.0,0.0])`}},
	},
}

// seriesFill makes the overload of a function that fills a copy of an array, given
// which elements are missing; argument at is the placeholder.
func seriesFill(at int, f func(a []any, missing []bool, args []table.Vec, i int) []any, params ...Param) []Overload {
	return []Overload{{Params: params, Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
		return fill(rows, nil, func(i int) (table.Dyn, bool) {
			a, ok := arrayAt(args[0], i)
			if !ok {
				return table.Dyn{}, false
			}
			var placeholder any
			if len(args) > at {
				placeholder = treeOf(args[at].At(i))
			}
			missing := make([]bool, len(a))
			for k, t := range a {
				missing[k] = t == nil && placeholder == nil || t != nil && placeholder != nil && equalTrees(t, placeholder)
			}
			return table.NewDyn(f(append([]any{}, a...), missing, args, i)), true
		}), nil
	}}}
}

func fillForward(a []any, missing []bool, _ []table.Vec, _ int) []any {
	for k := range a {
		if missing[k] && k > 0 {
			a[k] = a[k-1]
		}
	}
	return a
}

func fillLinear(a []any, missing []bool, args []table.Vec, i int) []any {
	first, last := slices.Index(missing, false), len(missing)
	if first < 0 {
		var with any = 0.0
		if len(args) > 3 {
			with = treeOf(args[3].At(i))
		}
		for k := range a {
			a[k] = with
		}
		return a
	}
	for missing[last-1] {
		last--
	}
	last--
	whole := true
	for k := range a {
		if _, isLong := a[k].(int64); !isLong && !missing[k] {
			whole = false
		}
	}
	for k, from := first+1, first; k <= last; k++ {
		if missing[k] {
			continue
		}
		for m := from + 1; m < k; m++ {
			a[m] = between(a[from], a[k], float64(m-from)/float64(k-from), whole)
		}
		from = k
	}
	if boolArg(args, 2, i, true) {
		for k := range first {
			a[k] = a[first]
		}
		for k := last + 1; k < len(a); k++ {
			a[k] = a[last]
		}
	}
	return a
}

// between is the value at a share of the way from a to b, without its fraction if
// whole.
func between(a, b any, share float64, whole bool) any {
	x, y := elementReal(a), elementReal(b)
	v := x + (y-x)*share
	if whole {
		return int64(v)
	}
	return v
}
