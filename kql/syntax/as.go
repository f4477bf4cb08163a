package syntax

// As is "as hint.materialized=true Name".
type As struct {
	span
	Params []*OpParam
	Name   *Name
}

func (*As) op() {}
