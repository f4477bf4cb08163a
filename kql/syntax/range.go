package syntax

// Range is "range x from a to b step c".
type Range struct {
	span
	Name           *Name
	From, To, Step Expr
}

func (*Range) op() {}

func parseRange(p *parser, _ keyword) Op {
	o := &Range{Name: p.name()}
	p.expectWord("from")
	o.From = p.unnamed()
	p.expectWord("to")
	o.To = p.unnamed()
	p.expectWord("step")
	o.Step = p.unnamed()
	return o
}

func (o *Range) children(visit func(Node)) {
	visit(o.Name)
	visit(o.From)
	visit(o.To)
	visit(o.Step)
}

func (o *Range) write(w *writer) {
	w.str("range ")
	o.Name.write(w)
	opt(w, " from ", o.From)
	opt(w, " to ", o.To)
	opt(w, " step ", o.Step)
}
