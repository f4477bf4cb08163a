package syntax

// Distinct is "distinct a, b" or "distinct *".
type Distinct struct {
	span
	Params []*OpParam
	Cols   []Expr
}

func (*Distinct) op() {}
