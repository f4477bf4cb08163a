package syntax

// Scan is "scan order by … partition by … declare (…) with ( step … )".
type Scan struct {
	span
	Params      []*OpParam
	Order       []*Order
	PartitionBy []Expr
	Declare     []*Param
	Steps       []*ScanStep
}

func (*Scan) op() {}

// ScanStep is "step name optional output=last: cond => a = x, …;".
type ScanStep struct {
	span
	Name     *Name
	Optional bool
	Output   string // "", all, last, none
	Cond     Expr
	Assign   []Expr // *Named
}

func parseScan(p *parser, _ keyword) Op {
	o := &Scan{Params: p.strictParams(
		param{"kind", wordValue, []string{"partial", "full"}}, param{"with_match_id", nameValue, nil},
		param{"with_step_name", nameValue, nil},
	)}
	stop := []string{"partition", "order", "declare", "with"}
	if p.eatWord("order") {
		p.expectWord("by")
		p.commaList(func() { o.Order = append(o.Order, p.order()) }, stop...)
	}
	if p.eatWord("partition") {
		p.expectWord("by")
		p.commaList(func() { o.PartitionBy = append(o.PartitionBy, p.unnamed()) }, stop...)
	}
	if p.eatWord("declare") {
		p.bracketed(tLParen, tRParen, func() { o.Declare = append(o.Declare, p.param1()) })
	}
	p.expectWord("with")
	if p.expect(tLParen) {
		for p.word() == "step" {
			o.Steps = append(o.Steps, p.scanStep())
		}
		p.close(tRParen)
	}
	return o
}

func (p *parser) scanStep() *ScanStep {
	pos := p.pos()
	p.next()
	s := &ScanStep{Name: p.declare()}
	s.Optional = p.eatWord("optional")
	if p.eatWord("output") {
		p.expect(tAssign)
		s.Output = p.oneOf("all", "last", "none")
	}
	p.expect(tColon)
	s.Cond = p.unnamed()
	if p.eat(tArrow) {
		p.commaList(func() {
			pos := p.pos()
			a := &Named{Names: []*Name{p.declare()}}
			p.expect(tAssign)
			a.X = p.unnamed()
			s.Assign = append(s.Assign, at(p, pos, a))
		})
	}
	p.expect(tSemicolon)
	return at(p, pos, s)
}

func (o *Scan) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.Order)
	all(visit, o.PartitionBy)
	all(visit, o.Declare)
	all(visit, o.Steps)
}

func (o *Scan) write(w *writer) {
	w.str("scan")
	w.params(o.Params)
	items(w, " order by", o.Order)
	items(w, " partition by", o.PartitionBy)
	if len(o.Declare) > 0 {
		w.str(" declare (")
		list(w, o.Declare)
		w.str(")")
	}
	w.str(" with (")
	w.in(func() {
		for i, s := range o.Steps {
			if i > 0 {
				w.line()
			}
			s.write(w)
		}
	})
	w.str(")")
}

func (s *ScanStep) children(visit func(Node)) {
	visit(s.Name)
	visit(s.Cond)
	all(visit, s.Assign)
}

func (s *ScanStep) write(w *writer) {
	w.str("step ")
	s.Name.write(w)
	if s.Optional {
		w.str(" optional")
	}
	if s.Output != "" {
		w.str(" output=", s.Output)
	}
	w.str(": ")
	s.Cond.write(w)
	items(w, " =>", s.Assign)
	w.str(";")
}
