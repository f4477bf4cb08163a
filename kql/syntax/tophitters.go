package syntax

// TopHitters is "top-hitters N of X by Y".
type TopHitters struct {
	span
	Params    []*OpParam
	N, Of, By Expr
}

func (*TopHitters) op() {}

func parseTopHitters(p *parser, _ keyword) Op {
	o := &TopHitters{Params: p.params(), N: p.named()}
	p.expectWord("of")
	o.Of = p.named()
	if p.eatWord("by") {
		o.By = p.named()
	}
	return o
}

func (o *TopHitters) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.N)
	visit(o.Of)
	one(visit, o.By)
}

func (o *TopHitters) write(w *writer) {
	w.str("top-hitters")
	w.params(o.Params)
	opt(w, " ", o.N)
	opt(w, " of ", o.Of)
	opt(w, " by ", o.By)
}
