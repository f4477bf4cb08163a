package syntax

// ParseOp is "parse kind=regex flags=Ui X with …", and parse-where.
type ParseOp struct {
	span
	Where  bool
	Params []*OpParam
	X      Expr
	With   []Expr // *Star, *Lit strings, *Name, *TypedName
}

func (*ParseOp) op() {}

func parseParse(p *parser, k keyword) Op {
	o := &ParseOp{Where: k.word == "parse-where", Params: p.params(
		param{"kind", wordValue, []string{"simple", "regex", "relaxed"}}, param{"flags", wordValue, nil},
	)}
	o.X = p.unnamed()
	p.expectWord("with")
	for {
		switch n := p.nameAt(0, true); {
		case p.kind() == tStar:
			o.With = append(o.With, p.wild(1))
		case p.kind() == tString:
			o.With = append(o.With, p.literal())
		case n > 0 && p.ahead(n).kind == tColon:
			o.With = append(o.With, p.typedName())
		case n > 0:
			o.With = append(o.With, p.declare())
		default:
			return o
		}
	}
}

func (o *ParseOp) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.X)
	all(visit, o.With)
}

func (o *ParseOp) write(w *writer) {
	if o.Where {
		w.str("parse-where")
	} else {
		w.str("parse")
	}
	w.params(o.Params)
	w.str(" ")
	o.X.write(w)
	w.str(" with")
	for _, x := range o.With {
		w.str(" ")
		x.write(w)
	}
}
