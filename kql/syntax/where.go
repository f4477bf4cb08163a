package syntax

// Where is "where X" or "filter X". Cond may be a *Named, whose name means nothing:
// where a = true keeps all rows.
type Where struct {
	span
	Word   string
	Params []*OpParam
	Cond   Expr
}

func (*Where) op() {}

func parseWhere(p *parser, k keyword) Op {
	return &Where{Word: k.word, Params: p.params(), Cond: p.named()}
}

func (o *Where) children(visit func(Node)) { all(visit, o.Params); visit(o.Cond) }

func (o *Where) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	w.str(" ")
	o.Cond.write(w)
}
