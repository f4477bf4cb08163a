package syntax

// ProjectRename is "project-rename a = b, …".
type ProjectRename struct {
	span
	Cols []Expr
}

func (*ProjectRename) op() {}
