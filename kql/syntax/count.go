package syntax

// Count is "count", and "count as Name".
type Count struct {
	span
	As *Name
}

func (*Count) op() {}

func parseCount(p *parser, _ keyword) Op {
	o := &Count{}
	if p.eatWord("as") {
		o.As = p.name()
	}
	return o
}

func (o *Count) children(visit func(Node)) { one(visit, o.As) }

func (o *Count) write(w *writer) {
	w.str("count")
	opt(w, " as ", o.As)
}
