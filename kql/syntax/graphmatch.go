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

func parseGraphMatch(p *parser, _ keyword) Op {
	o := &GraphMatch{Params: p.strictParams(param{"cycles", wordValue, []string{"none", "all", "unique_edges"}})}
	o.Patterns = append(o.Patterns, p.graphPattern())
	for p.eat(tComma) {
		o.Patterns = append(o.Patterns, p.graphPattern())
	}
	o.Where, o.Project, o.HasProject = p.graphClauses()
	return o
}

// graphClauses parses where … project … behind a graph pattern.
func (p *parser) graphClauses() (where Expr, project []Expr, hasProject bool) {
	if p.eatWord("where") {
		where = p.expr()
	}
	if w, n := p.dashed(0); w == "project" {
		p.i += n
		hasProject = true
		p.commaList(func() { project = append(project, p.named()) })
	}
	return where, project, hasProject
}

// graphPattern parses (a)-[e]->(b)….
func (p *parser) graphPattern() *GraphPattern {
	pos := p.pos()
	g := &GraphPattern{}
	if p.kind() != tLParen {
		p.fail("KS217", "Missing graph-match pattern.", "a pattern starts with a node: (a)")
		return at(p, pos, g)
	}
	g.Nodes = append(g.Nodes, p.graphNode())
	for p.kind() == tMinus || p.kind() == tLess {
		g.Edges = append(g.Edges, p.graphEdge())
		if p.kind() != tLParen {
			p.fail("KS238", "Missing graph-match pattern element.", "an edge ends at a node: (b)")
			break
		}
		g.Nodes = append(g.Nodes, p.graphNode())
	}
	return at(p, pos, g)
}

func (p *parser) graphNode() *GraphNode {
	pos := p.pos()
	p.next()
	n := &GraphNode{}
	if p.kind() != tRParen {
		n.Name = p.name()
	}
	p.close(tRParen)
	return at(p, pos, n)
}

// graphEdge parses -[e*1..3]->, <-[e]-, -[e]-, -->, <-- and --.
func (p *parser) graphEdge() *GraphEdge {
	pos := p.pos()
	e := &GraphEdge{Dir: "-"}
	if p.eat(tLess) {
		e.Dir = "<-"
	}
	p.expect(tMinus)
	if p.eat(tLBracket) {
		if p.kind() != tStar && p.kind() != tRBracket {
			e.Name = p.name()
		}
		if p.eat(tStar) {
			e.Variable = true
			e.Min = p.sign()
			p.expect(tDotDot)
			e.Max = p.sign()
		}
		p.close(tRBracket)
	}
	p.expect(tMinus)
	if e.Dir == "-" && p.eat(tGreater) {
		e.Dir = "->"
	}
	return at(p, pos, e)
}

func (o *GraphMatch) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.Patterns)
	one(visit, o.Where)
	all(visit, o.Project)
}

func (o *GraphMatch) write(w *writer) {
	w.str("graph-match")
	w.params(o.Params)
	w.str(" ")
	list(w, o.Patterns)
	w.graphClauses(o.Where, o.Project, o.HasProject)
}

func (w *writer) graphClauses(where Expr, project []Expr, hasProject bool) {
	w.indent++
	if where != nil {
		w.line()
		w.str("where ")
		where.write(w)
	}
	if hasProject {
		w.line()
		items(w, "project", project)
	}
	w.indent--
}

func (g *GraphPattern) children(visit func(Node)) {
	for i, n := range g.Nodes {
		visit(n)
		if i < len(g.Edges) {
			visit(g.Edges[i])
		}
	}
}

func (g *GraphPattern) write(w *writer) {
	for i, n := range g.Nodes {
		n.write(w)
		if i < len(g.Edges) {
			g.Edges[i].write(w)
		}
	}
}

func (n *GraphNode) children(visit func(Node)) { one(visit, n.Name) }

func (n *GraphNode) write(w *writer) {
	w.str("(")
	opt(w, "", n.Name)
	w.str(")")
}

func (e *GraphEdge) children(visit func(Node)) {
	one(visit, e.Name)
	one(visit, e.Min)
	one(visit, e.Max)
}

func (e *GraphEdge) write(w *writer) {
	if e.Dir == "<-" {
		w.str("<")
	}
	w.str("-")
	if e.Name != nil || e.Variable {
		w.str("[")
		opt(w, "", e.Name)
		if e.Variable {
			w.str("*")
			e.Min.write(w)
			w.str("..")
			e.Max.write(w)
		}
		w.str("]")
	}
	w.str("-")
	if e.Dir == "->" {
		w.str(">")
	}
}
