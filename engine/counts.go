package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// countRows answers counts of all rows of a table, or of a span that cuts no extent,
// from what is known of the extents.
func (r *run) countRows(n plan.Node) (plan.Node, error) { return replace(n, r.countOf) }

// countOf is countRows of one summarize; nil if it stays as it is.
func (r *run) countOf(s *plan.Summarize) (plan.Node, error) {
	scan, ok := s.In.(*plan.Scan)
	if !ok || scan.Filter != nil || !onlyCounts(s) {
		return nil, nil
	}
	snap, err := r.snapshot(scan)
	if err != nil {
		return nil, err
	}
	rows, ok := wholeRows(snap)
	if !ok {
		return nil, nil
	}
	b := table.NewBatch(s.Schema())
	row := make([]table.Value, len(s.Aggs))
	for i := range row {
		row[i] = rows
	}
	b.AppendRow(row...)
	return &plan.Values{Rows: b}, nil
}

func onlyCounts(s *plan.Summarize) bool {
	for _, a := range s.Aggs {
		if a.Call.Func.Name != "count" || len(a.Call.Args) > 0 {
			return false
		}
	}
	return len(s.Keys) == 0 && len(s.Aggs) > 0
}

// wholeRows returns how many rows snap has, if no extent has other rows.
func wholeRows(snap *store.Snapshot) (rows int64, ok bool) {
	for _, m := range snap.Extents {
		if !snap.Whole(m) {
			return 0, false
		}
		rows += m.Rows
	}
	for _, b := range snap.Tail {
		rows += int64(b.Rows)
	}
	return rows, true
}
