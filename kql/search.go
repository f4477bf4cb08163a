package kql

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// search keeps the rows of some tables, of all tables, or of its input in which a
// term is found.
func (b *binder) search(op *syntax.Search, in *rel) *rel {
	ps := b.opParams(op.Params, "kind")
	sensitive := b.word(ps, "kind", "default", "case_sensitive", "case_insensitive") == "case_sensitive"
	var legs []*rel
	switch {
	case len(op.In) > 0:
		if in != nil {
			b.fail(opWord{op}, codeFirst, "search in (…) takes no input: it comes first")
		}
		for _, x := range op.In {
			legs = append(legs, b.legs(x, false)...)
		}
	case in != nil:
		legs = []*rel{in}
	default:
		legs = b.wildTables(b.env, "*", true)
	}
	s := &searching{b: b, at: op, sensitive: sensitive}
	found := s.legs(op.Cond, legs)
	out := b.unite(found, "$table", false)
	if in != nil && len(op.In) == 0 {
		name := in.name
		if name == "" {
			name = "search_arg0"
		}
		cols := append([]plan.Named{{Name: "$table", Expr: &plan.Lit{Value: name, Of: table.String}}}, found[0].all()...)
		out = found[0].from(&plan.Project{In: found[0].node, Cols: cols})
	}
	return out
}

// searching binds the condition of search and find, in which a text alone is a term
// to be found in any column. Terms are bound once the table is known.
type searching struct {
	b         *binder
	at        spot
	sensitive bool
	terms     []searchTerm
}

// searchTerm is a term, or * op x, and the column that stands for it until then.
type searchTerm struct {
	at   spot
	op   string
	x    plan.Expr
	mark *plan.Col
}

// legs filters each table by a condition, which is bound once, over the columns of
// all: a column that a table lacks is null there.
func (s *searching) legs(cond syntax.Expr, legs []*rel) []*rel {
	all := &rel{node: badRel().node}
	index := map[string]int{}
	for _, l := range legs {
		all.bad, all.open = all.bad || l.bad, all.open || l.open
		for _, c := range l.cols {
			if _, ok := index[c.Name]; !ok {
				index[c.Name] = len(all.cols)
				all.cols = append(all.cols, c)
			}
		}
	}
	f := row(all)
	f.search = s
	e := s.cond(f, cond)
	if !isBad(e) && e.Type() != table.Bool {
		s.b.fail(cond, codeType, "a condition must be of type bool, not %s", e.Type())
		e = bad
	}
	out := make([]*rel, len(legs))
	for i, l := range legs {
		out[i] = l
		if !isBad(e) {
			out[i] = l.from(&plan.Filter{In: l.node, Cond: s.over(l, all, e)})
			out[i].name = l.name
		}
	}
	return out
}

// over brings a condition over the columns of all to those of one table.
func (s *searching) over(l, all *rel, e plan.Expr) plan.Expr {
	return plan.RewriteExpr(e, func(e plan.Expr) plan.Expr {
		switch e := e.(type) {
		case *plan.Col:
			for _, t := range s.terms {
				if t.mark == e {
					return s.b.anyColumn(l, t.at, t.op, t.x)
				}
			}
			c := all.cols[e.Index]
			if i := l.index(c.Name); i >= 0 {
				return s.b.cast(s.at, l.col(i), c.Type)
			}
			return nullOf(c.Type)
		case *plan.Call:
			return foldLogic(e)
		}
		return e
	})
}

// foldLogic computes a call of constants, and "and" and "or" of which one is.
func foldLogic(c *plan.Call) plan.Expr {
	if c.Func.Name == "and" || c.Func.Name == "or" {
		for i, a := range c.Args {
			l, ok := a.(*plan.Lit)
			if !ok || l.Value == nil {
				continue
			}
			if l.Value == (c.Func.Name == "or") {
				return l
			}
			return c.Args[1-i]
		}
	}
	return fold(c)
}

// isNever reports whether a condition is surely not true.
func isNever(e plan.Expr) bool {
	l, ok := e.(*plan.Lit)
	return ok && l.Value != true
}

// cond binds a condition.
func (s *searching) cond(f *frame, x syntax.Expr) plan.Expr {
	b := s.b
	switch x := x.(type) {
	case *syntax.Paren:
		return s.cond(f, x.X)
	case *syntax.Star:
		return &plan.Lit{Value: true, Of: table.Bool}
	case *syntax.WildName:
		if x.Text == "*" {
			return &plan.Lit{Value: true, Of: table.Bool}
		}
		return s.term(x, x.Text)
	case *syntax.Binary:
		if x.Op == "and" || x.Op == "or" {
			return b.operator(x, x.Op, s.cond(f, x.X), s.cond(f, x.Y))
		}
	}
	e := b.expr(f, x)
	if l, ok := e.(*plan.Lit); ok && l.Of == table.String {
		term, _ := l.Value.(string)
		return s.term(x, term)
	}
	return e
}

// term binds a text that is to be found in any column.
func (s *searching) term(at spot, term string) plan.Expr {
	op, term := termOperator(term)
	if s.sensitive {
		op += "_cs"
	}
	return s.mark(at, op, &plan.Lit{Value: term, Of: table.String})
}

// mark returns a column that stands for * op x.
func (s *searching) mark(at spot, op string, x plan.Expr) plan.Expr {
	m := &plan.Col{Of: table.Bool}
	s.terms = append(s.terms, searchTerm{at, op, x, m})
	return m
}

// termOperator tells how a term is looked for: as a whole, or, with *, in part.
func termOperator(term string) (op, text string) {
	head, tail := strings.HasPrefix(term, "*"), strings.HasSuffix(term, "*")
	switch {
	case head && tail && len(term) > 1:
		return "contains", term[1 : len(term)-1]
	case head:
		return "hassuffix", term[1:]
	case tail:
		return "hasprefix", term[:len(term)-1]
	}
	return "has", term
}

// searchable are the types of the columns that * op x looks at for a string x.
var searchable = []table.Type{table.String, table.Dynamic, table.Guid}

// anyColumn binds * op x: true where the operator is true of some column.
func (b *binder) anyColumn(in *rel, at spot, op string, x plan.Expr) plan.Expr {
	if isBad(x) {
		return bad
	}
	var found []plan.Expr
	for i, c := range in.cols {
		fits := c.Type == x.Type()
		if x.Type() == table.String {
			fits = slices.Contains(searchable, c.Type)
		}
		if !fits {
			continue
		}
		e := b.operator(at, op, b.cast(at, in.col(i), x.Type()), x)
		if isBad(e) {
			return bad
		}
		found = append(found, e)
	}
	if len(found) == 0 {
		if in.bad {
			return bad
		}
		return &plan.Lit{Value: false, Of: table.Bool}
	}
	for len(found) > 1 { // a tree that is as flat as can be
		n := 0
		for i := 0; i < len(found); i += 2 {
			e := found[i]
			if i+1 < len(found) {
				e = b.operator(at, "or", e, found[i+1])
			}
			found[n] = e
			n++
		}
		found = found[:n]
	}
	return found[0]
}

// starBinary binds * op x in any condition.
func (b *binder) starBinary(f *frame, x *syntax.Binary) plan.Expr {
	op := strings.Replace(x.Op, ":", "has", 1)
	y := b.expr(f, x.Y)
	switch {
	case f.agg != nil:
		b.fail(x, codeStar, "a * may not stand here")
		return bad
	case isBad(y):
		return bad
	case f.search != nil:
		return f.search.mark(x, op, y)
	}
	return b.anyColumn(f.in, x, op, y)
}
