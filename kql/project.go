package kql

import (
	"strconv"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

// style is how an operator names and places the columns that it makes.
type style uint8

const (
	plain    style = iota // project, distinct, by
	extend                // takes the place of a column of the same name
	serial                // serialize: the same, but a name that it makes is a new one
	replace               // mv-expand: the same, and a column stands for itself
	printing              // print_0 …
)

func (b *binder) project(op *syntax.Project, in *rel) *rel {
	f := row(in)
	f.windows = true
	p := newProjection()
	for _, x := range op.Cols {
		b.item(f, p, x, plain, "")
	}
	return b.projected(in, f, p)
}

// projected makes the node of a projection.
func (b *binder) projected(in *rel, f *frame, p *projection) *rel {
	return in.from(&plan.Project{In: in.node, Cols: p.cols, Window: f.window})
}

// item adds the columns of one expression of a list: x, a = x, (a, b) = x or *.
// fallback is the name if it has none; without it that is Column1, Column2 ….
func (b *binder) item(f *frame, p *projection, x syntax.Expr, s style, fallback string) {
	if n, ok := x.(*syntax.Named); ok {
		b.namedItem(f, p, n, s)
		return
	}
	if isStar(x) {
		if f.agg != nil {
			b.fail(x, codeStar, "a * may not stand here")
			return
		}
		for _, c := range f.in.all() {
			p.add(c.Name, c.Expr, true)
		}
		return
	}
	v := b.itemValue(f, x)
	if c := b.ownColumn(f, x, v.expr); c != "" && s != printing {
		if s != extend && s != serial { // which have it already
			p.declare(b, x, c, v.expr, s == replace)
		}
		return
	}
	if v.fields != nil && (s != printing || len(v.fields) > 1) {
		p.addFields(v, 0)
		return
	}
	name := fallback
	if s != printing || name == "" {
		name = b.itemName(f, x)
	}
	if name == "" {
		name = fallback
	}
	if name == "" {
		name = b.unnamedColumn(f, s)
	}
	p.add(name, v.expr, s == extend || s == replace)
}

// itemValue binds an expression that must be a scalar or several.
func (b *binder) itemValue(f *frame, x syntax.Expr) value {
	v := b.any(f, x)
	if v.rel != nil {
		if !v.rel.bad {
			b.fail(x, codeScalar, "a scalar is expected here, not a table; toscalar() makes one of it")
		}
		return value{expr: bad}
	}
	return v
}

// namedItem adds a = x and (a, b) = x.
func (b *binder) namedItem(f *frame, p *projection, n *syntax.Named, s style) {
	v := b.itemValue(f, n.X)
	over := s == extend || s == serial || s == replace
	if v.fields == nil {
		if len(n.Names) > 1 {
			if !isBad(v.expr) {
				b.fail(n, codeTuple, "the expression has one value, not %d", len(n.Names))
				return
			}
			for _, name := range n.Names {
				p.declare(b, name, name.Text, bad, over)
			}
			return
		}
		p.declare(b, n.Names[0], n.Names[0].Text, v.expr, over || !n.Tuple && b.ownColumn(f, n.X, v.expr) != "")
		return
	}
	for i, name := range n.Names {
		if i >= len(v.fields) {
			b.fail(name, "KS150", "'%s' has no value: the expression has %d", name.Text, len(v.fields))
			continue
		}
		p.declare(b, name, name.Text, v.fields[i], over || !n.Tuple)
	}
	if s != printing {
		p.addFields(v, len(n.Names))
	}
}

// ownColumn returns the name of the column that an expression is, or "": of a name,
// or of a conversion that converts nothing.
func (b *binder) ownColumn(f *frame, x syntax.Expr, e plan.Expr) string {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.ownColumn(f, x.X, e)
	case *syntax.Name:
		if c, ok := e.(*plan.Col); ok && f.agg == nil && f.in.index(x.Text) == c.Index {
			return x.Text
		}
	case *syntax.Call:
		if len(x.Args) != 1 || f.agg != nil || isBad(e) || conversions[e.Type()] != conversionName(x.Func.Text) {
			return ""
		}
		if n, ok := x.Args[0].(*syntax.Name); ok {
			if i := f.in.index(n.Text); i >= 0 && f.in.cols[i].Type == e.Type() {
				return n.Text
			}
		}
	}
	return ""
}

// conversionName is the usual name of a conversion function.
func conversionName(name string) string {
	if f, ok := fn.Lookup(name); ok && f.Alias != "" {
		return f.Alias
	}
	if name == "todouble" {
		return "toreal"
	}
	return name
}

// unnamedColumn makes a name for a column that has none.
func (b *binder) unnamedColumn(f *frame, s style) string {
	for {
		b.unnamed++
		name := "Column" + strconv.Itoa(b.unnamed)
		if s != extend || f.in.index(name) < 0 {
			return name
		}
	}
}
