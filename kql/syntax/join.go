package syntax

// Join is "join kind=inner (T) on a, $left.b == $right.c".
type Join struct {
	span
	Params []*OpParam
	Right  Expr
	On     []Expr
	Where  Expr // the deprecated where form, or nil
}

func (*Join) op() {}

func parseJoin(p *parser, _ keyword) Op {
	o := &Join{Params: p.strictParams(
		param{"kind", wordValue, []string{
			"inner", "fullouter", "innerunique", "leftanti", "leftantisemi", "anti", "leftouter", "leftsemi",
			"rightanti", "rightantisemi", "rightouter", "rightsemi",
		}},
		param{"hint.remote", wordValue, []string{"auto", "left", "local", "right", "unresolved"}},
		param{"hint.strategy", wordValue, []string{"auto", "broadcast", "centralized", "shuffle"}},
	)}
	o.Right = p.unnamed()
	switch {
	case p.word() == "where":
		p.next()
		o.Where = p.unnamed()
	default:
		o.On = p.joinOn()
	}
	return o
}

// joinOn parses on a, $left.b == $right.c.
func (p *parser) joinOn() []Expr {
	if !p.eatWord("on") {
		p.fail("KS006", "Missing join on condition clause", "join (…) on Column")
		return nil
	}
	var on []Expr
	p.commaList(func() { on = append(on, p.unnamed()) })
	return on
}

func (o *Join) children(visit func(Node)) {
	all(visit, o.Params)
	visit(o.Right)
	all(visit, o.On)
	one(visit, o.Where)
}

func (o *Join) write(w *writer) {
	w.str("join")
	w.params(o.Params)
	w.str(" ")
	o.Right.write(w)
	if len(o.On) > 0 {
		w.str(" on ")
		list(w, o.On)
	}
	opt(w, " where ", o.Where)
}
