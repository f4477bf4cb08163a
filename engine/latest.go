package engine

import (
	"fmt"
	"math"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// latest lets arg_max by TimeGenerated, the last row of each group, read whole rows from
// where the group that was heard of least recently has its last one, on; before, it reads
// times and keys alone.
func (r *run) latest(n plan.Node) (plan.Node, error) { return replace(n, r.latestOf) }

// crowded is how many rows a group has at least, in the newest extent, for it to be worth
// finding its last.
const crowded = 8

// latestOf is latest of one summarize; nil if it stays as it is.
func (r *run) latestOf(s *plan.Summarize) (plan.Node, error) {
	scan := scanUnder(s.In)
	if scan == nil || r.db == nil || len(s.Aggs) != 1 || !pureAll(s) { // rows are asked more than once
		return nil, nil
	}
	c := s.Aggs[0].Call
	if c.Func.Name != "arg_max" || len(c.Args) < 2 || !isTime(c.Args[0], s.In, scan) {
		return nil, nil
	}
	snap, err := r.snapshot(scan)
	if err != nil || len(snap.Extents) < 2 || r.fewLeft(snap) {
		return nil, err
	}
	last := &plan.Summarize{In: s.In, Keys: s.Keys, Aggs: []plan.Agg{{Names: []string{"last"}, Call: aggregate("max", c.Args[0])}}}
	newest := slices.MaxFunc(snap.Extents, func(a, b *extent.Meta) int { return int(max(-1, min(1, a.Span.End-b.Span.End))) })
	r.act.progress.more(newest.Rows)
	some, err := r.readOf(last, snap, []*extent.Meta{newest})
	if err != nil || int64(some.Rows)*crowded > newest.Rows {
		return nil, err
	}
	r.act.progress.more(rowsOf(snap))
	all, err := r.readOf(last, snap, snap.Extents)
	if err != nil || all.Rows == 0 {
		return nil, err
	}
	narrow, of := *scan, *snap
	first := slices.Min(all.Vecs[len(s.Keys)].(*table.Of[table.Time]).Vals)
	narrow.Span = scan.Span.Intersect(table.Span{Start: first, End: math.MaxInt64})
	of.Span = narrow.Span
	of.Extents = slices.DeleteFunc(slices.Clone(snap.Extents), func(m *extent.Meta) bool { return m.Span.End <= first })
	r.scans[&narrow] = &of
	r.act.progress.more(rowsOf(&of) - rowsOf(snap))
	r.res.Stats.Plan += fmt.Sprintf("last rows of %s: %d of %d extents\n", scan.Ref.Table, len(of.Extents), len(snap.Extents))
	out := *s
	out.In = over(s.In, &narrow)
	return &out, nil
}

// readOf is the rows that n makes of some extents of the table under it, and of its rows
// that are in none. Columns that n does not use are not read.
func (r *run) readOf(n plan.Node, snap *store.Snapshot, ms []*extent.Meta) (*table.Batch, error) {
	scan := scanUnder(n.Inputs()[0])
	bare := *scan
	bare.Filter = nil
	in := plan.Node(&bare)
	if scan.Filter != nil {
		in = filter(in, []plan.Expr{scan.Filter})
	}
	n = filterInScans(pruneColumns(over(n, in)))
	some, of := *scanUnder(n.Inputs()[0]), *snap
	of.Extents = ms
	r.scans[&some] = &of
	return r.read(over(n, &some))
}
