package syntax

// Serialize is "serialize a = x, …".
type Serialize struct {
	span
	Params []*OpParam
	Cols   []Expr
}

func (*Serialize) op() {}

func parseSerialize(p *parser, _ keyword) Op {
	o := &Serialize{Params: p.params()}
	if !p.listEnd() {
		p.commaList(func() { o.Cols = append(o.Cols, p.named()) })
	}
	return o
}

func (o *Serialize) children(visit func(Node)) { all(visit, o.Params); all(visit, o.Cols) }

func (o *Serialize) write(w *writer) {
	w.str("serialize")
	w.params(o.Params)
	items(w, "", o.Cols)
}
