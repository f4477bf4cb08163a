package syntax

// GetSchema is "getschema" or "getschema kind=csl".
type GetSchema struct {
	span
	Params []*OpParam
}

func (*GetSchema) op() {}

func parseGetSchema(p *parser, _ keyword) Op {
	return &GetSchema{Params: p.strictParams(param{"kind", wordValue, []string{"csl"}})}
}

func (o *GetSchema) children(visit func(Node)) { all(visit, o.Params) }

func (o *GetSchema) write(w *writer) {
	w.str("getschema")
	w.params(o.Params)
}
