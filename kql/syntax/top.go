package syntax

// Top is "top N by a desc".
type Top struct {
	span
	Params []*OpParam
	N      Expr
	By     *Order
}

func (*Top) op() {}
