package syntax

// Consume is "consume".
type Consume struct {
	span
	Params []*OpParam
}

func (*Consume) op() {}

func parseConsume(p *parser, _ keyword) Op {
	return &Consume{Params: p.strictParams(param{"decodeblocks", boolValue, nil})}
}

func (o *Consume) children(visit func(Node)) { all(visit, o.Params) }

func (o *Consume) write(w *writer) {
	w.str("consume")
	w.params(o.Params)
}
