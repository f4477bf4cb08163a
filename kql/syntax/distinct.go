package syntax

// Distinct is "distinct a, b" or "distinct *".
type Distinct struct {
	span
	Params []*OpParam
	Cols   []Expr
}

func (*Distinct) op() {}

func parseDistinct(p *parser, _ keyword) Op {
	o := &Distinct{Params: p.params()}
	p.commaList(func() {
		if p.kind() == tStar {
			o.Cols = append(o.Cols, p.wild(1))
		} else {
			o.Cols = append(o.Cols, p.named())
		}
	})
	return o
}

func (o *Distinct) children(visit func(Node)) { all(visit, o.Params); all(visit, o.Cols) }

func (o *Distinct) write(w *writer) {
	w.str("distinct")
	w.params(o.Params)
	items(w, "", o.Cols)
}
