package syntax

// Summarize is "summarize a = count(), … by b, bin(t, 1h)".
type Summarize struct {
	span
	Params []*OpParam
	Aggs   []Expr
	By     []Expr
	HasBy  bool
	Step   Expr // deprecated bin=…
}

func (*Summarize) op() {}

func parseSummarize(p *parser, _ keyword) Op {
	o := &Summarize{Params: p.params(param{"hint.strategy", wordValue, []string{"shuffle"}})}
	if !p.listEnd() && p.word() != "by" {
		p.commaList(func() { o.Aggs = append(o.Aggs, p.named()) }, "by")
	}
	if !p.eatWord("by") {
		return o
	}
	o.HasBy = true
	p.commaList(func() {
		if p.word() == "bin" && p.ahead(1).kind == tAssign {
			p.missing("expression")
		} else {
			o.By = append(o.By, p.named())
		}
	}, "bin")
	if p.word() == "bin" && p.ahead(1).kind == tAssign {
		p.next()
		p.next()
		o.Step = p.unnamed()
	}
	return o
}

func (o *Summarize) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.Aggs)
	all(visit, o.By)
	one(visit, o.Step)
}

func (o *Summarize) write(w *writer) {
	w.str("summarize")
	w.params(o.Params)
	spread := items(w, "", o.Aggs)
	if !o.HasBy {
		return
	}
	w.clause(spread, func() {
		items(w, "by", o.By)
		opt(w, " bin=", o.Step)
	})
}
