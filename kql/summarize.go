package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

func (b *binder) summarize(op *syntax.Summarize, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	f.windows = true
	p := newProjection()
	for _, x := range op.By {
		b.item(f, p, x, plain, "")
	}
	keys := p.cols
	for i, x := range op.By {
		if i < len(keys) {
			b.notDynamic(in, x, keys[i].Expr)
		}
	}
	aggs := b.aggregateFrame(f, keys)
	out := newProjection()
	out.declared = p.declared
	for i, k := range keys {
		out.add(k.Name, &plan.Col{Index: i, Of: k.Expr.Type()}, false)
	}
	for _, x := range op.Aggs {
		b.item(aggs, out, x, plain, "")
	}
	source := in
	if f.window {
		source = b.hoistSummary(in, f, keys, aggs.agg.calls)
	}
	return b.summed(source, keys, aggs.agg, out.cols)
}

// aggregateFrame is the frame of expressions over aggregates of f's rows, grouped by
// keys.
func (b *binder) aggregateFrame(f *frame, keys []plan.Named) *frame {
	f.keys = map[int]bool{}
	for _, k := range keys {
		if c, ok := k.Expr.(*plan.Col); ok {
			f.keys[c.Index] = true
		}
	}
	return &frame{in: f.in, agg: &aggregates{row: f, first: len(keys)}}
}

// summed makes the nodes of summarize: the groups, and, if the columns are not just
// their results in order, what is computed of these.
func (b *binder) summed(in *rel, keys []plan.Named, a *aggregates, cols []plan.Named) *rel {
	direct := true
	for i, c := range cols {
		col, ok := c.Expr.(*plan.Col)
		direct = direct && ok && col.Index == i
	}
	s := &plan.Summarize{In: in.node, Keys: append([]plan.Named(nil), keys...), Aggs: append([]plan.Agg(nil), a.calls...)}
	if direct && len(cols) == len(keys)+countOuts(a.calls) {
		i := len(keys)
		for n := range s.Aggs {
			names := make([]string, len(s.Aggs[n].Names))
			for o := range names {
				names[o] = cols[i].Name
				i++
			}
			s.Aggs[n].Names = names
		}
		return &rel{node: s, cols: s.Schema().Cols, bad: in.bad || a.lost, open: in.open}
	}
	r := &rel{node: s, bad: in.bad || a.lost, open: in.open}
	return r.from(&plan.Project{In: s, Cols: cols})
}

func countOuts(calls []plan.Agg) int {
	n := 0
	for _, c := range calls {
		n += len(c.Names)
	}
	return n
}

// hoistSummary computes keys and arguments that have window functions before the
// groups are made.
func (b *binder) hoistSummary(in *rel, f *frame, keys []plan.Named, calls []plan.Agg) *rel {
	var exprs []*plan.Expr
	for i := range keys {
		exprs = append(exprs, &keys[i].Expr)
	}
	for i := range calls {
		args := append([]plan.Expr(nil), calls[i].Call.Args...)
		c := *calls[i].Call
		c.Args = args
		calls[i].Call = &c
		for j := range args {
			exprs = append(exprs, &args[j])
		}
	}
	over, _ := b.hoist(in, f, exprs...)
	return over
}
