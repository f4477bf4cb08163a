package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

// mvApply expands each row and runs a subquery on the rows that this gives. The
// result has the columns of the input that are not expanded, then the subquery's; of
// equal names the subquery's takes the place.
func (b *binder) mvApply(op *syntax.MvApply, in *rel) *rel {
	if op.ID != nil { // a name for the service's own use
		b.expr(noRow(), op.ID)
	}
	n := &plan.MvApply{Expand: b.expansion(op.Params, op.Cols, op.Limit, in), ID: b.id()}
	sub := in.from(&plan.SubInput{ID: n.ID, Table: n.Expand.Schema()})
	out := b.subquery(op.Sub, sub)
	n.Sub = out.node
	var order []int // of the result's columns, in the node's output; -1-i is Sub's i
	for i, c := range in.cols {
		if expands(op.Cols, c.Name) {
			continue
		}
		if j := out.index(c.Name); j >= 0 {
			order = append(order, -1-j)
			continue
		}
		order = append(order, len(n.Keep))
		n.Keep = append(n.Keep, i)
		n.Names = append(n.Names, c.Name)
	}
	placed := map[int]bool{}
	for _, o := range order {
		if o < 0 {
			placed[-1-o] = true
		}
	}
	for j, c := range out.cols {
		n.Names = append(n.Names, c.Name)
		if !placed[j] {
			order = append(order, -1-j)
		}
	}
	for i, o := range order {
		if o < 0 {
			order[i] = len(n.Keep) - 1 - o
		}
	}
	r := in.from(n)
	r.bad, r.open = in.bad || out.bad, in.open || out.open
	return pick(r, order)
}

// expands reports whether mv-apply expands a column itself.
func expands(cols []*syntax.MvCol, name string) bool {
	for _, c := range cols {
		if n, ok := c.X.(*syntax.Name); ok && n.Text == name {
			return true
		}
	}
	return false
}

// subquery binds a query inside of an operator, whose input is given.
func (b *binder) subquery(x syntax.Expr, in *rel) *rel {
	for {
		p, ok := x.(*syntax.Paren)
		if !ok {
			break
		}
		x = p.X
	}
	out := badRel()
	switch x := x.(type) {
	case *syntax.Pipe:
		out = b.pipe(x, in)
	case *syntax.Bad, nil:
	default:
		out = b.query(x)
	}
	if out.graph != nil || len(out.more) > 0 {
		b.fail(x, codeOperator, "the subquery must make one table")
		return badRel()
	}
	return out
}
