package syntax

// Evaluate is "evaluate plugin(…) : (a:long, …)".
type Evaluate struct {
	span
	Params    []*OpParam
	Plugin    *Call
	Cols      []*TypedName // the declared schema, or none
	HasSchema bool
	Star      bool // the schema has a leading or trailing *
}

func (*Evaluate) op() {}

func parseEvaluate(p *parser, _ keyword) Op {
	o := &Evaluate{Params: p.strictParams(param{"hint.distribution", wordValue, []string{"single", "per_node", "per_shard", "default"}})}
	if p.callAhead() {
		o.Plugin = p.call()
	} else {
		pos := p.pos()
		o.Plugin = &Call{Func: p.name()}
		p.expected("(")
		at(p, pos, o.Plugin)
	}
	if p.eat(tColon) {
		o.HasSchema = true
		p.loose(tLParen, tRParen, func() {
			if !o.Star && len(o.Cols) == 0 && p.eat(tStar) {
				o.Star = true
				return
			}
			o.Cols = append(o.Cols, p.typedName())
		})
	}
	return o
}

func (o *Evaluate) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.Plugin)
	all(visit, o.Cols)
}

func (o *Evaluate) write(w *writer) {
	w.str("evaluate")
	w.params(o.Params)
	w.str(" ")
	o.Plugin.write(w)
	if !o.HasSchema {
		return
	}
	w.str(" : (")
	if o.Star {
		w.str("*")
		if len(o.Cols) > 0 {
			w.str(", ")
		}
	}
	list(w, o.Cols)
	w.str(")")
}
