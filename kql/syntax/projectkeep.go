package syntax

// ProjectKeep is "project-keep a, b*".
type ProjectKeep struct {
	span
	Cols []Expr
}

func (*ProjectKeep) op() {}
