package syntax

// SampleDistinct is "sample-distinct N of X".
type SampleDistinct struct {
	span
	Params []*OpParam
	N, Of  Expr
}

func (*SampleDistinct) op() {}

func parseSampleDistinct(p *parser, _ keyword) Op {
	o := &SampleDistinct{Params: p.params(), N: p.named()}
	p.expectWord("of")
	o.Of = p.named()
	return o
}

func (o *SampleDistinct) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.N)
	visit(o.Of)
}

func (o *SampleDistinct) write(w *writer) {
	w.str("sample-distinct")
	w.params(o.Params)
	opt(w, " ", o.N)
	opt(w, " of ", o.Of)
}
