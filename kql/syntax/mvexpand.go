package syntax

// MvExpand is "mv-expand kind=array a = x to typeof(long), … limit 5".
type MvExpand struct {
	span
	Word   string
	Params []*OpParam
	Cols   []*MvCol
	Limit  Expr
}

func (*MvExpand) op() {}

// MvCol is a column to expand: a = x to typeof(long).
type MvCol struct {
	span
	X  Expr // may be a *Named
	To *Lit // a TypeLit, or nil
}

func parseMvExpand(p *parser, k keyword) Op {
	kinds := []string{"bag", "array"}
	o := &MvExpand{Word: k.word, Params: p.params(
		param{"kind", wordValue, kinds}, param{"bagexpansion", wordValue, kinds}, param{"with_itemindex", nameValue, nil},
	)}
	o.Cols = p.mvCols("limit")
	if p.eatWord("limit") {
		o.Limit = p.unnamed()
	}
	return o
}

// mvCols parses a = x to typeof(long), …. A column may be only "to typeof(long)".
func (p *parser) mvCols(stop ...string) []*MvCol {
	var cols []*MvCol
	p.commaList(func() {
		pos := p.pos()
		c := &MvCol{}
		if p.word() != "to" || p.ahead(1).kind == tAssign {
			c.X = p.named()
		}
		if p.eatWord("to") {
			if p.word() == "typeof" && p.ahead(1).kind == tLParen {
				c.To = p.typeOf()
			} else {
				p.expected("typeof(…)")
			}
		}
		cols = append(cols, at(p, pos, c))
	}, stop...)
	return cols
}

func (o *MvExpand) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.Cols)
	one(visit, o.Limit)
}

func (o *MvExpand) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	items(w, "", o.Cols)
	opt(w, " limit ", o.Limit)
}

func (c *MvCol) children(visit func(Node)) { one(visit, c.X); one(visit, c.To) }

func (c *MvCol) write(w *writer) {
	opt(w, "", c.X)
	if c.X != nil && c.To != nil {
		w.str(" ")
	}
	opt(w, "to ", c.To)
}
