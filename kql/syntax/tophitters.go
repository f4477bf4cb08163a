package syntax

// TopHitters is "top-hitters N of X by Y".
type TopHitters struct {
	span
	Params    []*OpParam
	N, Of, By Expr
}

func (*TopHitters) op() {}
