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

func parseGraphShortestPaths(p *parser, _ keyword) Op {
	o := &GraphShortestPaths{Params: p.strictParams(param{"output", wordValue, []string{"any", "all"}})}
	o.Pattern = p.graphPattern()
	o.Where, o.Project, o.HasProject = p.graphClauses()
	return o
}

func (o *GraphShortestPaths) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.Pattern)
	one(visit, o.Where)
	all(visit, o.Project)
}

func (o *GraphShortestPaths) write(w *writer) {
	w.str("graph-shortest-paths")
	w.params(o.Params)
	w.str(" ")
	o.Pattern.write(w)
	w.graphClauses(o.Where, o.Project, o.HasProject)
}
