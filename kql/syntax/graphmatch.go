package syntax

// GraphMatch is "graph-match (a)-[e]->(b) where … project …".
type GraphMatch struct {
	span
	Params     []*OpParam
	Patterns   []*GraphPattern
	Where      Expr
	Project    []Expr
	HasProject bool
}

func (*GraphMatch) op() {}

// GraphPattern is nodes and edges in turn: (a)-[e]->(b)<-[f*1..3]-(c).
type GraphPattern struct {
	span
	Nodes []*GraphNode
	Edges []*GraphEdge // one fewer than Nodes
}

// GraphNode is (a); Name may be nil.
type GraphNode struct {
	span
	Name *Name
}

// GraphEdge is -[e]->, <-[e]-, -[e]-, -->, <-- or --; Name may be nil. Min and Max
// are set for e*1..5.
type GraphEdge struct {
	span
	Name     *Name
	Dir      string // "->", "<-", "-"
	Variable bool
	Min, Max Expr // or nil
}
