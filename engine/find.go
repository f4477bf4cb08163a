package engine

import (
	"fmt"
	"runtime"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// Rows that an index leaves are read in Go, where the pages of the others need not be looked
// at, but for the backend reading all is as quick when they are most of all, or many and more
// than one in fewNarrowed. Those that fit are kept in memory: no more than manyNarrowed.
const (
	manyNarrowed = 1 << 18
	fewNarrowed  = 8
)

// find reads the rows of tables of which an index has left few, so that what is to be made of
// them is known to be little before it is given to the backend.
func (r *run) find(n plan.Node) (plan.Node, error) {
	if lazy(n) {
		return r.take(n)
	}
	if r.db == nil {
		return n, nil
	}
	if s, ok := n.(*plan.Scan); ok {
		return r.findOf(s)
	}
	ins, changed := n.Inputs(), false
	found := make([]plan.Node, len(ins))
	for i, in := range ins {
		var err error
		if found[i], err = r.find(in); err != nil {
			return nil, err
		}
		changed = changed || found[i] != in
	}
	if changed {
		n = n.WithInputs(found)
	}
	return n, nil
}

// leftBy divides what is read of a table into the rows that an index has left, if these are
// few, and others. The condition on rows in memory is looked at here, whoever goes on.
func (r *run) leftBy(s *plan.Scan) (few, rest store.Snapshot, ok bool, err error) {
	snap, err := r.snapshot(s)
	if err != nil {
		return few, rest, false, err
	}
	few, rest = *snap, *snap
	few.Extents, rest.Extents = nil, nil
	var rows, all int64
	for _, m := range snap.Extents {
		some := snap.Rows[m]
		if some == nil {
			rest.Extents = append(rest.Extents, m)
			continue
		}
		few.Extents = append(few.Extents, m)
		rows, all = rows+terms.Rows(some), all+m.Rows
	}
	if rows > all/2 || rows > manyNarrowed && rows > all/fewNarrowed {
		return few, rest, false, nil
	}
	if s.Filter == nil {
		few.Tail = nil // all of it is wanted: there is nothing to find
	} else {
		rest.Tail = nil
	}
	return few, rest, rows > 0 || len(few.Tail) > 0 && len(rest.Extents) == 0, nil
}

// findOf is find of one table; what no index has left few rows of is left to be read.
func (r *run) findOf(s *plan.Scan) (plan.Node, error) {
	few, rest, ok, err := r.leftBy(s)
	if err != nil || !ok {
		return s, err
	}
	parts, ok, err := few.ReadNarrowed(r.ctx, columnNames(s.Table), FilterOf(r.ctx, s), runtime.GOMAXPROCS(0), manyNarrowed)
	if err != nil {
		return nil, fmt.Errorf("engine: read table %s: %w", s.Ref.Table, err)
	}
	if !ok {
		return s, nil
	}
	found := table.ConcatBatches(s.Table, parts)
	size := found.Bytes()
	if size > r.q.MaxMemory-r.held {
		return s, nil
	}
	r.held += size
	read := rowsOf(&few)
	r.res.Stats.RowsRead += read
	r.e.acts.reads(r.act, read)
	r.act.progress.read(read)
	values := &plan.Values{Rows: found}
	if len(rest.Extents)+len(rest.Tail) == 0 {
		return values, nil
	}
	left := *s
	r.scans[&left] = &rest
	return &plan.Union{Ins: []plan.Node{values, &left}}, nil
}

// take lets n, which is lazy, take its rows from those in memory where they are enough.
func (r *run) take(n plan.Node) (plan.Node, error) {
	few := int64(lazyRows)
	in := n
	for len(in.Inputs()) > 0 {
		if l, ok := in.(*plan.Limit); ok {
			few = min(few, l.N)
		}
		in = in.Inputs()[0]
	}
	scan := in.(*plan.Scan)
	snap, err := r.snapshot(scan)
	if err != nil {
		return nil, err
	}
	for _, b := range snap.Tail {
		few -= int64(b.Rows)
	}
	if few > 0 || len(snap.Extents) == 0 {
		return n, nil
	}
	r.spare(snap, snap.Extents)
	tail, of := *scan, *snap
	of.Extents = nil
	r.scans[&tail] = &of
	return over(n, &tail), nil
}
