package syntax

import "slices"

// Where is "where X" or "filter X". Cond may be a *Named, whose name means nothing:
// where a = true keeps all rows.
type Where struct {
	span
	Word   string
	Params []*OpParam
	Cond   Expr
}

func (*Where) op() {}

func parseWhere(p *parser, k keyword) Op {
	return &Where{Word: k.word, Params: p.params(), Cond: p.named()}
}

func (o *Where) children(visit func(Node)) { all(visit, o.Params); visit(o.Cond) }

func (o *Where) write(w *writer) {
	w.str(o.Word)
	w.params(o.Params)
	w.str(" ")
	w.condition(o.Cond)
}

// condition writes a chain of and or or, with a line for each link if it is long.
func (w *writer) condition(x Expr) {
	b, ok := x.(*Binary)
	if !ok || b.Op != "and" && b.Op != "or" {
		x.write(w)
		return
	}
	var links []string
	length := 0
	add := func(x Expr) {
		sub := writer{indent: w.indent + 1}
		x.write(&sub)
		links = append(links, sub.String())
		length += sub.b.Len() + len(" and ")
	}
	op := b.Op
	for ; ok && b.Op == op; b, ok = x.(*Binary) {
		add(b.Y)
		x = b.X
	}
	add(x)
	slices.Reverse(links)
	w.indent++
	for i, s := range links {
		switch {
		case i == 0:
		case length < wide:
			w.str(" ", op, " ")
		default:
			w.line()
			w.str(op, " ")
		}
		w.str(s)
	}
	w.indent--
}
