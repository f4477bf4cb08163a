package engine

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// maxExtents is how many extents a query reads one by one, as it asks which row is in which.
const maxExtents = 2000

// ExtentID is the id of an extent, as commands and queries show it.
func ExtentID(m *extent.Meta) table.UUID { return table.UUID(m.Hash[:16]) }

// withExtent is a schema with the ids of extents behind its columns.
func withExtent(s *table.Schema) *table.Schema {
	return &table.Schema{Cols: append(s.Cols[:len(s.Cols):len(s.Cols)], table.Column{Name: plan.ExtentColumn, Type: table.Guid})}
}

// extentOf is the column of a plan with the ids of extents, or what stands for it where
// rows are in none.
func extentOf(in plan.Node) plan.Expr {
	if i := in.Schema().Index(plan.ExtentColumn); i >= 0 {
		return &plan.Col{Index: i, Of: table.Guid}
	}
	return &plan.Lit{Value: table.UUID{}, Of: table.Guid}
}

// inNone gives rows that are in no extent what s has beside their columns.
func inNone(s *plan.Scan, rows plan.Node) plan.Node {
	if s.Table.Index(plan.ExtentColumn) < 0 {
		return rows
	}
	return &plan.Project{In: rows, Cols: append(passed(rows), plan.Named{Name: plan.ExtentColumn, Expr: extentOf(rows)})}
}

// passed are the columns of a node as they are.
func passed(n plan.Node) []plan.Named {
	var cols []plan.Named
	for i, c := range n.Schema().Cols {
		cols = append(cols, plan.Named{Name: c.Name, Expr: &plan.Col{Index: i, Of: c.Type}})
	}
	return cols
}

// byExtents reads the tables of which it is asked in which extents rows are one extent
// after the other, and the rows that are in none yet.
func (r *run) byExtents(n plan.Node) (plan.Node, error) {
	var failed error
	n = plan.RewriteAll(n, func(n plan.Node) plan.Node {
		s, ok := n.(*plan.Scan)
		if !ok || failed != nil || s.Table.Index(plan.ExtentColumn) < 0 {
			return n
		}
		snap, err := r.wholeSnapshot(s)
		if err != nil {
			failed = err
			return n
		}
		if len(snap.Extents) > maxExtents {
			failed = &QueryError{Err: fmt.Errorf("extent_id() reads at most %d extents, and the table %s has %d: give the request a shorter timespan", maxExtents, s.Ref.Table, len(snap.Extents))}
			return n
		}
		one := *s
		one.Table = &table.Schema{Cols: s.Table.Cols[:len(s.Table.Cols)-1]}
		u := &plan.Union{}
		leg := func(name string, id table.UUID) {
			in := one
			in.Extent = name
			u.Ins = append(u.Ins, &plan.Project{In: &in, Cols: append(passed(&in), plan.Named{Name: plan.ExtentColumn, Expr: &plan.Lit{Value: id, Of: table.Guid}})})
		}
		for _, m := range snap.Extents {
			leg(ExtentID(m).String(), ExtentID(m))
		}
		leg(plan.NoExtent, table.UUID{})
		return u
	})
	return n, failed
}

// onlyExtent is what a snapshot has of one extent, or of the rows that are in none.
func onlyExtent(snap *store.Snapshot, id string) *store.Snapshot {
	one := *snap
	if id == plan.NoExtent {
		one.Extents = nil
		return &one
	}
	one.Tail = nil
	one.Extents = slices.DeleteFunc(slices.Clone(snap.Extents), func(m *extent.Meta) bool { return ExtentID(m).String() != id })
	return &one
}
