package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// pruneColumns leaves, of what each operator makes and each table gives, what is used.
func pruneColumns(n plan.Node) plan.Node {
	p, _ := prune(n, all(n))
	return p
}

// need says which columns of a node are used.
type need []bool

func all(n plan.Node) need {
	w := make(need, len(n.Schema().Cols))
	for i := range w {
		w[i] = true
	}
	return w
}

func none(n plan.Node) need { return make(need, len(n.Schema().Cols)) }

func (w need) add(es ...plan.Expr) need {
	for _, e := range es {
		columns(e, func(i int) { w[i] = true })
	}
	return w
}

func (w need) clone() need { return append(need(nil), w...) }

// places says where each column of a node now is; -1 if it is gone.
type places []int

func (p places) expr(e plan.Expr) plan.Expr {
	return substitute(e, func(c *plan.Col) plan.Expr {
		if p[c.Index] == c.Index {
			return c
		}
		return &plan.Col{Index: p[c.Index], Of: c.Of}
	})
}

func identity(n int) places {
	p := make(places, n)
	for i := range p {
		p[i] = i
	}
	return p
}

// keep makes places of the wanted columns close up, and returns how many there are.
func keep(w need) (places, int) {
	p, n := make(places, len(w)), 0
	for i := range w {
		p[i] = -1
		if w[i] {
			p[i] = n
			n++
		}
	}
	return p, n
}

// prune returns n with at least the columns that w asks for, in their order, and at
// least one if it has any. All columns asked for stay where they are.
func prune(n plan.Node, w need) (plan.Node, places) {
	switch x := n.(type) {
	case *plan.Filter:
		in, at := prune(x.In, w.clone().add(x.Cond))
		return &plan.Filter{In: in, Cond: at.expr(x.Cond)}, at
	case *plan.Sort, *plan.Top, *plan.Limit, *plan.Sample:
		in, at := prune(n.Inputs()[0], w.clone().add(plan.Exprs(n)...))
		return plan.MapExprs(n.WithInputs([]plan.Node{in}), at.expr), at
	case *plan.Project:
		return pruneProject(x, w)
	case *plan.Scan:
		return pruneScan(x, w)
	case *plan.Summarize:
		return pruneSummarize(x, w)
	case *plan.Join:
		return pruneJoin(x, w)
	case *plan.Union:
		return pruneUnion(x, w)
	case *plan.MakeSeries, *plan.TopNested:
		in, at := prune(n.Inputs()[0], none(n.Inputs()[0]).add(plan.Exprs(n)...))
		return plan.MapExprs(n.WithInputs([]plan.Node{in}), at.expr), identity(len(w))
	case *plan.MvExpand:
		return pruneMvExpand(x, w)
	case *plan.Widen:
		return pruneWiden(x, w)
	case *plan.Parse:
		in, at, out := pruneParse(x.In, x.Text, w)
		c := *x
		c.In, c.Text = in, at.expr(x.Text)
		return &c, out
	case *plan.ParseKv:
		in, at, out := pruneParse(x.In, x.Text, w)
		c := *x
		c.In, c.Text = in, at.expr(x.Text)
		return &c, out
	}
	ins := n.Inputs()
	if len(ins) > 0 {
		pruned := make([]plan.Node, len(ins))
		for i, in := range ins {
			pruned[i], _ = prune(in, all(in))
		}
		n = n.WithInputs(pruned)
	}
	return n, identity(len(w))
}

// atLeastOne asks for a column if w asks for none.
func atLeastOne(w need) need {
	for _, ok := range w {
		if ok {
			return w
		}
	}
	w = w.clone()
	if len(w) > 0 {
		w[0] = true
	}
	return w
}

func pruneProject(n *plan.Project, w need) (plan.Node, places) {
	w = atLeastOne(w)
	out, _ := keep(w)
	var cols []plan.Named
	under := none(n.In)
	for i, c := range n.Cols {
		if w[i] {
			cols = append(cols, c)
			under.add(c.Expr)
		}
	}
	in, at := prune(n.In, under)
	return plan.MapExprs(&plan.Project{In: in, Cols: cols, Window: n.Window}, at.expr), out
}

func pruneScan(n *plan.Scan, w need) (plan.Node, places) {
	if i := n.Table.Index(table.TimeGenerated); i >= 0 && len(w) > 0 {
		any := false
		for _, ok := range w {
			any = any || ok
		}
		if !any {
			w = w.clone()
			w[i] = true // a column that every table has, and that is small
		}
	}
	w = atLeastOne(w)
	out, k := keep(w)
	if k == len(w) {
		return n, out
	}
	c := *n
	c.Table = &table.Schema{Cols: make([]table.Column, 0, k)}
	for i, col := range n.Table.Cols {
		if w[i] {
			c.Table.Cols = append(c.Table.Cols, col)
		}
	}
	return &c, out
}

func pruneSummarize(n *plan.Summarize, w need) (plan.Node, places) {
	c := &plan.Summarize{Keys: n.Keys}
	out := make(places, len(w))
	for i := range n.Keys {
		out[i] = i
	}
	from, to := len(n.Keys), len(n.Keys)
	for ai, a := range n.Aggs {
		used := len(n.Keys) == 0 && ai == len(n.Aggs)-1 && len(c.Aggs) == 0
		for k := range a.Names {
			used = used || w[from+k]
		}
		for k := range a.Names {
			out[from+k] = -1
			if used {
				out[from+k] = to + k
			}
		}
		if used {
			c.Aggs = append(c.Aggs, a)
			to += len(a.Names)
		}
		from += len(a.Names)
	}
	in, at := prune(n.In, none(n.In).add(plan.Exprs(c)...))
	c.In = in
	return plan.MapExprs(c, at.expr), out
}

func pruneJoin(n *plan.Join, w need) (plan.Node, places) {
	w = atLeastOne(w)
	out, _ := keep(w)
	left, right := none(n.Left), none(n.Right)
	for _, k := range n.On {
		left.add(k.L)
		right.add(k.R)
	}
	for i, c := range n.Cols {
		if w[i] && c.Right {
			right[c.Index] = true
		} else if w[i] {
			left[c.Index] = true
		}
	}
	l, atL := prune(n.Left, left)
	r, atR := prune(n.Right, right)
	j := &plan.Join{Kind: n.Kind, Left: l, Right: r}
	for _, k := range n.On {
		j.On = append(j.On, plan.JoinKey{L: atL.expr(k.L), R: atR.expr(k.R)})
	}
	for i, c := range n.Cols {
		switch {
		case !w[i]:
		case c.Right:
			j.Cols = append(j.Cols, plan.JoinCol{Name: c.Name, Right: true, Index: atR[c.Index]})
		default:
			j.Cols = append(j.Cols, plan.JoinCol{Name: c.Name, Index: atL[c.Index]})
		}
	}
	return j, out
}

// pruneUnion gives all inputs the same columns.
func pruneUnion(n *plan.Union, w need) (plan.Node, places) {
	w = atLeastOne(w)
	out, k := keep(w)
	ins := make([]plan.Node, len(n.Ins))
	for i, in := range n.Ins {
		s := in.Schema()
		pruned, at := prune(in, w)
		p := &plan.Project{In: pruned, Cols: make([]plan.Named, 0, k)}
		for c := range w {
			if w[c] {
				p.Cols = append(p.Cols, plan.Named{Name: s.Cols[c].Name, Expr: &plan.Col{Index: at[c], Of: s.Cols[c].Type}})
			}
		}
		if ins[i] = plan.Node(p); same(p) {
			ins[i] = pruned
		}
	}
	return &plan.Union{Ins: ins}, out
}

// pruneWiden makes a projection of the wanted columns, which are few.
func pruneWiden(n *plan.Widen, w need) (plan.Node, places) {
	w = atLeastOne(w)
	from := make([]int, len(w)) // the column of In, from 1
	for i, to := range n.To {
		from[to] = i + 1
	}
	out, k := keep(w)
	under := none(n.In)
	for i := range w {
		if w[i] && from[i] > 0 {
			under[from[i]-1] = true
		}
	}
	in, at := prune(n.In, under)
	if k == len(w) {
		return n.WithInputs([]plan.Node{in}), out // all of In is wanted, in its place
	}
	p := &plan.Project{In: in}
	for i, c := range n.Table.Cols {
		switch {
		case !w[i]:
		case from[i] > 0:
			p.Cols = append(p.Cols, plan.Named{Name: c.Name, Expr: &plan.Col{Index: at[from[i]-1], Of: c.Type}})
		default:
			p.Cols = append(p.Cols, plan.Named{Name: c.Name, Expr: missing(c.Type)})
		}
	}
	return p, out
}

// pruneMvExpand leaves out columns of the input; what the operator adds stays.
func pruneMvExpand(n *plan.MvExpand, w need) (plan.Node, places) {
	k := len(n.In.Schema().Cols)
	under := w[:k].clone().add(plan.Exprs(n)...)
	for _, c := range n.Cols {
		if c.Index >= 0 {
			under[c.Index] = true
		}
	}
	in, at := prune(n.In, under)
	c := *n
	c.In = in
	c.Cols = append([]plan.MvCol(nil), n.Cols...)
	for i := range c.Cols {
		if j := c.Cols[i].Index; j >= 0 {
			c.Cols[i].Index = at[j]
		}
	}
	return plan.MapExprs(&c, at.expr), behind(at, len(in.Schema().Cols), len(w))
}

func pruneParse(in plan.Node, text plan.Expr, w need) (plan.Node, places, places) {
	k := len(in.Schema().Cols)
	pruned, at := prune(in, w[:k].clone().add(text))
	return pruned, at, behind(at, len(pruned.Schema().Cols), w.len())
}

func (w need) len() int { return len(w) }

// behind extends the places of an input's columns by those that an operator adds
// behind them, so that there are n; the input now has k columns.
func behind(at places, k, n int) places {
	out := append(places(nil), at...)
	for len(out) < n {
		out = append(out, k)
		k++
	}
	return out
}
