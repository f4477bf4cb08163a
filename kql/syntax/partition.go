package syntax

// Partition is "partition hint.strategy=native by X ( … )" or "{ … }"; Word is partition or __partitionby.
type Partition struct {
	span
	Word   string
	Params []*OpParam
	By     Expr
	ID     Expr // of __partitionby, or nil
	Scope  Expr // of "partition by x in (…)"
	Sub    Expr // a *Pipe, with Source when in braces it has one
	Braces bool
}

func (*Partition) op() {}

var partitionParams = []param{
	{"hint.concurrency", wordOrInt, []string{"auto", "left", "local", "right", "unresolved"}},
	{"hint.spread", wordOrInt, []string{"auto", "local"}},
	{"hint.materialized", boolValue, nil},
	{"hint.shufflekey", colValue, nil},
	{"hint.strategy", wordValue, []string{"shuffle", "native", "legacy"}},
}

func parsePartition(p *parser, k keyword) Op {
	o := &Partition{Word: k.word, Params: p.strictParams(partitionParams...)}
	p.expectWord("by")
	o.By = p.columnPath()
	if p.eatWord("in") {
		switch {
		case p.callAhead():
			o.Scope = p.call()
		case p.word() == "dynamic" && p.ahead(1).kind == tLParen:
			o.Scope = p.dynamic()
		default:
			o.Scope = p.missing("expression")
		}
	}
	switch {
	case p.eat(tLBrace):
		o.Braces = true
		o.Sub = p.expr()
		p.close(tRBrace)
	case p.expect(tLParen):
		o.Sub = p.subquery()
		p.close(tRParen)
	default:
		o.Sub = at(p, p.pos(), &Bad{})
	}
	return o
}

func parsePartitionBy(p *parser, k keyword) Op {
	o := &Partition{Word: k.word, Params: p.strictParams(partitionParams...)}
	o.By = p.columnPath()
	if p.eatWord("id") {
		o.ID = p.signed()
	}
	if p.expect(tLParen) {
		o.Sub = p.subquery()
		p.close(tRParen)
	} else {
		o.Sub = at(p, p.pos(), &Bad{})
	}
	return o
}

func (o *Partition) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.By)
	one(visit, o.ID)
	one(visit, o.Scope)
	visit(o.Sub)
}

func (o *Partition) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	if o.Word == "partition" {
		w.str(" by")
	}
	w.str(" ")
	o.By.write(w)
	opt(w, " id ", o.ID)
	opt(w, " in ", o.Scope)
	if o.Braces {
		w.block(" {", o.Sub, "}")
	} else {
		w.block(" (", o.Sub, ")")
	}
}
