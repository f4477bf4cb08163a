package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Text writes a value in its plainest form; null is the empty string. What KQL's
// tostring makes differs for bools and reals: see kql/fn.
func Text(v Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
		return "false"
	case int32:
		return strconv.FormatInt(int64(v), 10)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return RealText(v)
	case Dec:
		return string(v)
	case Time:
		return v.String()
	case Duration:
		return v.String()
	case UUID:
		return v.String()
	case Dyn:
		return TreeText(v.Tree())
	}
	panic(fmt.Sprintf("table: %T is not a value", v))
}

// TreeText writes a tree (see NewDyn): a scalar as Text does, arrays and bags as JSON.
func TreeText(t any) string { return (*Work)(nil).TreeText(t) }

// TreeText is TreeText of a tree that may be large.
func (w *Work) TreeText(t any) string {
	switch t := t.(type) {
	case []any, *Bag:
		return string(w.AppendTreeJSON(nil, t))
	case Raw:
		return Text(Dyn{t})
	}
	return Text(t)
}

// RealText writes a real in the shortest form that reads back: 1 is "1", 1e20 is
// "1E+20".
func RealText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e15) {
		s := strconv.FormatFloat(f, 'E', -1, 64)
		m, e, _ := strings.Cut(s, "E")
		sign, digits := e[:1], strings.TrimLeft(e[1:], "0")
		if len(digits) < 2 {
			digits = "0" + digits
		}
		return m + "E" + sign + digits
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// AppendJSON writes a value as the query APIs send it: datetimes and timespans as
// text, long and int as numbers, decimal as text, dynamic as JSON, NaN and the
// infinities as text, null as null.
func AppendJSON(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int32:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return AppendRealJSON(dst, v)
	case Dec:
		dst = append(dst, '"')
		dst = append(dst, v...)
		return append(dst, '"')
	case string:
		return AppendQuoted(dst, v)
	case Time:
		dst = append(dst, '"')
		dst = v.Append(dst, -1)
		return append(dst, '"')
	case Duration, UUID:
		return AppendQuoted(dst, Text(v))
	case Dyn:
		return v.AppendJSON(dst)
	}
	panic(fmt.Sprintf("table: %T is not a value", v))
}
