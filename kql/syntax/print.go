package syntax

// Print is "print a = x, …".
type Print struct {
	span
	Cols []Expr
}

func (*Print) op() {}

func parsePrint(p *parser, _ keyword) Op {
	o := &Print{}
	p.commaList(func() { o.Cols = append(o.Cols, p.named()) })
	return o
}

func (o *Print) children(visit func(Node)) { all(visit, o.Cols) }
func (o *Print) write(w *writer)           { items(w, "print", o.Cols) }
