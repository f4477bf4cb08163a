package syntax

// Sample is "sample N".
type Sample struct {
	span
	Params []*OpParam
	N      Expr
}

func (*Sample) op() {}
