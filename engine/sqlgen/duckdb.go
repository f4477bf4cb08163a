package sqlgen

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// DuckDB is the dialect of DuckDB. Datetimes and timespans are BIGINT ticks, decimals
// are their text, dynamics are JSON text, and strings are never NULL.
var DuckDB = &Dialect{
	Name:    fn.DuckDB,
	Literal: duckLiteral,
	Types:   duckTypes,
	Ops: map[string]bool{
		"Filter": true, "Join": true, "Limit": true, "Project": true, "Scan": true, "Sort": true,
		"Summarize": true, "Top": true, "Union": true, "Values": true, "Widen": true,
	},
	UDF: true,
}

var duckTypes = map[table.Type]string{
	table.Bool: "BOOLEAN", table.Int: "INTEGER", table.Long: "BIGINT", table.Real: "DOUBLE",
	table.Decimal: "VARCHAR", table.String: "VARCHAR", table.Datetime: "BIGINT", table.Timespan: "BIGINT",
	table.Guid: "UUID", table.Dynamic: "VARCHAR",
}

func duckLiteral(v table.Value, t table.Type) (string, error) {
	cast := func(s string) string { return "CAST(" + s + " AS " + duckTypes[t] + ")" }
	switch v := v.(type) {
	case nil:
		if t == table.String {
			return "''", nil
		}
		return cast("NULL"), nil
	case bool:
		return strconv.FormatBool(v), nil
	case int32:
		return cast(quoteNegative(int64(v))), nil
	case int64:
		return cast(quoteNegative(v)), nil
	case float64:
		return cast("'" + duckReal(v) + "'"), nil
	case table.Time:
		return cast(quoteNegative(int64(v))), nil
	case table.Duration:
		return cast(quoteNegative(int64(v))), nil
	case table.UUID:
		return cast("'" + v.String() + "'"), nil
	case string:
		return duckString(v)
	case table.Dec:
		return duckString(string(v))
	}
	return "", unsupported("a constant of type %v", t)
}

// quoteNegative writes a whole number so that the smallest can be written too: -x is
// not a literal but an operation on x.
func quoteNegative(n int64) string {
	if n < 0 {
		return fmt.Sprintf("'%d'", n)
	}
	return strconv.FormatInt(n, 10)
}

func duckReal(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func duckString(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", unsupported("a string that is not UTF-8")
	}
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(q, "\x00") { // would end the statement
		q = "(" + strings.ReplaceAll(q, "\x00", "' || chr(0) || '") + ")"
	}
	return q, nil
}
