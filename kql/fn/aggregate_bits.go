package fn

import (
	"fmt"

	"github.com/yagura/yagura/table"
)

// bitAggregates combine the bits of whole numbers.
var bitAggregates = []Func{
	bitAggregate("binary_all_and", "Bitwise and of the values.", "2", func(a, b int64) int64 { return a & b }),
	bitAggregate("binary_all_or", "Bitwise or of the values.", "7", func(a, b int64) int64 { return a | b }),
	bitAggregate("binary_all_xor", "Bitwise exclusive or of the values.", "5", func(a, b int64) int64 { return a ^ b }),
}

func bitAggregate(name, doc, example string, op func(a, b int64) int64) Func {
	return Func{
		Name: name, Kind: Aggregate, Result: FirstArg, Doc: doc,
		Overloads: []Overload{
			{Params: P(Param{Name: "expr", Types: []table.Type{table.Int}}), Returns: Is(table.Int), Agg: func() Accumulator { return &bitFold{op: op} }},
			{Params: P(LongP("expr")), Returns: Is(table.Long), Agg: func() Accumulator { return &bitFold{op: op} }},
			{Params: P(SpanP("expr")), Returns: Is(table.Timespan), Agg: func() Accumulator { return &bitFold{op: op} }},
			{Params: P(TimeP("expr")), Returns: Is(table.Datetime), Agg: func() Accumulator { return &bitFold{op: op} }},
		},
		Examples: []Example{{"datatable(x: long)[2, 7] | summarize " + name + "(x)", example}},
	}
}

// bitFold combines values that are not null; without any it is null.
type bitFold struct {
	op func(a, b int64) int64
	of table.Type // 0 before the first value
	v  int64
}

func (a *bitFold) Add(args []table.Vec, row int) error {
	if args[0].IsNull(row) {
		return nil
	}
	switch v := args[0].(type) {
	case *table.Of[int32]:
		a.put(table.Int, int64(v.Vals[row]))
	case *table.Of[int64]:
		a.put(table.Long, v.Vals[row])
	case *table.Of[table.Duration]:
		a.put(table.Timespan, int64(v.Vals[row]))
	case *table.Of[table.Time]:
		a.put(table.Datetime, int64(v.Vals[row]))
	default:
		return fmt.Errorf("fn: %s has no bits to combine", v.Type())
	}
	return nil
}

func (a *bitFold) put(t table.Type, x int64) {
	if a.of == 0 {
		a.of, a.v = t, x
		return
	}
	a.v = a.op(a.v, x)
}

func (a *bitFold) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.of != 0 {
		a.put(b.of, b.v)
	}
	return err
}

func (a *bitFold) Result() []table.Value {
	switch a.of {
	case table.Int:
		return []table.Value{int32(a.v)}
	case table.Long:
		return []table.Value{a.v}
	case table.Timespan:
		return []table.Value{table.Duration(a.v)}
	case table.Datetime:
		return []table.Value{table.Time(a.v)}
	}
	return []table.Value{nil}
}
