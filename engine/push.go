package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// pushFilters moves each condition as near to the tables as it can go.
func pushFilters(n plan.Node) plan.Node { return push(n, nil) }

// conjuncts appends the conditions that e is made of.
func conjuncts(dst []plan.Expr, e plan.Expr) []plan.Expr { return chained(dst, e, "and") }

// chained appends the operands of a chain of and or or.
func chained(dst []plan.Expr, e plan.Expr, word string) []plan.Expr {
	if c, ok := isCall(e, word); ok && c.Args[0].Type() == table.Bool && c.Args[1].Type() == table.Bool {
		return chained(chained(dst, c.Args[0], word), c.Args[1], word)
	}
	return append(dst, e)
}

// chain puts operands together with and or or; there is at least one.
func chain(word string, operands []plan.Expr) plan.Expr {
	e := operands[0]
	for _, o := range operands[1:] {
		e = overloaded(word, e, o)
	}
	return e
}

// filter puts conditions over n.
func filter(n plan.Node, conds []plan.Expr) plan.Node {
	if len(conds) == 0 {
		return n
	}
	return &plan.Filter{In: n, Cond: chain("and", conds)}
}

// push returns the rows of n for which all of conds, over n's columns, are true.
func push(n plan.Node, conds []plan.Expr) plan.Node {
	switch x := n.(type) {
	case *plan.Filter:
		// In the order in which they were written: they may be cheap, then dear.
		return push(x.In, append(conjuncts(nil, x.Cond), conds...))
	case *plan.Sort:
		return x.WithInputs([]plan.Node{push(x.In, conds)})
	case *plan.Union:
		ins := make([]plan.Node, len(x.Ins))
		for i, in := range x.Ins {
			ins[i] = push(in, conds)
		}
		return &plan.Union{Ins: ins}
	case *plan.Project:
		return pushUnder(x, conds, func(i int) plan.Expr {
			if e := x.Cols[i].Expr; !x.Window && trivial(e) {
				return e
			}
			return nil
		})
	case *plan.Summarize:
		if len(x.Keys) == 0 {
			break // it gives a row whatever comes
		}
		return pushUnder(x, conds, func(i int) plan.Expr {
			if i < len(x.Keys) && trivial(x.Keys[i].Expr) {
				return x.Keys[i].Expr
			}
			return nil
		})
	case *plan.MvExpand:
		return pushUnder(x, conds, unchanged(x.In, x.Cols))
	case *plan.Parse:
		return pushUnder(x, conds, unchanged(x.In, nil))
	case *plan.ParseKv:
		return pushUnder(x, conds, unchanged(x.In, nil))
	case *plan.Widen:
		in := x.In.Schema()
		return pushUnder(x, conds, func(i int) plan.Expr {
			for c, to := range x.To {
				if to == i {
					return &plan.Col{Index: c, Of: in.Cols[c].Type}
				}
			}
			return missing(x.Table.Cols[i].Type)
		})
	case *plan.Join:
		return pushJoin(x, conds)
	}
	return filter(inside(n), conds)
}

// inside pushes conditions that are within n's inputs.
func inside(n plan.Node) plan.Node {
	ins := n.Inputs()
	if len(ins) == 0 {
		return n
	}
	out := make([]plan.Node, len(ins))
	for i, in := range ins {
		out[i] = push(in, nil)
	}
	return n.WithInputs(out)
}

// pushUnder moves under n, which has one input, the conditions whose columns down
// knows as expressions over that input.
func pushUnder(n plan.Node, conds []plan.Expr, down func(i int) plan.Expr) plan.Node {
	var under, over []plan.Expr
	for _, c := range conds {
		if e, ok := moved(c, down); ok {
			under = append(under, e)
		} else {
			over = append(over, c)
		}
	}
	return filter(n.WithInputs([]plan.Node{push(n.Inputs()[0], under)}), over)
}

// moved returns cond over other columns, if down knows all that it reads.
func moved(cond plan.Expr, down func(i int) plan.Expr) (plan.Expr, bool) {
	ok := pure(cond)
	columns(cond, func(i int) { ok = ok && down(i) != nil })
	if !ok {
		return nil, false
	}
	return substitute(cond, func(c *plan.Col) plan.Expr { return down(c.Index) }), true
}

// unchanged is the down of an operator whose first columns are those of in, but for
// those that it expands.
func unchanged(in plan.Node, expanded []plan.MvCol) func(int) plan.Expr {
	s := in.Schema()
	return func(i int) plan.Expr {
		if i >= len(s.Cols) || replaced(expanded, i) {
			return nil
		}
		return &plan.Col{Index: i, Of: s.Cols[i].Type}
	}
}

func replaced(cols []plan.MvCol, i int) bool {
	for _, c := range cols {
		if c.Index == i {
			return true
		}
	}
	return false
}

// pushJoin moves conditions to the sides whose rows the join does not make up.
func pushJoin(n *plan.Join, conds []plan.Expr) plan.Node {
	side := func(right bool) func(int) plan.Expr {
		in := n.Left
		if right {
			in = n.Right
		}
		return func(i int) plan.Expr {
			c := n.Cols[i]
			if c.Right != right || !mayFilter(n, c) {
				return nil
			}
			return &plan.Col{Index: c.Index, Of: in.Schema().Cols[c.Index].Type}
		}
	}
	var left, right, over []plan.Expr
	for _, c := range conds {
		if e, ok := moved(c, side(false)); ok && reads(c) {
			left = append(left, e)
		} else if e, ok := moved(c, side(true)); ok && reads(c) {
			right = append(right, e)
		} else {
			over = append(over, c)
		}
	}
	return filter(n.WithInputs([]plan.Node{push(n.Left, left), push(n.Right, right)}), over)
}

// reads reports whether e reads a column.
func reads(e plan.Expr) bool {
	any := false
	columns(e, func(int) { any = true })
	return any
}

// mayFilter reports whether rows that a condition on output column c drops can be
// dropped before the join.
func mayFilter(n *plan.Join, c plan.JoinCol) bool {
	switch n.Kind {
	case plan.Inner:
		return true
	case plan.LeftOuter, plan.LeftSemi, plan.LeftAnti:
		return !c.Right
	case plan.RightOuter, plan.RightSemi, plan.RightAnti:
		return c.Right
	case plan.InnerUnique: // which of the left rows with a key is kept must not change
		return c.Right || isKey(n, c.Index)
	}
	return false
}

// isKey reports whether column i of the left side is a key of n by itself.
func isKey(n *plan.Join, i int) bool {
	for _, k := range n.On {
		if c, ok := k.L.(*plan.Col); ok && c.Index == i {
			return true
		}
	}
	return false
}
