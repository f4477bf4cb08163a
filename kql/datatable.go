package kql

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) datatable(x *syntax.DataTable) *rel {
	s := &table.Schema{Cols: b.columns(x.Cols)}
	n := len(s.Cols)
	if n > 0 && len(x.Values)%n != 0 {
		b.fail(x, codeDataRows, "%d values do not fill rows of %d columns", len(x.Values), n)
	}
	values := make([]table.Value, len(x.Values))
	for i, v := range x.Values {
		c := table.Column{}
		if n > 0 {
			c = s.Cols[i%n]
		}
		values[i] = b.cell(v, c)
	}
	if hasBadColumn(s) {
		r := badRel(s.Cols...)
		r.bad = false
		return r
	}
	rows := table.NewBatch(s)
	for i := 0; n > 0 && i+n <= len(values); i += n {
		rows.AppendRow(values[i : i+n]...)
	}
	return newRel(&plan.Values{Rows: rows})
}

func hasBadColumn(s *table.Schema) bool {
	for _, c := range s.Cols {
		if c.Type == 0 {
			return true
		}
	}
	return false
}

// cell returns the value of a constant in a column.
func (b *binder) cell(x syntax.Expr, c table.Column) table.Value {
	e := b.expr(noRow(), x)
	if isBad(e) || isPlaceholder(e) {
		return nil
	}
	l, ok := e.(*plan.Lit)
	if !ok {
		b.fail(x, codeConstant, "the values of a datatable must be constants")
		return nil
	}
	if c.Type == 0 {
		return nil
	}
	return fn.Cast(l.Value, c.Type)
}
