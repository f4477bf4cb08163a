package fn

import (
	"errors"
	"fmt"
	"math"

	"github.com/yagura/yagura/table"
)

var miscFuncs = []Func{
	{
		Name: "around", Kind: Scalar, Doc: "Whether a value is at most so far from another.",
		Overloads: []Overload{{Params: P(AnyP("value"), AnyP("center"), AnyP("delta")), Returns: Is(table.Bool), Macro: "$1 between (($2 - $3) .. ($2 + $3))"}},
		Examples:  []Example{{`around(100, 99, 2)`, `true`}, {`around(datetime(2021-01-01 01:32), datetime(2021-01-01 01:30), 1m)`, `false`}},
	},
	{
		Name: "assert", Kind: Scalar, Doc: "True; a query in which the condition, a constant, does not hold is not run, for the reason that the message gives.",
		Overloads: []Overload{{Params: P(Const(BoolP("predicate")), Const(Str("message"))), Returns: Is(table.Bool), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			ok, msg := bools(args[0]), texts(args[1])
			for i := range rows {
				if !ok.Vals[i] || ok.IsNull(i) {
					return nil, errors.New(AssertFailed(msg.Vals[i]))
				}
			}
			return ok, nil
		}}},
		Examples: []Example{{`assert(1 < 2, "must be")`, `true`}},
	},
	{
		Name: "range", Kind: Scalar, Doc: "An array of the values from one to another by steps (of 1, or of an hour), at most 1048576.",
		Overloads: []Overload{
			{Params: P(Same(NumP("start")), Same(NumP("stop")), Opt(Same(NumP("step")))), Returns: Is(table.Dynamic), Eval: rangeNumbers},
			{Params: P(TimeP("start"), TimeP("stop"), Opt(SpanP("step"))), Returns: Is(table.Dynamic), Eval: padded(lift3(ticks, ticks, ticks, func(a, b, step int64) (table.Dyn, bool) {
				return steps(a, b, step, func(n int64) any { return table.Time(n) })
			}), 2, table.Duration(table.TicksPerHour))},
			{Params: P(SpanP("start"), SpanP("stop"), Opt(SpanP("step"))), Returns: Is(table.Dynamic), Eval: padded(lift3(ticks, ticks, ticks, func(a, b, step int64) (table.Dyn, bool) {
				return steps(a, b, step, func(n int64) any { return table.Duration(n) })
			}), 2, table.Duration(table.TicksPerHour))},
		},
		Examples: []Example{{`range(1, 8, 3)`, `dynamic([1,4,7])`}, {`range(1h, 3h)`, `dynamic(["01:00:00","02:00:00","03:00:00"])`}},
	},
	{
		Name: "array_sum", Kind: Scalar, Doc: "Sum of the numbers of an array; null if it has anything else.", Hidden: true,
		Overloads: []Overload{{Params: P(DynP("array")), Returns: Is(table.Real), Eval: lift1(dyns, func(d table.Dyn) (float64, bool) {
			a, ok := d.Array()
			sum := 0.0
			for _, e := range a {
				f, isNumber := treeNumber(e)
				sum, ok = sum+f, ok && isNumber
			}
			return sum, ok
		})}},
		Examples: []Example{{`array_sum(dynamic([1,2,3,4]))`, `10.0`}},
	},
	{
		Name: "estimate_data_size", Kind: Scalar, Doc: "About how many bytes the columns of a row take.",
		Overloads: []Overload{{Params: P(Rest(AnyP("column"))), Returns: Is(table.Long), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (int64, bool) {
				n := int64(0)
				for _, v := range args {
					n += sizeOf(v.At(i))
				}
				return n, true
			}), nil
		}}},
		Examples: []Example{{`estimate_data_size(5, "abc")`, `11`}},
	},
}

// maxRange is how many elements range() makes at most, as Kusto's.
const maxRange = 1 << 20

func rangeNumbers(args []table.Vec, rows int) (table.Vec, error) {
	if len(args) == 2 {
		args = append(args[:2:2], castVec(table.Repeat(table.Long, int64(1), rows), args[0].Type()))
	}
	t, _ := Wider(args[0].Type(), args[1].Type())
	t, _ = Wider(t, args[2].Type())
	if t == table.Real || t == table.Decimal {
		return lift3(reals, reals, reals, func(a, b, step float64) (table.Dyn, bool) {
			n := math.Floor((b-a)/step + 1e-9)
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return table.Dyn{}, false
			}
			out := make([]any, int(min(max(n+1, 0), maxRange)))
			for i := range out {
				out[i] = a + float64(i)*step
			}
			return table.NewDyn(out), true
		})(args, rows)
	}
	return lift3(longs, longs, longs, func(a, b, step int64) (table.Dyn, bool) {
		return steps(a, b, step, func(n int64) any { return n })
	})(args, rows)
}

// steps makes the array a, a+step, … up to b.
func steps(a, b, step int64, elem func(int64) any) (table.Dyn, bool) {
	if step == 0 {
		return table.Dyn{}, false
	}
	n := (float64(b) - float64(a)) / float64(step) // about
	out := make([]any, 0, int(min(max(n+1, 0), maxRange)))
	for n := a; len(out) < maxRange && (step > 0 && n <= b || step < 0 && n >= b); {
		out = append(out, elem(n))
		next, ok := addTicks(n, step)
		if !ok {
			break
		}
		n = next
	}
	return table.NewDyn(out), true
}

// sizeOf is a value's size: of text and dynamic, the bytes of their text.
func sizeOf(v table.Value) int64 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		return 1
	case int32:
		return 4
	case table.UUID, table.Dec:
		return 16
	case string:
		return int64(len(v))
	case table.Dyn:
		return int64(len(v.AppendJSON(nil)))
	}
	return 8
}

// AssertFailed is the mistake of a query in which an assertion does not hold.
func AssertFailed(message string) string {
	return fmt.Sprintf("assert() has failed with message: '%s'", message)
}
