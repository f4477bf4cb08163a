package syntax

// Reduce is "reduce kind=source by X with threshold=0.1, characters='…'".
type Reduce struct {
	span
	Params []*OpParam
	By     Expr
	With   []*OpParam
}

func (*Reduce) op() {}

func parseReduce(p *parser, _ keyword) Op {
	known := []param{
		{"kind", wordValue, []string{"source"}}, {"threshold", numValue, nil}, {"characters", strValue, nil},
	}
	o := &Reduce{Params: p.strictParams(known...)}
	p.expectWord("by")
	o.By = p.named()
	if p.eatWord("with") {
		p.commaList(func() {
			if x := p.param(known); x != nil {
				o.With = append(o.With, x)
			} else {
				p.expected("threshold", "characters")
			}
		})
	}
	return o
}

func (o *Reduce) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.By)
	all(visit, o.With)
}

func (o *Reduce) write(w *writer) {
	w.str("reduce")
	w.params(o.Params)
	w.str(" by ")
	o.By.write(w)
	items(w, " with", o.With)
}
