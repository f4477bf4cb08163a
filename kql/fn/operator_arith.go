package fn

import (
	"math"
	"math/bits"

	"github.com/yagura/yagura/table"
)

// Arithmetic: int and long make long and wrap around; a division by zero of whole
// numbers is null, of reals it is NaN or infinite. Times that leave their range are
// null. A dynamic operand is brought to the other's type.
var operatorArithFuncs = []Func{
	{
		Name: "+", Kind: Operator, Doc: "Sum of two numbers or timespans, or a datetime moved by a timespan.",
		Overloads: append([]Overload{
			numberPair(addition, wholeOrReal("add")),
			{Params: pair(table.Timespan, table.Timespan), Returns: Is(table.Timespan), Eval: lift2(spans, spans, addSpans), SQL: SQL{DuckDB: "add($1, $2)"}},
			{Params: P(momentP("left"), momentP("right")), Returns: Is(table.Datetime), Eval: lift2(ticks, ticks, addMoments), SQL: validTime("add($1, $2)")},
			{Params: pair(table.Dynamic, table.Timespan), Returns: Is(table.Timespan), Eval: lift2(spans, spans, addSpans)},
			{Params: pair(table.Timespan, table.Dynamic), Returns: Is(table.Timespan), Eval: lift2(spans, spans, addSpans)},
			{Params: pair(table.Dynamic, table.Datetime), Returns: Is(table.Datetime), Eval: spanAndTime(0)},
			{Params: pair(table.Datetime, table.Dynamic), Returns: Is(table.Datetime), Eval: spanAndTime(1)},
		}, dynamicPairs(addition)...),
		Examples: []Example{{`1 + 2.5`, `3.5`}, {`datetime(2024-02-28) + 1d`, `datetime(2024-02-29)`}, {`9223372036854775807 + 1`, `long(-9223372036854775808)`}},
	},
	{
		Name: "-", Kind: Operator, Doc: "Difference of two numbers, timespans or datetimes, or a datetime moved back by a timespan.",
		Overloads: append([]Overload{
			numberPair(subtraction, wholeOrReal("subtract")),
			{Params: pair(table.Timespan, table.Timespan), Returns: Is(table.Timespan), Eval: lift2(spans, spans, subSpans), SQL: SQL{DuckDB: "subtract($1, $2)"}},
			{Params: pair(table.Datetime, table.Datetime), Returns: Is(table.Timespan), Eval: subTimes, SQL: SQL{DuckDB: "subtract($1, $2)"}},
			{Params: pair(table.Datetime, table.Dynamic), Returns: Is(table.Timespan), Eval: subTimes},
			{Params: pair(table.Dynamic, table.Datetime), Returns: Is(table.Timespan), Eval: subTimes},
			{Params: pair(table.Datetime, table.Timespan), Returns: Is(table.Datetime), Eval: lift2(ticks, ticks, subMoments), SQL: validTime("subtract($1, $2)")},
			{Params: pair(table.Timespan, table.Datetime), Returns: Is(table.Datetime), Eval: lift2(ticks, ticks, subMoments)},
			{Params: pair(table.Dynamic, table.Timespan), Returns: Is(table.Timespan), Eval: lift2(spans, spans, subSpans)},
			{Params: pair(table.Timespan, table.Dynamic), Returns: Is(table.Timespan), Eval: lift2(spans, spans, subSpans)},
		}, dynamicPairs(subtraction)...),
		Examples: []Example{{`5 - 7`, `-2`}, {`datetime(2024-03-01) - datetime(2024-02-28)`, `2d`}, {`datetime(2024-03-01) - 1h`, `datetime(2024-02-29 23:00)`}},
	},
	{
		Name: "*", Kind: Operator, Doc: "Product of two numbers, or of a timespan and a number.",
		Overloads: append([]Overload{
			numberPair(multiplication, wholeOrReal("multiply")),
			{Params: pair(table.Timespan, table.Timespan), Returns: Is(table.Timespan), Eval: lift2(ticks, ticks, asSpan(mulTicks))},
			{Params: P(SpanP("left"), NumP("right")), Returns: Is(table.Timespan), Eval: scale(0, 1, table.Timespan, mulTicks, mulReal)},
			{Params: P(NumP("left"), SpanP("right")), Returns: Is(table.Timespan), Eval: scale(1, 0, table.Timespan, mulTicks, mulReal)},
			{Params: P(TimeP("left"), NumP("right")), Returns: Is(table.Datetime), Eval: scale(0, 1, table.Datetime, mulTicks, mulReal)},
			{Params: P(NumP("left"), TimeP("right")), Returns: Is(table.Datetime), Eval: scale(1, 0, table.Datetime, mulTicks, mulReal)},
		}, dynamicPairs(multiplication)...),
		Examples: []Example{{`6 * 7`, `42`}, {`1.5 * 1h`, `90m`}},
	},
	{
		Name: "/", Kind: Operator, Doc: "Quotient of two numbers, of a timespan and a number, or of two timespans (real). Whole numbers give a whole number.",
		Overloads: append([]Overload{
			numberPair(division, SQL{
				"duckdb:int,int": "CAST($1 // $2 AS BIGINT)", "duckdb:long,long": "$1 // $2", "duckdb:real,real": "$1 / $2",
			}),
			{Params: pair(table.Timespan, table.Timespan), Returns: Is(table.Real), Eval: lift2(ticks, ticks, divTicks), SQL: SQL{DuckDB: "CAST($1 AS DOUBLE) / CAST($2 AS DOUBLE)"}},
			{Params: P(SpanP("left"), NumP("right")), Returns: Is(table.Timespan), Eval: scale(0, 1, table.Timespan, divLong, divReal)},
			{Params: P(TimeP("left"), momentP("right")), Returns: Is(table.Real), Eval: lift2(ticks, ticks, divTicks)},
			{Params: P(TimeP("left"), NumP("right")), Returns: Is(table.Datetime), Eval: scale(0, 1, table.Datetime, divLong, divReal)},
		}, dynamicPairs(division)...),
		Examples: []Example{{`7 / 2`, `3`}, {`7 / 2.0`, `3.5`}, {`1d / 5h`, `4.8`}, {`1 / 0`, `long(null)`}},
	},
	{
		Name: "%", Kind: Operator, Doc: "Remainder of a division, never negative.",
		Overloads: append([]Overload{
			numberPair(modulo, SQL{
				"duckdb:long,long": "CASE WHEN $2 <> 0 THEN ($1 % $2 + abs($2)) % abs($2) END",
			}),
			{Params: pair(table.Timespan, table.Timespan), Returns: Is(table.Timespan), Eval: lift2(ticks, ticks, asSpan(modLong))},
			{Params: P(SpanP("left"), NumP("right")), Returns: Is(table.Timespan), Eval: scale(0, 1, table.Timespan, modLong, modReal)},
			{Params: P(TimeP("left"), momentP("right")), Returns: Is(table.Timespan), Eval: lift2(ticks, ticks, asSpan(modLong))},
			{Params: P(TimeP("left"), NumP("right")), Returns: Is(table.Datetime), Eval: scale(0, 1, table.Datetime, modLong, modReal)},
		}, dynamicPairs(modulo)...),
		Examples: []Example{{`-14 % 12`, `10`}, {`14 % -12`, `2`}, {`5h % 2h`, `1h`}},
	},
	{
		Name: "neg", Kind: Operator, Doc: "A number or timespan with the other sign.",
		Overloads: []Overload{
			{Params: P(NumP("operand")), Returns: ArgType(0), Eval: negate},
			{Params: P(SpanP("operand")), Returns: Is(table.Timespan), Eval: lift1(spans, sure(func(d table.Duration) table.Duration { return -d }))},
			{Params: P(DynP("operand")), Returns: Is(table.Dynamic), Eval: lift1(dyns, negateDynamic)},
		},
		Examples: []Example{{`-(1 + 2)`, `long(-3)`}, {`-(1h)`, `-1h`}},
	},
}

func pair(l, r table.Type) []Param {
	return P(Param{Name: "left", Types: []table.Type{l}}, Param{Name: "right", Types: []table.Type{r}})
}

// momentP takes a datetime or a timespan.
func momentP(name string) Param {
	return Param{Name: name, Types: []table.Type{table.Datetime, table.Timespan}}
}

// numberOp is an operation on two numbers of one type.
type numberOp struct {
	long func(a, b int64) (int64, bool)
	real func(a, b float64) (float64, bool)
	dec  func(a, b table.Dec) (table.Dec, bool)
}

var (
	addition = numberOp{
		long: func(a, b int64) (int64, bool) { return a + b, true },
		real: func(a, b float64) (float64, bool) { return a + b, true },
		dec:  decAdd,
	}
	subtraction = numberOp{
		long: func(a, b int64) (int64, bool) { return a - b, true },
		real: func(a, b float64) (float64, bool) { return a - b, true },
		dec:  decSub,
	}
	multiplication = numberOp{
		long: func(a, b int64) (int64, bool) { return a * b, true },
		real: mulReal,
		dec:  decMul,
	}
	division = numberOp{long: divLong, real: divReal, dec: decDiv}
	modulo   = numberOp{long: modLong, real: modReal, dec: decMod}
)

// widest is the type of arithmetic on two numbers: at least long.
func widest(args []Arg) table.Type {
	t := table.Long
	for _, a := range args {
		t, _ = Wider(t, a.Type)
	}
	return t
}

func numberPair(op numberOp, sql SQL) Overload {
	return Overload{Params: P(Same(NumP("left")), Same(NumP("right"))), Returns: widest, Eval: op.eval, SQL: sql}
}

// wholeOrReal are the templates of an operator that DuckDB has, but for overflows: it
// refuses them, and the call then runs in Go. It is written as a function because
// DuckDB rewrites x + 2 < 0 as x < -2, which is another thing where x + 2 overflows.
func wholeOrReal(op string) SQL {
	return SQL{
		"duckdb:int,int": op + "(CAST($1 AS BIGINT), CAST($2 AS BIGINT))", "duckdb:long,long": op + "($1, $2)",
		"duckdb:real,real": op + "($1, $2)",
	}
}

// validTime is a template's result if it is a datetime, else null.
func validTime(sql string) SQL {
	return SQL{DuckDB: "CASE WHEN " + sql + " BETWEEN 0 AND 3155378975999999999 THEN " + sql + " END"}
}

func (op numberOp) eval(args []table.Vec, rows int) (table.Vec, error) {
	t, _ := Wider(args[0].Type(), args[1].Type())
	switch t {
	case table.Real:
		return lift2(reals, reals, op.real)(args, rows)
	case table.Decimal:
		return lift2(decs, decs, op.dec)(args, rows)
	}
	return lift2(longs, longs, op.long)(args, rows)
}

// dynamicPairs are the overloads of a number operator with a dynamic operand, which
// becomes a number of the other's type; two make a dynamic.
func dynamicPairs(op numberOp) []Overload {
	out := []Overload{{Params: pair(table.Dynamic, table.Dynamic), Returns: Is(table.Dynamic), Eval: lift2(dyns, dyns, op.trees)}}
	for _, t := range Numbers {
		to := max(t, table.Long)
		e := func(args []table.Vec, rows int) (table.Vec, error) {
			return op.eval([]table.Vec{castVec(args[0], to), castVec(args[1], to)}, rows)
		}
		out = append(out,
			Overload{Params: pair(table.Dynamic, t), Returns: Is(to), Eval: e},
			Overload{Params: pair(t, table.Dynamic), Returns: Is(to), Eval: e})
	}
	return out
}

// trees applies op to two dynamics; only numbers have a result.
func (op numberOp) trees(a, b table.Dyn) (table.Dyn, bool) {
	x, y := a.Tree(), b.Tree()
	if m, ok := x.(int64); ok {
		if n, ok := y.(int64); ok {
			r, ok := op.long(m, n)
			return table.NewDyn(r), ok
		}
	}
	f, ok := treeNumber(x)
	g, ok2 := treeNumber(y)
	if !ok || !ok2 {
		return table.Dyn{}, false
	}
	r, ok := op.real(f, g)
	return table.NewDyn(r), ok
}

// spanAndTime adds argument span, a dynamic, to the other, a datetime.
func spanAndTime(span int) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		return lift2(spans, times, func(d table.Duration, t table.Time) (table.Time, bool) {
			return addMoments(int64(d), int64(t))
		})([]table.Vec{args[span], args[1-span]}, rows)
	}
}

func divLong(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	return a / b, true
}

func modLong(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	r := a % b
	if r < 0 {
		if b < 0 {
			return r - b, true
		}
		return r + b, true
	}
	return r, true
}

func modReal(a, b float64) (float64, bool) {
	r := math.Mod(a, b)
	if r < 0 {
		r += math.Abs(b)
	}
	return r, true
}

func mulReal(a, b float64) (float64, bool) { return a * b, true }
func divReal(a, b float64) (float64, bool) { return a / b, true }

// ticks are the ticks of a datetime or a timespan.
func ticks(v table.Vec) *table.Of[int64] { return castVec(v, table.Long).(*table.Of[int64]) }

// addTicks and its like have no result where they overflow.
func addTicks(a, b int64) (int64, bool) {
	s := a + b
	return s, (a > 0) != (b > 0) || (s > 0) == (a > 0)
}

func subTicks(a, b int64) (int64, bool) {
	s := a - b
	return s, (a >= 0) == (b >= 0) || (s >= 0) == (a >= 0)
}

func mulTicks(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(absLong(a), absLong(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return a * b, true
}

func absLong(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

func divTicks(a, b int64) (float64, bool) { return float64(a) / float64(b), true }

func addSpans(a, b table.Duration) (table.Duration, bool) {
	s, ok := addTicks(int64(a), int64(b))
	return table.Duration(s), ok
}

func subSpans(a, b table.Duration) (table.Duration, bool) {
	s, ok := subTicks(int64(a), int64(b))
	return table.Duration(s), ok
}

func addMoments(a, b int64) (table.Time, bool) { return asTime(addTicks)(a, b) }
func subMoments(a, b int64) (table.Time, bool) { return asTime(subTicks)(a, b) }

func asTime(f func(a, b int64) (int64, bool)) func(a, b int64) (table.Time, bool) {
	return func(a, b int64) (table.Time, bool) {
		n, ok := f(a, b)
		return table.Time(n), ok && table.Time(n).Valid()
	}
}

func asSpan(f func(a, b int64) (int64, bool)) func(a, b int64) (table.Duration, bool) {
	return func(a, b int64) (table.Duration, bool) {
		n, ok := f(a, b)
		return table.Duration(n), ok
	}
}

// scale applies an operation to the ticks of argument time and the number num.
func scale(time, num int, ret table.Type, whole func(a, b int64) (int64, bool), frac func(a, b float64) (float64, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		n := args[num]
		pairOf := []table.Vec{args[time], n}
		if n.Type() == table.Int || n.Type() == table.Long {
			if ret == table.Datetime {
				return lift2(ticks, longs, asTime(whole))(pairOf, rows)
			}
			return lift2(ticks, longs, asSpan(whole))(pairOf, rows)
		}
		cut := func(a int64, b float64) (int64, bool) {
			f, ok := frac(float64(a), b)
			n, fits := truncate(f)
			return n, ok && fits
		}
		if ret == table.Datetime {
			return lift2(ticks, reals, func(a int64, b float64) (table.Time, bool) {
				n, ok := cut(a, b)
				return table.Time(n), ok && table.Time(n).Valid()
			})(pairOf, rows)
		}
		return lift2(ticks, reals, func(a int64, b float64) (table.Duration, bool) {
			n, ok := cut(a, b)
			return table.Duration(n), ok
		})(pairOf, rows)
	}
}

func subTimes(args []table.Vec, rows int) (table.Vec, error) {
	return lift2(times, times, func(a, b table.Time) (table.Duration, bool) { return table.Duration(a - b), true })(args, rows)
}

func negate(args []table.Vec, rows int) (table.Vec, error) {
	switch args[0].Type() {
	case table.Int:
		return Map1(func(n int32) int32 { return -n })(args, rows)
	case table.Long:
		return Map1(func(n int64) int64 { return -n })(args, rows)
	case table.Real:
		return Map1(func(f float64) float64 { return -f })(args, rows)
	}
	return Map1(func(d table.Dec) table.Dec { return newDec(parseDecimal(d).Neg()) })(args, rows)
}

func negateDynamic(d table.Dyn) (table.Dyn, bool) {
	switch n := d.Tree().(type) {
	case int64:
		return table.NewDyn(-n), true
	case float64:
		return table.NewDyn(-n), true
	case table.Duration:
		return table.NewDyn(-n), true
	}
	return table.Dyn{}, false
}
