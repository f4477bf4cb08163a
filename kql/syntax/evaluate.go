package syntax

// Evaluate is "evaluate plugin(…) : (a:long, …)".
type Evaluate struct {
	span
	Params    []*OpParam
	Plugin    *Call
	Cols      []*TypedName // the declared schema, or none
	HasSchema bool
	Star      bool // the schema has a leading or trailing *
}

func (*Evaluate) op() {}
