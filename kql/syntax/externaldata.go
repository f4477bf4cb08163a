package syntax

func (p *parser) externalData() Expr {
	pos := p.pos()
	p.next()
	d := &ExternalData{Cols: p.schema()}
	p.loose(tLBracket, tRBracket, func() { d.URIs = append(d.URIs, p.expr()) })
	if p.eatWord("with") {
		d.Props = p.properties()
	}
	return at(p, pos, d)
}

func (d *ExternalData) children(visit func(Node)) {
	all(visit, d.Cols)
	all(visit, d.URIs)
	all(visit, d.Props)
}

func (d *ExternalData) write(w *writer) {
	w.str("externaldata")
	w.schema(d.Cols)
	w.str(" [")
	list(w, d.URIs)
	w.str("]")
	w.with(d.Props)
}

// schemaAhead tells whether the parentheses that open n places on hold a schema.
func (p *parser) schemaAhead(n int) bool {
	m := p.nameAt(n+1, true)
	return m > 0 && p.ahead(n+1+m).kind == tColon
}

func (p *parser) inlineExternalTable() Expr {
	pos := p.pos()
	p.next()
	d := &InlineExternalTable{}
	if p.kind() == tLParen && p.schemaAhead(0) {
		d.Cols = p.schema()
	}
	kinds := []string{"storage", "delta"}
	d.Params = p.params(param{"kind", wordValue, kinds})
	if len(d.Params) == 0 {
		p.fail("KS254", "External Table Kind definition is expected.", "kind=storage")
	}
	if p.eatWord("partition") {
		p.expectWord("by")
		p.loose(tLParen, tRParen, func() { d.Partition = append(d.Partition, p.partitionColumn()) })
	}
	if p.word() == "pathformat" && p.ahead(1).kind == tAssign {
		p.next()
		p.next()
		d.Path = p.pathFormat()
	}
	d.Params = append(d.Params, p.params(param{"dataformat", wordValue, nil})...)
	if p.kind() == tLParen {
		p.loose(tLParen, tRParen, func() { d.Args = append(d.Args, p.expr()) })
	} else {
		p.fail("KS256", "Connection strings definition is expected.", "")
	}
	if p.eatWord("with") {
		d.Props = p.properties()
	}
	return at(p, pos, d)
}

func (p *parser) partitionColumn() *Param {
	pos := p.pos()
	x := &Param{Name: p.declare()}
	if p.expect(tColon) {
		x.Type = p.typeName()
	}
	if p.eat(tAssign) {
		x.Default = p.unnamed()
	}
	return at(p, pos, x)
}

// pathFormat parses ("a/" Name datetime_pattern("yyyy", Name) …).
func (p *parser) pathFormat() []Expr {
	var parts []Expr
	if !p.expect(tLParen) {
		return nil
	}
	for p.kind() != tRParen {
		switch {
		case p.kind() == tString:
			parts = append(parts, p.literal())
		case p.callAhead():
			parts = append(parts, p.call())
		case p.nameAt(0, false) > 0:
			parts = append(parts, p.name())
		default:
			p.close(tRParen)
			return parts
		}
	}
	p.next()
	return parts
}

func (d *InlineExternalTable) children(visit func(Node)) {
	all(visit, d.Cols)
	n := min(1, len(d.Params))
	all(visit, d.Params[:n])
	all(visit, d.Partition)
	all(visit, d.Path)
	all(visit, d.Params[n:])
	all(visit, d.Args)
	all(visit, d.Props)
}

func (d *InlineExternalTable) write(w *writer) {
	w.str("inline_external_table")
	if len(d.Cols) > 0 {
		w.str(" ")
		w.schema(d.Cols)
	}
	n := min(1, len(d.Params))
	w.params(d.Params[:n])
	if len(d.Partition) > 0 {
		w.str(" partition by (")
		list(w, d.Partition)
		w.str(")")
	}
	if len(d.Path) > 0 {
		w.str(" pathformat=(")
		for i, x := range d.Path {
			if i > 0 {
				w.str(" ")
			}
			x.write(w)
		}
		w.str(")")
	}
	w.params(d.Params[n:])
	w.str(" (")
	list(w, d.Args)
	w.str(")")
	w.with(d.Props)
}
