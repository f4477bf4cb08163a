package syntax

// GraphMarkComponents is "graph-mark-components kind=weak with_component_id=x".
type GraphMarkComponents struct {
	span
	Params []*OpParam
}

func (*GraphMarkComponents) op() {}

func parseGraphMarkComponents(p *parser, _ keyword) Op {
	return &GraphMarkComponents{Params: p.strictParams(
		param{"kind", wordValue, []string{"weak", "strong"}},
		param{"with_component_id", nameValue, nil},
	)}
}

func (o *GraphMarkComponents) children(visit func(Node)) { all(visit, o.Params) }

func (o *GraphMarkComponents) write(w *writer) {
	w.str("graph-mark-components")
	w.params(o.Params)
}
