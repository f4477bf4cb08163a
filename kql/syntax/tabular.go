package syntax

// tabular parses toscalar(X), totable(X) and materialize(X).
func (p *parser) tabular() Expr {
	pos := p.pos()
	x := &Tabular{Func: p.text(p.next())}
	if x.Func != "materialize" {
		x.Params = p.params(param{"kind", wordValue, []string{"nooptimization"}})
	}
	if p.expect(tLParen) {
		x.X = p.expr()
		p.close(tRParen)
	} else {
		x.X = at(p, p.pos(), &Bad{})
	}
	return at(p, pos, x)
}

func (x *Tabular) children(visit func(Node)) { all(visit, x.Params); visit(x.X) }

func (x *Tabular) write(w *writer) {
	w.str(x.Func)
	if len(x.Params) > 0 {
		w.params(x.Params)
		w.str(" ")
	}
	w.block("(", x.X, ")")
}

func (x *DataScope) children(visit func(Node)) { visit(x.X) }

func (x *DataScope) write(w *writer) {
	x.X.write(w)
	w.str(" datascope=", x.Scope)
}

func (p *parser) contextualData() Expr {
	pos := p.pos()
	p.next()
	x := &ContextualData{}
	if p.nameAt(0, false) > 0 {
		x.ID = p.name()
	} else {
		x.ID = p.signed()
	}
	x.Cols = p.schema()
	return at(p, pos, x)
}

func (x *ContextualData) children(visit func(Node)) { visit(x.ID); all(visit, x.Cols) }

func (x *ContextualData) write(w *writer) {
	w.str("__contextual_datatable ")
	x.ID.write(w)
	w.str(" ")
	w.schema(x.Cols)
}

// viewCombine parses materialized-view-combine(…) base(…) delta(…) aggregations(…);
// its name has n tokens.
func (p *parser) viewCombine(n int) Expr {
	pos := p.pos()
	p.i += n
	x := &ViewCombine{Name: p.clause(), Base: p.namedClause("base"), Delta: p.namedClause("delta")}
	x.Aggs = at(p, p.pos(), &Bad{})
	if p.expectWord("aggregations") && p.expect(tLParen) {
		x.Aggs = p.operator()
		p.close(tRParen)
	}
	return at(p, pos, x)
}

func (p *parser) namedClause(word string) Expr {
	if !p.expectWord(word) {
		return at(p, p.pos(), &Bad{})
	}
	return p.clause()
}

func (p *parser) clause() Expr {
	if !p.expect(tLParen) {
		return at(p, p.pos(), &Bad{})
	}
	x := p.expr()
	p.close(tRParen)
	return x
}

func (x *ViewCombine) children(visit func(Node)) {
	visit(x.Name)
	visit(x.Base)
	visit(x.Delta)
	visit(x.Aggs)
}

func (x *ViewCombine) write(w *writer) {
	w.block("materialized-view-combine(", x.Name, ")")
	w.block(" base(", x.Base, ")")
	w.block(" delta(", x.Delta, ")")
	w.str(" aggregations(")
	x.Aggs.write(w)
	w.str(")")
}
