package syntax

// Union is "union kind=outer withsource=T a, b*, (T | …)".
type Union struct {
	span
	Params []*OpParam
	Tables []Expr
}

func (*Union) op() {}
