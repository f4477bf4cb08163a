package syntax

// Print is "print a = x, …".
type Print struct {
	span
	Cols []Expr
}

func (*Print) op() {}
