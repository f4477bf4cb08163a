package syntax

// GraphMarkComponents is "graph-mark-components kind=weak with_component_id=x".
type GraphMarkComponents struct {
	span
	Params []*OpParam
}

func (*GraphMarkComponents) op() {}
