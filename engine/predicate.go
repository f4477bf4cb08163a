package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// Predicate is what a query of one table means that only leaves rows out: the rows that it
// gives, as the store finds them. It must have a condition.
// Errors: *kql.Error, *QueryError for any other query.
func (e *Engine) Predicate(q Request, name string) (store.Match, error) {
	def(&q.Now, time.Now())
	env, err := e.env(q)
	if err != nil {
		return store.Match{}, err
	}
	p, err := kql.Compile(q.Text, env, e.options(&q))
	if err != nil {
		return store.Match{}, err
	}
	ref := table.Ref{Workspace: q.Workspace, Table: name}
	if len(p.Results) != 1 {
		return store.Match{}, noPredicate("it is %d queries", len(p.Results))
	}
	byExtent := false
	root := plan.RewriteAll(p.Results[0].Root, func(n plan.Node) plan.Node {
		s, ok := n.(*plan.Scan)
		if !ok || s.Ref != ref {
			return n
		}
		byExtent = byExtent || s.Table.Index(plan.ExtentColumn) >= 0
		t, ok := env.view.Table(ref)
		if !ok {
			return n
		}
		in := shown(s, t, ref, &plan.Scan{Ref: ref, Table: t.Stored()})
		if s.Filter != nil {
			in = &plan.Filter{In: in, Cond: s.Filter}
		}
		return in
	})
	if byExtent {
		return store.Match{}, noPredicate("rows are told apart by what they have, and not by extent_id(), which changes")
	}
	scan, err := predicateOf(root, ref)
	if err != nil {
		return store.Match{}, err
	}
	return matchOf(scan), nil
}

func noPredicate(format string, args ...any) error {
	return &QueryError{Err: fmt.Errorf("The predicate must be a query of the table that only has where, extend and project, and a where that tells its rows apart: "+format+".", args...)}
}

// predicateOf is the scan, with its condition, of which n gives the rows.
func predicateOf(n plan.Node, ref table.Ref) (*plan.Scan, error) {
	var conds []plan.Expr // over n's columns
	for {
		switch x := n.(type) {
		case *plan.Filter:
			conds = conjuncts(conds, x.Cond)
			n = x.In
			continue
		case *plan.Project:
			if x.Window {
				return nil, noPredicate("a function looks at other rows")
			}
			for i, c := range conds {
				conds[i] = substitute(c, func(c *plan.Col) plan.Expr { return x.Cols[c.Index].Expr })
			}
			n = x.In
			continue
		case *plan.Values:
			if x.Rows.Rows == 0 { // a condition that is never true
				return &plan.Scan{Ref: ref, Table: &table.Schema{}, Filter: &plan.Lit{Value: false, Of: table.Bool}}, nil
			}
		case *plan.Scan:
			switch {
			case x.Ref != ref:
				return nil, noPredicate("it is of the table '%s'", x.Ref.Table)
			case len(conds) == 0:
				return nil, noPredicate("it has no condition")
			}
			f, ok := filter(x, conds).(*plan.Filter)
			if !ok || !apart(f.Cond) {
				return nil, noPredicate("a condition asks for other rows, or changes from one time to the next")
			}
			return &plan.Scan{Ref: ref, Table: x.Table, Filter: plan.RewriteExpr(f.Cond, foldExpr)}, nil
		}
		return nil, noPredicate("it has another operator")
	}
}

// apart reports whether e is of its row alone, always the same.
func apart(e plan.Expr) bool {
	ok := pure(e)
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e.(type) {
		case *plan.Col, *plan.Lit, *plan.Call:
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// matchOf is a scan's condition over the columns that it reads, and no others.
func matchOf(s *plan.Scan) store.Match {
	m := store.Match{Where: termsOf(s)}
	at := map[int]int{}
	few := &plan.Scan{Ref: s.Ref, Table: &table.Schema{}}
	columns(s.Filter, func(i int) {
		if _, seen := at[i]; !seen {
			at[i] = len(m.Cols)
			m.Cols = append(m.Cols, s.Table.Cols[i].Name)
			few.Table.Cols = append(few.Table.Cols, s.Table.Cols[i])
		}
	})
	few.Filter = substitute(s.Filter, func(c *plan.Col) plan.Expr { return &plan.Col{Index: at[c.Index], Of: c.Of} })
	m.Filter = FilterOf(context.Background(), few)
	return m
}
