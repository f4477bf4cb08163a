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
	return drop(b.firstBy(over, keys, op.N))
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
