package syntax

// Find is "find in (T, …) where X project a, pack_all()".
type Find struct {
	span
	Params []*OpParam
	In     []Expr
	Cond   Expr
	Kind   string // "", project, project-smart, project-away
	Cols   []Expr // names, typed names, a *Star, pack(*)/pack_all() calls
}

func (*Find) op() {}
