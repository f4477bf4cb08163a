package syntax

import (
	"strconv"
	"strings"
)

// Format returns the text of a tree: an operator a line, subqueries indented. Parsing
// it gives the same tree. Comments are not in the tree, so they are lost.
func Format(n Node) string {
	w := newWriter()
	n.write(w)
	if f, ok := n.(*File); ok && len(f.Stmts) > 0 {
		w.str("\n")
	}
	return w.String()
}

// wide is the length from which on a list has a line for each element.
const wide = 100

// writer collects a tree's text.
type writer struct {
	b      strings.Builder
	indent int
}

func newWriter() *writer { return &writer{} }

func (w *writer) String() string { return w.b.String() }

// str writes texts.
func (w *writer) str(texts ...string) {
	for _, s := range texts {
		w.b.WriteString(s)
	}
}

// line starts a new line.
func (w *writer) line() {
	w.b.WriteByte('\n')
	for range w.indent {
		w.b.WriteString("    ")
	}
}

// in writes what f writes one level deeper, on lines of its own.
func (w *writer) in(f func()) {
	w.indent++
	w.line()
	f()
	w.indent--
	w.line()
}

// block writes an expression in brackets; a query stands on lines of its own.
func (w *writer) block(open string, x Expr, closing string) {
	w.str(open)
	if _, query := x.(*Pipe); query {
		w.in(func() { x.write(w) })
	} else {
		x.write(w)
	}
	w.str(closing)
}

// opt writes a text and a node, if there is the node.
func opt[N interface {
	comparable
	Node
}](w *writer, before string, n N) {
	var none N
	if n != none {
		w.str(before)
		n.write(w)
	}
}

// list writes nodes with commas between them.
func list[N Node](w *writer, nodes []N) {
	for i, n := range nodes {
		if i > 0 {
			w.str(", ")
		}
		n.write(w)
	}
}

// items writes the nodes that an operator lists: in its line, or each on a line of its
// own if they are long. It tells whether it did the latter.
func items[N Node](w *writer, before string, nodes []N) bool {
	if len(nodes) == 0 {
		return false
	}
	w.str(before)
	if len(nodes) == 1 {
		w.str(" ")
		nodes[0].write(w)
		return false
	}
	texts, length := make([]string, len(nodes)), 0
	for i, n := range nodes {
		sub := writer{indent: w.indent + 1}
		n.write(&sub)
		texts[i] = sub.String()
		length += len(texts[i]) + 2
		if strings.Contains(texts[i], "\n") {
			length = wide
		}
	}
	if length < wide {
		w.str(" ", strings.Join(texts, ", "))
		return false
	}
	w.indent++
	for i, s := range texts {
		w.line()
		w.str(s)
		if i < len(texts)-1 {
			w.str(",")
		}
	}
	w.indent--
	return true
}

// clause writes what follows items: on a line of its own if they had lines of theirs.
func (w *writer) clause(spread bool, f func()) {
	if !spread {
		w.str(" ")
		f()
		return
	}
	w.indent++
	w.line()
	f()
	w.indent--
}

// stmts writes statements, each on a line.
func (w *writer) stmts(list []Stmt) {
	for i, s := range list {
		if i > 0 {
			w.str(";")
			w.line()
		}
		s.write(w)
	}
}

// body writes { statements }.
func (w *writer) body(list []Stmt) {
	w.str("{")
	if len(list) > 0 {
		w.in(func() { w.stmts(list) })
	}
	w.str("}")
}

// params writes an operator's parameters, each behind a space.
func (w *writer) params(list []*OpParam) {
	for _, p := range list {
		w.str(" ")
		p.write(w)
	}
}

// with writes with (a=x, …) if there are parameters.
func (w *writer) with(params []*OpParam) {
	if len(params) > 0 {
		w.str(" with (")
		list(w, params)
		w.str(")")
	}
}

// schema writes (a:long, …).
func (w *writer) schema(cols []*TypedName) {
	w.str("(")
	list(w, cols)
	w.str(")")
}

// quote writes a string as a literal.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if c < ' ' || c == 0x7f {
				b.WriteString(`\x` + strconv.FormatUint(uint64(c)|0x100, 16)[1:])
			} else {
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
