package syntax

// ProjectKeep is "project-keep a, b*".
type ProjectKeep struct {
	span
	Cols []Expr
}

func (*ProjectKeep) op() {}

func parseProjectKeep(p *parser, _ keyword) Op {
	o := &ProjectKeep{}
	if !p.listEnd() {
		p.commaList(func() { o.Cols = append(o.Cols, p.column()) })
	}
	return o
}

func (o *ProjectKeep) children(visit func(Node)) { all(visit, o.Cols) }
func (o *ProjectKeep) write(w *writer) {
	w.str("project-keep")
	items(w, "", o.Cols)
}
