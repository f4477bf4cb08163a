package syntax

// Summarize is "summarize a = count(), … by b, bin(t, 1h)".
type Summarize struct {
	span
	Params []*OpParam
	Aggs   []Expr
	By     []Expr
	HasBy  bool
	Step   Expr // deprecated bin=…
}

func (*Summarize) op() {}
