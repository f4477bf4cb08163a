package syntax

// Top is "top N by a desc".
type Top struct {
	span
	Params []*OpParam
	N      Expr
	By     *Order
}

func (*Top) op() {}

func parseTop(p *parser, _ keyword) Op {
	o := &Top{Params: p.params(), N: p.named()}
	p.expectWord("by")
	o.By = p.order()
	return o
}

func (o *Top) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.N)
	visit(o.By)
}

func (o *Top) write(w *writer) {
	w.str("top")
	w.params(o.Params)
	opt(w, " ", o.N)
	opt(w, " by ", o.By)
}
