package syntax

// Invoke is "invoke f(…)".
type Invoke struct {
	span
	Call Expr // a *Call or a *Member path to one
}

func (*Invoke) op() {}

func parseInvoke(p *parser, _ keyword) Op {
	if !p.callAhead() {
		return &Invoke{Call: p.missing("function call")}
	}
	pos := p.pos()
	var x Expr = p.call()
	for p.eat(tDot) {
		if p.callAhead() {
			x = at(p, pos, &Member{X: x, Sel: p.call()})
		} else {
			x = at(p, pos, &Member{X: x, Sel: p.missing("function call")})
		}
	}
	return &Invoke{Call: x}
}

func (o *Invoke) children(visit func(Node)) { visit(o.Call) }

func (o *Invoke) write(w *writer) {
	w.str("invoke ")
	o.Call.write(w)
}
