package fn

import (
	"cmp"
	"fmt"

	"github.com/yagura/yagura/table"
)

// extremeAggregates find the smallest or largest value.
var extremeAggregates = []Func{
	{
		Name: "min", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Smallest value that is not null.",
		Overloads: perType("expr", orderable, func(t table.Type) func() Accumulator { return extremeOf(t, false) }, minSQL),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize min(x)", "1"}},
	},
	{
		Name: "minif", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Smallest value of the rows for which the predicate is true.",
		Overloads: onlyIf(perType("expr", orderable, func(t table.Type) func() Accumulator { return extremeOf(t, false) }, minSQL), 1),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize minif(x, x > 2)", "3"}},
	},
	{
		Name: "max", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Largest value that is not null.",
		Overloads: perType("expr", orderable, func(t table.Type) func() Accumulator { return extremeOf(t, true) }, maxSQL),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize max(x)", "4"}},
	},
	{
		Name: "maxif", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Largest value of the rows for which the predicate is true.",
		Overloads: onlyIf(perType("expr", orderable, func(t table.Type) func() Accumulator { return extremeOf(t, true) }, maxSQL), 1),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize maxif(x, x < 3)", "2"}},
	},
}

// minSQL and maxSQL are min and max as templates. SQL takes NaN for the largest real, we
// for the smallest: so a largest of NaN tells that there is one, and the smallest of what is
// negated leaves NaN to the last.
func minSQL(t table.Type) SQL {
	switch t {
	case table.Decimal:
		return nil
	case table.String:
		return SQL{DuckDB: "coalesce(min($1){if}, '')"}
	case table.Real:
		return SQL{DuckDB: "CASE WHEN isnan(max($1){if}) THEN CAST('nan' AS DOUBLE) ELSE min($1){if} END", DuckDB + OfNumbers: "min($1){if}"}
	}
	return SQL{DuckDB: "min($1){if}"}
}

func maxSQL(t table.Type) SQL {
	switch t {
	case table.Decimal:
		return nil
	case table.String:
		return SQL{DuckDB: "coalesce(max($1){if}, '')"}
	case table.Real:
		return SQL{DuckDB: "-min(-($1)){if}", DuckDB + OfNumbers: "max($1){if}"}
	}
	return SQL{DuckDB: "max($1){if}"}
}

func extremeOf(t table.Type, largest bool) func() Accumulator {
	switch t {
	case table.Bool:
		return func() Accumulator {
			return &extremeBy[bool]{largest: largest, compare: func(a, b bool) int { return table.Compare(a, b) }}
		}
	case table.Int:
		return func() Accumulator { return &extreme[int32]{largest: largest} }
	case table.Long:
		return func() Accumulator { return &extreme[int64]{largest: largest} }
	case table.Real:
		return func() Accumulator { return &extreme[float64]{largest: largest} }
	case table.String:
		return func() Accumulator { return &extreme[string]{largest: largest} }
	case table.Datetime:
		return func() Accumulator { return &extreme[table.Time]{largest: largest} }
	case table.Timespan:
		return func() Accumulator { return &extreme[table.Duration]{largest: largest} }
	case table.Decimal:
		return func() Accumulator { return &extremeBy[table.Dec]{largest: largest, compare: table.CompareDec} }
	default:
		panic(fmt.Sprintf("fn: %s has no order", t))
	}
}

// extreme keeps the smallest or largest of values that Go can compare.
type extreme[T int32 | int64 | float64 | string | table.Time | table.Duration] struct {
	largest, any bool
	v            T
}

func (a *extreme[T]) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[T])
	if v.Null == nil || !v.Null[row] {
		a.put(v.Vals[row])
	}
	return nil
}

func (a *extreme[T]) put(x T) {
	if !a.any {
		a.v, a.any = x, true
	} else if c := cmp.Compare(x, a.v); a.largest && c > 0 || !a.largest && c < 0 {
		a.v = x
	}
}

func (a *extreme[T]) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.any {
		a.put(b.v)
	}
	return err
}

func (a *extreme[T]) Result() []table.Value {
	if !a.any {
		return []table.Value{nil}
	}
	return []table.Value{a.v}
}

// extremeBy is extreme for types with an order of their own.
type extremeBy[T table.Elem] struct {
	largest, any bool
	v            T
	compare      func(a, b T) int
}

func (a *extremeBy[T]) Add(args []table.Vec, row int) error {
	if v := args[0].(*table.Of[T]); !v.IsNull(row) {
		a.put(v.Vals[row])
	}
	return nil
}

func (a *extremeBy[T]) put(x T) {
	if !a.any {
		a.v, a.any = x, true
	} else if c := a.compare(x, a.v); a.largest && c > 0 || !a.largest && c < 0 {
		a.v = x
	}
}

func (a *extremeBy[T]) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.any {
		a.put(b.v)
	}
	return err
}

func (a *extremeBy[T]) Result() []table.Value {
	if !a.any {
		return []table.Value{nil}
	}
	return []table.Value{a.v}
}
