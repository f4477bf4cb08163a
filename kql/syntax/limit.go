package syntax

// Take is "take N" or "limit N".
type Take struct {
	span
	Word   string
	Params []*OpParam
	N      Expr
}

func (*Take) op() {}
