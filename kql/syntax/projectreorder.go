package syntax

// ProjectReorder is "project-reorder a, b* asc, c granny-desc"; Dir may be "", asc, desc, granny-asc, granny-desc.
type ProjectReorder struct {
	span
	Cols []*Order
}

func (*ProjectReorder) op() {}

func parseProjectReorder(p *parser, _ keyword) Op {
	o := &ProjectReorder{}
	if p.listEnd() {
		return o
	}
	p.commaList(func() {
		pos := p.pos()
		k := &Order{X: p.column()}
		k.Dir = p.direction()
		o.Cols = append(o.Cols, at(p, pos, k))
	})
	return o
}

func (o *ProjectReorder) children(visit func(Node)) { all(visit, o.Cols) }

func (o *ProjectReorder) write(w *writer) {
	w.str("project-reorder")
	items(w, "", o.Cols)
}
