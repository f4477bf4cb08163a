package syntax

// Search is "search kind=case_sensitive in (T, …) X".
type Search struct {
	span
	Params []*OpParam
	In     []Expr
	Cond   Expr
}

func (*Search) op() {}

func parseSearch(p *parser, _ keyword) Op {
	known := []param{
		{"kind", wordValue, []string{"default", "case_insensitive", "case_sensitive"}},
		{"datascope", wordValue, []string{"all", "hotcache"}},
	}
	o := &Search{Params: p.strictParams(known...)}
	o.In = p.findIn()
	star := p.star
	p.star = true
	o.Cond = p.unnamed()
	p.star = star
	return o
}

func (o *Search) children(visit func(Node)) {
	all(visit, o.Params)
	all(visit, o.In)
	visit(o.Cond)
}

func (o *Search) write(w *writer) {
	w.str("search")
	w.params(o.Params)
	if len(o.In) > 0 {
		w.str(" in (")
		list(w, o.In)
		w.str(")")
	}
	w.str(" ")
	o.Cond.write(w)
}
