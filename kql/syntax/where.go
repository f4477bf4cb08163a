package syntax

// Where is "where X" or "filter X".
type Where struct {
	span
	Word   string
	Params []*OpParam
	Cond   Expr
}

func (*Where) op() {}
