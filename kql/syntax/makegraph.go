package syntax

// MakeGraph is "make-graph src --> dst with nodes on id, …", or "with_node_id=…", or "partitioned-by c ( … )".
type MakeGraph struct {
	span
	Params         []*OpParam
	Source, Target *Name
	With           []*GraphNodes
	Dir            string // "-->" or "--"
	NodeID         *Name
	PartitionBy    *Name
	Sub            Expr
}

func (*MakeGraph) op() {}

// GraphNodes is a table of nodes and the column that identifies them: T on id.
type GraphNodes struct {
	span
	Table Expr
	On    *Name
}

func parseMakeGraph(p *parser, _ keyword) Op {
	o := &MakeGraph{Params: p.strictParams(param{"hint.strategy", wordValue, []string{"shuffle", "native"}})}
	o.Source = p.name()
	o.Dir = "--"
	if p.kind() != tMinus || p.ahead(1).kind != tMinus {
		p.expected("-->", "--")
	} else {
		p.next()
		p.next()
		if p.eat(tGreater) {
			o.Dir = "-->"
		}
	}
	o.Target = p.name()
	switch {
	case p.word() == "with_node_id" && p.ahead(1).kind == tAssign:
		p.next()
		p.next()
		o.NodeID = p.name()
	case p.eatWord("with"):
		if p.word() == "with_node_id" && p.ahead(1).kind == tAssign {
			p.next()
			p.next()
			o.NodeID = p.name()
			break
		}
		o.With = append(o.With, p.graphNodes())
		for p.eat(tComma) {
			o.With = append(o.With, p.graphNodes())
		}
	}
	if w, n := p.dashed(0); w == "partitioned-by" {
		p.i += n
		o.PartitionBy = p.name()
		if p.expect(tLParen) {
			o.Sub = p.subquery()
			p.close(tRParen)
		}
	}
	return o
}

func (p *parser) graphNodes() *GraphNodes {
	pos := p.pos()
	n := &GraphNodes{Table: p.sign()}
	p.expectWord("on")
	n.On = p.name()
	return at(p, pos, n)
}

func (o *MakeGraph) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.Source)
	visit(o.Target)
	all(visit, o.With)
	one(visit, o.NodeID)
	one(visit, o.PartitionBy)
	one(visit, o.Sub)
}

func (o *MakeGraph) write(w *writer) {
	w.str("make-graph")
	w.params(o.Params)
	w.str(" ")
	o.Source.write(w)
	w.str(" ", o.Dir, " ")
	o.Target.write(w)
	opt(w, " with_node_id=", o.NodeID)
	if len(o.With) > 0 {
		w.str(" with ")
		list(w, o.With)
	}
	opt(w, " partitioned-by ", o.PartitionBy)
	if o.Sub != nil {
		w.block(" (", o.Sub, ")")
	}
}

func (n *GraphNodes) children(visit func(Node)) { visit(n.Table); visit(n.On) }

func (n *GraphNodes) write(w *writer) {
	n.Table.write(w)
	w.str(" on ")
	n.On.write(w)
}
