package syntax

// MvApply is "mv-apply a = x to typeof(long) limit 5 on ( … )".
type MvApply struct {
	span
	Word   string
	Params []*OpParam
	Cols   []*MvCol
	Limit  Expr
	ID     Expr
	Sub    Expr // a *Pipe without Source
}

func (*MvApply) op() {}

func parseMvApply(p *parser, k keyword) Op {
	o := &MvApply{Word: k.word, Params: p.params(param{"with_itemindex", nameValue, nil})}
	o.Cols = p.mvCols("limit", "id", "on")
	if p.eatWord("limit") {
		o.Limit = p.unnamed()
	}
	if p.eatWord("id") {
		o.ID = p.unnamed()
	}
	p.expectWord("on")
	if p.expect(tLParen) {
		o.Sub = p.subquery()
		p.close(tRParen)
	} else {
		o.Sub = at(p, p.pos(), &Bad{})
	}
	return o
}

func (o *MvApply) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.Cols)
	one(visit, o.Limit)
	one(visit, o.ID)
	visit(o.Sub)
}

func (o *MvApply) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	items(w, "", o.Cols)
	opt(w, " limit ", o.Limit)
	opt(w, " id ", o.ID)
	w.block(" on (", o.Sub, ")")
}
