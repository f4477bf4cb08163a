package plan

import "github.com/yagura/yagura/table"

// Graph is what make-graph makes, and the operators behind it that give a graph
// again. It is no Node: the nodes of this file make rows of it.
//
// A node of it is one value of the edges' ends. Its record is the columns NodeCols
// (those of Nodes, of which an end that is in none has the value only; with Value, the
// first the value), then the number of edges that end and that begin there (long), then
// its id (long, the hash of the value), then the value, and with Labels its labels. An
// edge's record is the columns of Edges.
//
// With Labels it is of a model: rows of Nodes that have one value are one node, of whose
// properties those of later rows count, and of Edges the last GraphEdgeHidden columns are
// the ends and the labels, which are no properties.
type Graph struct {
	Edges          Node
	Source, Target int // of Edges; both ends have one type
	Nodes          []GraphNodes
	NodeCols       []table.Column
	Value          bool // there are no Nodes, and the first of NodeCols is the value
	Undirected     bool // edges lead both ways: each counts in both degrees of its ends
	Labels         bool // nodes and edges have labels
	Steps          []GraphStep
}

// GraphNodes is a table of nodes.
type GraphNodes struct {
	In Node
	ID int   // the column that has the value
	To []int // where in NodeCols each column is; with Labels, the last column is not there
}

// GraphStep is an operator that changes a graph: exactly one of its fields is set.
type GraphStep struct {
	Components *GraphComponents
	Nodes      Expr // keep the nodes for which it is true, and the edges between them
	Edges      Expr // keep the edges for which it is true
}

// GraphComponents puts the number of its component into a column of each node, from
// 0. Degrees do not change.
type GraphComponents struct {
	Col    int // of NodeCols, a long
	Strong bool
}

// The columns of a node's record behind NodeCols.
const (
	GraphInDegree = iota
	GraphOutDegree
	GraphNodeID
	GraphNodeKey
	GraphHidden // how many there are, and where the labels are
)

// The columns of edges of a model behind their properties.
const (
	GraphSource = iota
	GraphTarget
	GraphEdgeLabels
	GraphEdgeHidden // how many there are
)

// NodeWidth is how many columns the record of a node has.
func (g *Graph) NodeWidth() int {
	if g.Labels {
		return len(g.NodeCols) + GraphHidden + 1
	}
	return len(g.NodeCols) + GraphHidden
}

// EdgeCols are the properties of edges.
func (g *Graph) EdgeCols() []table.Column {
	cols := g.Edges.Schema().Cols
	if g.Labels {
		cols = cols[:len(cols)-GraphEdgeHidden]
	}
	return cols
}

// NodeSchema is the record of a node.
func (g *Graph) NodeSchema() *table.Schema {
	s := &table.Schema{Cols: append([]table.Column(nil), g.NodeCols...)}
	for _, name := range []string{"$in", "$out", "$id"} {
		s.Cols = append(s.Cols, table.Column{Name: name, Type: table.Long})
	}
	s.Cols = append(s.Cols, table.Column{Name: "$key", Type: g.Edges.Schema().Cols[g.Source].Type})
	if g.Labels {
		s.Cols = append(s.Cols, table.Column{Name: "$labels", Type: table.Dynamic})
	}
	return s
}

func (g *Graph) inputs() []Node {
	in := []Node{g.Edges}
	for _, n := range g.Nodes {
		in = append(in, n.In)
	}
	return in
}

func (g *Graph) withInputs(in []Node) *Graph {
	c := *g
	c.Edges = in[0]
	c.Nodes = append([]GraphNodes(nil), g.Nodes...)
	for i := range c.Nodes {
		c.Nodes[i].In = in[1+i]
	}
	return &c
}

// GraphMatch finds places of a graph that look like a pattern (graph-match), or
// shortest paths (graph-shortest-paths). Where and Cols are over the records of the
// node variables, in their order, then those of the edge variables that are not
// Variable, then one column for each of Over.
type GraphMatch struct {
	Graph *Graph
	Nodes []string // node variables, "" if without a name
	Edges []GraphEdge
	Over  []GraphOver
	Where Expr // or nil
	Cols  []Named
	// Cycles is none, all or unique_edges (a match uses no edge twice).
	Cycles string
	// Shortest is "", or any or all: there is then one edge variable, and of the
	// matches with the same ends only one of the shortest, or all of these, count.
	Shortest string
}

// GraphEdge is an edge variable: an edge, or with Variable a path of Min to Max edges,
// from node variable From to To; with Any in either direction.
type GraphEdge struct {
	Name     string
	From, To int
	Any      bool
	Variable bool
	Min, Max int64
}

// GraphOver is all(…), any(…) or map(…) of a path: of X over the records of its edges,
// or with Inner of the nodes between them.
type GraphOver struct {
	Edge  int
	Inner bool
	Kind  string // all, any, map
	X     Expr
}

// OverType is the type of an Over's column.
func (o *GraphOver) OverType() table.Type {
	if o.Kind == "map" {
		return table.Dynamic
	}
	return table.Bool
}

func (n *GraphMatch) Schema() *table.Schema { return namedSchema(n.Cols, nil) }
func (n *GraphMatch) Inputs() []Node        { return n.Graph.inputs() }
func (n *GraphMatch) WithInputs(in []Node) Node {
	c := *n
	c.Graph = n.Graph.withInputs(in)
	return &c
}
func (*GraphMatch) node() {}

// GraphTable gives the nodes of a graph, or its edges (graph-to-table). Output: the id
// columns that are named, then NodeCols or the columns of Edges.
type GraphTable struct {
	Graph    *Graph
	OfEdges  bool
	NodeID   string // with_node_id, or ""
	SourceID string // with_source_id, or ""
	TargetID string // with_target_id, or ""
}

func (n *GraphTable) Schema() *table.Schema {
	s := &table.Schema{}
	for _, name := range []string{n.NodeID, n.SourceID, n.TargetID} {
		if name != "" {
			s.Cols = append(s.Cols, table.Column{Name: name, Type: table.Long})
		}
	}
	if n.OfEdges {
		s.Cols = append(s.Cols, n.Graph.EdgeCols()...)
	} else {
		s.Cols = append(s.Cols, n.Graph.NodeCols...)
	}
	return s
}
func (n *GraphTable) Inputs() []Node { return n.Graph.inputs() }
func (n *GraphTable) WithInputs(in []Node) Node {
	c := *n
	c.Graph = n.Graph.withInputs(in)
	return &c
}
func (*GraphTable) node() {}

// CoPartition runs Sub once for each value that column By[i] of Ins[i] has in any of
// Ins, on the rows of each that have it: SubInputs with IDs[i] (make-graph
// partitioned-by). Output: Sub's columns.
type CoPartition struct {
	Ins []Node
	By  []int
	IDs []int
	Sub Node
}

func (n *CoPartition) Schema() *table.Schema     { return n.Sub.Schema() }
func (n *CoPartition) Inputs() []Node            { return n.Ins }
func (n *CoPartition) WithInputs(in []Node) Node { c := *n; c.Ins = in; return &c }
func (*CoPartition) node()                       {}
