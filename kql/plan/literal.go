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
