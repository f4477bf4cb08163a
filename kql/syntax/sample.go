package syntax

// Sample is "sample N".
type Sample struct {
	span
	Params []*OpParam
	N      Expr
}

func (*Sample) op() {}

func parseSample(p *parser, _ keyword) Op { return &Sample{Params: p.params(), N: p.named()} }

func (o *Sample) children(visit func(Node)) { all(visit, o.Params); visit(o.N) }

func (o *Sample) write(w *writer) {
	w.str("sample")
	w.params(o.Params)
	w.str(" ")
	o.N.write(w)
}
