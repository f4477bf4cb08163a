package syntax

// ProjectAway is "project-away a, b*".
type ProjectAway struct {
	span
	Cols []Expr
}

func (*ProjectAway) op() {}

func parseProjectAway(p *parser, _ keyword) Op {
	o := &ProjectAway{}
	if !p.listEnd() {
		p.commaList(func() { o.Cols = append(o.Cols, p.column()) })
	}
	return o
}

func (o *ProjectAway) children(visit func(Node)) { all(visit, o.Cols) }
func (o *ProjectAway) write(w *writer) {
	w.str("project-away")
	items(w, "", o.Cols)
}
