package engine

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// countRows answers counts of all rows of a table, or of a span that cuts no extent,
// from what is known of the extents.
func (r *run) countRows(n plan.Node) (plan.Node, error) {
	var err error
	n = plan.Rewrite(n, func(n plan.Node) plan.Node {
		s, ok := n.(*plan.Summarize)
		if !ok || err != nil || !onlyCounts(s) {
			return n
		}
		scan, ok := s.In.(*plan.Scan)
		if !ok || scan.Filter != nil {
			return n
		}
		snap, e := r.snapshot(scan)
		if e != nil {
			err = e
			return n
		}
		rows, ok := wholeRows(snap)
		if !ok {
			return n
		}
		b := table.NewBatch(n.Schema())
		row := make([]table.Value, len(s.Aggs))
		for i := range row {
			row[i] = rows
		}
		b.AppendRow(row...)
		return &plan.Values{Rows: b}
	})
	return n, err
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
