package fn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/yagura/yagura/table"
)

// Cast converts a value as to<type>() does; nil says that it cannot be. A string
// becomes dynamic as it is: it is not parsed as JSON.
func Cast(v table.Value, to table.Type) table.Value {
	if v == nil || table.TypeOfValue(v) == to {
		return v
	}
	if to == table.Dynamic {
		return table.DynValue(v)
	}
	if d, ok := v.(table.Dyn); ok {
		return castTree(d.Tree(), to)
	}
	return orNil(castScalar(v, to))
}

// scalarText is what tostring makes of a scalar: a bool is "True" or "False", and a whole
// real ends in ".0".
func scalarText(v table.Value) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		s := table.RealText(v)
		if strings.Trim(s, "-0123456789") == "" {
			s += ".0"
		}
		return s
	}
	return table.Text(v)
}

// treeText is what tostring makes of a tree: a bool in it is written as in JSON.
func treeText(t any) string {
	if f, ok := t.(float64); ok {
		return scalarText(f)
	}
	return table.TreeText(t)
}

func orNil(v table.Value, ok bool) table.Value {
	if !ok {
		return nil
	}
	return v
}

// textOf is tostring of any value.
func textOf(v table.Value) string {
	s, _ := Cast(v, table.String).(string)
	return s
}

// castTree converts an element of a dynamic value.
func castTree(t any, to table.Type) table.Value {
	switch t.(type) {
	case nil:
		return nil
	case []any, *table.Bag:
		if to == table.String {
			return table.TreeText(t)
		}
		return nil
	}
	if to == table.String {
		return treeText(t)
	}
	return Cast(t, to)
}

func castScalar(v table.Value, to table.Type) (table.Value, bool) {
	switch to {
	case table.Bool:
		return toBool(v)
	case table.Int:
		n, ok := toLong(v)
		return int32(n), ok && int64(int32(n)) == n
	case table.Long:
		return toLong(v)
	case table.Real:
		return toReal(v)
	case table.Decimal:
		return toDecimal(v)
	case table.String:
		return scalarText(v), true
	case table.Datetime:
		return toDatetime(v)
	case table.Timespan:
		return toTimespan(v)
	case table.Guid:
		if s, ok := v.(string); ok {
			u, err := table.ParseUUID(s)
			return u, err == nil
		}
		return nil, false
	}
	panic("fn: no such type: " + to.String())
}

func toBool(v table.Value) (table.Value, bool) {
	if s, ok := v.(string); ok {
		s = strings.TrimSpace(s)
		switch {
		case strings.EqualFold(s, "true"):
			return true, true
		case strings.EqualFold(s, "false"):
			return false, true
		}
		n, err := strconv.ParseInt(s, 10, 64)
		return n != 0, err == nil
	}
	switch v := v.(type) {
	case float64:
		return v != 0, !math.IsNaN(v)
	case table.Dec:
		return table.CompareDec(v, "0") != 0, true
	case int32, int64:
		n, _ := toLong(v)
		return n != 0, true
	}
	return nil, false
}

func toLong(v table.Value) (int64, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case float64:
		return truncate(v)
	case table.Dec:
		d := parseDecimal(v).Truncate(0).BigInt()
		return d.Int64(), d.IsInt64()
	case string:
		return parseLong(v)
	case table.Time:
		return int64(v), true
	case table.Duration:
		return int64(v), true
	case table.UUID:
		return 0, false
	}
	panic(fmt.Sprintf("fn: %T is not a scalar", v))
}

// truncate cuts f to a long; NaN and what is out of range has none.
func truncate(f float64) (int64, bool) {
	return int64(f), f >= -1<<63 && f < 1<<63
}

// parseLong reads a whole number in decimal or, with 0x, in hexadecimal.
func parseLong(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if h := strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X"); h != s {
		n, err := strconv.ParseUint(h, 16, 64)
		return int64(n), err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func toReal(v table.Value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case table.Dec:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	case string:
		return parseReal(v)
	}
	n, ok := toLong(v)
	return float64(n), ok
}

func parseReal(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "_pP") || strings.HasPrefix(strings.TrimLeft(s, "+-"), "0x") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func toDecimal(v table.Value) (table.Dec, bool) {
	switch v := v.(type) {
	case table.Dec:
		return v, true
	case string:
		d, err := table.ParseDec(v)
		return d, err == nil
	case float64:
		d, err := table.ParseDec(strconv.FormatFloat(v, 'f', -1, 64))
		return d, err == nil
	}
	n, ok := toLong(v)
	return table.Dec(strconv.FormatInt(n, 10)), ok
}

func toDatetime(v table.Value) (table.Time, bool) {
	switch v := v.(type) {
	case string:
		t, err := table.ParseTime(v)
		return t, err == nil
	case int32, int64, float64, table.Dec:
		n, ok := toLong(v)
		return table.Time(n), ok && table.Time(n).Valid()
	}
	return 0, false
}

func toTimespan(v table.Value) (table.Duration, bool) {
	switch v := v.(type) {
	case string:
		d, err := table.ParseDuration(v)
		return d, err == nil
	case int32, int64, float64, table.Dec:
		n, ok := toLong(v)
		return table.Duration(n), ok
	}
	return 0, false
}

// parseDecimal reads a Dec, which is always well formed.
func parseDecimal(d table.Dec) decimal.Decimal {
	x, err := decimal.NewFromString(string(d))
	if err != nil {
		panic(fmt.Sprintf("fn: decimal %q: %v", d, err))
	}
	return x
}

// castVec is Cast for a column.
func castVec(v table.Vec, to table.Type) table.Vec { return castLong(nil, v, to) }

// castLong is castVec for a column whose values may be long.
func castLong(w *work, v table.Vec, to table.Type) table.Vec {
	if v.Type() == to {
		return v
	}
	switch v := v.(type) {
	case *table.Of[int32]:
		switch to {
		case table.Long:
			return convert(v, func(n int32) int64 { return int64(n) })
		case table.Real:
			return convert(v, func(n int32) float64 { return float64(n) })
		}
	case *table.Of[table.Time]:
		if to == table.Long {
			return convert(v, func(t table.Time) int64 { return int64(t) })
		}
	case *table.Of[table.Duration]:
		if to == table.Long {
			return convert(v, func(d table.Duration) int64 { return int64(d) })
		}
	case *table.Of[table.Dyn]:
		if to == table.String {
			out := &table.Of[string]{Vals: make([]string, len(v.Vals))}
			for i, d := range v.Vals {
				if !v.IsNull(i) {
					out.Vals[i] = longText(w, d)
				}
			}
			return out
		}
	case *table.Of[int64]:
		if to == table.Real {
			return convert(v, func(n int64) float64 { return float64(n) })
		}
	}
	out := table.NewVec(to, v.Len())
	for i := range v.Len() {
		table.Append(out, Cast(v.At(i), to))
	}
	return out
}

// longText is tostring of a dynamic value that may be long.
func longText(w *work, d table.Dyn) string {
	switch t := d.Tree().(type) {
	case nil:
		return ""
	case []any, *table.Bag:
		return string(w.AppendTreeJSON(nil, t))
	default:
		return treeText(t)
	}
}

func convert[A, B table.Elem](v *table.Of[A], f func(A) B) table.Vec {
	out := &table.Of[B]{Vals: make([]B, len(v.Vals)), Null: v.Null}
	for i, x := range v.Vals {
		out.Vals[i] = f(x)
	}
	return out
}

// Columns as one Go type, whatever scalar type they have.
func texts(v table.Vec) *table.Of[string]   { return castVec(v, table.String).(*table.Of[string]) }
func ints(v table.Vec) *table.Of[int32]     { return castVec(v, table.Int).(*table.Of[int32]) }
func longs(v table.Vec) *table.Of[int64]    { return castVec(v, table.Long).(*table.Of[int64]) }
func reals(v table.Vec) *table.Of[float64]  { return castVec(v, table.Real).(*table.Of[float64]) }
func decs(v table.Vec) *table.Of[table.Dec] { return castVec(v, table.Decimal).(*table.Of[table.Dec]) }
func bools(v table.Vec) *table.Of[bool]     { return castVec(v, table.Bool).(*table.Of[bool]) }
func times(v table.Vec) *table.Of[table.Time] {
	return castVec(v, table.Datetime).(*table.Of[table.Time])
}
func spans(v table.Vec) *table.Of[table.Duration] {
	return castVec(v, table.Timespan).(*table.Of[table.Duration])
}
func dyns(v table.Vec) *table.Of[table.Dyn] { return castVec(v, table.Dynamic).(*table.Of[table.Dyn]) }
