package eval

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openGraphMatch finds matches one after the other and computes columns of them a
// batch at a time.
func (r *run) openGraphMatch(_ context.Context, n *plan.GraphMatch, sc *scope) (table.Reader, error) {
	m := &matcher{r: r, n: n, sc: sc, held: r.holding()}
	stop := func() {}
	return r.afterGraph(n.Schema(), n.Graph, sc, m.held, func(ctx context.Context, d *graphData) (func(context.Context) (*table.Batch, error), error) {
		if err := m.prepare(ctx, d); err != nil {
			return nil, err
		}
		find := m.matches
		if n.Shortest != "" {
			find = m.shortest
		}
		next, end := iter.Pull(find)
		stop = end
		return func(ctx context.Context) (*table.Batch, error) { return m.nextBatch(ctx, next) }, nil
	}, func() { stop() }), nil
}

// graphPlace is a match: a node for each node variable, the edges of each edge
// variable, and of paths the nodes between them.
type graphPlace struct {
	nodes []int32
	edges [][]int32
	inner [][]int32
}

// matcher looks for matches.
type matcher struct {
	r    *run
	n    *plan.GraphMatch
	sc   *scope
	held *holding
	d    *graphData
	ctx  context.Context // of the call of Next at hand
	err  error           // that ended the search

	edgeBase []int // of each edge variable: its first column; -1 for paths
	overBase int   // the first column of Over
	width    int

	nodeOK  [][]bool    // by node variable; nil: all
	edgeOK  [][]bool    // by edge variable: its edge, or all edges of its path
	innerOK [][]bool    // by edge variable: all nodes between
	rest    []plan.Expr // conditions on whole matches
	overs   []table.Vec // X of each Over, for all edges or nodes
	onPath  bool        // a condition of rest looks at paths

	order  []matchStep
	at     graphPlace
	used   map[int32]int // edges of the match, how often
	usedBy map[int32]int // nodes of the match, how often
	steps  int
}

// matchStep is what the search binds next: a node variable of which nothing is known
// yet, or an edge variable of which an end is.
type matchStep struct {
	node, edge int  // one is -1
	back       bool // the edge is walked from its To
}

// prepare splits the condition and orders the search.
func (m *matcher) prepare(ctx context.Context, d *graphData) error {
	n := m.n
	m.d = d
	m.nodeOK = make([][]bool, len(n.Nodes))
	m.edgeOK, m.innerOK = make([][]bool, len(n.Edges)), make([][]bool, len(n.Edges))
	at := len(n.Nodes) * n.Graph.NodeWidth()
	for _, e := range n.Edges {
		if e.Variable {
			m.edgeBase = append(m.edgeBase, -1)
			continue
		}
		m.edgeBase = append(m.edgeBase, at)
		at += len(d.edges.Vecs)
	}
	m.overBase, m.width = at, at+len(n.Over)
	for _, o := range n.Over {
		rows := d.edges
		if o.Inner {
			rows = d.nodes
		}
		x := m.r.exprs(m.sc)
		x.bind(rows)
		v, err := x.eval(ctx, o.X)
		if err != nil {
			return err
		}
		m.overs = append(m.overs, v)
	}
	if n.Where != nil {
		for _, e := range conjuncts(n.Where) {
			if err := m.condition(ctx, e); err != nil {
				return err
			}
		}
	}
	m.plan()
	m.at = graphPlace{nodes: make([]int32, len(n.Nodes)), edges: make([][]int32, len(n.Edges)), inner: make([][]int32, len(n.Edges))}
	for i := range m.at.nodes {
		m.at.nodes[i] = -1
	}
	m.used, m.usedBy = map[int32]int{}, map[int32]int{}
	return nil
}

func conjuncts(e plan.Expr) []plan.Expr {
	if c, ok := e.(*plan.Call); ok && c.Func.Name == "and" {
		var out []plan.Expr
		for _, a := range c.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []plan.Expr{e}
}

// condition puts a conjunct where it can be decided first: on a node, an edge, the
// parts of a path, or the whole match.
func (m *matcher) condition(ctx context.Context, e plan.Expr) error {
	if c, ok := e.(*plan.Col); ok && c.Index >= m.overBase {
		if o := m.n.Over[c.Index-m.overBase]; o.Kind == "all" {
			keep := truths(m.overs[c.Index-m.overBase])
			if o.Inner {
				m.innerOK[o.Edge] = bothOK(m.innerOK[o.Edge], keep)
			} else {
				m.edgeOK[o.Edge] = bothOK(m.edgeOK[o.Edge], keep)
			}
			return nil
		}
	}
	base, rows, ok := m.only(e)
	if !ok {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if c, isCol := e.(*plan.Col); isCol && c.Index >= m.overBase {
				m.onPath = true
			}
			return true
		})
		m.rest = append(m.rest, e)
		return nil
	}
	moved := plan.RewriteExpr(e, func(e plan.Expr) plan.Expr {
		if c, isCol := e.(*plan.Col); isCol {
			return &plan.Col{Index: c.Index - base, Of: c.Of}
		}
		return e
	})
	keep, err := m.r.holdsOn(ctx, moved, rows, m.sc)
	if err != nil {
		return err
	}
	if w := m.n.Graph.NodeWidth(); base < len(m.n.Nodes)*w {
		m.nodeOK[base/w] = bothOK(m.nodeOK[base/w], keep)
	} else {
		k := slices.Index(m.edgeBase, base)
		m.edgeOK[k] = bothOK(m.edgeOK[k], keep)
	}
	return nil
}

// only reports whether an expression looks at the record of one variable only, and
// where that begins.
func (m *matcher) only(e plan.Expr) (base int, rows *table.Batch, ok bool) {
	base, ok = -1, true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		c, isCol := e.(*plan.Col)
		if !isCol {
			return ok
		}
		at, of := m.baseOf(c.Index)
		if of == nil || base >= 0 && at != base {
			ok = false
		}
		base, rows = at, of
		return ok
	})
	return base, rows, ok && base >= 0
}

func (m *matcher) baseOf(index int) (int, *table.Batch) {
	w := m.n.Graph.NodeWidth()
	if index < len(m.n.Nodes)*w {
		return index / w * w, m.d.nodes
	}
	if index < m.overBase {
		for k := len(m.edgeBase) - 1; k >= 0; k-- {
			if b := m.edgeBase[k]; b >= 0 && index >= b {
				return b, m.d.edges
			}
		}
	}
	return 0, nil
}

func truths(v table.Vec) []bool {
	c := v.(*table.Of[bool])
	out := make([]bool, len(c.Vals))
	for i := range out {
		out[i] = c.Vals[i] && !c.IsNull(i)
	}
	return out
}

func bothOK(a, b []bool) []bool {
	if a == nil {
		return b
	}
	for i := range a {
		a[i] = a[i] && b[i]
	}
	return a
}

// plan orders the search: from the node variable with the fewest candidates along the
// edges.
func (m *matcher) plan() {
	count := func(v int) int {
		if m.nodeOK[v] == nil {
			return m.d.nodes.Rows
		}
		n := 0
		for _, ok := range m.nodeOK[v] {
			if ok {
				n++
			}
		}
		return n
	}
	known, done := make([]bool, len(m.n.Nodes)), make([]bool, len(m.n.Edges))
	for {
		next := -1
		for k, e := range m.n.Edges {
			if !done[k] && (known[e.From] || known[e.To]) && (next < 0 || known[e.From] && known[e.To]) {
				next = k
			}
		}
		if next >= 0 {
			e := m.n.Edges[next]
			m.order = append(m.order, matchStep{node: -1, edge: next, back: !known[e.From]})
			done[next], known[e.From], known[e.To] = true, true, true
			continue
		}
		root := -1
		for v := range known {
			if !known[v] && (root < 0 || count(v) < count(root)) {
				root = v
			}
		}
		if root < 0 {
			return
		}
		m.order = append(m.order, matchStep{node: root, edge: -1})
		known[root] = true
	}
}

// matches gives all matches. Each is valid until the next.
func (m *matcher) matches(yield func(*graphPlace) bool) { m.search(0, yield) }

// search binds step k and those after it; false ends the search.
func (m *matcher) search(k int, yield func(*graphPlace) bool) bool {
	if m.steps++; m.steps%1024 == 0 {
		if m.err = m.ctx.Err(); m.err != nil {
			return false
		}
	}
	if k == len(m.order) {
		return yield(&m.at)
	}
	s := m.order[k]
	if s.edge < 0 {
		for v := range m.d.nodes.Rows {
			if !m.enter(s.node, int32(v)) {
				continue
			}
			ok := m.search(k+1, yield)
			m.leave(s.node)
			if !ok {
				return false
			}
		}
		return true
	}
	e := m.n.Edges[s.edge]
	begin := e.From
	if s.back {
		begin = e.To
	}
	return m.walk(k, s, m.at.nodes[begin], 0, yield)
}

// enter binds a node variable, if it may be node v.
func (m *matcher) enter(of int, v int32) bool {
	if m.nodeOK[of] != nil && !m.nodeOK[of][v] || m.n.Cycles == "none" && m.usedBy[v] > 0 {
		return false
	}
	m.at.nodes[of] = v
	m.usedBy[v]++
	return true
}

func (m *matcher) leave(of int) {
	m.usedBy[m.at.nodes[of]]--
	m.at.nodes[of] = -1
}

// walk extends the path of step k, which is at node v after so many edges.
func (m *matcher) walk(k int, s matchStep, v int32, length int64, yield func(*graphPlace) bool) bool {
	if m.steps++; m.steps%1024 == 0 {
		if m.err = m.ctx.Err(); m.err != nil {
			return false
		}
	}
	e := &m.n.Edges[s.edge]
	least, most := int64(1), int64(1)
	if e.Variable {
		least, most = e.Min, e.Max
	}
	if length >= least && (length > 0 || e.Variable) {
		if !m.arrive(k, s, v, yield) {
			return false
		}
	}
	if length == most {
		return true
	}
	if length > 0 {
		// v is a node between.
		if m.innerOK[s.edge] != nil && !m.innerOK[s.edge][v] || m.n.Cycles == "none" && m.usedBy[v] > 0 {
			return true
		}
		m.usedBy[v]++
		m.at.inner[s.edge] = append(m.at.inner[s.edge], v)
		defer func() {
			m.usedBy[v]--
			m.at.inner[s.edge] = m.at.inner[s.edge][:len(m.at.inner[s.edge])-1]
		}()
	}
	return m.neighbours(s, v, func(edge, w int32) bool {
		m.used[edge]++
		m.at.edges[s.edge] = append(m.at.edges[s.edge], edge)
		ok := m.walk(k, s, w, length+1, yield)
		m.used[edge]--
		m.at.edges[s.edge] = m.at.edges[s.edge][:len(m.at.edges[s.edge])-1]
		return ok
	})
}

// arrive ends the path of step k at node v.
func (m *matcher) arrive(k int, s matchStep, v int32, yield func(*graphPlace) bool) bool {
	end := m.n.Edges[s.edge].To
	if s.back {
		end = m.n.Edges[s.edge].From
	}
	if m.at.nodes[end] >= 0 {
		if m.at.nodes[end] != v {
			return true
		}
		return m.search(k+1, yield)
	}
	if !m.enter(end, v) {
		return true
	}
	ok := m.search(k+1, yield)
	m.leave(end)
	return ok
}

// neighbours calls f with each edge that step s may take from node v, and its end.
func (m *matcher) neighbours(s matchStep, v int32, f func(edge, w int32) bool) bool {
	e := &m.n.Edges[s.edge]
	usable := func(edge int32) bool {
		return (m.edgeOK[s.edge] == nil || m.edgeOK[s.edge][edge]) && (m.n.Cycles == "all" || m.used[edge] == 0)
	}
	if e.Any || !s.back {
		for _, edge := range m.d.out[v] {
			if usable(edge) && !f(edge, m.d.dst[edge]) {
				return false
			}
		}
	}
	if e.Any || s.back {
		for _, edge := range m.d.in[v] {
			if e.Any && m.d.src[edge] == m.d.dst[edge] {
				continue // was among those that go out
			}
			if usable(edge) && !f(edge, m.d.src[edge]) {
				return false
			}
		}
	}
	return true
}

// nextBatch computes the columns of the next matches that fulfil the rest of the
// condition.
func (m *matcher) nextBatch(ctx context.Context, next func() (*graphPlace, bool)) (*table.Batch, error) {
	m.ctx = ctx
	for {
		var places []graphPlace
		for len(places) < batchRows {
			p, ok := next()
			if m.err != nil {
				return nil, m.err
			}
			if !ok {
				break
			}
			places = append(places, m.copyOf(p))
		}
		if len(places) == 0 {
			return nil, io.EOF
		}
		out, err := m.project(ctx, places)
		if err != nil || out.Rows > 0 {
			return out, err
		}
	}
}

// copyOf keeps a match; paths are put in the direction of the pattern.
func (m *matcher) copyOf(p *graphPlace) graphPlace {
	c := graphPlace{nodes: slices.Clone(p.nodes), edges: make([][]int32, len(p.edges)), inner: make([][]int32, len(p.inner))}
	for k := range p.edges {
		c.edges[k], c.inner[k] = slices.Clone(p.edges[k]), slices.Clone(p.inner[k])
	}
	for _, s := range m.order {
		if s.edge >= 0 && s.back && m.n.Shortest == "" {
			slices.Reverse(c.edges[s.edge])
			slices.Reverse(c.inner[s.edge])
		}
	}
	return c
}

// records are the columns that Where and Cols see.
func (m *matcher) records(places []graphPlace) *table.Batch {
	b := &table.Batch{Schema: &table.Schema{}, Vecs: make([]table.Vec, 0, m.width), Rows: len(places)}
	idx := make([]int, len(places))
	for v := range m.n.Nodes {
		for i, p := range places {
			idx[i] = int(p.nodes[v])
		}
		b.Vecs = append(b.Vecs, m.d.nodes.Gather(idx).Vecs...)
	}
	for k, e := range m.n.Edges {
		if e.Variable {
			continue
		}
		for i, p := range places {
			idx[i] = int(p.edges[k][0])
		}
		b.Vecs = append(b.Vecs, m.d.edges.Gather(idx).Vecs...)
	}
	for k := range m.n.Over {
		b.Vecs = append(b.Vecs, m.over(k, places))
	}
	return b
}

// over is the column of an Over.
func (m *matcher) over(k int, places []graphPlace) table.Vec {
	o, v := &m.n.Over[k], m.overs[k]
	out := table.NewVec(o.OverType(), len(places))
	for _, p := range places {
		of := p.edges[o.Edge]
		if o.Inner {
			of = p.inner[o.Edge]
		}
		if o.Kind == "map" {
			elems := make([]any, len(of))
			for i, e := range of {
				elems[i] = dynamicTree(v.At(int(e)))
			}
			table.Append(out, table.NewDyn(elems))
			continue
		}
		// all stops at what is not true, any at what is.
		res := o.Kind == "all"
		for _, e := range of {
			if is := v.At(int(e)) == true; is != res {
				res = is
				break
			}
		}
		table.Append(out, res)
	}
	return out
}

func (m *matcher) project(ctx context.Context, places []graphPlace) (*table.Batch, error) {
	x := m.r.exprs(m.sc)
	b := m.records(places)
	for _, e := range m.rest {
		keep, err := m.r.holdsOn(ctx, e, b, m.sc)
		if err != nil {
			return nil, err
		}
		var idx []int
		for i, ok := range keep {
			if ok {
				idx = append(idx, i)
			}
		}
		b = b.Gather(idx)
	}
	x.bind(b)
	out := &table.Batch{Schema: m.n.Schema(), Vecs: make([]table.Vec, len(m.n.Cols)), Rows: b.Rows}
	for i, c := range m.n.Cols {
		v, err := x.eval(ctx, c.Expr)
		if err != nil {
			return nil, fmt.Errorf("graph-match: %w", err)
		}
		out.Vecs[i] = v
	}
	return out, nil
}
