package fn

import (
	"math"
	"strconv"

	"github.com/yagura/yagura/table"
)

// Conversions between types; what cannot be converted is null.
var convFuncs = []Func{
	convFunc("tobool", "", "A value as bool: 0 is false, other numbers are true.", table.Bool, Example{`tobool("true")`, `true`}, Example{`tobool(5)`, `true`}),
	convFunc("toboolean", "tobool", "A value as bool: 0 is false, other numbers are true.", table.Bool, Example{`toboolean("false")`, `false`}),
	convFunc("toint", "", "A value as int; a fraction is cut off.", table.Int, Example{`toint("123")`, `int(123)`}, Example{`toint(2.9)`, `int(2)`}, Example{`toint("a")`, `int(null)`}),
	convFunc("tolong", "", "A value as long; a fraction is cut off.", table.Long, Example{`tolong("0x1F")`, `31`}, Example{`tolong(-2.9)`, `long(-2)`}),
	convFunc("todouble", "", "A value as real.", table.Real, Example{`todouble("123.5")`, `123.5`}),
	convFunc("toreal", "todouble", "A value as real.", table.Real, Example{`toreal(5)`, `5.0`}),
	convFunc("todecimal", "", "A value as decimal.", table.Decimal, Example{`todecimal("123.45678")`, `decimal(123.45678)`}),
	convFunc("todatetime", "", "A value as datetime: text in one of many formats, or ticks.", table.Datetime, Example{`todatetime("2015-12-24 10:00")`, `datetime(2015-12-24 10:00)`}),
	convFunc("totimespan", "", "A value as timespan: text, or ticks.", table.Timespan, Example{`totimespan("0.00:01:00")`, `1m`}, Example{`totimespan("1.5h")`, `90m`}),
	hidden(convFunc("totime", "totimespan", "A value as timespan: text, or ticks.", table.Timespan, Example{`totime("00:10")`, `10m`})),
	convFunc("tostring", "", "A value as text; null is the empty string.", table.String, Example{`tostring(123)`, `"123"`}, Example{`tostring(int(null))`, `""`}, Example{`tostring(2.0)`, `"2.0"`}, Example{`tostring(true)`, `"True"`}, Example{`tostring(dynamic({"a":1}))`, `'{"a":1}'`}),
	{
		Name: "toguid", Kind: Scalar, Doc: "Text as guid.", Result: FirstArg,
		Overloads: []Overload{{Params: P(Param{Name: "value", Types: []table.Type{table.String, table.Dynamic, table.Guid}}), Returns: Is(table.Guid), Slow: converting(table.Guid)}},
		Examples:  []Example{{`toguid("70fc66f7-8279-44fc-9092-d364d70fce44")`, `guid(70fc66f7-8279-44fc-9092-d364d70fce44)`}, {`toguid("x")`, `guid(null)`}},
	},
	{
		Name: "tohex", Kind: Scalar, Doc: "A whole number in hexadecimal, at least so many digits long.", Result: FirstArg,
		Overloads: []Overload{
			{Params: P(Param{Name: "value", Types: []table.Type{table.Int}}, Opt(LongP("minLength"))), Returns: Is(table.String), Eval: padded(lift2(ints, longs, toHex32), 1, int64(0))},
			{Params: P(LongP("value"), Opt(LongP("minLength"))), Returns: Is(table.String), Eval: padded(lift2(longs, longs, toHex), 1, int64(0))},
		},
		Examples: []Example{{`tohex(256)`, `"100"`}, {`tohex(-256)`, `"ffffffffffffff00"`}, {`tohex(toint(-256))`, `"ffffff00"`}, {`tohex(256, 8)`, `"00000100"`}},
	},
	{
		Name: "gettype", Kind: Scalar, Doc: "The name of a value's type; for a dynamic, of what it holds.", Result: PrefixAndArg, Prefix: "type",
		Overloads: []Overload{
			{Params: P(DynP("value")), Returns: Is(table.String), Eval: lift1Null(dyns, "null", dynType)},
			{Params: P(AnyP("value")), Returns: Is(table.String), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
				return table.Repeat(table.String, args[0].Type().String(), rows), nil
			}},
		},
		Examples: []Example{{`gettype(1)`, `"long"`}, {`gettype(dynamic([1]))`, `"array"`}, {`gettype(dynamic({"a":1}))`, `"dictionary"`}},
	},
	{
		Name: "__to_dynamic", Kind: Scalar, Doc: "A value as dynamic; text is not parsed.", Hidden: true, Result: FirstArg,
		Overloads: []Overload{{Params: P(AnyP("value")), Returns: Is(table.Dynamic), Slow: converting(table.Dynamic)}},
		Examples:  []Example{{`__to_dynamic("[1]")`, `dynamic("[1]")`}},
	},
	{
		Name: "__cast", Kind: Scalar, Doc: "A value as the type that a typeof() names.", Hidden: true,
		Overloads: []Overload{{Params: P(TypeP("type"), AnyP("value")), Returns: TypeArg(0), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			to, err := typeArg(args[0], rows)
			if err != nil {
				return nil, err
			}
			return castVec(args[1], to), nil
		}}},
		Examples: []Example{{`__cast(typeof(long), "5")`, `5`}},
	},
}

func hidden(f Func) Func { f.Hidden = true; return f }

func convFunc(name, alias, doc string, to table.Type, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Alias: alias, Result: FirstArg, Examples: examples,
		Overloads: []Overload{{Params: P(AnyP("value")), Returns: Is(to), Slow: converting(to), SQL: castSQL[to]}},
	}
}

// castSQL are templates of conversions that SQL makes as we do.
var castSQL = map[table.Type]SQL{
	table.Bool: {"duckdb:bool": "$1", "duckdb:int": "$1 <> 0", "duckdb:long": "$1 <> 0"},
	table.Int:  {"duckdb:int": "$1", "duckdb:bool": "CAST($1 AS INTEGER)", "duckdb:long": "TRY_CAST($1 AS INTEGER)", "duckdb:real": "TRY_CAST(trunc($1) AS INTEGER)"},
	table.Long: {
		"duckdb:long": "$1", "duckdb:datetime": "$1", "duckdb:timespan": "$1", "duckdb:bool": "CAST($1 AS BIGINT)",
		"duckdb:int": "CAST($1 AS BIGINT)", "duckdb:real": "TRY_CAST(trunc($1) AS BIGINT)",
	},
	table.Real:     {"duckdb:real": "$1", "duckdb:bool": "CAST($1 AS DOUBLE)", "duckdb:int": "CAST($1 AS DOUBLE)", "duckdb:long": "CAST($1 AS DOUBLE)"},
	table.Datetime: {"duckdb:datetime": "$1", "duckdb:long": "CASE WHEN $1 BETWEEN 0 AND 3155378975999999999 THEN $1 END"},
	table.Timespan: {"duckdb:timespan": "$1", "duckdb:long": "$1", "duckdb:int": "CAST($1 AS BIGINT)"},
	table.String: {
		"duckdb:string": "$1", "duckdb:bool": "CASE WHEN $1 THEN 'True' WHEN NOT $1 THEN 'False' ELSE '' END", "duckdb:int": "coalesce(CAST($1 AS VARCHAR), '')",
		"duckdb:long": "coalesce(CAST($1 AS VARCHAR), '')", "duckdb:guid": "coalesce(CAST($1 AS VARCHAR), '')",
	},
}

func converting(to table.Type) Slow {
	return slow(func(w *work) Eval {
		return func(args []table.Vec, rows int) (table.Vec, error) { return castLong(w, args[0], to), nil }
	})
}

// TypeArg returns the type that the constant argument i names.
func TypeArg(i int) Returns {
	return func(args []Arg) table.Type {
		s, _ := args[i].Const.(string)
		t, _ := table.ParseType(s)
		return t
	}
}

// typeArg reads a type's name from a constant column.
func typeArg(v table.Vec, rows int) (table.Type, error) {
	if rows == 0 {
		return table.Dynamic, nil
	}
	s := v.(*table.Of[string]).Vals[0]
	t, ok := table.ParseType(s)
	if !ok {
		return 0, &CallError{Arg: -1, Msg: "no such type: " + s}
	}
	return t, nil
}

// toHex32 writes an int: of a negative one, 32 bits.
func toHex32(n int32, width int64) (string, bool) { return toHex(int64(uint32(n)), width) }

func toHex(n, width int64) (string, bool) {
	s := strconv.FormatUint(uint64(n), 16)
	for int64(len(s)) < min(width, 16) {
		s = "0" + s
	}
	return s, true
}

func dynType(d table.Dyn) string {
	switch t := d.Tree().(type) {
	case nil:
		return "null"
	case []any:
		return "array"
	case *table.Bag:
		return "dictionary"
	case int64:
		if t >= math.MinInt32 && t <= math.MaxInt32 {
			return "int"
		}
		return "long"
	case float64:
		return "double"
	default:
		return table.TypeOfValue(t).String()
	}
}
