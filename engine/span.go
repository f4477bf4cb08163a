package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// narrowSpans turns conditions on TimeGenerated that stand directly over a table into
// the span that it is read for. What the span says is no longer a condition.
func narrowSpans(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		scan, ok := f.In.(*plan.Scan)
		if !ok || scan.Extent != "" { // which extents there are, is told for the span that it has
			return n
		}
		at := scan.Table.Index(table.TimeGenerated)
		narrow := *scan
		var rest []plan.Expr
		for _, c := range conjuncts(nil, f.Cond) {
			if span, ok := spanOf(c, at); ok {
				narrow.Span = narrow.Span.Intersect(span)
			} else {
				rest = append(rest, c)
			}
		}
		if narrow.Span == scan.Span && len(rest) == 0 {
			return scan
		}
		return filter(&narrow, rest)
	})
}

// spanOf returns the span for which cond is true, if it is a comparison of column at
// with constants.
func spanOf(cond plan.Expr, at int) (table.Span, bool) {
	c, ok := cond.(*plan.Call)
	if !ok {
		return table.Span{}, false
	}
	isTime := func(i int) bool {
		col, ok := c.Args[i].(*plan.Col)
		return ok && col.Index == at && col.Of == table.Datetime
	}
	switch op := c.Func.Name; op {
	case "between":
		lo, ok1 := constant[table.Time](c.Args[1])
		hi, ok2 := constant[table.Time](c.Args[2])
		if d, ok := c.Args[2].(*plan.Lit); ok && ok1 {
			if d, ok := d.Value.(table.Duration); ok {
				hi, ok2 = lo+table.Time(d), (lo + table.Time(d)).Valid()
			}
		}
		return spanFrom(lo, hi+1), ok1 && ok2 && isTime(0)
	case "<", "<=", ">", ">=", "==":
		t, ok := constant[table.Time](c.Args[1])
		if ok && isTime(0) {
			return spanCompared(op, t), true
		}
		if t, ok = constant[table.Time](c.Args[0]); ok && isTime(1) {
			return spanCompared(map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}[op], t), true
		}
	}
	return table.Span{}, false
}

// spanCompared is the span in which "time op t" is true.
func spanCompared(op string, t table.Time) table.Span {
	switch op {
	case "<":
		return spanFrom(table.MinTime, t)
	case "<=":
		return spanFrom(table.MinTime, t+1)
	case ">":
		return spanFrom(t+1, table.MaxTime+1)
	case ">=":
		return spanFrom(t, table.MaxTime+1)
	}
	return spanFrom(t, t+1)
}

// spanFrom is [start, end); if that is empty, an empty span that is not the zero Span,
// which is everything.
func spanFrom(start, end table.Time) table.Span {
	if start >= end {
		return table.Span{Start: 1, End: 1}
	}
	return table.Span{Start: start, End: end}
}

// filterInScans makes conditions that stand directly over a table part of its scan.
func filterInScans(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		scan, ok := f.In.(*plan.Scan)
		if !ok || !pure(f.Cond) {
			return n
		}
		c := *scan
		if c.Filter = f.Cond; scan.Filter != nil {
			c.Filter = chain("and", []plan.Expr{scan.Filter, f.Cond})
		}
		return &c
	})
}
