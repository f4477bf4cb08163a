package fn

import (
	"cmp"

	"github.com/yagura/yagura/table"
)

// Comparisons. With a null operand an order is null; for equality see equality.
var operatorCompareFuncs = []Func{
	{
		Name: "==", Kind: Operator, Doc: "Whether two values are equal; null if both are null.",
		Overloads: []Overload{{Params: P(AnyP("left"), AnyP("right")), Returns: Is(table.Bool), Eval: equality(true)}},
		Examples:  []Example{{`1 == 1.0`, `true`}, {`"a" == "A"`, `false`}, {`int(null) == 1`, `false`}},
	},
	{
		Name: "!=", Kind: Operator, Doc: "Whether two values differ; null if both are null.",
		Overloads: []Overload{{Params: P(AnyP("left"), AnyP("right")), Returns: Is(table.Bool), Eval: equality(false)}},
		Examples:  []Example{{`1 != 2`, `true`}, {`int(null) != 1`, `true`}},
	},
	{
		Name: "<", Kind: Operator, Doc: "Whether the left value is less than the right.",
		Overloads: ordering(func(c int) bool { return c < 0 }),
		Examples:  []Example{{`1 < 1.5`, `true`}, {`1h < 1m`, `false`}},
	},
	{
		Name: "<=", Kind: Operator, Doc: "Whether the left value is at most the right.",
		Overloads: ordering(func(c int) bool { return c <= 0 }),
		Examples:  []Example{{`2 <= 2`, `true`}},
	},
	{
		Name: ">", Kind: Operator, Doc: "Whether the left value is greater than the right.",
		Overloads: ordering(func(c int) bool { return c > 0 }),
		Examples:  []Example{{`datetime(2024-02-02) > datetime(2024-02-01)`, `true`}},
	},
	{
		Name: ">=", Kind: Operator, Doc: "Whether the left value is at least the right.",
		Overloads: ordering(func(c int) bool { return c >= 0 }),
		Examples:  []Example{{`1 >= int(null)`, `bool(null)`}},
	},
	{
		Name: "between", Kind: Operator, Doc: "Whether a value lies in a range, both ends included. A timespan as the end of a range of datetimes is its length.",
		Overloads: ranges(true),
		Examples:  []Example{{`5 between (1 .. 5)`, `true`}, {`datetime(2024-01-02) between (datetime(2024-01-01) .. 1d)`, `true`}},
	},
	{
		Name: "!between", Kind: Operator, Doc: "Whether a value lies outside a range.",
		Overloads: ranges(false),
		Examples:  []Example{{`0 !between (1 .. 5)`, `true`}},
	},
}

// ordering makes the overloads of an order; holds judges a comparison's sign.
func ordering(holds func(int) bool) []Overload {
	numberOrBool := append([]table.Type{table.Bool}, Numbers...)
	number := orderEval(holds, numbersAlike)
	o := func(e Eval, ps ...Param) Overload { return Overload{Params: ps, Returns: Is(table.Bool), Eval: e} }
	return []Overload{
		o(orderEval(holds, widened), Same(NumP("left")), Same(NumP("right"))),
		o(orderEval(holds, widened), SpanP("left"), SpanP("right")),
		o(orderEval(holds, widened), TimeP("left"), TimeP("right")),
		o(number, BoolP("left"), Param{Name: "right", Types: numberOrBool}),
		o(number, NumP("left"), BoolP("right")),
		o(orderDynamics(holds), DynP("left"), DynP("right")),
		o(number, DynP("left"), NumP("right")),
		o(number, NumP("left"), DynP("right")),
	}
}

func widened(a, b table.Vec) (table.Vec, table.Vec) {
	if t, ok := Wider(a.Type(), b.Type()); ok {
		return castVec(a, t), castVec(b, t)
	}
	return a, b
}

// numbersAlike brings bools and dynamics to the type of the number beside them.
func numbersAlike(a, b table.Vec) (table.Vec, table.Vec) {
	if a.Type() == table.Bool && b.Type() == table.Bool {
		return castVec(a, table.Long), castVec(b, table.Long)
	}
	return widened(alike(a, b))
}

func orderEval(holds func(int) bool, bring func(a, b table.Vec) (table.Vec, table.Vec)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		a, b := bring(args[0], args[1])
		switch x := a.(type) {
		case *table.Of[int32]:
			return ordered1(x, b, rows, holds), nil
		case *table.Of[int64]:
			return ordered1(x, b, rows, holds), nil
		case *table.Of[float64]:
			return orderedReals(x, b.(*table.Of[float64]), rows, holds), nil
		case *table.Of[table.Time]:
			return ordered1(x, b, rows, holds), nil
		case *table.Of[table.Duration]:
			return ordered1(x, b, rows, holds), nil
		}
		return fill(rows, eitherNull(a, b, rows), func(i int) (bool, bool) { return holds(table.Compare(a.At(i), b.At(i))), true }), nil
	}
}

func eitherNull(a, b table.Vec, rows int) []bool {
	null := make([]bool, rows)
	for i := range null {
		null[i] = a.IsNull(i) || b.IsNull(i)
	}
	return null
}

func ordered1[T interface {
	table.Elem
	cmp.Ordered
}](a *table.Of[T], bv table.Vec, rows int, holds func(int) bool) table.Vec {
	b := bv.(*table.Of[T])
	return fill(rows, either(a.Null, b.Null), func(i int) (bool, bool) { return holds(cmp.Compare(a.Vals[i], b.Vals[i])), true })
}

// orderedReals is false for every order in which NaN takes part.
func orderedReals(a, b *table.Of[float64], rows int, holds func(int) bool) table.Vec {
	return fill(rows, either(a.Null, b.Null), func(i int) (bool, bool) {
		x, y := a.Vals[i], b.Vals[i]
		return x == x && y == y && holds(cmp.Compare(x, y)), true
	})
}

// orderDynamics orders numbers, and values of one other scalar type; the rest has no
// order.
func orderDynamics(holds func(int) bool) Eval {
	return lift2(dyns, dyns, func(a, b table.Dyn) (bool, bool) {
		x, y := a.Tree(), b.Tree()
		_, n := treeNumber(x)
		_, m := treeNumber(y)
		if !(n && m) && !sameScalar(x, y) {
			return false, false
		}
		return holds(table.Compare(a, b)), true
	})
}

func sameScalar(x, y any) bool {
	switch x.(type) {
	case bool:
		_, ok := y.(bool)
		return ok
	case string:
		_, ok := y.(string)
		return ok
	case table.Time:
		_, ok := y.(table.Time)
		return ok
	case table.Duration:
		_, ok := y.(table.Duration)
		return ok
	case table.UUID:
		_, ok := y.(table.UUID)
		return ok
	}
	return false
}

// ranges makes the overloads of between (want true) and !between.
func ranges(want bool) []Overload {
	three := func(t []table.Type) []Param {
		return P(Same(Param{Name: "value", Types: t}), Same(Param{Name: "start", Types: t}), Same(Param{Name: "end", Types: t}))
	}
	between := func(args []table.Vec, rows int) (table.Vec, error) { return rangeEval(want, args, rows) }
	return []Overload{
		{Params: three(Numbers), Returns: Is(table.Bool), Eval: between},
		{Params: three([]table.Type{table.Timespan}), Returns: Is(table.Bool), Eval: between},
		{Params: three([]table.Type{table.Datetime}), Returns: Is(table.Bool), Eval: between},
		{Params: P(TimeP("value"), TimeP("start"), SpanP("end")), Returns: Is(table.Bool), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			end, err := lift2(ticks, ticks, addMoments)(args[1:], rows)
			if err != nil {
				return nil, err
			}
			return rangeEval(want, []table.Vec{args[0], args[1], end}, rows)
		}},
		{Params: P(NumP("value"), DynP("start"), DynP("end")), Returns: Is(table.Bool), Eval: between},
		{Params: P(DynP("value"), Same(NumP("start")), Same(NumP("end"))), Returns: Is(table.Bool), Eval: between},
	}
}

func rangeEval(want bool, args []table.Vec, rows int) (table.Vec, error) {
	lo, err := orderEval(func(c int) bool { return c >= 0 }, numbersAlike)(args[:2], rows)
	if err != nil {
		return nil, err
	}
	hi, err := orderEval(func(c int) bool { return c <= 0 }, numbersAlike)([]table.Vec{args[0], args[2]}, rows)
	if err != nil {
		return nil, err
	}
	in, err := conjunction([]table.Vec{lo, hi}, rows)
	if err != nil || want {
		return in, err
	}
	return negation([]table.Vec{in}, rows)
}
