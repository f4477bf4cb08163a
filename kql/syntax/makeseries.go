package syntax

// MakeSeries is "make-series a = count() default=0 on t from x to y step z by b", or "on t in range(x, y, z)".
type MakeSeries struct {
	span
	Params         []*OpParam
	Aggs           []*SeriesAgg
	On             Expr
	From, To, Step Expr   // or nil
	InRange        []Expr // the deprecated form's arguments
	By             []Expr
}

func (*MakeSeries) op() {}

// SeriesAgg is an aggregate and the value of an empty bin: a = count() default=0.
type SeriesAgg struct {
	span
	X       Expr
	Default Expr // or nil
}

func parseMakeSeries(p *parser, _ keyword) Op {
	o := &MakeSeries{Params: p.params(param{"kind", wordValue, []string{"nonempty"}})}
	p.commaList(func() {
		pos := p.pos()
		a := &SeriesAgg{X: p.named()}
		if p.eatWord("default") {
			p.expect(tAssign)
			a.Default = p.unnamed()
		}
		o.Aggs = append(o.Aggs, at(p, pos, a))
	}, "on", "from", "in")
	p.expectWord("on")
	o.On = p.named()
	switch p.word() {
	case "from", "to", "step":
		if p.eatWord("from") {
			o.From = p.unnamed()
		}
		if p.eatWord("to") {
			o.To = p.unnamed()
		}
		p.expectWord("step")
		o.Step = p.unnamed()
	case "in":
		p.next()
		p.expectWord("range")
		p.bracketed(tLParen, tRParen, func() { o.InRange = append(o.InRange, p.named()) })
		if len(o.InRange) == 0 {
			p.missing("expression")
		}
	default:
		p.expected("from", "step", "in range")
	}
	if p.eatWord("by") {
		p.commaList(func() { o.By = append(o.By, p.named()) })
	}
	return o
}

func (o *MakeSeries) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.Aggs)
	visit(o.On)
	one(visit, o.From)
	one(visit, o.To)
	one(visit, o.Step)
	all(visit, o.InRange)
	all(visit, o.By)
}

func (o *MakeSeries) write(w *writer) {
	w.str("make-series")
	w.params(o.Params)
	w.clause(items(w, "", o.Aggs), func() {
		w.str("on ")
		o.On.write(w)
		opt(w, " from ", o.From)
		opt(w, " to ", o.To)
		opt(w, " step ", o.Step)
		if len(o.InRange) > 0 {
			w.str(" in range (")
			list(w, o.InRange)
			w.str(")")
		}
		items(w, " by", o.By)
	})
}

func (a *SeriesAgg) children(visit func(Node)) { visit(a.X); one(visit, a.Default) }

func (a *SeriesAgg) write(w *writer) {
	a.X.write(w)
	opt(w, " default=", a.Default)
}
