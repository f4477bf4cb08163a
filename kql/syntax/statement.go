package syntax

// statements parses statements separated by semicolons, up to a token of the kind.
func (p *parser) statements(end kind) []Stmt {
	var list []Stmt
	if !p.enter() {
		return nil
	}
	defer p.leave()
	for p.kind() != end && p.kind() != tEOF {
		start := p.i
		list = append(list, p.statement())
		if p.eat(tSemicolon) || p.kind() == end || p.kind() == tEOF {
			continue
		}
		if p.i > start && (p.startsExpr() || p.statementAhead() || p.operatorAhead()) {
			p.fail("KS005", "Expected: ;", p.missingBar())
			continue
		}
		p.stray()
		if p.eat(tSemicolon) {
			continue
		}
		if end != tEOF && p.closer() {
			return list
		}
		p.next()
		for p.closer() {
			p.next()
		}
		p.last = p.i // what follows was told
	}
	return list
}

// missingBar guesses that an operator stands here whose bar was forgotten.
func (p *parser) missingBar() string {
	if w, n := p.operatorWord(0); n > 0 && !p.statementAhead() {
		return "write | before " + w + " if it goes on, or ; if a new query starts"
	}
	return ""
}

// statementAhead tells whether a keyword that starts a statement stands here, and not
// a name.
func (p *parser) statementAhead() bool {
	switch p.word() {
	case "let":
		return p.ahead(1).kind == tWord || p.nameAt(1, true) > 0
	case "set":
		return p.ahead(1).kind == tWord || p.nameAt(1, false) > 0
	case "declare":
		return p.wordAt(1) == "query_parameters" || p.wordAt(1) == "pattern"
	case "restrict":
		return p.wordAt(1) == "access"
	case "alias":
		return p.wordAt(1) == "database"
	}
	return false
}

func (p *parser) statement() Stmt {
	pos := p.pos()
	switch {
	case p.kind() == tSemicolon:
		return at(p, pos, &QueryStmt{X: p.stray()})
	case !p.statementAhead():
		return at(p, pos, &QueryStmt{X: p.expr()})
	}
	w := p.text(p.next())
	switch w {
	case "let":
		return at(p, pos, p.let())
	case "set":
		s := &Set{Name: p.name()}
		if p.eat(tAssign) {
			s.X = p.unnamed()
		}
		return at(p, pos, s)
	case "declare":
		if p.eatWord("pattern") {
			return at(p, pos, p.declarePattern())
		}
		p.next()
		s := &DeclareParams{}
		p.bracketed(tLParen, tRParen, func() { s.Params = append(s.Params, p.param1()) })
		if len(s.Params) == 0 {
			p.missing("parameter")
		}
		return at(p, pos, s)
	case "restrict":
		return at(p, pos, p.restrict())
	default: // alias
		p.next()
		s := &AliasDatabase{Name: p.name()}
		p.expect(tAssign)
		s.X = p.unnamed()
		return at(p, pos, s)
	}
}

func (p *parser) let() *Let {
	s := &Let{Name: p.name()}
	p.expect(tAssign)
	if p.funcAhead() {
		s.X = p.funcLit()
	} else {
		s.X = p.expr()
	}
	return s
}

func (p *parser) restrict() *Restrict {
	p.next()
	p.expectWord("to")
	s := &Restrict{}
	p.bracketed(tLParen, tRParen, func() { s.To = append(s.To, p.entity()) })
	if len(s.To) == 0 {
		p.missing("expression")
	}
	if p.eatWord("with") {
		s.Props = p.properties()
	}
	return s
}

// properties parses (name = value, …) with any names.
func (p *parser) properties() []*OpParam {
	var list []*OpParam
	p.bracketed(tLParen, tRParen, func() {
		pos := p.pos()
		x := &OpParam{Name: p.declare()}
		if p.expect(tAssign) {
			x.X = p.simpleValue()
		} else {
			x.X = at(p, p.pos(), &Bad{})
		}
		list = append(list, at(p, pos, x))
	})
	return list
}

// funcAhead tells whether a function stands here, and not an expression in parentheses.
func (p *parser) funcAhead() bool {
	n := 0
	if p.word() == "view" && p.ahead(1).kind == tLParen {
		n = 1
	}
	if p.ahead(n).kind != tLParen {
		return false
	}
	switch p.ahead(n + 1).kind {
	case tRParen, tStar:
		return true
	default:
		m := p.nameAt(n+1, true)
		return m > 0 && p.ahead(n+1+m).kind == tColon
	}
}

// funcLit parses view (params) { body }; the parameters may be left out.
func (p *parser) funcLit() *FuncLit {
	pos := p.pos()
	f := &FuncLit{View: p.eatWord("view")}
	if p.kind() == tLParen {
		p.bracketed(tLParen, tRParen, func() { f.Params = append(f.Params, p.param1()) })
	}
	f.Body = p.body()
	return at(p, pos, f)
}

// body parses { statements }.
func (p *parser) body() []Stmt {
	if !p.expect(tLBrace) {
		return nil
	}
	list := p.statements(tRBrace)
	p.close(tRBrace)
	return list
}

// param1 parses one parameter: a:long = 1, T:(x:string, …), T:(*).
func (p *parser) param1() *Param {
	pos := p.pos()
	x := &Param{Name: p.declare()}
	if p.expect(tColon) {
		switch {
		case p.kind() != tLParen:
			x.Type = p.typeName()
		case p.ahead(1).kind == tStar:
			p.next()
			p.next()
			p.close(tRParen)
			x.Tabular = true
		default:
			x.Tabular, x.Cols = true, p.schema()
			if len(x.Cols) == 0 {
				p.fail("KS220", "Column declaration expected", "any table is (*)")
			}
		}
	}
	if p.eat(tAssign) {
		if p.nameAt(0, false) > 0 && p.word() != "typeof" {
			x.Default = p.name()
		} else {
			x.Default = p.signed()
		}
	}
	return at(p, pos, x)
}

func (p *parser) declarePattern() *DeclarePattern {
	s := &DeclarePattern{Name: p.name()}
	if !p.eat(tAssign) {
		return s
	}
	p.bracketed(tLParen, tRParen, func() { s.Params = append(s.Params, p.param1()) })
	if p.eat(tLBracket) {
		s.Path = p.param1()
		p.close(tRBracket)
	}
	if p.expect(tLBrace) {
		if p.kind() != tLParen {
			p.missing("pattern match clause")
		}
		for p.kind() == tLParen {
			s.Cases = append(s.Cases, p.patternCase())
			if !p.eat(tSemicolon) && p.kind() != tRBrace {
				p.expected(";")
			}
		}
		p.close(tRBrace)
	}
	return s
}

func (p *parser) patternCase() *PatternCase {
	pos := p.pos()
	c := &PatternCase{}
	p.bracketed(tLParen, tRParen, func() { c.Values = append(c.Values, p.unnamed()) })
	if p.eat(tDot) {
		p.expect(tLBracket)
		c.Path = p.signed()
		p.close(tRBracket)
	}
	p.expect(tAssign)
	c.Body = p.body()
	return at(p, pos, c)
}
