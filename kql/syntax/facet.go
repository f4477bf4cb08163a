package syntax

// Facet is "facet by a, b with ( … )".
type Facet struct {
	span
	Cols []Expr
	With Expr // a *Pipe without Source, or nil
}

func (*Facet) op() {}

func parseFacet(p *parser, _ keyword) Op {
	o := &Facet{}
	p.expectWord("by")
	p.commaList(func() { o.Cols = append(o.Cols, p.columnPath()) }, "with")
	if !p.eatWord("with") {
		return o
	}
	if !p.eat(tLParen) {
		pos := p.pos()
		o.With = at(p, pos, &Pipe{Ops: []Op{p.operator()}})
		return o
	}
	o.With = p.subquery()
	p.close(tRParen)
	return o
}

// columnPath parses a column or an element of one: a, a.b, a["b"]. A parenthesis
// behind it is not a call's.
func (p *parser) columnPath() Expr {
	pos := p.pos()
	if p.nameAt(0, false) == 0 && !p.namelike() {
		return p.missing("name")
	}
	var x Expr = p.name()
	for {
		switch p.kind() {
		case tDot:
			p.next()
			x = at(p, pos, &Member{X: x, Sel: p.property()})
		case tLBracket:
			p.next()
			i := p.unnamed()
			p.close(tRBracket)
			x = at(p, pos, &Index{X: x, I: i})
		default:
			return x
		}
	}
}

func (o *Facet) children(visit func(Node)) { all(visit, o.Cols); one(visit, o.With) }

func (o *Facet) write(w *writer) {
	w.str("facet by ")
	list(w, o.Cols)
	if o.With != nil {
		w.block(" with (", o.With, ")")
	}
}
