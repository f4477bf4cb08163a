package fn

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/yagura/yagura/table"
)

// sumAggregates add up.
var sumAggregates = []Func{
	{
		Name: "sum", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Sum of the values that are not null; 0 if there are none.",
		Overloads: sumOverloads,
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize sum(x)", "10"}},
	},
	{
		Name: "sumif", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Sum of the values of the rows for which the predicate is true.",
		Overloads: onlyIf(sumOverloads, 1),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize sumif(x, x > 2)", "7"}},
	},
	{
		Name: "avg", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Average of the values that are not null. Without any, NaN for numbers and null for other types.",
		Overloads: avgOverloads,
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize avg(x)", "2.5"}},
	},
	{
		Name: "avgif", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Average of the values of the rows for which the predicate is true.",
		Overloads: onlyIf(avgOverloads, 1),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize avgif(x, x > 2)", "3.5"}},
	},
}

var sumOverloads = []Overload{
	{Params: P(LongP("expr")), Returns: Is(table.Long), Agg: func() Accumulator { return &sumOf[int64]{} }, SQL: SQL{DuckDB: "CAST(coalesce(sum($1){if}, 0) AS BIGINT)"}},
	{Params: P(RealP("expr")), Returns: Is(table.Real), Agg: func() Accumulator { return &sumOf[float64]{} }, SQL: SQL{DuckDB: "coalesce(sum($1){if}, 0)"}},
	{Params: P(SpanP("expr")), Returns: Is(table.Timespan), Agg: func() Accumulator { return &sumOf[table.Duration]{} }, SQL: SQL{DuckDB: "CAST(coalesce(sum($1){if}, 0) AS BIGINT)"}},
	{Params: P(TimeP("expr")), Returns: Is(table.Datetime), Agg: func() Accumulator { return &sumOf[table.Time]{} }},
	{Params: P(decP("expr")), Returns: Is(table.Decimal), Agg: func() Accumulator { return &decSum{} }},
}

var avgOverloads = []Overload{
	{Params: P(LongP("expr")), Returns: Is(table.Real), Agg: func() Accumulator { return &avgTicks[int64]{} }, SQL: SQL{DuckDB: "coalesce(avg($1){if}, CAST('nan' AS DOUBLE))"}},
	{Params: P(RealP("expr")), Returns: Is(table.Real), Agg: func() Accumulator { return &avgReal{} }, SQL: SQL{DuckDB: "coalesce(avg($1){if}, CAST('nan' AS DOUBLE))"}},
	{Params: P(SpanP("expr")), Returns: Is(table.Timespan), Agg: func() Accumulator { return &avgTicks[table.Duration]{} }},
	{Params: P(TimeP("expr")), Returns: Is(table.Datetime), Agg: func() Accumulator { return &avgTicks[table.Time]{} }},
	{Params: P(decP("expr")), Returns: Is(table.Decimal), Agg: func() Accumulator { return &decSum{avg: true} }},
}

func decP(name string) Param { return Param{Name: name, Types: []table.Type{table.Decimal}} }

// sumOf adds up; whole numbers wrap around as Kusto's + does.
type sumOf[T int64 | float64 | table.Duration | table.Time] struct{ sum T }

func (a *sumOf[T]) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[T])
	if v.Null == nil || !v.Null[row] {
		a.sum += v.Vals[row]
	}
	return nil
}

func (a *sumOf[T]) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.sum += b.sum
	}
	return err
}

func (a *sumOf[T]) Result() []table.Value { return []table.Value{a.sum} }

// avgReal is the average of reals.
type avgReal struct {
	sum float64
	n   int64
}

func (a *avgReal) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[float64])
	if v.Null == nil || !v.Null[row] {
		a.sum += v.Vals[row]
		a.n++
	}
	return nil
}

func (a *avgReal) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.sum += b.sum
		a.n += b.n
	}
	return err
}

func (a *avgReal) Result() []table.Value { return []table.Value{a.sum / float64(a.n)} }

// avgTicks is the average of whole numbers, as a real, or of ticks, rounded towards
// zero. The sum has 128 bits, so it is exact.
type avgTicks[T int64 | table.Duration | table.Time] struct {
	hi int64
	lo uint64
	n  int64
}

func (a *avgTicks[T]) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[T])
	if v.Null == nil || !v.Null[row] {
		x := int64(v.Vals[row])
		lo, carry := bits.Add64(a.lo, uint64(x), 0)
		a.lo, a.hi = lo, a.hi+x>>63+int64(carry)
		a.n++
	}
	return nil
}

func (a *avgTicks[T]) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		lo, carry := bits.Add64(a.lo, b.lo, 0)
		a.lo, a.hi = lo, a.hi+b.hi+int64(carry)
		a.n += b.n
	}
	return err
}

func (a *avgTicks[T]) Result() []table.Value {
	_, real := any(T(0)).(int64)
	if a.n == 0 {
		if real {
			return []table.Value{math.NaN()}
		}
		return []table.Value{nil}
	}
	neg, hi, lo := a.hi < 0, uint64(a.hi), a.lo
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if real {
		f := (math.Ldexp(float64(hi), 64) + float64(lo)) / float64(a.n)
		if neg {
			f = -f
		}
		return []table.Value{f}
	}
	q, _ := bits.Div64(hi, lo, uint64(a.n)) // |sum| ≤ n · 2^63, so hi < n
	if neg {
		q = -q
	}
	return []table.Value{T(q)}
}

// decSum adds up decimals, or averages them.
type decSum struct {
	avg bool
	sum decimal.Decimal
	n   int64
}

func (a *decSum) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[table.Dec])
	if v.IsNull(row) {
		return nil
	}
	a.sum = a.sum.Add(parseDecimal(v.Vals[row]))
	a.n++
	return nil
}

func (a *decSum) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.sum = a.sum.Add(b.sum)
		a.n += b.n
	}
	return err
}

func (a *decSum) Result() []table.Value {
	if !a.avg {
		return []table.Value{newDec(a.sum)}
	}
	avg, ok := decDiv(newDec(a.sum), newDec(decimal.NewFromInt(a.n)))
	if !ok {
		return []table.Value{nil}
	}
	return []table.Value{avg}
}

// decReal is the real nearest to a decimal.
func decReal(d table.Dec) (float64, error) { return strconv.ParseFloat(string(d), 64) }
