package engine

import (
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// fold computes what is constant: the binder did so once, but subqueries have become
// constants since. A filter that keeps all rows goes, and one that keeps none becomes
// no rows.
func fold(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		n = plan.MapExprs(n, func(e plan.Expr) plan.Expr { return plan.RewriteExpr(e, foldExpr) })
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		l, ok := f.Cond.(*plan.Lit)
		if !ok {
			return n
		}
		if l.Value == true {
			return f.In
		}
		return &plan.Values{Rows: table.NewBatch(f.In.Schema())}
	})
}

func foldExpr(e plan.Expr) plan.Expr {
	c, ok := e.(*plan.Call)
	if !ok || !c.Over.OneColumn() || c.Func.Kind == fn.Window {
		return e
	}
	if l, ok := foldLogic(c); ok {
		return l
	}
	args := make([]table.Vec, len(c.Args))
	for i, a := range c.Args {
		l, ok := a.(*plan.Lit)
		if !ok {
			return e
		}
		args[i] = table.Repeat(l.Of, l.Value, 1)
	}
	if !c.Over.Folds(args) {
		return e
	}
	v, err := eval.Value(e)
	if err != nil || table.VecBytes(table.Repeat(c.Ret, v, 1)) > fn.MostFolded {
		return e // it fails when it runs, if it runs
	}
	return &plan.Lit{Value: v, Of: c.Ret}
}

// foldLogic folds and and or with one constant operand.
func foldLogic(c *plan.Call) (plan.Expr, bool) {
	if c.Func.Name != "and" && c.Func.Name != "or" {
		return nil, false
	}
	deciding := c.Func.Name == "or"
	for i, a := range c.Args {
		other := c.Args[1-i]
		if l, ok := a.(*plan.Lit); ok && l.Value != nil && l.Of == table.Bool && other.Type() == table.Bool {
			if l.Value == deciding {
				return l, true
			}
			return other, true
		}
	}
	return nil, false
}
