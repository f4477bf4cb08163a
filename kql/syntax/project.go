package syntax

// Project is "project a, b = x, …".
type Project struct {
	span
	Cols []Expr
}

func (*Project) op() {}
