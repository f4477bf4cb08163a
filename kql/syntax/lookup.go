package syntax

// Lookup is "lookup kind=leftouter (T) on a".
type Lookup struct {
	span
	Params []*OpParam
	Right  Expr
	On     []Expr
}

func (*Lookup) op() {}
