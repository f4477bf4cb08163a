package syntax

// Search is "search kind=case_sensitive in (T, …) X".
type Search struct {
	span
	Params []*OpParam
	In     []Expr
	Cond   Expr
}

func (*Search) op() {}
