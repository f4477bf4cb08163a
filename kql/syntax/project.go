package syntax

// Project is "project a, b = x, …".
type Project struct {
	span
	Cols []Expr
}

func (*Project) op() {}

func parseProject(p *parser, _ keyword) Op {
	o := &Project{}
	if !p.listEnd() {
		p.commaList(func() { o.Cols = append(o.Cols, p.named()) })
	}
	return o
}

func (o *Project) children(visit func(Node)) { all(visit, o.Cols) }
func (o *Project) write(w *writer) {
	w.str("project")
	items(w, "", o.Cols)
}
