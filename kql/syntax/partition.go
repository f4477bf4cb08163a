package syntax

// Partition is "partition hint.strategy=native by X ( … )" or "{ … }"; Word is partition or __partitionby.
type Partition struct {
	span
	Word   string
	Params []*OpParam
	By     Expr
	Scope  Expr // of "partition by x in (…)"
	Sub    Expr // a *Pipe, with Source when in braces it has one
	Braces bool
}

func (*Partition) op() {}
