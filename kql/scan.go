package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// record is columns that stand behind a name: name.column. The first is column base
// of the input.
type record struct {
	base int
	cols []table.Column
	bad  bool // a mistake made it: other columns are not reported
}

func (r *record) col(i int) plan.Expr { return &plan.Col{Index: r.base + i, Of: r.cols[i].Type} }

// recordColumn binds name.sel.
func (b *binder) recordColumn(r *record, name, sel syntax.Expr) plan.Expr {
	n, ok := sel.(*syntax.Name)
	if !ok {
		b.fail(sel, codeColumn, "a column's name is expected here")
		return bad
	}
	in := &rel{cols: r.cols}
	i := in.index(n.Text)
	if i < 0 && r.bad {
		return bad
	}
	if i < 0 {
		b.failHint(n, syntax.DidYouMean(n.Text, in.names()), codeName, "'%s' has no column named '%s'", wordOf(name), n.Text)
		return bad
	}
	return r.col(i)
}

// recordBag binds the name of a record alone: a bag of its columns.
func (b *binder) recordBag(at spot, r *record) plan.Expr {
	var args []plan.Expr
	for i, c := range r.cols {
		args = append(args, text(c.Name), r.col(i))
	}
	return b.bag(at, args)
}

// scan runs a state machine over serialized rows. In the conditions and assignments
// of a step, step.column is a column of the record that a step holds.
func (b *binder) scan(op *syntax.Scan, in *rel) *rel {
	ps := b.opParams(op.Params, "kind", "with_match_id", "with_step_name")
	if p := ps["kind"]; p != nil {
		b.refused(p, "scan kind=…")
	}
	if len(op.Order) > 0 {
		in = b.sort(&syntax.Sort{By: op.Order}, in)
	}
	if len(op.PartitionBy) > 0 {
		return b.scanParts(op, in)
	}
	n := &plan.ScanSteps{In: in.node}
	for name, to := range map[string]*string{"with_match_id": &n.MatchID, "with_step_name": &n.StepName} {
		if p := ps[name]; p != nil {
			*to = wordOf(p.X)
		}
	}
	cols := append([]table.Column(nil), in.cols...)
	for _, d := range op.Declare {
		v := plan.ScanVar{Name: d.Name.Text, Type: b.paramType(d)}
		if (&rel{cols: cols}).index(v.Name) >= 0 {
			b.fail(d.Name, codeDuplicate, "a column named '%s' is already there", v.Name)
		}
		if d.Default != nil && v.Type != 0 {
			v.Default = b.coerce(d.Default, b.expr(noRow(), d.Default), v.Type)
		}
		n.Declare = append(n.Declare, v)
		cols = append(cols, table.Column{Name: v.Name, Type: v.Type})
	}
	f := row(&rel{node: in.node, cols: cols, bad: in.bad, open: in.open})
	f.records = map[string]*record{}
	for k, s := range op.Steps {
		if f.records[s.Name.Text] != nil {
			b.fail(s.Name, codeDuplicate, "a step named '%s' is already there", s.Name.Text)
		}
		f.records[s.Name.Text] = &record{base: (1 + k) * len(cols), cols: cols}
	}
	if len(op.Steps) == 0 {
		b.fail(opWord{op}, codeMissingArg, "scan needs a step")
	}
	for _, s := range op.Steps {
		n.Steps = append(n.Steps, b.scanStep(f, s))
	}
	return in.from(n)
}

// scanParts runs a scan on the rows of each combination of values by itself.
func (b *binder) scanParts(op *syntax.Scan, in *rel) *rel {
	n := &plan.Partition{In: in.node, ID: b.id(), By: b.expr(row(in), op.PartitionBy[0])}
	b.notDynamic(in, op.PartitionBy[0], n.By)
	sub := *op
	sub.Order, sub.PartitionBy = nil, op.PartitionBy[1:]
	out := b.scan(&sub, in.from(&plan.SubInput{ID: n.ID, Table: &table.Schema{Cols: in.cols}}))
	n.Sub = out.node
	return &rel{node: n, cols: out.cols, bad: in.bad || out.bad || isBad(n.By), open: in.open || out.open}
}

func (b *binder) scanStep(f *frame, s *syntax.ScanStep) plan.ScanStep {
	step := plan.ScanStep{Name: s.Name.Text, Optional: s.Optional, Cond: b.condition(f, s.Cond), Output: s.Output}
	if step.Output == "" {
		step.Output = "all"
	}
	for _, x := range s.Assign {
		a, ok := x.(*syntax.Named)
		if !ok || len(a.Names) != 1 {
			continue // the parser has reported it
		}
		e := b.expr(f, a.X)
		i := f.in.index(a.Names[0].Text)
		if i < 0 {
			if !f.in.bad {
				b.failHint(a.Names[0], syntax.DidYouMean(a.Names[0].Text, f.in.names()), codeName, "no column named '%s'; scan declare (…) makes one", a.Names[0].Text)
			}
			continue
		}
		if t := f.in.cols[i].Type; t != 0 && !isBad(e) {
			e = b.coerce(a.X, e, t)
		}
		step.Set = append(step.Set, plan.ScanSet{Index: i, Expr: e})
	}
	return step
}
