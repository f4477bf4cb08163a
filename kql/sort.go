package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

func (b *binder) sort(op *syntax.Sort, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	f.windows = true
	var keys []plan.SortKey
	for _, o := range op.By {
		if k, ok := b.sortKey(f, o); ok {
			keys = append(keys, k)
		}
	}
	over, drop := b.hoistKeys(in, f, keys)
	return drop(over.from(&plan.Sort{In: over.node, Keys: keys}))
}

func (b *binder) top(op *syntax.Top, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	f.windows = true
	k, ok := b.sortKey(f, op.By)
	if !ok {
		return in
	}
	keys := []plan.SortKey{k}
	over, drop := b.hoistKeys(in, f, keys)
	if n := b.expr(noRow(), op.N); isComputed(n) {
		return drop(b.first(over.from(&plan.Sort{In: over.node, Keys: keys}), op.N))
	}
	return drop(over.from(&plan.Top{In: over.node, N: b.rowCount(op.N), Keys: keys}))
}

func (b *binder) hoistKeys(in *rel, f *frame, keys []plan.SortKey) (*rel, func(*rel) *rel) {
	exprs := make([]*plan.Expr, len(keys))
	for i := range keys {
		exprs[i] = &keys[i].Expr
	}
	return b.hoist(in, f, exprs...)
}

// sortKey binds "x asc nulls first". Descending is the default; nulls are the
// smallest unless it says otherwise.
func (b *binder) sortKey(f *frame, o *syntax.Order) (plan.SortKey, bool) {
	e := b.expr(f, o.X)
	if isBad(e) {
		return plan.SortKey{}, false
	}
	b.notDynamic(f.in, o.X, e)
	desc := o.Dir != "asc"
	nullsFirst := !desc
	if o.Nulls != "" {
		nullsFirst = o.Nulls == "first"
	}
	return plan.SortKey{Expr: e, Desc: desc, NullsFirst: nullsFirst}, true
}
