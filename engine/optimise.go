package engine

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// rule is one improvement of a plan that does not change its meaning.
type rule struct {
	name  string
	apply func(plan.Node) plan.Node
}

// rules in the order in which they run. Each finds what the ones before it have left.
var rules = []rule{
	{"fold", fold},
	{"group series", groupSeries},
	{"merge projections", mergeProjections},
	{"push filters", pushFilters},
	{"fold", fold}, // of what a filter asks, projections may have said
	{"gather alternatives", alternatives},
	{"push limits", pushLimits},
	{"narrow spans", narrowSpans},
	{"prune columns", pruneColumns},
	{"merge projections", mergeProjections},
	{"filter in scans", filterInScans},
}

// optimise improves a plan that is lowered and whose subqueries are resolved.
func optimise(n plan.Node) plan.Node {
	n = plan.RewriteAll(n, func(n plan.Node) plan.Node { return plan.MapSubplans(n, optimise) })
	for _, r := range rules {
		n = r.apply(n)
	}
	return n
}

// pure reports whether e gives the same each time, and from its row alone, so that it
// may be moved.
func pure(e plan.Expr) bool {
	ok := true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, is := e.(*plan.Call); is && (c.Over.Impure || c.Func.Kind == fn.Window) {
			ok = false
		}
		return ok
	})
	return ok
}

// pureAll reports whether all that stands in n and under it is pure.
func pureAll(n plan.Node) bool {
	ok := true
	plan.Walk(n, func(n plan.Node) bool {
		for _, e := range plan.Exprs(n) {
			ok = ok && pure(e)
		}
		return ok
	})
	return ok
}

// columns calls f for each column that e reads.
func columns(e plan.Expr, f func(i int)) {
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Col); ok {
			f(c.Index)
		}
		return true
	})
}

// substitute returns e with each column replaced by what f gives for it.
func substitute(e plan.Expr, f func(c *plan.Col) plan.Expr) plan.Expr {
	return plan.RewriteExpr(e, func(e plan.Expr) plan.Expr {
		if c, ok := e.(*plan.Col); ok {
			return f(c)
		}
		return e
	})
}

// constant returns the value that e is, if it is a constant of this type; null is none.
func constant[T table.Elem](e plan.Expr) (v T, ok bool) {
	if l, is := e.(*plan.Lit); is {
		v, ok = l.Value.(T)
	}
	return v, ok
}

// replace puts what better gives in the place of each N, unless it is nil.
func replace[N plan.Node](root plan.Node, better func(N) (plan.Node, error)) (plan.Node, error) {
	var failed error
	root = plan.Rewrite(root, func(n plan.Node) plan.Node {
		old, ok := n.(N)
		if !ok || failed != nil {
			return n
		}
		by, err := better(old)
		if failed = err; by == nil || err != nil {
			return n
		}
		return by
	})
	return root, failed
}

// isCall returns e as a call of an operator or function with this name.
func isCall(e plan.Expr, name string) (*plan.Call, bool) {
	c, ok := e.(*plan.Call)
	return c, ok && c.Func.Name == name
}
