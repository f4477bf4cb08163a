package syntax

// ParseKv is "parse-kv X as (a:long, …) with (…)".
type ParseKv struct {
	span
	X     Expr
	Cols  []*TypedName
	Props []*OpParam
}

func (*ParseKv) op() {}

func parseParseKv(p *parser, _ keyword) Op {
	o := &ParseKv{X: p.unnamed()}
	p.expectWord("as")
	o.Cols = p.schema()
	if p.eatWord("with") {
		o.Props = p.withParams(
			param{"pair_delimiter", strValue, nil}, param{"kv_delimiter", strValue, nil}, param{"regex", strValue, nil},
			param{"quote", strValue, nil}, param{"escape", strValue, nil}, param{"greedy", boolValue, nil},
		)
	}
	return o
}

func (o *ParseKv) children(visit func(Node)) {
	visit(o.X)
	all(visit, o.Cols)
	all(visit, o.Props)
}

func (o *ParseKv) write(w *writer) {
	w.str("parse-kv ")
	o.X.write(w)
	w.str(" as ")
	w.schema(o.Cols)
	w.with(o.Props)
}
