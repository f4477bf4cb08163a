package syntax

// Extend is "extend a = x, …".
type Extend struct {
	span
	Cols []Expr
}

func (*Extend) op() {}

func parseExtend(p *parser, _ keyword) Op {
	o := &Extend{}
	p.commaList(func() { o.Cols = append(o.Cols, p.named()) })
	return o
}

func (o *Extend) children(visit func(Node)) { all(visit, o.Cols) }
func (o *Extend) write(w *writer)           { items(w, "extend", o.Cols) }
