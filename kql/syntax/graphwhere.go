package syntax

// GraphWhere is "graph-where-nodes X" or "graph-where-edges X".
type GraphWhere struct {
	span
	Edges bool
	Cond  Expr
}

func (*GraphWhere) op() {}
