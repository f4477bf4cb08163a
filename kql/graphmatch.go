package kql

import (
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// graphPatterns is the pattern of a graph-match, in whose frame its variables stand.
type graphPatterns struct {
	g     *plan.Graph
	n     *plan.GraphMatch
	bad   bool
	nodes map[string]int // variables by name
	edges map[string]int
	over  int // the first column of Over
}

// graphMatch binds a pattern, its condition and what it gives.
func (b *binder) graphMatch(in *rel, n *plan.GraphMatch, patterns []*syntax.GraphPattern, where syntax.Expr, project []syntax.Expr, hasProject bool) *rel {
	n.Graph = in.graph.g
	m := &graphPatterns{g: n.Graph, n: n, bad: in.graph.bad, nodes: map[string]int{}, edges: map[string]int{}}
	for _, p := range patterns {
		b.graphPattern(m, p)
	}
	f := m.frame()
	if where != nil {
		n.Where = b.condition(f, where)
	}
	p := newProjection()
	for _, x := range project {
		f.item = x
		if n, ok := x.(*syntax.Named); ok {
			f.item = n.X
		}
		b.item(f, p, x, plain, "")
	}
	if !hasProject {
		m.projectAll(p)
	}
	n.Cols = p.cols
	r := newRel(n)
	r.bad = m.bad || len(n.Nodes) == 0
	return r
}

// frame is the frame of the condition and the columns of a match. Behind the names
// of nodes and edges stand their columns.
func (m *graphPatterns) frame() *frame {
	f := &frame{in: &rel{bad: m.bad}, match: m, records: map[string]*record{}}
	w := m.g.NodeWidth()
	for name, i := range m.nodes {
		f.records[name] = &record{base: i * w, cols: m.g.NodeCols, bad: m.bad}
	}
	at := len(m.n.Nodes) * w
	edge, width := m.g.EdgeCols(), len(m.g.Edges.Schema().Cols)
	for i := range m.n.Edges {
		e := &m.n.Edges[i]
		if e.Variable {
			continue
		}
		if e.Name != "" {
			f.records[e.Name] = &record{base: at, cols: edge, bad: m.bad}
		}
		at += width
	}
	m.over = at
	return f
}

// projectAll gives every column of every named node and edge.
func (m *graphPatterns) projectAll(p *projection) {
	f := m.frame()
	add := func(name string) {
		if r := f.records[name]; r != nil {
			for i, c := range r.cols {
				p.add(name+"_"+c.Name, r.col(i), false)
			}
		}
	}
	for _, name := range m.n.Nodes {
		add(name)
	}
	for _, e := range m.n.Edges {
		add(e.Name)
	}
}

func (b *binder) graphPattern(m *graphPatterns, p *syntax.GraphPattern) {
	if len(p.Nodes) == 0 || len(p.Edges) != len(p.Nodes)-1 {
		return // the parser has reported it
	}
	from := b.patternNode(m, p.Nodes[0])
	for i, x := range p.Edges {
		to := b.patternNode(m, p.Nodes[i+1])
		e := plan.GraphEdge{From: from, To: to, Any: x.Dir == "-" || m.g.Undirected, Variable: x.Variable}
		if x.Dir == "<-" {
			e.From, e.To = to, from
		}
		if x.Name != nil {
			e.Name = x.Name.Text
			if _, twice := m.edges[e.Name]; twice {
				b.fail(x.Name, codeDuplicate, "an edge named '%s' is already in the pattern", e.Name)
			} else if _, node := m.nodes[e.Name]; node {
				b.fail(x.Name, codeDuplicate, "a node named '%s' is already in the pattern", e.Name)
			}
			m.edges[e.Name] = len(m.n.Edges)
		}
		if x.Variable {
			var known bool
			e.Min, _ = b.pathLength(x.Min)
			if e.Max, known = b.pathLength(x.Max); known && e.Min > e.Max && e.Max >= 0 {
				b.fail(x, codePattern, "a path of at least %d and at most %d edges cannot be", e.Min, e.Max)
			}
		}
		m.n.Edges = append(m.n.Edges, e)
		from = to
	}
}

func (b *binder) pathLength(x syntax.Expr) (n int64, ok bool) {
	if x == nil {
		return 0, true
	}
	if n, ok = b.constLong(x); ok && n < 0 {
		b.fail(x, codePattern, "a number of edges must not be negative")
	}
	return n, ok
}

// patternNode returns the number of a node variable; a name that comes twice is one
// variable.
func (b *binder) patternNode(m *graphPatterns, x *syntax.GraphNode) int {
	name := ""
	if x.Name != nil {
		name = x.Name.Text
		if i, ok := m.nodes[name]; ok {
			return i
		}
		if _, edge := m.edges[name]; edge {
			b.fail(x.Name, codeDuplicate, "an edge named '%s' is already in the pattern", name)
		}
		m.nodes[name] = len(m.n.Nodes)
	}
	m.n.Nodes = append(m.n.Nodes, name)
	return len(m.n.Nodes) - 1
}

// graphCall binds the functions that stand in the conditions and columns of graph
// operators only; it reports false if x is another.
func (b *binder) graphCall(f *frame, x *syntax.Call) (value, bool) {
	switch x.Func.Text {
	case "node_degree_in":
		return b.nodeFact(f, x, plan.GraphInDegree)
	case "node_degree_out":
		return b.nodeFact(f, x, plan.GraphOutDegree)
	case "node_id":
		return b.nodeFact(f, x, plan.GraphNodeKey)
	case "all", "any", "map":
		if f.match == nil {
			return value{}, false
		}
		return value{expr: b.overPath(f, x)}, true
	case "inner_nodes":
		if f.match == nil {
			return value{}, false
		}
		b.fail(x, codeNotAllowed, "inner_nodes() stands in all(), any() and map() only")
		return value{expr: bad}, true
	case "labels":
		return value{expr: b.labels(f, x)}, true
	}
	return value{}, false
}

// labels binds labels(x): those that the model of the graph gives a node or an edge of the
// pattern, or without x the element at hand. What make-graph makes has none.
// https://learn.microsoft.com/kusto/query/labels-graph-function
func (b *binder) labels(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 0, 1) {
		return bad
	}
	var g *plan.Graph
	at := -1 // the column
	switch {
	case len(x.Args) > 0:
		name, ok := x.Args[0].(*syntax.Name)
		if g, at, ok = f.labelled(name, ok); !ok {
			b.fail(x.Args[0], codeColumn, "a node or an edge of the pattern is expected here")
			return bad
		}
		if at < 0 && g.Labels {
			b.fail(x.Args[0], codeNotAllowed, "'%[1]s' is a path of several edges: map(%[1]s, labels()) has those of each", name.Text)
			return bad
		}
	case f.graphNode != nil:
		g, at = f.graphNode, len(f.graphNode.NodeCols)+plan.GraphHidden
	case f.graphEdge != nil:
		g, at = f.graphEdge, len(f.graphEdge.EdgeCols())+plan.GraphEdgeLabels
	case f.match.g.Labels:
		b.fail(x, codeArgs, "labels() without an argument stands in all(), any() and map() only")
		return bad
	default:
		g = f.match.g
	}
	if !g.Labels {
		return &plan.Lit{Value: table.DynValue([]any{}), Of: table.Dynamic}
	}
	return &plan.Col{Index: at, Of: table.Dynamic}
}

// labelled finds where the labels of a variable of a pattern are; at is -1 for a path.
func (f *frame) labelled(name *syntax.Name, ok bool) (g *plan.Graph, at int, found bool) {
	if !ok || f.match == nil {
		return nil, 0, false
	}
	g = f.match.g
	if i, node := f.match.nodes[name.Text]; node {
		return g, i*g.NodeWidth() + len(g.NodeCols) + plan.GraphHidden, true
	}
	if _, edge := f.match.edges[name.Text]; !edge {
		return nil, 0, false
	}
	if r := f.records[name.Text]; r != nil {
		return g, r.base + len(r.cols) + plan.GraphEdgeLabels, true
	}
	return g, -1, true
}

// nodeFact binds a function of a node of the pattern, or of the node at hand: a column
// behind those of its own. What tells it from other nodes is shown as text.
func (b *binder) nodeFact(f *frame, x *syntax.Call, which int) (value, bool) {
	g, base := f.graphNode, 0
	switch {
	case f.graphNode != nil && len(x.Args) == 0:
	case f.match == nil || !b.arity(x, 1, 1):
		return value{expr: bad}, f.match != nil
	default:
		name, ok := x.Args[0].(*syntax.Name)
		i, node := 0, false
		if ok {
			i, node = f.match.nodes[name.Text]
		}
		if !node {
			b.fail(x.Args[0], codeColumn, "a node of the pattern is expected here")
			return value{expr: bad}, true
		}
		g, base = f.match.g, i*f.match.g.NodeWidth()
	}
	at := len(g.NodeCols) + which
	c := &plan.Col{Index: base + at, Of: g.NodeSchema().Cols[at].Type}
	if which == plan.GraphNodeKey {
		return value{expr: b.cast(x, c, table.String)}, true
	}
	return value{expr: c}, true
}

// elementBag is a node or an edge of a pattern by its name alone: a bag of the properties
// that it has, of which those that are null or empty are none.
func (b *binder) elementBag(at spot, r *record) plan.Expr {
	bag := b.recordBag(at, r)
	if isBad(bag) {
		return bag
	}
	return b.function(at, "__bag_remove_empty", bag)
}

// isPath reports whether an edge of the pattern may be several.
func (m *graphPatterns) isPath(name string) bool {
	i, ok := m.edges[name]
	return ok && m.n.Edges[i].Variable
}

// pathProperty binds e.x of a path: the values of its edges, as map(e, x) has them. It
// stands only as the whole of a column: within expressions Kusto has given it up, for
// what is true of all edges and what is made of each looked the same.
func (b *binder) pathProperty(f *frame, x *syntax.Member, edge *syntax.Name) plan.Expr {
	if f.item != syntax.Expr(x) {
		b.fail(x, codeNotAllowed, "'%[1]s' is a path of several edges, whose properties stand in all(%[1]s, …), any(%[1]s, …) and map(%[1]s, …)", edge.Text)
		return bad
	}
	sel, ok := x.Sel.(*syntax.Name)
	if !ok {
		b.fail(x.Sel, codeName, "a property's name is expected here")
		return bad
	}
	over := f.match.edges[edge.Text]
	return b.pathColumn(f.match, plan.GraphOver{Edge: over, Kind: "map", X: b.expr(edgeFrame(f.match.g, f.match.bad, f), sel)})
}

// overPath binds all(e, x), any(e, x) and map(e, x): x over each edge of a path, or,
// with inner_nodes(e), over each node between.
func (b *binder) overPath(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 2, 2) {
		return bad
	}
	m := f.match
	o := plan.GraphOver{Kind: x.Func.Text}
	of := x.Args[0]
	if c, ok := of.(*syntax.Call); ok && c.Func.Text == "inner_nodes" && len(c.Args) == 1 {
		o.Inner, of = true, c.Args[0]
	}
	name, ok := of.(*syntax.Name)
	if ok {
		o.Edge, ok = m.edges[name.Text]
	}
	if !ok {
		b.fail(of, codeColumn, "an edge of the pattern is expected here")
		return bad
	}
	inner := edgeFrame(m.g, m.bad, f)
	if o.Inner {
		inner = nodeFrame(m.g, m.bad, f)
	}
	if o.Kind == "map" {
		o.X = b.expr(inner, x.Args[1])
	} else {
		o.X = b.condition(inner, x.Args[1])
	}
	return b.pathColumn(m, o)
}

// pathColumn is the column of what is asked of a path.
func (b *binder) pathColumn(m *graphPatterns, o plan.GraphOver) plan.Expr {
	if isBad(o.X) {
		return bad
	}
	i := slices.IndexFunc(m.n.Over, func(p plan.GraphOver) bool { return p == o })
	if i < 0 {
		i = len(m.n.Over)
		m.n.Over = append(m.n.Over, o)
	}
	return &plan.Col{Index: m.over + i, Of: o.OverType()}
}
