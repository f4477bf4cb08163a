package syntax

// Facet is "facet by a, b with ( … )".
type Facet struct {
	span
	Cols []Expr
	With Expr // a *Pipe without Source, or nil
}

func (*Facet) op() {}
