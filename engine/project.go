package engine

import "github.com/yagura/yagura/kql/plan"

// mergeProjections makes one projection of two where that does not compute anything
// twice, and drops one that changes nothing.
func mergeProjections(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		p, ok := n.(*plan.Project)
		if !ok {
			return n
		}
		if inner, ok := p.In.(*plan.Project); ok && mergeable(p, inner) {
			cols := make([]plan.Named, len(p.Cols))
			for i, c := range p.Cols {
				cols[i] = plan.Named{Name: c.Name, Expr: substitute(c.Expr, func(c *plan.Col) plan.Expr { return inner.Cols[c.Index].Expr })}
			}
			p = &plan.Project{In: inner.In, Cols: cols}
		}
		if same(p) {
			return p.In
		}
		return p
	})
}

// mergeable reports whether what inner computes is used at most once in outer.
func mergeable(outer, inner *plan.Project) bool {
	if outer.Window || inner.Window {
		return false
	}
	uses := make([]int, len(inner.Cols))
	for _, c := range outer.Cols {
		columns(c.Expr, func(i int) { uses[i]++ })
	}
	for i, n := range uses {
		if n > 1 && !trivial(inner.Cols[i].Expr) || n == 0 && !pure(inner.Cols[i].Expr) {
			return false
		}
	}
	return true
}

// trivial reports whether e costs nothing to compute again.
func trivial(e plan.Expr) bool {
	switch e.(type) {
	case *plan.Col, *plan.Lit:
		return true
	}
	return false
}

// same reports whether p gives the columns of its input, all, in order and by name.
func same(p *plan.Project) bool {
	in := p.In.Schema()
	if len(p.Cols) != len(in.Cols) {
		return false
	}
	for i, c := range p.Cols {
		col, ok := c.Expr.(*plan.Col)
		if !ok || col.Index != i || c.Name != in.Cols[i].Name {
			return false
		}
	}
	return true
}
