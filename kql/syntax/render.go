package syntax

// Render is "render timechart with (a=b, …)".
type Render struct {
	span
	Kind  *Name
	Props []*OpParam
	Bare  bool // properties written without with ( )
}

func (*Render) op() {}
