package syntax

// Fork is "fork name=(…) (…)".
type Fork struct {
	span
	Branches []*Named // X is a *Pipe without Source; no Names if it has no name
}

func (*Fork) op() {}
