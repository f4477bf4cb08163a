package syntax

// AssertSchema is "assert-schema (a:long, …)".
type AssertSchema struct {
	span
	Cols []*TypedName
}

func (*AssertSchema) op() {}

func parseAssertSchema(p *parser, _ keyword) Op { return &AssertSchema{Cols: p.schema()} }

func (o *AssertSchema) children(visit func(Node)) { all(visit, o.Cols) }

func (o *AssertSchema) write(w *writer) {
	w.str("assert-schema ")
	w.schema(o.Cols)
}
