package syntax

// As is "as hint.materialized=true Name".
type As struct {
	span
	Params []*OpParam
	Name   *Name
}

func (*As) op() {}

func parseAs(p *parser, _ keyword) Op { return &As{Params: p.params(), Name: p.name()} }

func (o *As) children(visit func(Node)) { all(visit, o.Params); visit(o.Name) }

func (o *As) write(w *writer) {
	w.str("as")
	w.params(o.Params)
	w.str(" ")
	o.Name.write(w)
}
