package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// fromExtents gives an operator that asks in which extents its rows are a column that
// tells: the last, which withoutExtents takes away again. Rows are in extents as long as
// they are those of tables: where, extend, project, sort, top, take and union leave them
// so, and what other operators make is in none.
func (b *binder) fromExtents(op syntax.Op, in *rel) *rel {
	switch op.(type) {
	case *syntax.Where, *syntax.Extend, *syntax.Project, *syntax.Sort, *syntax.Top, *syntax.Summarize:
	default:
		return in
	}
	if !b.o.Extents || in.bad || !asksExtents(op) {
		return in
	}
	n, ok := withExtents(in.node)
	if !ok {
		return in
	}
	out := in.from(n)
	out.name = in.name
	return out
}

func asksExtents(op syntax.Op) (found bool) {
	syntax.Walk(op, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Call); ok {
			switch c.Func.Text {
			case "extent_id", "extentid", "extent_tags":
				found = true
			}
		}
		return !found
	})
	return found
}

// withExtents gives the rows of a plan a last column with the ids of their extents; ok is
// false if they are in none.
func withExtents(n plan.Node) (out plan.Node, ok bool) {
	id := table.Column{Name: plan.ExtentColumn, Type: table.Guid}
	if cols := n.Schema().Cols; len(cols) > 0 && cols[len(cols)-1] == id {
		return n, true
	}
	switch n := n.(type) {
	case *plan.Scan:
		s := *n
		s.Table = &table.Schema{Cols: append(n.Table.Cols[:len(n.Table.Cols):len(n.Table.Cols)], id)}
		return &s, true
	case *plan.Project:
		in, ok := withExtents(n.In)
		if !ok || n.Window {
			return nil, false
		}
		at := &plan.Col{Index: len(in.Schema().Cols) - 1, Of: table.Guid}
		return &plan.Project{In: in, Cols: append(n.Cols[:len(n.Cols):len(n.Cols)], plan.Named{Name: id.Name, Expr: at})}, true
	case *plan.Union:
		u, any := &plan.Union{}, false
		for _, in := range n.Ins {
			leg, ok := withExtents(in)
			if !ok {
				r := newRel(in)
				leg = &plan.Project{In: in, Cols: append(r.all(), plan.Named{Name: id.Name, Expr: noExtent()})}
			}
			u.Ins, any = append(u.Ins, leg), any || ok
		}
		return u, any
	case *plan.Filter, *plan.Limit, *plan.Sort, *plan.Top:
		in, ok := withExtents(n.Inputs()[0])
		if !ok {
			return nil, false
		}
		return n.WithInputs([]plan.Node{in}), true
	}
	return nil, false
}

// noExtent is the id of the extent of a row that is in none.
func noExtent() plan.Expr { return &plan.Lit{Value: table.UUID{}, Of: table.Guid} }

// withoutExtents takes away the column that fromExtents gave.
func (b *binder) withoutExtents(r *rel) *rel {
	at := r.index(plan.ExtentColumn)
	if at < 0 || r.bad {
		return r
	}
	cols := r.all()
	out := r.from(&plan.Project{In: r.node, Cols: append(cols[:at:at], cols[at+1:]...)})
	out.name, out.render, out.more, out.first = r.name, r.render, r.more, r.first
	return out
}

// extentID binds extent_id(): the id of the extent that a row is in, or zeros.
// https://learn.microsoft.com/kusto/query/extent-id-function
func (b *binder) extentID(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 0, 0) {
		return bad
	}
	if i := f.in.index(plan.ExtentColumn); i >= 0 && f.agg == nil {
		return f.in.col(i)
	}
	return noExtent()
}

// extentTags binds extent_tags(): the tags of the extent that a row is in, of which none
// has any, or null.
// https://learn.microsoft.com/kusto/query/extent-tags-function
func (b *binder) extentTags(f *frame, x *syntax.Call) plan.Expr {
	id := b.extentID(f, x)
	null := &plan.Lit{Of: table.Dynamic}
	if _, none := id.(*plan.Lit); none || isBad(id) {
		return null
	}
	return b.function(x, "iff", b.operator(x, "==", id, noExtent()), null, &plan.Lit{Value: table.DynValue([]any{}), Of: table.Dynamic})
}
