package fn

import (
	"math"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// Tests of what a value is. A string is never null.
var nullFuncs = []Func{
	{
		Name: "isnull", Kind: Scalar, Doc: "Whether a value is null. A string never is.",
		Overloads: []Overload{testValue("expression", func(v table.Vec, i int) bool { return v.IsNull(i) }, SQL{DuckDB: "$1 IS NULL"})},
		Examples:  []Example{{`isnull(int(null))`, `true`}, {`isnull("")`, `false`}},
	},
	{
		Name: "isnotnull", Kind: Scalar, Doc: "Whether a value is not null. A string never is null.",
		Overloads: []Overload{testValue("expression", isNotNull, SQL{DuckDB: "$1 IS NOT NULL"})}, Examples: []Example{{`isnotnull(5)`, `true`}},
	},
	aliasOf(Func{
		Name: "notnull", Kind: Scalar, Doc: "Whether a value is not null. A string never is null.",
		Overloads: []Overload{testValue("expression", isNotNull, SQL{DuckDB: "$1 IS NOT NULL"})}, Examples: []Example{{`notnull(5)`, `true`}},
	}, "isnotnull"),
	{
		Name: "isempty", Kind: Scalar, Doc: "Whether a value is null or an empty string.",
		Overloads: []Overload{testValue("value", isEmpty, emptySQL("$1 = ''", "$1 IS NULL"))}, Examples: []Example{{`isempty("")`, `true`}, {`isempty(0)`, `false`}, {`isempty(dynamic([]))`, `false`}},
	},
	{
		Name: "isnotempty", Kind: Scalar, Doc: "Whether a value is neither null nor an empty string.",
		Overloads: []Overload{testValue("value", isNotEmpty, emptySQL("$1 <> ''", "$1 IS NOT NULL"))}, Examples: []Example{{`isnotempty("a")`, `true`}},
	},
	aliasOf(Func{
		Name: "notempty", Kind: Scalar, Doc: "Whether a value is neither null nor an empty string.",
		Overloads: []Overload{testValue("value", isNotEmpty, emptySQL("$1 <> ''", "$1 IS NOT NULL"))}, Examples: []Example{{`notempty(1)`, `true`}},
	}, "isnotempty"),
	testReal("isnan", "Whether a real is not a number.", math.IsNaN, "isnan($1)", Example{`isnan(0.0 / 0.0)`, `true`}),
	testReal("isinf", "Whether a real is infinite.", func(f float64) bool { return math.IsInf(f, 0) }, "isinf($1)", Example{`isinf(1.0 / 0.0)`, `true`}),
	testReal("isfinite", "Whether a real is a finite number.", func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }, "isfinite($1)", Example{`isfinite(1.5)`, `true`}),
	{
		Name: "isascii", Kind: Scalar, Doc: "Whether a value as text has only ASCII characters.",
		Overloads: []Overload{testValue("value", func(v table.Vec, i int) bool { return isASCII(textAt(v, i)) }, nil)},
		Examples:  []Example{{`isascii("some string")`, `true`}, {`isascii("é")`, `false`}},
	},
	{
		Name: "isutf8", Kind: Scalar, Doc: "Whether a value as text is valid UTF-8.",
		Overloads: []Overload{testValue("value", func(v table.Vec, i int) bool { return utf8.ValidString(textAt(v, i)) }, nil)},
		Examples:  []Example{{`isutf8("some string")`, `true`}},
	},
}

// testValue makes an overload that judges any value and never is null.
func testValue(param string, test func(v table.Vec, i int) bool, sql SQL) Overload {
	return Overload{Params: P(AnyP(param)), Returns: Is(table.Bool), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
		return fill(rows, nil, func(i int) (bool, bool) { return test(args[0], i), true }), nil
	}, SQL: sql}
}

// emptySQL are the templates of a test that is one thing for strings and another for
// the types that have nulls, but for dynamic.
func emptySQL(text, other string) SQL {
	sql := SQL{"duckdb:string": text}
	for _, t := range []table.Type{table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.Datetime, table.Timespan, table.Guid} {
		sql[DuckDB+":"+Dialect(t.String())] = other
	}
	return sql
}

func testReal(name, doc string, test func(float64) bool, sql string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: P(RealP("number")), Returns: Is(table.Bool), Eval: Map1(test), SQL: SQL{DuckDB: sql}}},
	}
}

func isNotNull(v table.Vec, i int) bool { return !v.IsNull(i) }

func isEmpty(v table.Vec, i int) bool {
	if v.IsNull(i) {
		return true
	}
	switch v := v.(type) {
	case *table.Of[string]:
		return v.Vals[i] == ""
	case *table.Of[table.Dyn]:
		t := v.Vals[i].Tree()
		return t == nil || t == ""
	}
	return false
}

func isNotEmpty(v table.Vec, i int) bool { return !isEmpty(v, i) }

func textAt(v table.Vec, i int) string { return textOf(v.At(i)) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
