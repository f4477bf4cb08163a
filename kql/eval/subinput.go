package eval

import (
	"fmt"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// scope is what the SubInputs of a subplan stand for: for ID, rows; for others, what
// up says. What is computed once in a subplan is computed once in a scope.
type scope struct {
	id      int
	rows    *table.Batch
	up      *scope
	scalars map[*plan.Scalar]table.Value
	sets    map[*plan.InRows]*rowSet
	caches  map[int]*cached
}

func newScope(id int, rows *table.Batch, up *scope) *scope {
	return &scope{id: id, rows: rows, up: up}
}

// home returns the innermost scope that n depends on, or nil: what n gives is the
// same as long as that scope is.
func (sc *scope) home(n plan.Node) *scope {
	if sc == nil {
		return nil
	}
	ids := map[int]bool{}
	inputsOf(n, ids)
	for s := sc; s != nil; s = s.up {
		if ids[s.id] {
			return s
		}
	}
	return nil
}

func (sc *scope) reader(n *plan.SubInput) (table.Reader, error) {
	for s := sc; s != nil; s = s.up {
		if s.id == n.ID {
			return chunked(table.NewReader(n.Table, s.rows)), nil
		}
	}
	return nil, fmt.Errorf("eval: no rows for the subquery's input %d", n.ID)
}

// inputsOf adds to ids the SubInputs that n and the plans inside it read.
func inputsOf(n plan.Node, ids map[int]bool) {
	if s, ok := n.(*plan.SubInput); ok {
		ids[s.ID] = true
	}
	for _, in := range n.Inputs() {
		inputsOf(in, ids)
	}
	switch n := n.(type) {
	case *plan.MvApply:
		inputsOf(n.Sub, ids)
	case *plan.Partition:
		inputsOf(n.Sub, ids)
	}
	for _, e := range exprsOf(n) {
		inputsOfExpr(e, ids)
	}
}

func inputsOfExpr(e plan.Expr, ids map[int]bool) {
	switch e := e.(type) {
	case *plan.Call:
		for _, a := range e.Args {
			inputsOfExpr(a, ids)
		}
	case *plan.Field:
		inputsOfExpr(e.Call, ids)
	case *plan.InRows:
		inputsOfExpr(e.X, ids)
		inputsOf(e.Root, ids)
	case *plan.Scalar:
		inputsOf(e.Root, ids)
	case *plan.Col, *plan.Lit, nil:
	default:
		panic(fmt.Sprintf("eval: %T is not an expression", e))
	}
}

// exprsOf lists the expressions of a node in which plans may stand.
func exprsOf(n plan.Node) []plan.Expr {
	var es []plan.Expr
	named := func(cols ...plan.Named) {
		for _, c := range cols {
			es = append(es, c.Expr)
		}
	}
	switch n := n.(type) {
	case *plan.Filter:
		es = append(es, n.Cond)
	case *plan.Join:
		for _, k := range n.On {
			es = append(es, k.L, k.R)
		}
	case *plan.MakeSeries:
		named(n.By...)
		named(n.Axis)
		for _, a := range n.Aggs {
			es = append(es, a.Call)
		}
	case *plan.MvExpand:
		for _, c := range n.Cols {
			es = append(es, c.Expr)
		}
	case *plan.MvApply:
		for _, c := range n.Expand.Cols {
			es = append(es, c.Expr)
		}
	case *plan.Parse:
		es = append(es, n.Text)
	case *plan.ParseKv:
		es = append(es, n.Text)
	case *plan.Partition:
		es = append(es, n.By)
	case *plan.Project:
		named(n.Cols...)
	case *plan.Range:
		es = append(es, n.From, n.To, n.Step)
	case *plan.Reduce:
		es = append(es, n.By)
	case *plan.Sort:
		for _, k := range n.Keys {
			es = append(es, k.Expr)
		}
	case *plan.Summarize:
		named(n.Keys...)
		for _, a := range n.Aggs {
			es = append(es, a.Call)
		}
	case *plan.Top:
		for _, k := range n.Keys {
			es = append(es, k.Expr)
		}
	case *plan.TopNested:
		for _, l := range n.Levels {
			named(l.Value)
			es = append(es, l.ByCall)
		}
	}
	return es
}
