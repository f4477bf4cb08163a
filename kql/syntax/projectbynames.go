package syntax

// ProjectByNames is "project-by-names …".
type ProjectByNames struct {
	span
	Cols []Expr
}

func (*ProjectByNames) op() {}

func parseProjectByNames(p *parser, _ keyword) Op {
	o := &ProjectByNames{}
	if !p.listEnd() {
		p.commaList(func() { o.Cols = append(o.Cols, p.unnamed()) })
	}
	return o
}

func (o *ProjectByNames) children(visit func(Node)) { all(visit, o.Cols) }
func (o *ProjectByNames) write(w *writer) {
	w.str("project-by-names")
	items(w, "", o.Cols)
}
