package kql

import (
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// aggregates gathers the aggregate calls of summarize and its like. Expressions
// around them read their results as columns, which follow the keys.
type aggregates struct {
	row   *frame // of the calls' arguments
	first int    // index of the column of the first result
	calls []plan.Agg
	lost  bool // a mistake left the names of results unknown
}

// aggregate binds a call of an aggregate. Its value is the column of its result, or
// the columns of its results.
func (b *binder) aggregate(f *frame, x *syntax.Call, e *fn.Func) value {
	args, ok := b.args(f.agg.row, x, e)
	if !ok {
		f.agg.lost = true
		return value{expr: bad}
	}
	made := b.resolve(f.agg.row.in, x, e, args)
	call, ok := made.(*plan.Call)
	if !ok || call.Over.Agg == nil {
		return value{expr: made} // a mistake
	}
	outs := []table.Column{{Name: b.callName(f, x), Type: call.Ret}}
	if call.Over.Outs != nil {
		outs = b.outs(f.agg.row, x, args, call)
	}
	index := f.agg.first + f.agg.add(call, outs)
	if len(outs) == 1 && call.Over.Outs == nil {
		return value{expr: &plan.Col{Index: index, Of: call.Ret}}
	}
	v := value{}
	for i, c := range outs {
		v.fields = append(v.fields, &plan.Col{Index: index + i, Of: c.Type})
		v.names = append(v.names, c.Name)
	}
	v.expr = v.fields[0]
	return v
}

// add adds a call, unless it is there already, and returns the index of its first
// result among all.
func (a *aggregates) add(call *plan.Call, outs []table.Column) int {
	n := 0
	for _, c := range a.calls {
		if c.Call.Over == call.Over && slices.EqualFunc(c.Call.Args, call.Args, sameExpr) {
			return n
		}
		n += len(c.Names)
	}
	names := make([]string, len(outs))
	for i, o := range outs {
		names[i] = o.Name
	}
	a.calls = append(a.calls, plan.Agg{Names: names, Call: call})
	return n
}

// sameExpr reports whether two expressions are surely of the same value.
func sameExpr(x, y plan.Expr) bool {
	switch x := x.(type) {
	case *plan.Col:
		y, ok := y.(*plan.Col)
		return ok && *x == *y
	case *plan.Lit:
		y, ok := y.(*plan.Lit)
		return ok && x.Of == y.Of && x.Of != table.Dynamic && x.Value == y.Value
	case *plan.Call:
		y, ok := y.(*plan.Call)
		return ok && x.Over == y.Over && !x.Over.Impure && slices.EqualFunc(x.Args, y.Args, sameExpr)
	}
	return x == y
}
