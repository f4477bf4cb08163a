package syntax

// Fork is "fork name=(…) (…)".
type Fork struct {
	span
	Branches []*Named // X is a *Pipe without Source; no Names if it has no name
}

func (*Fork) op() {}

func parseFork(p *parser, _ keyword) Op {
	o := &Fork{}
	for {
		n := p.nameAt(0, false)
		if n > 0 && p.ahead(n).kind != tAssign || n == 0 && p.kind() != tLParen {
			break
		}
		pos := p.pos()
		b := &Named{}
		if n > 0 {
			b.Names = []*Name{p.name()}
			p.next()
		}
		if p.expect(tLParen) {
			b.X = p.subquery()
			p.close(tRParen)
		} else {
			b.X = at(p, p.pos(), &Bad{})
		}
		o.Branches = append(o.Branches, at(p, pos, b))
	}
	if len(o.Branches) == 0 {
		p.expected("(")
	}
	return o
}

func (o *Fork) children(visit func(Node)) { all(visit, o.Branches) }

func (o *Fork) write(w *writer) {
	w.str("fork")
	w.indent++
	for _, b := range o.Branches {
		w.line()
		if len(b.Names) > 0 {
			b.Names[0].write(w)
			w.str(" = ")
		}
		w.block("(", b.X, ")")
	}
	w.indent--
}
