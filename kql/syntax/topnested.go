package syntax

// TopNested is "top-nested N of X with others = "o" by sum(y) desc, …".
type TopNested struct {
	span
	Levels []*NestedLevel
}

func (*TopNested) op() {}

// NestedLevel is "N of X with others = y by agg desc"; N and Others may be nil.
type NestedLevel struct {
	span
	N      Expr
	Of     Expr
	Others Expr
	By     *Order
}

func parseTopNested(p *parser, k keyword) Op {
	o := &TopNested{Levels: []*NestedLevel{p.nestedLevel(k.pos)}}
	for p.eat(tComma) {
		pos := p.pos()
		if w, n := p.dashed(0); w == "top-nested" {
			p.i += n
		} else {
			p.expected("top-nested")
		}
		o.Levels = append(o.Levels, p.nestedLevel(pos))
	}
	return o
}

// nestedLevel parses what stands behind the word top-nested, which is at pos.
func (p *parser) nestedLevel(pos int) *NestedLevel {
	l := &NestedLevel{}
	if p.word() != "of" {
		l.N = p.named()
	}
	p.expectWord("of")
	l.Of = p.named()
	if p.eatWord("with") {
		p.expectWord("others")
		p.expect(tAssign)
		l.Others = p.unnamed()
	}
	p.expectWord("by")
	l.By = p.order()
	return at(p, pos, l)
}

func (o *TopNested) children(visit func(Node)) { all(visit, o.Levels) }

func (o *TopNested) write(w *writer) {
	w.indent++
	for i, l := range o.Levels {
		if i > 0 {
			w.str(",")
			w.line()
		}
		l.write(w)
	}
	w.indent--
}

func (l *NestedLevel) children(visit func(Node)) {
	one(visit, l.N)
	visit(l.Of)
	one(visit, l.Others)
	visit(l.By)
}

func (l *NestedLevel) write(w *writer) {
	w.str("top-nested")
	opt(w, " ", l.N)
	opt(w, " of ", l.Of)
	opt(w, " with others = ", l.Others)
	opt(w, " by ", l.By)
}
