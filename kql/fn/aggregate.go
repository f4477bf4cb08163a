package fn

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/table"
)

// countAggregates count rows.
var countAggregates = []Func{
	{
		Name: "count", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Number of rows.",
		Overloads: countOverloads,
		Examples:  []Example{{"range x from 1 to 3 step 1 | summarize count()", "3"}},
	},
	{
		Name: "cnt", Kind: Aggregate, Result: PrefixAndArg, Alias: "count", Hidden: true,
		Doc:       "Number of rows.",
		Overloads: countOverloads[:1],
	},
	{
		Name: "countif", Kind: Aggregate, Result: PrefixAndArg,
		Doc: "Number of rows for which the predicate is true.",
		Overloads: []Overload{{
			Params: P(BoolP("predicate")), Returns: Is(table.Long),
			Agg: func() Accumulator { return &filtered{in: &counter{}} },
			SQL: SQL{DuckDB: "count(*) FILTER (WHERE $1)"},
		}},
		Examples: []Example{{"range x from 1 to 3 step 1 | summarize countif(x > 1)", "2"}},
	},
	{
		Name: "passthrough", Kind: Aggregate, Result: FirstArg, Hidden: true,
		Doc:       "The last value that is not null.",
		Overloads: []Overload{{Params: P(AnyP("expr")), Returns: ArgType(0), Agg: func() Accumulator { return &last{} }}},
		Examples:  []Example{{"print x = 3 | summarize passthrough(x)", "3"}},
	},
}

var countOverloads = []Overload{
	{Returns: Is(table.Long), Agg: func() Accumulator { return &counter{} }, SQL: SQL{DuckDB: "count(*)"}},
	{Params: P(BoolP("predicate")), Returns: Is(table.Long), Agg: func() Accumulator { return &filtered{in: &counter{}} }, SQL: SQL{DuckDB: "count(*) FILTER (WHERE $1)"}},
}

// counter counts rows.
type counter struct{ n int64 }

func (a *counter) Add([]table.Vec, int) error { a.n++; return nil }
func (a *counter) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.n += b.n
	}
	return err
}
func (a *counter) Result() []table.Value { return []table.Value{a.n} }

// last keeps the last value that is not null.
type last struct{ v table.Value }

func (a *last) Add(args []table.Vec, row int) error {
	if v := args[0].At(row); v != nil {
		a.v = v
	}
	return nil
}
func (a *last) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.v != nil {
		a.v = b.v
	}
	return err
}
func (a *last) Result() []table.Value { return []table.Value{a.v} }

// filtered gives to in the rows for which argument at, a bool, is true, without
// that argument.
type filtered struct {
	at   int
	in   Accumulator
	rest []table.Vec
	rows []int32
}

func (a *filtered) Add(args []table.Vec, row int) error {
	p := args[a.at].(*table.Of[bool])
	if !p.Vals[row] || p.IsNull(row) {
		return nil
	}
	a.rest = append(append(a.rest[:0], args[:a.at]...), args[a.at+1:]...)
	return a.in.Add(a.rest, row)
}

// AddRows implements Batched.
func (a *filtered) AddRows(args []table.Vec, rows []int32) error {
	in, ok := a.in.(Batched)
	if !ok {
		return addEach(a, args, rows)
	}
	p := args[a.at].(*table.Of[bool])
	a.rows = a.rows[:0]
	for _, row := range rows {
		if p.Vals[row] && !p.IsNull(int(row)) {
			a.rows = append(a.rows, row)
		}
	}
	a.rest = append(append(a.rest[:0], args[:a.at]...), args[a.at+1:]...)
	return in.AddRows(a.rest, a.rows)
}

func (a *filtered) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil {
		return err
	}
	return a.in.Merge(b.in)
}

func (a *filtered) Result() []table.Value { return a.in.Result() }

func (a *filtered) Bytes() int64 {
	if s, ok := a.in.(Sized); ok {
		return s.Bytes()
	}
	return 0
}

// onlyIf makes the overloads of an aggregate's …if variant: with a predicate as
// argument at.
func onlyIf(overs []Overload, at int) []Overload {
	out := make([]Overload, len(overs))
	for i, o := range overs {
		v := o
		v.Params = slices.Insert(slices.Clone(o.Params), at, BoolP("predicate"))
		v.Agg = func() Accumulator { return &filtered{at: at, in: o.Agg()} }
		v.SQL = o.SQL.onlyIf(at)
		without := func(args []Arg) []Arg {
			if len(args) <= at {
				return args
			}
			return slices.Delete(slices.Clone(args), at, at+1)
		}
		v.Returns = func(args []Arg) table.Type { return o.Returns(without(args)) }
		if o.Outs != nil {
			v.Outs = func(args []Arg) []table.Column { return o.Outs(without(args)) }
		}
		out[i] = v
	}
	return out
}

// addEach adds rows one by one.
func addEach(a Accumulator, args []table.Vec, rows []int32) error {
	for _, row := range rows {
		if err := a.Add(args, int(row)); err != nil {
			return err
		}
	}
	return nil
}

// same returns o as an accumulator of a's type.
func same[A Accumulator](_ A, o Accumulator) (A, error) {
	b, ok := o.(A)
	if !ok {
		return b, fmt.Errorf("fn: merge %T into %T", o, b)
	}
	return b, nil
}

// perType makes an overload for each of ts, whose result is of the same type.
func perType(param string, ts []table.Type, agg func(table.Type) func() Accumulator, sql func(table.Type) SQL) []Overload {
	out := make([]Overload, len(ts))
	for i, t := range ts {
		out[i] = Overload{Params: P(Param{Name: param, Types: []table.Type{t}, Exact: true}), Returns: Is(t), Agg: agg(t), SQL: sql(t)}
	}
	return out
}

var (
	orderable = []table.Type{table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.String, table.Datetime, table.Timespan}
	summable  = []table.Type{table.Int, table.Long, table.Real, table.Decimal, table.Datetime, table.Timespan}
)

// number returns row i of a column of numbers, datetimes or timespans as a real.
func number(v table.Vec, i int) (float64, bool) {
	if v.IsNull(i) {
		return 0, false
	}
	switch v := v.(type) {
	case *table.Of[int32]:
		return float64(v.Vals[i]), true
	case *table.Of[int64]:
		return float64(v.Vals[i]), true
	case *table.Of[float64]:
		return v.Vals[i], true
	case *table.Of[table.Dec]:
		f, err := decReal(v.Vals[i])
		return f, err == nil
	case *table.Of[table.Time]:
		return float64(v.Vals[i]), true
	case *table.Of[table.Duration]:
		return float64(v.Vals[i]), true
	default:
		panic(fmt.Sprintf("fn: %s is not a number", v.Type()))
	}
}

// firstConst returns row i of argument k, an optional whole number, or def.
func firstConst(args []table.Vec, k, row int, def int64) int64 {
	if len(args) <= k || args[k].IsNull(row) {
		return def
	}
	switch v := args[k].(type) {
	case *table.Of[int64]:
		return v.Vals[row]
	case *table.Of[int32]:
		return int64(v.Vals[row])
	default:
		panic(fmt.Sprintf("fn: %s is not a whole number", v.Type()))
	}
}
