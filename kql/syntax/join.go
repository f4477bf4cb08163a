package syntax

// Join is "join kind=inner (T) on a, $left.b == $right.c".
type Join struct {
	span
	Params []*OpParam
	Right  Expr
	On     []Expr
	Where  Expr // the deprecated where form, or nil
}

func (*Join) op() {}
