package syntax

// GraphShortestPaths is "graph-shortest-paths (a)-[e*1..5]->(b) where … project …".
type GraphShortestPaths struct {
	span
	Params     []*OpParam
	Pattern    *GraphPattern
	Where      Expr
	Project    []Expr
	HasProject bool
}

func (*GraphShortestPaths) op() {}
