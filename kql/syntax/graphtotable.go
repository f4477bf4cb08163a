package syntax

// GraphToTable is "graph-to-table nodes as N with_node_id=i, edges as E …".
type GraphToTable struct {
	span
	Outputs []*GraphOutput
}

func (*GraphToTable) op() {}

// GraphOutput is "nodes as N with_node_id=i" or "edges as E with_source_id=s …".
type GraphOutput struct {
	span
	Kind   string // nodes, edges
	As     *Name  // or nil
	Params []*OpParam
}

func parseGraphToTable(p *parser, _ keyword) Op {
	o := &GraphToTable{Outputs: []*GraphOutput{p.graphOutput()}}
	for p.eat(tComma) {
		o.Outputs = append(o.Outputs, p.graphOutput())
	}
	return o
}

func (p *parser) graphOutput() *GraphOutput {
	pos := p.pos()
	g := &GraphOutput{Kind: p.word()}
	known := []param{{"with_node_id", nameValue, nil}}
	switch g.Kind {
	case "nodes":
		p.next()
	case "edges":
		p.next()
		known = []param{{"with_source_id", nameValue, nil}, {"with_target_id", nameValue, nil}}
	default:
		p.fail("KS229", "Missing graph entity type, Expected values [nodes, edges].", "")
		return at(p, pos, g)
	}
	if p.eatWord("as") {
		g.As = p.name()
	}
	g.Params = p.strictParams(known...)
	return at(p, pos, g)
}

func (o *GraphToTable) children(visit func(Node)) { all(visit, o.Outputs) }

func (o *GraphToTable) write(w *writer) {
	w.str("graph-to-table ")
	list(w, o.Outputs)
}

func (g *GraphOutput) children(visit func(Node)) { one(visit, g.As); all(visit, g.Params) }

func (g *GraphOutput) write(w *writer) {
	w.str(g.Kind)
	opt(w, " as ", g.As)
	w.params(g.Params)
}
