package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

const workspace = "11111111-2222-3333-4444-555555555555"

var appRef = table.Ref{Workspace: workspace, Table: "App_CL"}

var appSchema = &table.Schema{Cols: []table.Column{
	{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "Level", Type: table.String}, {Name: "N", Type: table.Long},
}}

var start = table.FromGo(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))

func testOpen(t testing.TB, fs vfs.FS, o Options) *Store {
	t.Helper()
	s, err := Open(fs, "data", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func putApp(t testing.TB, s *Store) {
	t.Helper()
	err := s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: appRef, Schema: appSchema}}})
	if err != nil {
		t.Fatal(err)
	}
}

// appRows makes n rows numbered from first, a second apart.
func appRows(first, n int) Rows {
	b := table.NewBatch(appSchema)
	for i := first; i < first+n; i++ {
		b.AppendRow(start+table.Time(i)*table.TicksPerSecond, fmt.Sprint("level ", i%3), int64(i))
	}
	return Rows{Ref: appRef, Batch: b}
}

func readNs(t testing.TB, s *Store, span table.Span) map[int64]int {
	t.Helper()
	snap, err := s.Snapshot(appRef, span)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	r := snap.Reader([]string{"N"})
	defer r.Close()
	b, err := table.ReadAll(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]int{}
	for _, n := range b.Vecs[0].(*table.Of[int64]).Vals {
		out[n]++
	}
	return out
}

func wantNs(t testing.TB, got map[int64]int, n int) {
	t.Helper()
	if len(got) != n {
		t.Fatalf("%d rows, not %d", len(got), n)
	}
	for i := range n {
		if got[int64(i)] != 1 {
			t.Fatalf("row %d is there %d times", i, got[int64(i)])
		}
	}
}

// TestRound takes rows through all the places where they can be.
func TestRound(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{})
	putApp(t, s)
	for i := range 20 {
		if err := s.Append(t.Context(), "", appRows(i*100, 100)); err != nil {
			t.Fatal(err)
		}
		wantNs(t, readNs(t, s, table.Span{}), (i+1)*100)
		if i%2 == 0 {
			if err := s.FlushAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantNs(t, readNs(t, s, table.Span{}), (i+1)*100)
		}
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.Stats().Extents; n != 3 {
		t.Errorf("%d extents after Compact", n)
	}
	wantNs(t, readNs(t, s, table.Span{}), 2000)
	got := readNs(t, s, table.Span{Start: start + 1990*table.TicksPerSecond, End: start + 1995*table.TicksPerSecond})
	if len(got) != 5 || got[1990] != 1 || got[1994] != 1 {
		t.Errorf("five seconds hold %v", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = testOpen(t, fs, Options{})
	wantNs(t, readNs(t, s, table.Span{}), 2000)
}
