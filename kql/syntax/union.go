package syntax

// Union is "union kind=outer withsource=T a, b*, (T | …)".
type Union struct {
	span
	Params []*OpParam
	Tables []Expr
}

func (*Union) op() {}

func parseUnion(p *parser, _ keyword) Op {
	o := &Union{Params: p.strictParams(
		param{"kind", wordValue, []string{"inner", "outer"}},
		param{"withsource", nameValue, nil}, param{"with_source", nameValue, nil},
		param{"isfuzzy", boolValue, nil}, param{"__isFuzzy", boolValue, nil}, param{"best_effort", boolValue, nil},
	)}
	p.commaList(func() {
		if p.kind() == tLParen {
			o.Tables = append(o.Tables, p.paren())
		} else {
			o.Tables = append(o.Tables, p.entity())
		}
	})
	return o
}

func (o *Union) children(visit func(Node)) { all(visit, o.Params); all(visit, o.Tables) }

func (o *Union) write(w *writer) {
	w.str("union")
	w.params(o.Params)
	items(w, "", o.Tables)
}
