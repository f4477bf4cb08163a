package syntax

// Sort is "sort by a desc, …" or "order by …".
type Sort struct {
	span
	Word   string
	Params []*OpParam
	By     []*Order
}

func (*Sort) op() {}

func parseSort(p *parser, k keyword) Op {
	o := &Sort{Word: k.word, Params: p.strictParams(param{"hint.strategy", wordValue, []string{"splitBlock", "multipleBlocks"}})}
	if !p.expectWord("by") && !p.startsExpr() {
		return o
	}
	p.commaList(func() { o.By = append(o.By, p.order()) })
	return o
}

// order parses a key to sort by: x asc nulls first.
func (p *parser) order() *Order {
	pos := p.pos()
	o := &Order{X: p.named()}
	o.Dir = p.direction()
	if p.eatWord("nulls") {
		o.Nulls = p.oneOf("first", "last")
	}
	return at(p, pos, o)
}

// direction takes asc, desc, granny-asc or granny-desc, if one stands here.
func (p *parser) direction() string {
	switch w, n := p.dashed(0); w {
	case "asc", "desc", "granny-asc", "granny-desc":
		p.i += n
		return w
	}
	return ""
}

func (o *Sort) children(visit func(Node)) { all(visit, o.Params); all(visit, o.By) }

func (o *Sort) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	items(w, " by", o.By)
}
