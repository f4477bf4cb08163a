package syntax

// Take is "take N" or "limit N".
type Take struct {
	span
	Word   string
	Params []*OpParam
	N      Expr
}

func (*Take) op() {}

func parseTake(p *parser, k keyword) Op {
	return &Take{Word: k.word, Params: p.params(), N: p.named()}
}

func (o *Take) children(visit func(Node)) { all(visit, o.Params); visit(o.N) }

func (o *Take) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	w.str(" ")
	o.N.write(w)
}
