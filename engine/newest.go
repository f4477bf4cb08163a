package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// newestRows is up to how many rows a top by time holds in memory meanwhile.
const newestRows = 100_000

// newestRounds is how often a top by time looks into twice as many extents as before;
// then it reads the rest at once.
const newestRounds = 4

// newest answers each top by time from the newest extents (or the oldest, if that is what
// is asked for), as far as those that are left cannot have rows that go before the ones
// found.
func (r *run) newest(n plan.Node) (plan.Node, error) { return replace(n, r.newestOf) }

// newestOf is newest of one top; nil if it stays as it is.
func (r *run) newestOf(top *plan.Top) (plan.Node, error) {
	scan := scanUnder(top.In)
	if scan == nil || top.N <= 0 || top.N > newestRows || !isTime(top.Keys[0].Expr, top.In, scan) {
		return nil, nil
	}
	snap, err := r.snapshot(scan)
	if err != nil || len(snap.Extents) < 2 || r.fewLeft(snap) {
		return nil, err
	}
	desc := top.Keys[0].Desc
	left := slices.Clone(snap.Extents)
	slices.SortFunc(left, func(a, b *extent.Meta) int {
		if desc {
			return cmp.Compare(b.Span.End, a.Span.End)
		}
		return cmp.Compare(a.Span.Start, b.Span.Start)
	})
	found, all, tail := (*table.Batch)(nil), len(left), snap.Tail
	for round := 0; len(left) > 0 || found == nil; round++ {
		n := len(left)
		if round < newestRounds {
			n = enough(snap, left, top.N<<round)
		}
		if found, err = r.topOf(top, scan, snap, left[:n], tail, found); err != nil {
			return nil, err
		}
		left, tail = left[n:], nil
		if int64(found.Rows) == top.N && !reaches(left, last(found, top), desc) {
			break
		}
	}
	r.spare(snap, left)
	r.act.progress.read(snap.Left(left))
	r.res.Stats.Plan += fmt.Sprintf("top by time of %s: %d of %d extents\n", scan.Ref.Table, all-len(left), all)
	return &plan.Values{Rows: found}, nil
}

// isTime reports whether e, over in, is the TimeGenerated of the table under it.
func isTime(e plan.Expr, in plan.Node, scan *plan.Scan) bool {
	for n := in; n != plan.Node(scan); n = n.Inputs()[0] {
		col, ok := e.(*plan.Col)
		if !ok {
			return false
		}
		if p, ok := n.(*plan.Project); ok {
			e = p.Cols[col.Index].Expr
		}
	}
	col, ok := e.(*plan.Col)
	return ok && scan.Table.Cols[col.Index].Name == table.TimeGenerated
}

// fewLeft reports whether an index has left so few rows that all are read at once.
func (r *run) fewLeft(snap *store.Snapshot) bool {
	return len(snap.Rows) > 0 && snap.Left(snap.Extents) <= r.e.o.SmallRows
}

// enough is how many of a snapshot's extents have so many rows that may be wanted, one at
// least.
func enough(snap *store.Snapshot, ms []*extent.Meta, rows int64) int {
	for i := range ms {
		if rows -= snap.Left(ms[i : i+1]); rows <= 0 {
			return i + 1
		}
	}
	return len(ms)
}

// topOf is the top of the rows of some extents, of some in no extent, and of those found
// so far.
func (r *run) topOf(top *plan.Top, scan *plan.Scan, snap *store.Snapshot, ms []*extent.Meta, tail []*table.Batch, found *table.Batch) (*table.Batch, error) {
	some, of := *scan, *snap
	of.Extents, of.Tail = ms, tail
	r.scans[&some] = &of
	in := over(top.In, &some)
	if found != nil {
		in = &plan.Union{Ins: []plan.Node{&plan.Values{Rows: found}, in}}
	}
	return r.read(&plan.Top{In: in, N: top.N, Keys: top.Keys})
}

// last is the time of the last of the rows found.
func last(found *table.Batch, top *plan.Top) table.Time {
	at := found.Vecs[top.Keys[0].Expr.(*plan.Col).Index].(*table.Of[table.Time]).Vals
	return at[found.Rows-1]
}

// reaches reports whether some extent may have a row that goes before, or is as good as,
// one of time t.
func reaches(ms []*extent.Meta, t table.Time, desc bool) bool {
	for _, m := range ms {
		if desc && m.Span.End > t || !desc && m.Span.Start <= t {
			return true
		}
	}
	return false
}
