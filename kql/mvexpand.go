package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) mvExpand(op *syntax.MvExpand, in *rel) *rel {
	return in.from(b.expansion(op.Params, op.Cols, op.Limit, in))
}

// expansion binds what mv-expand and mv-apply have in common.
func (b *binder) expansion(params []*syntax.OpParam, cols []*syntax.MvCol, limit syntax.Expr, in *rel) *plan.MvExpand {
	ps := b.opParams(params, "kind", "bagexpansion", "with_itemindex")
	n := &plan.MvExpand{In: in.node}
	n.BagAsArray = b.word(ps, "kind", "bag", "array") == "array" || b.word(ps, "bagexpansion", "bag", "array") == "array"
	names := newProjection()
	names.addInput(in)
	for _, c := range cols {
		b.mvCol(n, names, in, c)
	}
	if p := ps["with_itemindex"]; p != nil {
		n.ItemIndex = names.unique.get(wordOf(p.X))
	}
	if limit != nil {
		n.Limit = b.rowCount(limit)
	}
	return n
}

// mvCol adds one expanded column: it takes the place of the column of its name.
func (b *binder) mvCol(n *plan.MvExpand, names *projection, in *rel, c *syntax.MvCol) {
	x, name := c.X, ""
	if nx, ok := x.(*syntax.Named); ok && len(nx.Names) == 1 {
		x, name = nx.X, nx.Names[0].Text
	}
	f := row(in)
	e := b.expr(f, x)
	if name == "" {
		if name = b.itemName(f, x); name == "" {
			name = b.unnamedColumn(f, extend)
		}
	}
	to := table.Dynamic
	if c.To != nil {
		t, ok := table.ParseType(c.To.Text)
		if !ok {
			b.fail(c.To, codeTypeName, "no type named '%s'", c.To.Text)
		}
		to = t
	}
	if !isBad(e) && e.Type() != table.Dynamic {
		b.fail(x, codeType, "the value to expand must be dynamic, not %s", e.Type())
	}
	for _, o := range n.Cols {
		if o.Name == name {
			b.fail(c, codeDuplicate, "a column named '%s' is already declared", name)
			return
		}
	}
	index := in.index(name)
	if index < 0 {
		names.unique.get(name)
	}
	n.Cols = append(n.Cols, plan.MvCol{Name: name, Expr: e, Index: index, To: to})
}
