package syntax

// ProjectByNames is "project-by-names …".
type ProjectByNames struct {
	span
	Cols []Expr
}

func (*ProjectByNames) op() {}
