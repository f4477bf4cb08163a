package syntax

// Extend is "extend a = x, …".
type Extend struct {
	span
	Cols []Expr
}

func (*Extend) op() {}
