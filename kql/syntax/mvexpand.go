package syntax

// MvExpand is "mv-expand kind=array a = x to typeof(long), … limit 5".
type MvExpand struct {
	span
	Word   string
	Params []*OpParam
	Cols   []*MvCol
	Limit  Expr
}

func (*MvExpand) op() {}

// MvCol is a column to expand: a = x to typeof(long).
type MvCol struct {
	span
	X  Expr // may be a *Named
	To *Lit // a TypeLit, or nil
}
