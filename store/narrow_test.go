package store

import (
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// TestReadNarrowed: the rows that fit are read from the blocks that the index leaves, unless
// they are more than wanted.
func TestReadNarrowed(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{IndexRows: 1})
	putApp(t, s)
	for part := range 3 {
		rows := appRows(part*10_000, 10_000)
		levels := rows.Batch.Vecs[1].(*table.Of[string]).Vals
		levels[10], levels[11], levels[9_000] = "needle", "needle", "needle"
		if err := s.Append(t.Context(), "", rows); err != nil {
			t.Fatal(err)
		}
		if err := s.FlushAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	snap, err := s.Snapshot(appRef, table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	narrow, _ := snap.Narrow(terms.Contain("Level", "needle", terms.Both, false))
	for m, rs := range narrow.Rows {
		if n := terms.Rows(rs); n == 0 || n > 2*terms.BlockRows {
			t.Errorf("%d rows are left of %d", n, m.Rows)
		}
	}
	needles := &extent.Filter{On: []int{0}, Keep: func(cols []table.Vec, rows int) (keep []int, _ error) {
		for i, s := range cols[0].(*table.Of[string]).Vals[:rows] {
			if s == "needle" {
				keep = append(keep, i)
			}
		}
		return keep, nil
	}}
	for most, want := range map[int64]int{9: 9, 1000: 9, 2: -1} { // again and again: reading uses nothing up
		got, ok, err := narrow.ReadNarrowed(t.Context(), []string{"Level", "N"}, needles, 2, most)
		if err != nil || ok != (want >= 0) {
			t.Fatalf("at most %d: %v, %v", most, ok, err)
		}
		n := 0
		for _, b := range got {
			n += b.Rows
		}
		if ok && n != want {
			t.Errorf("at most %d: %d rows, want %d", most, n, want)
		}
	}
}
