package kql

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) rangeOp(op *syntax.Range) *rel {
	from, to, step := b.expr(noRow(), op.From), b.expr(noRow(), op.To), b.expr(noRow(), op.Step)
	t := table.Type(0)
	if !isBad(from) && !isBad(to) && !isBad(step) {
		t = rangeType(from.Type(), to.Type(), step.Type())
		if t == 0 {
			b.fail(op, codeArgType, "no range goes from %s to %s by %s", from.Type(), to.Type(), step.Type())
		}
	}
	if t == 0 {
		return badRel(table.Column{Name: op.Name.Text})
	}
	if l, ok := step.(*plan.Lit); ok && (l.Value == nil || isZero(l.Value)) {
		b.fail(op.Step, codeType, "the step of a range cannot be zero")
	}
	st := t
	if t == table.Datetime {
		st = table.Timespan
	}
	n := &plan.Range{Name: op.Name.Text, Of: t, From: b.cast(op.From, from, t), To: b.cast(op.To, to, t), Step: b.cast(op.Step, step, st)}
	return newRel(n)
}

// rangeType is the type of the values of a range, or 0 if there is none.
func rangeType(from, to, step table.Type) table.Type {
	if from == table.Datetime && to == table.Datetime && step == table.Timespan {
		return table.Datetime
	}
	if from == table.Timespan && to == table.Timespan && step == table.Timespan {
		return table.Timespan
	}
	t, ok := fn.Wider(from, to)
	if !ok || !t.Numeric() {
		return 0
	}
	if t, ok = fn.Wider(t, step); !ok {
		return 0
	}
	return t
}

func isZero(v table.Value) bool {
	switch v := v.(type) {
	case int32:
		return v == 0
	case int64:
		return v == 0
	case float64:
		return v == 0
	case table.Duration:
		return v == 0
	case table.Dec:
		return table.CompareDec(v, "0") == 0
	}
	return false
}
