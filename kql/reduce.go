package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) reduce(op *syntax.Reduce, in *rel) *rel {
	ps := b.opParams(op.Params, "kind")
	n := &plan.Reduce{In: in.node, Threshold: 0.1, Source: b.word(ps, "kind", "source", "default", "summary") == "source"}
	n.By = b.expr(row(in), op.By)
	if in.open && n.By.Type() == table.Dynamic {
		n.By = b.cast(op.By, n.By, table.String)
	}
	if !isBad(n.By) && n.By.Type() != table.String {
		b.failHint(op.By, "write tostring(…)", codeType, "reduce takes a string, not %s", n.By.Type())
	}
	with := b.opParams(op.With, "threshold", "characters")
	if p := with["threshold"]; p != nil {
		e := b.expr(noRow(), p.X)
		l, ok := b.cast(p.X, e, table.Real).(*plan.Lit)
		if v, isReal := value2real(l); ok && isReal && v > 0 && v < 1 {
			n.Threshold = v
		} else if !isBad(e) {
			b.fail(p.X, codeConstant, "the threshold must be a constant between 0 and 1")
		}
	}
	if p := with["characters"]; p != nil {
		n.Characters, _ = b.constText(p.X)
	}
	r := newRel(n)
	r.bad = in.bad
	return r
}

func value2real(l *plan.Lit) (float64, bool) {
	if l == nil {
		return 0, false
	}
	v, ok := l.Value.(float64)
	return v, ok
}
