package syntax

// Find is "find in (T, …) where X project a, pack_all()".
type Find struct {
	span
	Params []*OpParam
	In     []Expr
	Cond   Expr
	Kind   string // "", project, project-smart, project-away
	Cols   []Expr // names, typed names, a *Star, pack(*)/pack_all() calls
}

func (*Find) op() {}

func parseFind(p *parser, _ keyword) Op {
	o := &Find{Params: p.strictParams(
		param{"withsource", nameValue, nil}, param{"with_source", nameValue, nil},
		param{"datascope", wordValue, []string{"all", "hotcache"}},
	)}
	o.In = p.findIn()
	if !p.eatWord("where") && (len(o.Params) > 0 || len(o.In) > 0) {
		p.expected("where")
	}
	o.Cond = p.unnamed()
	o.Kind = p.findProject(o)
	return o
}

// findIn parses the tables of find and search: in (T, database("d").T*, …).
func (p *parser) findIn() []Expr {
	if p.word() != "in" || p.ahead(1).kind != tLParen {
		return nil
	}
	p.next()
	if p.ahead(1).kind == tRParen {
		p.next()
		p.missing("expression")
		p.next()
		return nil
	}
	var tables []Expr
	p.bracketed(tLParen, tRParen, func() {
		pos := p.pos()
		x := p.entity()
		if p.kind() == tBar {
			x = p.pipe(pos, x)
		}
		tables = append(tables, x)
	})
	return tables
}

// entity parses the name of a table, which may have asterisks and stand behind a
// database, or a function's call.
func (p *parser) entity() Expr {
	pos := p.pos()
	if n := p.wildAt(0); n > 0 {
		return p.wild(n)
	}
	if p.kind() == tLBracket && p.nameAt(0, false) == 0 {
		return p.primary()
	}
	if p.nameAt(0, false) == 0 && !p.namelike() {
		return p.missing("table")
	}
	x := p.primary()
	for {
		switch {
		case p.kind() == tDot && p.wildAt(1) > 0:
			p.next()
			x = at(p, pos, &Member{X: x, Sel: p.wild(p.wildAt(0))})
		case p.kind() == tDot:
			p.next()
			x = at(p, pos, p.member(x))
		case p.kind() == tLBracket:
			p.next()
			i := p.unnamed()
			p.close(tRBracket)
			x = at(p, pos, &Index{X: x, I: i})
		default:
			return x
		}
	}
}

// findProject parses which columns find gives.
func (p *parser) findProject(o *Find) string {
	word, n := p.dashed(0)
	switch word {
	case "project-smart":
		p.i += n
		return word
	case "project", "project-away", "__projectAway":
		p.i += n
		p.commaList(func() { o.Cols = append(o.Cols, p.findColumn()) })
		return word
	}
	return ""
}

func (p *parser) findColumn() Expr {
	switch {
	case p.kind() == tStar:
		return p.wild(1)
	case p.word() == "pack" && p.ahead(1).kind == tLParen, p.word() == "pack_all" && p.ahead(1).kind == tLParen:
		return p.call()
	case p.nameAt(0, false) > 0 && p.ahead(p.nameAt(0, false)).kind == tColon:
		return p.typedName()
	}
	return p.column()
}

func (o *Find) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.In)
	visit(o.Cond)
	all(visit, o.Cols)
}

func (o *Find) write(w *writer) {
	w.str("find")
	w.params(o.Params)
	if len(o.In) > 0 {
		w.str(" in (")
		list(w, o.In)
		w.str(")")
	}
	w.str(" where ")
	o.Cond.write(w)
	w.words(o.Kind)
	items(w, "", o.Cols)
}
