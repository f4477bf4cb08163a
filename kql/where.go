package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

func (b *binder) where(op *syntax.Where, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	f.windows = true
	cond := b.condition(f, op.Cond)
	if isBad(cond) {
		return in
	}
	over, drop := b.hoist(in, f, &cond)
	return drop(over.from(&plan.Filter{In: over.node, Cond: cond}))
}

// hoist computes expressions that have window functions before the operator that
// uses them, which cannot: as columns behind those of in. drop takes these away
// again. Without window functions both do nothing.
func (b *binder) hoist(in *rel, f *frame, exprs ...*plan.Expr) (over *rel, drop func(*rel) *rel) {
	if !f.window {
		return in, func(r *rel) *rel { return r }
	}
	cols := in.all()
	for _, e := range exprs {
		if isConst(*e) {
			continue
		}
		c := &plan.Col{Index: len(cols), Of: (*e).Type()}
		cols = append(cols, plan.Named{Name: "$w" + itoa(len(cols)), Expr: *e})
		*e = c
	}
	over = in.from(&plan.Project{In: in.node, Cols: cols, Window: true})
	return over, func(r *rel) *rel {
		out := r.from(&plan.Project{In: r.node, Cols: in.all()})
		return out
	}
}
