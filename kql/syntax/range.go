package syntax

// Range is "range x from a to b step c".
type Range struct {
	span
	Name           *Name
	From, To, Step Expr
}

func (*Range) op() {}
