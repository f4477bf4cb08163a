package syntax

// Invoke is "invoke f(…)".
type Invoke struct {
	span
	Call Expr // a *Call or a *Member path to one
}

func (*Invoke) op() {}
