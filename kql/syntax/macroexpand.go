package syntax

// MacroExpand is "macro-expand entity_group [...] as x ( … )".
type MacroExpand struct {
	span
	Params []*OpParam
	Group  Expr // a *Name or an *EntityGroup
	Name   *Name
	Body   []Stmt
}

func (*MacroExpand) op() {}

// EntityGroup is "entity_group [a, b, …]".
type EntityGroup struct {
	span
	Items []Expr
}

func (*EntityGroup) expr() {}

func parseMacroExpand(p *parser, _ keyword) Op {
	o := &MacroExpand{Params: p.strictParams(
		param{"force_remote", boolValue, nil}, param{"isfuzzy", boolValue, nil}, param{"__isFuzzy", boolValue, nil},
		param{"best_effort", boolValue, nil}, param{"kind", wordValue, []string{"inner", "outer"}},
		param{"withsource", nameValue, nil}, param{"with_source", nameValue, nil},
	)}
	o.Group = p.entity()
	if p.eatWord("as") {
		o.Name = p.name()
	}
	if p.expect(tLParen) {
		o.Body = p.statements(tRParen)
		p.close(tRParen)
	}
	return o
}

// entityGroup parses entity_group [a, b, …].
func (p *parser) entityGroup() Expr {
	pos := p.pos()
	p.next()
	g := &EntityGroup{}
	p.bracketed(tLBracket, tRBracket, func() { g.Items = append(g.Items, p.unnamed()) })
	return at(p, pos, g)
}

func (o *MacroExpand) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.Group)
	one(visit, o.Name)
	all(visit, o.Body)
}

func (o *MacroExpand) write(w *writer) {
	w.str("macro-expand")
	w.params(o.Params)
	w.str(" ")
	o.Group.write(w)
	opt(w, " as ", o.Name)
	w.str(" (")
	w.in(func() { w.stmts(o.Body) })
	w.str(")")
}

func (g *EntityGroup) children(visit func(Node)) { all(visit, g.Items) }

func (g *EntityGroup) write(w *writer) {
	w.str("entity_group [")
	list(w, g.Items)
	w.str("]")
}
