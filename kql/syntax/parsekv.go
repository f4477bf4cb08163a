package syntax

// ParseKv is "parse-kv X as (a:long, …) with (…)".
type ParseKv struct {
	span
	X     Expr
	Cols  []*TypedName
	Props []*OpParam
}

func (*ParseKv) op() {}
