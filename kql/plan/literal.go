package plan

import (
	"math"

	"github.com/yagura/yagura/table"
)

// Literal writes a value as a KQL literal of its type; nil is a null.
func Literal(v table.Value, of table.Type) string {
	switch v := v.(type) {
	case nil:
		return of.String() + "(null)"
	case string:
		return string(table.AppendQuoted(nil, v))
	case int32:
		return "int(" + table.Text(v) + ")"
	case float64:
		switch {
		case math.IsNaN(v):
			return "real(nan)"
		case math.IsInf(v, 1):
			return "real(+inf)"
		case math.IsInf(v, -1):
			return "real(-inf)"
		}
		return string(table.AppendRealJSON(nil, v))
	case table.Dec:
		return "decimal(" + string(v) + ")"
	case table.Time:
		return "datetime(" + v.Short() + ")"
	case table.Duration:
		return "time(" + v.String() + ")"
	case table.UUID:
		return "guid(" + v.String() + ")"
	case table.Dyn:
		return "dynamic(" + v.String() + ")"
	}
	return table.Text(v)
}

// ConstText returns the string that e is, if it is a constant one.
func ConstText(e Expr) (string, bool) {
	l, ok := e.(*Lit)
	if !ok || l.Of != table.String {
		return "", false
	}
	s, ok := l.Value.(string)
	return s, ok || l.Value == nil
}

// ConstTexts returns the strings of a list, arrays taken apart, if all are constant.
func ConstTexts(es []Expr) ([]string, bool) {
	var out []string
	for _, e := range es {
		if s, ok := ConstText(e); ok {
			out = append(out, s)
			continue
		}
		arr, ok := ConstArray(e)
		if !ok {
			return nil, false
		}
		for _, v := range arr {
			s, ok := v.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
	}
	return out, true
}

// ConstArray returns the elements of the array that e is, if it is a constant one.
func ConstArray(e Expr) ([]any, bool) {
	l, ok := e.(*Lit)
	if !ok {
		return nil, false
	}
	d, ok := l.Value.(table.Dyn)
	if !ok {
		return nil, false
	}
	return d.Array()
}
