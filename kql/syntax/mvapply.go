package syntax

// MvApply is "mv-apply a = x to typeof(long) limit 5 on ( … )".
type MvApply struct {
	span
	Word   string
	Params []*OpParam
	Cols   []*MvCol
	Limit  Expr
	ID     Expr
	Sub    Expr // a *Pipe without Source
}

func (*MvApply) op() {}
