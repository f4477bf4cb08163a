package engine

import (
	"fmt"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// free are the tables whose rows Azure does not bill.
var free = map[string]bool{
	"AzureActivity": true, "Heartbeat": true, "Operation": true, "SentinelHealth": true, "Usage": true,
}

// lower replaces scans of tables as queries see them by scans of tables as they are
// stored, with what is not stored computed above them. A table that nothing was ever
// written to becomes no rows.
func (v *env) lower(root plan.Node) plan.Node {
	return plan.RewriteAll(root, func(n plan.Node) plan.Node {
		switch n := n.(type) {
		case *plan.ExternalData:
			if n.Of.Table != "" {
				v.whole(n.Of)
			}
		case *plan.Values:
			for _, ref := range n.Of {
				v.whole(ref)
			}
		}
		s, ok := n.(*plan.Scan)
		if !ok {
			return n
		}
		refs := []table.Ref{s.Ref}
		if s.Ref.Workspace == "" {
			refs = refs[:0]
			for _, w := range v.workspaces {
				refs = append(refs, table.Ref{Workspace: w, Table: s.Ref.Table})
			}
		}
		var ins []plan.Node
		for _, ref := range refs {
			if in := v.guarded(s, ref); in != nil {
				ins = append(ins, in)
			}
		}
		switch s.Ref.Workspace {
		case given:
			ins = []plan.Node{inNone(s, &plan.Values{Rows: v.given[s.Ref.Table]})}
		case fresh:
			ins = []plan.Node{v.lowerFresh(s)}
		}
		switch len(ins) {
		case 0:
			n = &plan.Values{Rows: table.NewBatch(s.Table)}
		case 1:
			n = ins[0]
		default:
			n = &plan.Union{Ins: ins}
		}
		if s.Filter != nil {
			n = &plan.Filter{In: n, Cond: s.Filter}
		}
		return n
	})
}

// lowerOne makes the columns of s from the table ref, or returns nil if it has no rows.
func (v *env) lowerOne(s *plan.Scan, ref table.Ref) plan.Node {
	if v.view == nil || !v.e.st.HasRows(ref) {
		return nil
	}
	t, ok := v.view.Table(ref)
	if !ok {
		return nil
	}
	in := &plan.Scan{Ref: ref, Table: t.Stored(), Span: s.Span}
	if s.Table.Index(plan.ExtentColumn) >= 0 {
		in.Table = withExtent(in.Table)
	}
	return shown(s, t, ref, in)
}

// lowerFresh makes the columns of s from rows that are not stored yet.
func (v *env) lowerFresh(s *plan.Scan) plan.Node {
	ref := table.Ref{Workspace: v.workspaces[0], Table: s.Ref.Table}
	t, ok := v.view.Table(ref)
	if !ok {
		return &plan.Values{Rows: table.NewBatch(s.Table)}
	}
	b := v.fresh[s.Ref.Table]
	rows := &table.Batch{Schema: t.Stored(), Rows: b.Rows}
	for _, c := range t.Stored().Cols {
		if i := b.Schema.Index(c.Name); i >= 0 {
			rows.Vecs = append(rows.Vecs, b.Vecs[i])
		} else {
			rows.Vecs = append(rows.Vecs, table.Repeat(c.Type, nil, b.Rows))
		}
	}
	return shown(s, t, ref, &plan.Values{Rows: rows})
}

// shown makes the columns of s from in, which has those that t stores.
func shown(s *plan.Scan, t *catalog.Table, ref table.Ref, in plan.Node) plan.Node {
	stored := t.Stored()
	col := func(name string) plan.Expr {
		i := stored.Index(name)
		return &plan.Col{Index: i, Of: stored.Cols[i].Type}
	}
	p := &plan.Project{In: in}
	for _, c := range s.Table.Cols {
		var e plan.Expr
		switch {
		case c.Name == plan.ExtentColumn:
			e = extentOf(in)
		case !t.Bare:
			e = virtual(c.Name, ref, col)
		}
		if e == nil {
			e = missing(c.Type)
			for i, sc := range stored.Cols {
				if sc.Type == c.Type && (sc.Name == c.Name || s.Ref.Workspace == "" && unitedName(sc.Name, sc.Type, 2) == c.Name) {
					e = &plan.Col{Index: i, Of: c.Type}
					break
				}
			}
		}
		p.Cols = append(p.Cols, plan.Named{Name: c.Name, Expr: e})
	}
	return p
}

// virtual is the expression of a column that is not stored, or nil for others.
func virtual(name string, ref table.Ref, col func(string) plan.Expr) plan.Expr {
	if !table.Virtual(name) {
		return nil
	}
	switch name {
	case "TenantId":
		return text(ref.Workspace)
	case "Type":
		return text(ref.Table)
	case "_SubscriptionId":
		return call("_subscription_id", col(table.ResourceID))
	case "_ItemId":
		return call("_item_id", text(ref.String()), col(table.Seq))
	case "_IsBillable":
		if free[ref.Table] {
			return text("False")
		}
		return text("True")
	}
	panic(fmt.Sprintf("engine: no expression for the virtual column %s", name))
}

func text(s string) plan.Expr { return &plan.Lit{Value: s, Of: table.String} }

// missing is the value of a column that a table does not have.
func missing(t table.Type) plan.Expr {
	if t == table.String {
		return text("")
	}
	return &plan.Lit{Of: t}
}

// call makes a call of a function of one overload.
func call(name string, args ...plan.Expr) *plan.Call {
	f, ok := fn.Lookup(name)
	if !ok {
		panic("engine: no function " + name)
	}
	c := &plan.Call{Func: f, Over: &f.Overloads[0], Args: args}
	c.Ret = c.Over.Returns(c.ArgInfo())
	return c
}
