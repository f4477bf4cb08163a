package fn

import (
	"github.com/yagura/yagura/table"
)

// Logic has three values: null is "not known".
var logicFuncs = []Func{
	{
		Name: "and", Kind: Operator, Doc: "Whether both operands are true.",
		Overloads: []Overload{{Params: P(truthP("left"), truthP("right")), Returns: Is(table.Bool), Eval: conjunction}},
		Examples:  []Example{{`true and false`, `false`}, {`bool(null) and false`, `false`}},
	},
	{
		Name: "or", Kind: Operator, Doc: "Whether one of the operands is true.",
		Overloads: []Overload{{Params: P(truthP("left"), truthP("right")), Returns: Is(table.Bool), Eval: disjunction}},
		Examples:  []Example{{`true or false`, `true`}, {`bool(null) or true`, `true`}},
	},
	{
		Name: "not", Kind: Scalar, Doc: "The opposite of a bool.",
		Overloads: []Overload{{Params: P(BoolP("expression")), Returns: Is(table.Bool), Eval: negation}},
		Examples:  []Example{{`not(false)`, `true`}},
	},
	{
		Name: "iff", Kind: Scalar, Doc: "The second argument where the first is true, else the third.",
		Overloads: conditional, Examples: []Example{{`iff(1 < 2, "yes", "no")`, `"yes"`}, {`iff(bool(null), 1, 2)`, `2`}},
	},
	{
		Name: "iif", Kind: Scalar, Doc: "The second argument where the first is true, else the third.", Alias: "iff",
		Overloads: conditional, Examples: []Example{{`iif(true, 1, 2.5)`, `1.0`}},
	},
	{
		Name: "case", Kind: Scalar, Doc: "The value behind the first condition that is true, else the last argument.",
		Overloads: []Overload{
			{Params: P(Rest(BoolP("predicate")), Rest(Same(AnyP("then"))), Same(AnyP("else"))), Returns: commonOf(caseValues), Eval: choose},
			{Params: P(Rest(BoolP("predicate")), Rest(AnyP("then")), AnyP("else")), Returns: commonOf(caseValues), Eval: choose},
		},
		Examples: []Example{{`case(false, "a", true, "b", "c")`, `"b"`}},
	},
	{
		Name: "coalesce", Kind: Scalar, Doc: "The first argument that is not null and not an empty string.",
		Overloads: []Overload{{Params: P(Same(AnyP("arg")), Rest(Same(AnyP("arg")))), Returns: commonOf(allArgs), Eval: coalesce}},
		Examples:  []Example{{`coalesce(int(null), 5)`, `5`}, {`coalesce("", "a")`, `"a"`}},
	},
	{
		Name: "max_of", Kind: Scalar, Doc: "The largest argument that is not null.",
		Overloads: []Overload{{Params: P(Same(orderableP("arg")), Rest(Same(orderableP("arg")))), Returns: commonOf(allArgs), Eval: bestOf(func(c int) bool { return c > 0 })}},
		Examples:  []Example{{`max_of(1, 5, 3)`, `5`}, {`max_of(long(null), 2)`, `2`}},
	},
	{
		Name: "min_of", Kind: Scalar, Doc: "The smallest argument that is not null.",
		Overloads: []Overload{{Params: P(Same(orderableP("arg")), Rest(Same(orderableP("arg")))), Returns: commonOf(allArgs), Eval: bestOf(func(c int) bool { return c < 0 })}},
		Examples:  []Example{{`min_of(4, 2.5)`, `2.5`}},
	},
}

var conditional = []Overload{
	{Params: P(BoolP("if"), Same(AnyP("then")), Same(AnyP("else"))), Returns: commonOf(caseValues), Eval: choose},
	{Params: P(BoolP("if"), AnyP("then"), AnyP("else")), Returns: commonOf(caseValues), Eval: choose},
}

func truthP(name string) Param {
	return Param{Name: name, Types: []table.Type{table.Bool, table.Dynamic}}
}

func orderableP(name string) Param {
	return Param{Name: name, Types: []table.Type{table.Int, table.Long, table.Real, table.Decimal, table.Timespan, table.Datetime, table.String, table.Bool}}
}

func conjunction(args []table.Vec, rows int) (table.Vec, error) {
	return threeValued(args, rows, false), nil
}

func disjunction(args []table.Vec, rows int) (table.Vec, error) {
	return threeValued(args, rows, true), nil
}

// threeValued is or (deciding true) and and (deciding false): the deciding value
// wins over null, null over the other.
func threeValued(args []table.Vec, rows int, deciding bool) table.Vec {
	a, b := bools(args[0]), bools(args[1])
	out := &table.Of[bool]{Vals: make([]bool, rows)}
	for i := range rows {
		n, m := a.IsNull(i), b.IsNull(i)
		switch {
		case !n && a.Vals[i] == deciding, !m && b.Vals[i] == deciding:
			out.Vals[i] = deciding
		case n || m:
			out.SetNull(i)
		default:
			out.Vals[i] = !deciding
		}
	}
	return out
}

func negation(args []table.Vec, rows int) (table.Vec, error) {
	return Map1(func(b bool) bool { return !b })(args, rows)
}

func allArgs(n int) []int {
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	return idx
}

// caseValues are the arguments of case and iff that are values.
func caseValues(n int) []int {
	var idx []int
	for i := 1; i < n; i += 2 {
		idx = append(idx, i)
	}
	return append(idx, n-1)
}

// commonOf returns the one type of some arguments: numbers widen, a dynamic gives
// way to the others' type, and types that do not go together make a dynamic.
func commonOf(which func(n int) []int) Returns {
	return func(args []Arg) table.Type {
		idx := which(len(args))
		types := make([]table.Type, len(idx))
		for k, i := range idx {
			types[k] = args[i].Type
		}
		return common(types)
	}
}

func common(types []table.Type) table.Type {
	t := table.Dynamic
	for _, u := range types {
		if u == table.Dynamic {
			continue
		}
		if t == table.Dynamic {
			t = u
			continue
		}
		w, ok := Wider(t, u)
		if !ok {
			return table.Dynamic
		}
		t = w
	}
	return t
}

// commonVecs brings some arguments to their common type.
func commonVecs(args []table.Vec, idx []int) (table.Type, []table.Vec) {
	types := make([]table.Type, len(idx))
	for k, i := range idx {
		types[k] = args[i].Type()
	}
	t := common(types)
	vs := make([]table.Vec, len(idx))
	for k, i := range idx {
		vs[k] = castVec(args[i], t)
	}
	return t, vs
}

// choose is case and iff: pairs of condition and value, then a value.
func choose(args []table.Vec, rows int) (table.Vec, error) {
	t, vals := commonVecs(args, caseValues(len(args)))
	pick := make([]int, rows)
	for i := range pick {
		pick[i] = len(vals) - 1
	}
	for k := len(vals) - 2; k >= 0; k-- {
		cond := args[2*k].(*table.Of[bool])
		for i := range rows {
			if cond.Vals[i] && !cond.IsNull(i) {
				pick[i] = k
			}
		}
	}
	return pickFrom(t, vals, pick), nil
}

// pickFrom takes row i from column pick[i]; a negative one makes a null.
func pickFrom(t table.Type, vals []table.Vec, pick []int) table.Vec {
	idx := make([]int, len(pick))
	for i, k := range pick {
		idx[i] = -1
		if k >= 0 {
			idx[i] = k*len(pick) + i
		}
	}
	return table.Concat(t, vals).Gather(idx)
}

func coalesce(args []table.Vec, rows int) (table.Vec, error) {
	t, vals := commonVecs(args, allArgs(len(args)))
	pick := make([]int, rows)
	for i := range pick {
		pick[i] = -1
	}
	for k := len(vals) - 1; k >= 0; k-- {
		s, text := vals[k].(*table.Of[string])
		for i := range rows {
			if !vals[k].IsNull(i) && !(text && s.Vals[i] == "") {
				pick[i] = k
			}
		}
	}
	return pickFrom(t, vals, pick), nil
}

// bestOf is max_of and min_of; better judges a comparison with the best so far.
func bestOf(better func(int) bool) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		t, vals := commonVecs(args, allArgs(len(args)))
		pick := make([]int, rows)
		for i := range pick {
			pick[i] = -1
			for k, v := range vals {
				if !v.IsNull(i) && (pick[i] < 0 || better(table.Compare(v.At(i), vals[pick[i]].At(i)))) {
					pick[i] = k
				}
			}
		}
		return pickFrom(t, vals, pick), nil
	}
}
