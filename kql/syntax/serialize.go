package syntax

// Serialize is "serialize a = x, …".
type Serialize struct {
	span
	Params []*OpParam
	Cols   []Expr
}

func (*Serialize) op() {}
