package plan

import "fmt"

// Rewrite returns n with f applied, bottom-up, to it and the nodes under it.
// Subplans (see Subplans) are not visited.
func Rewrite(n Node, f func(Node) Node) Node {
	ins := n.Inputs()
	var changed []Node
	for i, in := range ins {
		r := Rewrite(in, f)
		if r != in && changed == nil {
			changed = append([]Node(nil), ins...)
		}
		if changed != nil {
			changed[i] = r
		}
	}
	if changed != nil {
		n = n.WithInputs(changed)
	}
	return f(n)
}

// RewriteAll is Rewrite that visits subplans too, each before the node that has it.
func RewriteAll(n Node, f func(Node) Node) Node {
	return Rewrite(n, func(n Node) Node {
		n = MapSubplans(n, func(sub Node) Node { return RewriteAll(sub, f) })
		return f(n)
	})
}

// Walk calls f for n and the nodes under it, top-down, until f returns false for one:
// what is under that is not visited. Subplans are visited after inputs.
func Walk(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	for _, in := range n.Inputs() {
		Walk(in, f)
	}
	for _, s := range Subplans(n) {
		Walk(s, f)
	}
}

// Subplans returns the plans that n runs beside its inputs: for each row or group
// (mv-apply, partition), and those in its expressions (Scalar, InRows).
func Subplans(n Node) []Node {
	var subs []Node
	MapSubplans(n, func(s Node) Node { subs = append(subs, s); return s })
	return subs
}

// MapSubplans returns n with each of its subplans replaced by what f makes of it.
func MapSubplans(n Node, f func(Node) Node) Node {
	switch x := n.(type) {
	case *MvApply:
		if s := f(x.Sub); s != x.Sub {
			c := *x
			c.Sub = s
			n = &c
		}
	case *Partition:
		if s := f(x.Sub); s != x.Sub {
			c := *x
			c.Sub = s
			n = &c
		}
	case *CoPartition:
		if s := f(x.Sub); s != x.Sub {
			c := *x
			c.Sub = s
			n = &c
		}
	}
	return MapExprs(n, func(e Expr) Expr {
		return RewriteExpr(e, func(e Expr) Expr {
			switch x := e.(type) {
			case *InRows:
				if r := f(x.Root); r != x.Root {
					return &InRows{x.X, x.Op, r}
				}
			case *Scalar:
				if r := f(x.Root); r != x.Root {
					return &Scalar{r, x.Of}
				}
			}
			return e
		})
	})
}

// Exprs returns the expressions of n itself, over its inputs' columns. Of calls of
// aggregates it has the arguments.
func Exprs(n Node) []Expr {
	var es []Expr
	MapExprs(n, func(e Expr) Expr { es = append(es, e); return e })
	return es
}

// WalkExpr calls f for e and the expressions under it, top-down, until f returns
// false for one: what is under that is not visited.
func WalkExpr(e Expr, f func(Expr) bool) {
	if !f(e) {
		return
	}
	switch x := e.(type) {
	case *Call:
		for _, a := range x.Args {
			WalkExpr(a, f)
		}
	case *Field:
		WalkExpr(x.Call, f)
	case *InRows:
		WalkExpr(x.X, f)
	case *Col, *Lit, *Scalar:
	default:
		panic(fmt.Sprintf("plan: %T is not an expression", e))
	}
}

// RewriteExpr returns e with f applied, bottom-up, to it and its arguments.
func RewriteExpr(e Expr, f func(Expr) Expr) Expr {
	switch x := e.(type) {
	case *Call:
		e = x.rewrite(f)
	case *Field:
		if c := RewriteExpr(x.Call, f); c != x.Call {
			call, ok := c.(*Call)
			if !ok {
				panic(fmt.Sprintf("plan: the call of a Field became %T", c))
			}
			e = &Field{call, x.I, x.Of}
		}
	case *InRows:
		if in := RewriteExpr(x.X, f); in != x.X {
			e = &InRows{in, x.Op, x.Root}
		}
	case *Col, *Lit, *Scalar:
	default:
		panic(fmt.Sprintf("plan: %T is not an expression", e))
	}
	return f(e)
}

func (e *Call) rewrite(f func(Expr) Expr) *Call {
	return e.mapArgs(func(a Expr) Expr { return RewriteExpr(a, f) })
}

// mapArgs returns e with f applied to each argument; it does not change e.
func (e *Call) mapArgs(f func(Expr) Expr) *Call {
	if args, changed := mapSlice(e.Args, f); changed {
		c := *e
		c.Args = args
		return &c
	}
	return e
}

// MapExprs returns n with f applied to each expression that Exprs gives, in that
// order. It does not change n.
func MapExprs(n Node, f func(Expr) Expr) Node {
	m := &exprMap{f: f}
	switch x := n.(type) {
	case *Filter:
		c := *x
		m.expr(&c.Cond)
		n = pick(m, n, &c)
	case *Project:
		c := *x
		m.named(&c.Cols)
		n = pick(m, n, &c)
	case *Scan:
		c := *x
		m.expr(&c.Filter)
		n = pick(m, n, &c)
	case *Sort:
		c := *x
		m.keys(&c.Keys)
		n = pick(m, n, &c)
	case *Top:
		c := *x
		m.keys(&c.Keys)
		n = pick(m, n, &c)
	case *Summarize:
		c := *x
		m.named(&c.Keys)
		m.aggs(&c.Aggs)
		n = pick(m, n, &c)
	case *GraphMatch:
		c := *x
		m.graph(&c.Graph)
		c.Over = append([]GraphOver(nil), c.Over...)
		for i := range c.Over {
			m.expr(&c.Over[i].X)
		}
		m.expr(&c.Where)
		m.named(&c.Cols)
		n = pick(m, n, &c)
	case *GraphTable:
		c := *x
		m.graph(&c.Graph)
		n = pick(m, n, &c)
	case *Join:
		c := *x
		m.join(&c.On)
		n = pick(m, n, &c)
	case *MakeSeries:
		c := *x
		m.named(&c.By)
		m.seriesAggs(&c.Aggs)
		m.expr(&c.Axis.Expr)
		m.expr(&c.From)
		m.expr(&c.To)
		m.expr(&c.Step)
		n = pick(m, n, &c)
	case *MvExpand:
		c := *x
		m.mvCols(&c.Cols)
		n = pick(m, n, &c)
	case *MvApply:
		c, e := *x, *x.Expand
		m.mvCols(&e.Cols)
		c.Expand = &e
		n = pick(m, n, &c)
	case *Parse:
		c := *x
		m.expr(&c.Text)
		n = pick(m, n, &c)
	case *ParseKv:
		c := *x
		m.expr(&c.Text)
		n = pick(m, n, &c)
	case *Partition:
		c := *x
		m.expr(&c.By)
		n = pick(m, n, &c)
	case *Plugin:
		c := *x
		m.pluginArgs(&c.Args)
		n = pick(m, n, &c)
	case *Range:
		c := *x
		m.expr(&c.From)
		m.expr(&c.To)
		m.expr(&c.Step)
		n = pick(m, n, &c)
	case *Reduce:
		c := *x
		m.expr(&c.By)
		n = pick(m, n, &c)
	case *ScanSteps:
		c := *x
		m.scanVars(&c.Declare)
		m.scanSteps(&c.Steps)
		n = pick(m, n, &c)
	case *TopNested:
		c := *x
		m.levels(&c.Levels)
		n = pick(m, n, &c)
	case *Cache, *CoPartition, *ExternalData, *Limit, *Sample, *SubInput, *Union, *Values, *Widen:
	default:
		panic(fmt.Sprintf("plan: MapExprs does not know %T", n))
	}
	return n
}

// pick returns the copy if an expression in it was changed.
func pick(m *exprMap, old, copied Node) Node {
	if m.changed {
		return copied
	}
	return old
}

// exprMap applies f to expressions in place, copying the slices that hold them.
type exprMap struct {
	f       func(Expr) Expr
	changed bool
}

func (m *exprMap) expr(e *Expr) {
	if *e == nil {
		return
	}
	if r := m.f(*e); r != *e {
		*e, m.changed = r, true
	}
}

func (m *exprMap) call(c **Call) {
	if *c == nil {
		return
	}
	if r := (*c).mapArgs(m.f); r != *c {
		*c, m.changed = r, true
	}
}

func (m *exprMap) named(s *[]Named) {
	*s = append([]Named(nil), *s...)
	for i := range *s {
		m.expr(&(*s)[i].Expr)
	}
}

func (m *exprMap) keys(s *[]SortKey) {
	*s = append([]SortKey(nil), *s...)
	for i := range *s {
		m.expr(&(*s)[i].Expr)
	}
}

func (m *exprMap) aggs(s *[]Agg) {
	*s = append([]Agg(nil), *s...)
	for i := range *s {
		m.call(&(*s)[i].Call)
	}
}

func (m *exprMap) seriesAggs(s *[]SeriesAgg) {
	*s = append([]SeriesAgg(nil), *s...)
	for i := range *s {
		m.call(&(*s)[i].Call)
		m.expr(&(*s)[i].Default)
	}
}

func (m *exprMap) mvCols(s *[]MvCol) {
	*s = append([]MvCol(nil), *s...)
	for i := range *s {
		m.expr(&(*s)[i].Expr)
	}
}

func (m *exprMap) pluginArgs(s *[]PluginArg) {
	*s = append([]PluginArg(nil), *s...)
	for i := range *s {
		m.expr(&(*s)[i].Expr)
		m.call(&(*s)[i].Agg)
	}
}

func (m *exprMap) graph(g **Graph) {
	c := **g
	c.Steps = append([]GraphStep(nil), c.Steps...)
	for i := range c.Steps {
		m.expr(&c.Steps[i].Nodes)
		m.expr(&c.Steps[i].Edges)
	}
	*g = &c
}

func (m *exprMap) scanVars(s *[]ScanVar) {
	*s = append([]ScanVar(nil), *s...)
	for i := range *s {
		m.expr(&(*s)[i].Default)
	}
}

func (m *exprMap) scanSteps(s *[]ScanStep) {
	*s = append([]ScanStep(nil), *s...)
	for i := range *s {
		step := &(*s)[i]
		m.expr(&step.Cond)
		step.Set = append([]ScanSet(nil), step.Set...)
		for j := range step.Set {
			m.expr(&step.Set[j].Expr)
		}
	}
}

func (m *exprMap) join(s *[]JoinKey) {
	*s = append([]JoinKey(nil), *s...)
	for i := range *s {
		m.expr(&(*s)[i].L)
		m.expr(&(*s)[i].R)
	}
}

// levels visits what is over the input's columns; Agg.Expr is over the aggregate's.
func (m *exprMap) levels(s *[]NestedLevel) {
	*s = append([]NestedLevel(nil), *s...)
	for i := range *s {
		l := &(*s)[i]
		m.expr(&l.Value.Expr)
		m.expr(&l.N)
		m.expr(&l.Others)
		l.Calls = append([]*Call(nil), l.Calls...)
		for k := range l.Calls {
			m.call(&l.Calls[k])
		}
	}
}

func mapSlice(s []Expr, f func(Expr) Expr) ([]Expr, bool) {
	var changed []Expr
	for i, e := range s {
		r := f(e)
		if r != e && changed == nil {
			changed = append([]Expr(nil), s...)
		}
		if changed != nil {
			changed[i] = r
		}
	}
	return changed, changed != nil
}
