package syntax

// ProjectRename is "project-rename a = b, …".
type ProjectRename struct {
	span
	Cols []Expr
}

func (*ProjectRename) op() {}

func parseProjectRename(p *parser, _ keyword) Op {
	o := &ProjectRename{}
	if !p.listEnd() {
		p.commaList(func() { o.Cols = append(o.Cols, p.named()) })
	}
	return o
}

func (o *ProjectRename) children(visit func(Node)) { all(visit, o.Cols) }
func (o *ProjectRename) write(w *writer) {
	w.str("project-rename")
	items(w, "", o.Cols)
}
