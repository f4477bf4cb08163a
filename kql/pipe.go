package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// pipe binds a source and its operators. Without a source the rows are those of in,
// or the first operator makes its own.
func (b *binder) pipe(x *syntax.Pipe, in *rel) *rel {
	if !b.enter(x) {
		return badRel()
	}
	defer b.leave()
	if len(x.Ops) > maxOps {
		b.fail(x.Ops[maxOps], codeDepth, "the query has more than %d operators in a row", maxOps)
		return badRel()
	}
	r := in
	if x.Source != nil {
		r = b.source(x)
	}
	for _, op := range x.Ops {
		r = b.op(op, r)
		if b.passed += len(r.cols); b.passed > maxColumns {
			b.fail(op, codeDepth, "the query's operators have too many columns: more than %d together", maxColumns)
			return badRel()
		}
	}
	return r
}

// maxOps bounds how many operators follow one another: a plan is as high as they are many.
const maxOps = 5000

// maxColumns bounds how many columns the operators of a query have together: each has all
// that it passes on.
const maxColumns = 1 << 21

// source binds what a pipe starts with. A fuzzy union may follow a table that is not
// there.
func (b *binder) source(x *syntax.Pipe) *rel {
	if len(x.Ops) > 0 {
		if u, ok := x.Ops[0].(*syntax.Union); ok && b.isFuzzy(u) {
			r, ok := b.tryQuery(x.Source)
			if !ok {
				return newRel(noRows())
			}
			return r
		}
	}
	return b.graphOrTable(x.Source)
}

// tryQuery binds a table; it reports false, and no mistake, if that fails.
func (b *binder) tryQuery(x syntax.Expr) (*rel, bool) {
	muted := b.muted
	b.quiet++
	r := b.graphOrTable(x)
	b.quiet--
	failed := b.muted > muted
	b.muted = muted
	return r, !failed
}

// op binds an operator over its input, which is nil if there is none.
func (b *binder) op(op syntax.Op, in *rel) *rel {
	b.o.Work.Step(bindingSteps)
	if in != nil {
		b.o.Work.Step(bindingSteps * len(in.cols) / 16)
	}
	if in == nil {
		return b.firstOp(op)
	}
	if in.graph != nil {
		return b.graphOp(op, in)
	}
	if in.open && in.asked == nil {
		return b.openOp(op, in)
	}
	in = b.fromExtents(op, in)
	if r := b.rowOp(op, in); r != nil {
		return b.withoutExtents(r)
	}
	if r := b.shapeOp(op, in); r != nil {
		return b.withoutExtents(r)
	}
	return b.lateOp(op, in)
}

// openOp binds an operator over rows of which no data tells the columns: those that it
// names are columns from there on, as in Microsoft's binder.
func (b *binder) openOp(op syntax.Op, in *rel) *rel {
	errs, muted := len(b.errs), b.muted
	tried := *in
	tried.asked = &[]string{}
	out := b.op(op, &tried)
	if len(*tried.asked) == 0 {
		out.asked = nil
		return out
	}
	b.errs, b.muted = b.errs[:errs], muted
	cols := in.all()
	for _, name := range *tried.asked {
		cols = append(cols, plan.Named{Name: name, Expr: &plan.Lit{Of: table.Dynamic}})
	}
	wide := in.from(&plan.Project{In: in.node, Cols: cols})
	wide.name = in.name
	wide.asked = &[]string{}
	out = b.op(op, wide)
	out.asked = nil
	return out
}

// firstOp binds an operator that makes its own rows.
func (b *binder) firstOp(op syntax.Op) *rel {
	switch op := op.(type) {
	case *syntax.Print:
		return b.print(op)
	case *syntax.Range:
		return b.rangeOp(op)
	case *syntax.Union:
		return b.union(op, nil)
	case *syntax.Search:
		return b.search(op, nil)
	case *syntax.Find:
		return b.find(op)
	case *syntax.Evaluate:
		return b.evaluate(op, nil)
	case *syntax.MacroExpand:
		return b.macroExpand(op)
	case *syntax.Bad:
		return badRel()
	}
	b.fail(opWord{op}, codeNotFirst, "this operator needs an input: T | …")
	return badRel()
}

// opWord is the place of the word that an operator starts with, as nearly as it is
// known.
type opWord struct{ op syntax.Op }

func (o opWord) Pos() int { return o.op.Pos() }
func (o opWord) End() int { return min(o.op.Pos()+5, o.op.End()) }

// rowOp binds the operators that keep the columns of their input; nil if op is
// another.
func (b *binder) rowOp(op syntax.Op, in *rel) *rel {
	switch op := op.(type) {
	case *syntax.Where:
		return b.where(op, in)
	case *syntax.Take:
		return b.take(op, in)
	case *syntax.Sort:
		return b.sort(op, in)
	case *syntax.Top:
		return b.top(op, in)
	case *syntax.Sample:
		return b.sample(op, in)
	case *syntax.As:
		return b.as(op, in)
	case *syntax.Render:
		return b.render(op, in)
	case *syntax.Consume:
		return b.consume(op, in)
	case *syntax.AssertSchema:
		return b.assertSchema(op, in)
	case *syntax.ExecuteAndCache:
		return in
	case *syntax.Bad:
		return badRel()
	}
	return nil
}

// shapeOp binds the operators that make other columns from the rows of one input;
// nil if op is another.
func (b *binder) shapeOp(op syntax.Op, in *rel) *rel {
	switch op := op.(type) {
	case *syntax.Project:
		return b.project(op, in)
	case *syntax.ProjectAway:
		return b.projectAway(op, in)
	case *syntax.ProjectKeep:
		return b.projectKeep(op, in)
	case *syntax.ProjectRename:
		return b.projectRename(op, in)
	case *syntax.ProjectReorder:
		return b.projectReorder(op, in)
	case *syntax.ProjectByNames:
		return b.projectByNames(op, in)
	case *syntax.Extend:
		return b.extend(op, in)
	case *syntax.Serialize:
		return b.serialize(op, in)
	case *syntax.Count:
		return b.count(op, in)
	case *syntax.Distinct:
		return b.distinct(op, in)
	case *syntax.Summarize:
		return b.summarize(op, in)
	case *syntax.GetSchema:
		return b.getSchema(op, in)
	case *syntax.ParseOp:
		return b.parse(op, in)
	case *syntax.ParseKv:
		return b.parseKv(op, in)
	case *syntax.MvExpand:
		return b.mvExpand(op, in)
	case *syntax.MakeSeries:
		return b.makeSeries(op, in)
	case *syntax.SampleDistinct:
		return b.sampleDistinct(op, in)
	case *syntax.TopNested:
		return b.topNested(op, in)
	case *syntax.TopHitters:
		return b.topHitters(op, in)
	case *syntax.Reduce:
		return b.reduce(op, in)
	}
	return nil
}

// lateOp binds the remaining operators: with a second input, a subquery or a call.
func (b *binder) lateOp(op syntax.Op, in *rel) *rel {
	switch op := op.(type) {
	case *syntax.Join:
		return b.join(op, in)
	case *syntax.Lookup:
		return b.lookupOp(op, in)
	case *syntax.Union:
		return b.union(op, in)
	case *syntax.Search:
		return b.search(op, in)
	case *syntax.Invoke:
		return b.invokeOp(op, in)
	case *syntax.Evaluate:
		return b.evaluate(op, in)
	case *syntax.MvApply:
		return b.mvApply(op, in)
	case *syntax.Partition:
		return b.partition(op, in)
	case *syntax.Scan:
		return b.scan(op, in)
	case *syntax.Fork:
		return b.fork(op, in)
	case *syntax.Facet:
		return b.facet(op, in)
	case *syntax.MakeGraph:
		return b.makeGraph(op, in)
	case *syntax.GraphMatch, *syntax.GraphShortestPaths, *syntax.GraphToTable, *syntax.GraphMarkComponents, *syntax.GraphWhere:
		b.fail(opWord{op}, codeGraph, "this operator needs a graph, which make-graph makes of a table")
		return badRel()
	case *syntax.Print, *syntax.Range, *syntax.Find, *syntax.MacroExpand:
		b.fail(opWord{op}, codeFirst, "this operator takes no input: it comes first")
		return badRel()
	}
	panic(unknownNode(op))
}
