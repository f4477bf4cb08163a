package syntax

// Reduce is "reduce kind=source by X with threshold=0.1, characters='…'".
type Reduce struct {
	span
	Params []*OpParam
	By     Expr
	With   []*OpParam
}

func (*Reduce) op() {}
