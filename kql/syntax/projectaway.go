package syntax

// ProjectAway is "project-away a, b*".
type ProjectAway struct {
	span
	Cols []Expr
}

func (*ProjectAway) op() {}
