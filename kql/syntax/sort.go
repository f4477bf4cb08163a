package syntax

// Sort is "sort by a desc, …" or "order by …".
type Sort struct {
	span
	Word   string
	Params []*OpParam
	By     []*Order
}

func (*Sort) op() {}
