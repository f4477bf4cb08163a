package syntax

// GraphWhere is "graph-where-nodes X" or "graph-where-edges X".
type GraphWhere struct {
	span
	Edges bool
	Cond  Expr
}

func (*GraphWhere) op() {}

func parseGraphWhere(p *parser, k keyword) Op {
	return &GraphWhere{Edges: k.word == "graph-where-edges", Cond: p.unnamed()}
}

func (o *GraphWhere) children(visit func(Node)) { visit(o.Cond) }

func (o *GraphWhere) write(w *writer) {
	if o.Edges {
		w.str("graph-where-edges ")
	} else {
		w.str("graph-where-nodes ")
	}
	o.Cond.write(w)
}
