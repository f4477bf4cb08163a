package syntax

// Consume is "consume".
type Consume struct {
	span
	Params []*OpParam
}

func (*Consume) op() {}
