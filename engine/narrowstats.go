package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// ruledOut reports whether the condition of a scan is true of no row of an extent, as the
// bounds of its columns tell.
func ruledOut(s *plan.Scan, m *extent.Meta) bool {
	for _, c := range conjuncts(nil, s.Filter) {
		if call, ok := c.(*plan.Call); ok && len(call.Args) == 2 && outOfBounds(s.Table, call, m) {
			return true
		}
	}
	return false
}

// mirrored are the comparisons with their sides exchanged.
var mirrored = map[string]string{"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// outOfBounds reports whether a comparison of a column and a constant of its type is
// true of no row of m. Bounds leave out nulls, of which no comparison with a value is
// true, and NaN, of which none of these is.
func outOfBounds(of *table.Schema, c *plan.Call, m *extent.Meta) bool {
	op := c.Func.Name
	if mirrored[op] == "" {
		return false
	}
	col, ok := c.Args[0].(*plan.Col)
	lit, isLit := c.Args[1].(*plan.Lit)
	if !ok {
		op = mirrored[op]
		col, ok = c.Args[1].(*plan.Col)
		lit, isLit = c.Args[0].(*plan.Lit)
	}
	if !ok || !isLit || lit.Value == nil || table.TypeOfValue(lit.Value) != col.Of || !bounded(col.Of, op, lit.Value) {
		return false
	}
	st, there := m.Stat(of.Cols[col.Index].Name)
	if !there {
		return col.Of != table.String || op == "==" && lit.Value != ""
	}
	if st.Type != col.Of || st.Min == nil {
		return false // the bounds are not known
	}
	lo, hi := table.Compare(lit.Value, st.Min), table.Compare(lit.Value, st.Max)
	switch op {
	case "==":
		return lo < 0 || hi > 0
	case "<":
		return lo <= 0
	case "<=":
		return lo < 0
	case ">":
		return hi >= 0
	}
	return hi > 0
}

// bounded reports whether bounds say something about comparing with a value: those of
// strings may be cut, and are in the order of bytes, which only == cares nothing for.
func bounded(t table.Type, op string, v table.Value) bool {
	switch t {
	case table.Int, table.Long, table.Datetime, table.Timespan:
		return true
	case table.Real:
		f := v.(float64)
		return f == f
	case table.String:
		return op == "=="
	}
	return false
}
