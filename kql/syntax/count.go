package syntax

// Count is "count", and "count as Name".
type Count struct {
	span
	As *Name
}

func (*Count) op() {}
