package store

import (
	"math/rand/v2"
	"slices"
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

// TestFirstRows: pieces of ranges are these ranges again, and about as large as asked for.
func TestFirstRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var ranges []terms.Range
		at := int64(0)
		for range r.IntN(20) {
			from := at + r.Int64N(3000)
			at = from + 1 + r.Int64N(30_000)
			ranges = append(ranges, terms.Range{From: from, To: at})
		}
		size := 1 + r.Int64N(50_000)
		var again []terms.Range
		for rest := ranges; len(rest) > 0; {
			var piece []terms.Range
			piece, rest = firstRows(rest, size)
			if n := terms.Rows(piece); n == 0 || n >= size+terms.BlockRows || n < size && len(rest) > 0 {
				t.Fatalf("a piece of %d rows, where %d were asked for, and %d ranges are left", n, size, len(rest))
			}
			for _, p := range piece {
				if n := len(again); n > 0 && again[n-1].To == p.From {
					again[n-1].To = p.To
					continue
				}
				again = append(again, p)
			}
		}
		var want []terms.Range
		for _, p := range ranges {
			if n := len(want); n > 0 && want[n-1].To == p.From {
				want[n-1].To = p.To
				continue
			}
			want = append(want, p)
		}
		if !slices.Equal(again, want) {
			t.Fatalf("%v became %v", want, again)
		}
	}
}
