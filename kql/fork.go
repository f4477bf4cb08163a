package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// fork answers a table for each of its subqueries, which all read the same rows.
func (b *binder) fork(op *syntax.Fork, in *rel) *rel {
	shared := in.from(&plan.Cache{ID: b.id(), In: in.node})
	var first *rel
	for i, br := range op.Branches {
		r := b.subquery(br.X, shared)
		name := "Results"
		if i > 0 {
			name = "Results_" + itoa(i+1)
		}
		if len(br.Names) > 0 {
			name = br.Names[0].Text
		}
		if first == nil {
			first = r.from(r.node)
			first.render = r.render
			first.first = name
			continue
		}
		first.more = append(first.more, plan.Result{Name: name, Root: r.node})
	}
	if first == nil {
		return badRel()
	}
	return first
}

// facet answers a table of counts for each of some columns, before them the result
// of a subquery if there is one.
func (b *binder) facet(op *syntax.Facet, in *rel) *rel {
	shared := in.from(&plan.Cache{ID: b.id(), In: in.node})
	var all []plan.Result
	var first *rel
	add := func(name string, r *rel) {
		if first == nil {
			first = r.from(r.node)
			first.first = name
			return
		}
		all = append(all, plan.Result{Name: name, Root: r.node})
	}
	if op.With != nil {
		add("Results", b.subquery(op.With, shared))
	}
	for i, x := range op.Cols {
		p := newProjection()
		b.item(row(shared), p, x, plain, "")
		call := b.countCall(op)
		if len(p.cols) != 1 || call == nil {
			continue
		}
		b.notDynamic(in, x, p.cols[0].Expr)
		name := "Facet"
		if i > 0 {
			name = "Facet_" + itoa(i+1)
		}
		s := &plan.Summarize{In: shared.node, Keys: p.cols, Aggs: []plan.Agg{{Names: []string{"count_" + p.cols[0].Name}, Call: call}}}
		add(name, &rel{node: s, cols: []table.Column{{Name: p.cols[0].Name, Type: p.cols[0].Expr.Type()}, {Name: "count_" + p.cols[0].Name, Type: table.Long}}})
	}
	if first == nil {
		return badRel()
	}
	first.more = all
	return first
}
