package fn

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Functions on dynamic arrays. What is not an array has no result.
var arrayFuncs = []Func{
	arrayLengthFunc("array_length", Example{`array_length(dynamic([1, 2, 3]))`, `3`}, Example{`array_length(dynamic({"a":1}))`, `long(null)`}),
	aliasOf(arrayLengthFunc("arraylength", Example{`arraylength(dynamic([]))`, `0`}), "array_length"),
	{
		Name: "array_concat", Kind: Scalar, Doc: "The elements of several arrays in one.",
		Overloads: []Overload{{Params: P(Rest(DynP("array"))), Returns: Is(table.Dynamic), Eval: overArrays(func(arrs [][]any) ([]any, bool) { return slices.Concat(arrs...), true })}},
		Examples:  []Example{{`array_concat(dynamic([1]), dynamic([2, 3]))`, `dynamic([1,2,3])`}},
	},
	arrayIffFunc("array_iff", Example{`array_iff(dynamic([true,false]), dynamic([1,2]), dynamic([3,4]))`, `dynamic([1,4])`}, Example{`array_iff(dynamic([1,0]), "yes", "no")`, `dynamic(["yes","no"])`}),
	aliasOf(arrayIffFunc("array_iif", Example{`array_iif(dynamic([true]), 1, 2)`, `dynamic([1])`}), "array_iff"),
	{
		Name: "array_index_of", Kind: Scalar, Doc: "Position of the first (or n-th) element that equals a value, in part of an array; or -1.",
		Overloads: []Overload{{Params: P(DynP("array"), AnyP("value"), Opt(IntP("start")), Opt(IntP("length")), Opt(Const(IntP("occurrence")))), Returns: Is(table.Long), Eval: padded(arrayIndexOf, 2, int64(0), int64(-1), int64(1))}},
		Examples:  []Example{{`array_index_of(dynamic(["this", "is", "an"]), "is")`, `1`}, {`array_index_of(dynamic([1, 2, 1]), 1, 0, -1, 2)`, `2`}, {`array_index_of(dynamic(["this", "is", "an"]), "this", -2)`, `long(-1)`}},
	},
	{
		Name: "array_reverse", Kind: Scalar, Doc: "An array in the opposite order.",
		Overloads: []Overload{{Params: P(DynP("value")), Returns: Is(table.Dynamic), Eval: overArrays(func(arrs [][]any) ([]any, bool) {
			a := slices.Clone(arrs[0])
			slices.Reverse(a)
			return a, true
		})}},
		Examples: []Example{{`array_reverse(dynamic([1, 2, 3]))`, `dynamic([3,2,1])`}},
	},
	arrayTurn("array_rotate_left", "rotate_count", "An array turned so many places to the left.", func(a []any, n int64) []any { return rotate(a, n) }, Example{`array_rotate_left(dynamic([1,2,3,4,5]), 2)`, `dynamic([3,4,5,1,2])`}),
	arrayTurn("array_rotate_right", "rotate_count", "An array turned so many places to the right.", func(a []any, n int64) []any { return rotate(a, -n) }, Example{`array_rotate_right(dynamic([1,2,3,4,5]), 2)`, `dynamic([4,5,1,2,3])`}),
	arrayShift("array_shift_left", "An array moved so many places to the left; a value, or null, or of texts an empty one, comes in.", 1, Example{`array_shift_left(dynamic([1,2,3]), 2, -1)`, `dynamic([3,-1,-1])`}),
	arrayShift("array_shift_right", "An array moved so many places to the right; a value, or null, or of texts an empty one, comes in.", -1, Example{`array_shift_right(dynamic([1,2,3]), 2)`, `dynamic([null,null,1])`}, Example{`array_shift_right(dynamic(["a","b"]), 1)`, `dynamic(["","a"])`}),
	{
		Name: "array_slice", Kind: Scalar, Doc: "The elements from one position up to another, that one included; negative positions count from the end.",
		Overloads: []Overload{{Params: P(DynP("array"), IntP("start"), IntP("end")), Returns: Is(table.Dynamic), Eval: lift3(dyns, longs, longs, arraySlice)}},
		Examples:  []Example{{`array_slice(dynamic([1,2,3,4,5]), 2, -1)`, `dynamic([3,4,5])`}, {`array_slice(dynamic([1,2,3,4,5]), -3, -2)`, `dynamic([3,4])`}},
	},
	arraySort("array_sort_asc", "An array in rising order, and further arrays in the order that it then has. Nulls come last, unless the last argument is false.", 1, Example{`array_sort_asc(dynamic([3, null, 1, 2]))`, `dynamic([1,2,3,null])`}),
	arraySort("array_sort_desc", "An array in falling order, and further arrays in the order that it then has. Nulls come last, unless the last argument is false.", -1, Example{`array_sort_desc(dynamic([3, null, 1, 2]))`, `dynamic([3,2,1,null])`}, Example{`array_sort_desc(dynamic([true, "a", 1, "b", 2]))`, `dynamic([2,1,"b","a",true])`}),
	{
		Name: "array_split", Kind: Scalar, Doc: "An array cut at one position or several.",
		Overloads: []Overload{
			{Params: P(DynP("array"), IntP("index")), Returns: Is(table.Dynamic), Eval: lift2(dyns, longs, func(d table.Dyn, n int64) (table.Dyn, bool) { return arraySplit(d, []any{n}) })},
			{Params: P(DynP("array"), DynP("indices")), Returns: Is(table.Dynamic), Eval: lift2(dyns, dyns, func(d, at table.Dyn) (table.Dyn, bool) {
				if n, ok := at.Tree().(int64); ok {
					return arraySplit(d, []any{n})
				}
				a, ok := at.Array()
				if !ok {
					return table.Dyn{}, false
				}
				return arraySplit(d, a)
			})},
		},
		Examples: []Example{{`array_split(dynamic([1,2,3,4,5]), 2)`, `dynamic([[1,2],[3,4,5]])`}, {`array_split(dynamic([1,2,3,4,5]), dynamic([1,3]))`, `dynamic([[1],[2,3],[4,5]])`}},
	},
	strcatArray("strcat_array", "", Example{`strcat_array(dynamic([1, 2, 3]), "->")`, `"1->2->3"`}),
	strcatArray("array_strcat", "strcat_array", Example{`array_strcat(dynamic(["a", "b"]), ",")`, `"a,b"`}),
	{
		Name: "zip", Kind: Scalar, Doc: "An array of arrays, each of the elements at one place of all arrays; short arrays give nulls.",
		Overloads: []Overload{{Params: P(DynP("array"), Rest(DynP("array"))), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return overArrays(func(arrs [][]any) ([]any, bool) { return zip(w, arrs), true })
		})}},
		Examples: []Example{{`zip(dynamic([1,3,5]), dynamic([2,4]))`, `dynamic([[1,2],[3,4],[5,null]])`}},
	},
	{
		Name: "repeat", Kind: Scalar, Doc: "An array of a value, so many times.", Result: PrefixAndArg,
		Overloads: []Overload{{Params: P(AnyP("value"), LongP("count")), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			n := longs(args[1])
			return fill(rows, n.Null, func(i int) (table.Dyn, bool) {
				if n.Vals[i] < 0 {
					return table.Dyn{}, false
				}
				v := treeOf(args[0].At(i))
				mayMake(int(min(n.Vals[i], mostMade)) * (elemBytes + table.NewDyn(v).Width()))
				a := make([]any, n.Vals[i])
				for k := range a {
					a[k] = v
				}
				return table.NewDyn(a), true
			}), nil
		}}},
		Examples: []Example{{`repeat(1, 3)`, `dynamic([1,1,1])`}},
	},
	packArrayFunc(),
}

// making is about what making an element that has memory of its own takes, in steps.
const making = 256

// elemBytes is what an element of an array takes at least.
const elemBytes = 16

func packArrayFunc() Func {
	return Func{
		Name: "pack_array", Kind: Scalar, Doc: "An array of the arguments.",
		Overloads: []Overload{{Params: P(Rest(AnyP("value"))), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				a := make([]any, len(args))
				for k, v := range args {
					a[k] = treeOf(v.At(i))
				}
				return table.NewDyn(a), true
			}), nil
		}}},
		Examples: []Example{{`pack_array(1, "a", 2s)`, `dynamic([1,"a","00:00:02"])`}},
	}
}

// treeOf makes a value part of a tree.
func treeOf(v table.Value) any { return table.NewDyn(v).Tree() }

// overArrays lifts a function of arrays; if an argument is not one, the result is
// null.
func overArrays(f func(arrs [][]any) ([]any, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		arrs := make([][]any, len(args))
		return fill(rows, nil, func(i int) (table.Dyn, bool) {
			for k, v := range args {
				a, ok := arrayAt(v, i)
				if !ok {
					return table.Dyn{}, false
				}
				arrs[k] = a
			}
			r, ok := f(arrs)
			if r == nil {
				r = []any{}
			}
			return table.NewDyn(r), ok
		}), nil
	}
}

func arrayAt(v table.Vec, i int) ([]any, bool) {
	if v.IsNull(i) {
		return nil, false
	}
	return v.(*table.Of[table.Dyn]).Vals[i].Array()
}

func arrayLengthFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "Number of elements of an array.", Examples: examples,
		Overloads: []Overload{{Params: P(DynP("array")), Returns: Is(table.Long), Eval: lift1(dyns, func(d table.Dyn) (int64, bool) {
			a, ok := d.Array()
			return int64(len(a)), ok
		})}},
	}
}

func arrayIffFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "For each element of an array of conditions the element of one array or of another; a scalar in place of an array is every element.", Examples: examples,
		Overloads: []Overload{{Params: P(DynP("condition_array"), AnyP("when_true"), AnyP("when_false")), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				conds, ok := arrayAt(args[0], i)
				yes, no := treeOf(args[1].At(i)), treeOf(args[2].At(i))
				out := make([]any, len(conds))
				for k, c := range conds {
					if is, known := truth(c); known && is {
						out[k] = elementOrAll(yes, k)
					} else if known {
						out[k] = elementOrAll(no, k)
					}
				}
				return table.NewDyn(out), ok
			}), nil
		}}},
	}
}

// truth is a condition's: a bool, or a number that is not 0.
func truth(t any) (is, known bool) {
	switch t := t.(type) {
	case bool:
		return t, true
	case int64:
		return t != 0, true
	case float64:
		return t != 0, true
	}
	return false, false
}

func elementOrAll(t any, k int) any {
	a, ok := t.([]any)
	switch {
	case !ok:
		return t
	case k < len(a):
		return a[k]
	}
	return nil
}

func arrayIndexOf(args []table.Vec, rows int) (table.Vec, error) {
	start, length, nth := longs(args[2]), longs(args[3]), longs(args[4])
	null := either(either(start.Null, length.Null), nth.Null)
	return fill(rows, null, func(i int) (int64, bool) {
		arr, ok := arrayAt(args[0], i)
		if !ok || length.Vals[i] < -1 || nth.Vals[i] < 1 {
			return 0, false
		}
		from, n := start.Vals[i], int64(len(arr))
		if from < 0 {
			from = max(from+n, 0)
		}
		to := n
		if l := length.Vals[i]; l >= 0 && l < n-min(from, n) {
			to = from + l
		}
		want, left := treeOf(args[1].At(i)), nth.Vals[i]
		for k := from; k < to; k++ {
			if !equalTrees(arr[k], want) {
				continue
			}
			if left--; left == 0 {
				return k, true
			}
		}
		return -1, true
	}), nil
}

// equalTrees compares by value: 1 and 1.0 are equal, texts and numbers never.
func equalTrees(a, b any) bool { return table.Compare(table.NewDyn(a), table.NewDyn(b)) == 0 }

func arrayTurn(name, count, doc string, f func(a []any, n int64) []any, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: P(DynP("array"), IntP(count)), Returns: Is(table.Dynamic), Eval: lift2(dyns, longs, func(d table.Dyn, n int64) (table.Dyn, bool) {
			a, ok := d.Array()
			return table.NewDyn(f(a, n)), ok
		})}},
	}
}

func rotate(a []any, n int64) []any {
	if len(a) == 0 {
		return []any{}
	}
	k, _ := modLong(n, int64(len(a)))
	return slices.Concat(a[k:], a[:k])
}

func arrayShift(name, doc string, sign int64, examples ...Example) Func {
	shift := func(args []table.Vec, rows int) (table.Vec, error) {
		n := longs(args[1])
		return fill(rows, n.Null, func(i int) (table.Dyn, bool) {
			a, ok := arrayAt(args[0], i)
			var in any
			if len(args) > 2 {
				in = treeOf(args[2].At(i))
			}
			if len(args) < 3 && ok && allTexts(a) {
				in = ""
			}
			size := int64(len(a))
			by := sign * max(min(n.Vals[i], size), -size)
			out := make([]any, size)
			for k := range out {
				if from := int64(k) + by; from >= 0 && from < size {
					out[k] = a[from]
				} else {
					out[k] = in
				}
			}
			return table.NewDyn(out), ok
		}), nil
	}
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: P(DynP("array"), IntP("shift_count"), Opt(AnyP("default_value"))), Returns: Is(table.Dynamic), Eval: shift}},
	}
}

func allTexts(a []any) bool {
	return !slices.ContainsFunc(a, func(t any) bool { _, isText := t.(string); return !isText })
}

func arraySlice(d table.Dyn, start, end int64) (table.Dyn, bool) {
	a, ok := d.Array()
	n := int64(len(a))
	if start < 0 {
		start = max(start+n, 0)
	}
	if end < 0 {
		end += n
	}
	end = min(end, n-1)
	if start > end {
		return table.NewDyn([]any{}), ok
	}
	return table.NewDyn(a[start : end+1]), ok
}

// arraySort makes a sorting function; sign is 1 for rising order.
func arraySort(name, doc string, sign int, examples ...Example) Func {
	sorted := func(ctx context.Context, args []table.Vec, rows int) ([]table.Vec, error) {
		w := table.NewWork(ctx)
		nullsLast := bools(table.Repeat(table.Bool, true, rows))
		if last := args[len(args)-1]; last.Type() == table.Bool {
			nullsLast, args = bools(last), args[:len(args)-1]
		}
		outs := make([]table.Vec, len(args))
		for k := range outs {
			outs[k] = table.NewVec(table.Dynamic, rows)
		}
		for i := range rows {
			keys, ok := arrayAt(args[0], i)
			order := sortOrder(w, keys, sign, nullsLast.Vals[i])
			for k, v := range args {
				a, isArray := arrayAt(v, i)
				if !ok || !isArray || len(a) != len(keys) {
					table.Append(outs[k], nil)
					continue
				}
				table.Append(outs[k], table.NewDyn(permuted(a, order)))
			}
		}
		return outs, nil
	}
	one := func(ctx context.Context, args []table.Vec, rows int) (table.Vec, error) {
		vs, err := sorted(ctx, args, rows)
		if err != nil {
			return nil, err
		}
		return vs[0], nil
	}
	last := Const(BoolP("nulls_last"))
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{
			{Params: P(DynP("array"), Opt(last)), Returns: Is(table.Dynamic), Outs: sortedNames, Slow: one},
			{Params: P(DynP("array"), Rest(DynP("arrays"))), Returns: Is(table.Dynamic), Outs: sortedNames, EvalN: sorted},
			{Params: P(DynP("array"), Rest(DynP("arrays")), last), Returns: Is(table.Dynamic), Outs: sortedNames, EvalN: sorted},
		},
	}
}

// sortedNames calls a column after its array: x_sorted, or array0_sorted.
func sortedNames(args []Arg) []table.Column {
	var cols []table.Column
	for i, a := range args {
		if a.Type != table.Dynamic {
			continue
		}
		name := a.Name
		if name == "" {
			name = "array" + table.Text(int64(i))
		}
		cols = append(cols, table.Column{Name: name + "_sorted", Type: table.Dynamic})
	}
	return cols
}

// comparison is about what comparing two elements takes, in steps.
const comparison = 64

func sortOrder(w *work, keys []any, sign int, nullsLast bool) []int {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		w.Step(comparison)
		a, b := keys[i], keys[j]
		switch {
		case a == nil && b == nil:
			return 0
		case (a == nil) == nullsLast && (a == nil || b == nil):
			return 1
		case a == nil || b == nil:
			return -1
		}
		return cmp.Or(cmp.Compare(sortGroup(a), sortGroup(b)), sign*table.Compare(table.NewDyn(a), table.NewDyn(b)))
	})
	return order
}

// sortGroup is the place of an element's kind among others, in rising and in falling order.
func sortGroup(t any) int {
	switch t.(type) {
	case int64, float64, table.Dec, table.Time, table.Duration:
		return 0
	case string:
		return 1
	case table.UUID:
		return 2
	}
	return 3
}

func permuted(a []any, order []int) []any {
	out := make([]any, len(order))
	for i, k := range order {
		out[i] = a[k]
	}
	return out
}

func arraySplit(d table.Dyn, at []any) (table.Dyn, bool) {
	a, ok := d.Array()
	n := int64(len(a))
	var parts []any
	from := int64(0)
	for _, t := range at {
		i, isLong := t.(int64)
		if !isLong {
			return table.Dyn{}, false
		}
		if i < 0 {
			i += n
		}
		i = min(max(i, from), n)
		parts = append(parts, a[from:i:i])
		from = i
	}
	return table.NewDyn(append(parts, a[from:])), ok
}

func strcatArray(name, alias string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The elements of an array as text with a delimiter between them.", Alias: alias, Examples: examples,
		Overloads: []Overload{{Params: P(DynP("array"), AnyP("delimiter")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
			return lift2(dyns, texts, func(d table.Dyn, delim string) (string, bool) {
				a, ok := d.Array()
				parts := make([]string, len(a))
				made := len(delim) * len(a)
				for i, e := range a {
					if parts[i] = "null"; e != nil {
						parts[i] = treeText(e)
					}
					made += len(parts[i])
					mayMake(made)
					w.Step(making)
				}
				return strings.Join(parts, delim), ok
			})
		})}},
	}
}

func zip(w *work, arrs [][]any) []any {
	longest := 0
	for _, a := range arrs {
		longest = max(longest, len(a))
	}
	out := make([]any, longest)
	for i := range out {
		row := make([]any, len(arrs))
		for k, a := range arrs {
			if i < len(a) {
				row[k] = a[i]
			}
		}
		out[i] = row
		w.Step(making)
	}
	return out
}
