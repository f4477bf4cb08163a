package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// groupSeries lets a summarize by the bins of a make-series compute its values, as
// backends know that, and filters pass through it. This is for series over a datetime
// between constants: then each bin's rows are known to be one group, and those of no bin
// can be left out.
func groupSeries(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		m, ok := n.(*plan.MakeSeries)
		if !ok || m.Axis.Expr.Type() != table.Datetime || !pure(m.Axis.Expr) || grouped(m) {
			return n
		}
		_, okFrom := constant[table.Time](m.From)
		to, okTo := constant[table.Time](m.To)
		step, okStep := constant[table.Duration](m.Step)
		end := to + table.Time(step) // the last bin may go beyond to
		if !okFrom || !okTo || !okStep || step <= 0 || end < to || !end.Valid() {
			return n
		}
		keys := append([]plan.Named{}, m.By...)
		keys = append(keys, plan.Named{Name: m.Axis.Name, Expr: overloaded("bin_at", m.Axis.Expr, m.Step, m.From)})
		out := *m
		out.By, out.Aggs = nil, nil
		for i, k := range m.By {
			out.By = append(out.By, plan.Named{Name: k.Name, Expr: &plan.Col{Index: i, Of: k.Expr.Type()}})
		}
		out.Axis.Expr = &plan.Col{Index: len(m.By), Of: table.Datetime}
		s := &plan.Summarize{Keys: keys}
		for i, a := range m.Aggs {
			s.Aggs = append(s.Aggs, plan.Agg{Names: []string{a.Name}, Call: a.Call})
			value := &plan.Col{Index: len(keys) + i, Of: a.Call.OutTypes()[0]}
			out.Aggs = append(out.Aggs, plan.SeriesAgg{Name: a.Name, Call: aggregate("take_any", value), Default: a.Default})
		}
		s.In = filter(m.In, []plan.Expr{
			overloaded(">=", m.Axis.Expr, m.From),
			overloaded("<", m.Axis.Expr, &plan.Lit{Value: end, Of: table.Datetime}),
		})
		out.In = s
		return &out
	})
}

// grouped reports whether each row that a make-series reads is a value of it.
func grouped(m *plan.MakeSeries) bool {
	for _, a := range m.Aggs {
		if a.Call.Func.Name != "take_any" {
			return false
		}
	}
	return true
}
