package syntax

// Lookup is "lookup kind=leftouter (T) on a".
type Lookup struct {
	span
	Params []*OpParam
	Right  Expr
	On     []Expr
}

func (*Lookup) op() {}

func parseLookup(p *parser, _ keyword) Op {
	o := &Lookup{Params: p.strictParams(param{"kind", wordValue, []string{"inner", "leftouter"}})}
	o.Right = p.unnamed()
	o.On = p.joinOn()
	return o
}

func (o *Lookup) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.Right)
	all(visit, o.On)
}

func (o *Lookup) write(w *writer) {
	w.str("lookup")
	w.params(o.Params)
	w.str(" ")
	o.Right.write(w)
	w.str(" on ")
	list(w, o.On)
}
