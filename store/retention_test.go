package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// TestRetentionIsExact: of an extent, and of a part of the tail, with rows of several days
// of receipt, queries see those of the retention to the tick, whatever columns they read and
// whatever they filter by. The file stays as long as the total retention of its last row, and
// with a longer retention its rows are seen again.
func TestRetentionIsExact(t *testing.T) {
	for _, where := range []string{"in extents", "in the tail", "in the tail of a store that was opened again"} {
		t.Run(where, func(t *testing.T) {
			c, fs := newClock(), vfs.NewMem()
			s := testOpen(t, fs, Options{Now: c.time})
			put := func(days, total int) {
				t.Helper()
				def := catalog.Table{Ref: appRef, Schema: appSchema, Retention: days, Total: total}
				if err := s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{def}}); err != nil {
					t.Fatal(err)
				}
			}
			put(4, 0)
			began := c.now
			received := func(n int) time.Time { return began.Add(time.Duration(n/10) * 12 * time.Hour) }
			for n := range 60 {
				c.now = received(n)
				b := table.NewBatch(&table.Schema{Cols: append(slices.Clone(appSchema.Cols), table.Column{Name: table.TimeReceived, Type: table.Datetime})})
				b.AppendRow(start+table.Time(n%7), fmt.Sprint("level", n%3), int64(n), table.FromGo(c.now))
				if err := s.Append(t.Context(), "", Rows{appRef, b}); err != nil {
					t.Fatal(err)
				}
			}
			switch where {
			case "in extents":
				if err := s.FlushAll(t.Context()); err != nil {
					t.Fatal(err)
				}
			case "in the tail of a store that was opened again":
				s.Close()
				s = testOpen(t, fs, Options{Now: c.time})
			}
			check := func(days int) {
				t.Helper()
				var want, odd []int64
				for n := range 60 {
					if c.now.Sub(received(n)) > time.Duration(days)*24*time.Hour {
						continue
					}
					want = append(want, int64(n))
					if n%2 == 1 {
						odd = append(odd, int64(n))
					}
				}
				if got := slices.Sorted(maps.Keys(readNs(t, s, table.Span{}))); !slices.Equal(got, want) {
					t.Errorf("after %v: rows %v, want %v", c.now.Sub(began), got, want)
				}
				for _, cols := range [][]string{{"N"}, {"N", table.TimeReceived}} {
					if got := selectOdd(t, s, cols); !slices.Equal(got, odd) {
						t.Errorf("after %v: odd rows by %v: %v, want %v", c.now.Sub(began), cols, got, odd)
					}
				}
				if got := s.HasRows(appRef); got != (len(want) > 0) && where == "in extents" {
					t.Errorf("after %v: HasRows is %v", c.now.Sub(began), got)
				}
			}
			check(4)
			for _, at := range []time.Duration{96 * time.Hour, 96*time.Hour + 1e7, 108 * time.Hour, 120*time.Hour + 100, 156 * time.Hour, 156*time.Hour + 1e6} {
				c.now = began.Add(at)
				check(4)
			}
			if where != "in extents" {
				return
			}
			files := func(want int) {
				t.Helper()
				if err := s.Retain(t.Context(), c.now); err != nil {
					t.Fatal(err)
				}
				if names, _ := fs.List("data/extents"); len(names) != want {
					t.Errorf("files %v, want %d", names, want)
				}
			}
			put(4, 8)
			files(1)
			put(8, 0)
			check(8)
			c.now = began.Add((60 + 8*24) * time.Hour)
			files(1)
			check(8)
			c.now = c.now.Add(time.Second)
			files(0)
			check(8)
		})
	}
}

// selectOdd reads some columns, of which N is the first, of the rows with an odd N.
func selectOdd(t *testing.T, s *Store, cols []string) []int64 {
	t.Helper()
	snap, err := s.Snapshot(appRef, table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	r := snap.Select(cols, &extent.Filter{On: []int{0}, Keep: func(vs []table.Vec, rows int) (idx []int, err error) {
		for i := range rows {
			if vs[0].(*table.Of[int64]).Vals[i]%2 == 1 {
				idx = append(idx, i)
			}
		}
		return idx, nil
	}})
	defer r.Close()
	b, err := table.ReadAll(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Vecs) != len(cols) {
		t.Fatalf("%d columns, not %v", len(b.Vecs), cols)
	}
	return slices.Sorted(slices.Values(b.Vecs[0].(*table.Of[int64]).Vals))
}
