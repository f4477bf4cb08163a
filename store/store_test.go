package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// clock is a time that tests move.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func (c *clock) add(d time.Duration) { c.now = c.now.Add(d) }
func (c *clock) time() time.Time     { return c.now }

// TestFlushWhenDue: a table is flushed when it has enough rows, or when they are old.
func TestFlushWhenDue(t *testing.T) {
	c := newClock()
	s := testOpen(t, vfs.NewMem(), Options{FlushRows: 10, FlushAge: time.Minute, Now: c.time})
	putApp(t, s)
	flush := func(want int) {
		t.Helper()
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := s.Stats().Extents; n != want {
			t.Errorf("%d extents, not %d", n, want)
		}
	}
	add := func(n int) {
		t.Helper()
		if err := s.Append(t.Context(), "", appRows(0, n)); err != nil {
			t.Fatal(err)
		}
	}
	add(9)
	flush(0)
	add(1)
	flush(1)
	add(1)
	c.add(59 * time.Second)
	add(1)
	flush(1)
	c.add(time.Second)
	flush(2)
	if rows, bytes := s.tail.size(); rows != 0 || bytes != 0 {
		t.Errorf("the tail has %d rows, %d bytes", rows, bytes)
	}
	add(1)
	if err := s.FlushTable(t.Context(), table.Ref{Workspace: workspace, Table: "Heartbeat"}); err != nil {
		t.Fatal(err)
	}
	flush(2)
	if err := s.FlushTable(t.Context(), appRef); err != nil {
		t.Fatal(err)
	}
	flush(3)
}

// TestDays: rows of different days go to different extents, unless they are few.
func TestDays(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	b := table.NewBatch(appSchema)
	for day, rows := range []int{10, 20, 3000, 5, 2000} {
		for i := range rows {
			b.AppendRow(start+table.Time(day*table.TicksPerDay+i), "x", int64(b.Rows))
		}
	}
	if err := s.Append(t.Context(), "", Rows{appRef, b}); err != nil {
		t.Fatal(err)
	}
	if err := s.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows []int64
	for _, m := range s.Catalog().View().Extents(appRef, table.Span{}) {
		rows = append(rows, m.Rows)
	}
	if !slices.Equal(rows, []int64{30, 3000, 5, 2000}) {
		t.Errorf("extents have %v rows", rows)
	}
	wantNs(t, readNs(t, s, table.Span{}), b.Rows)
}

// TestRetain: rows go when they were received too long ago, whatever their time.
func TestRetain(t *testing.T) {
	c := newClock()
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{Now: c.time, TokenLife: 24 * time.Hour})
	def := catalog.Table{Ref: appRef, Schema: appSchema, Retention: 3}
	if err := s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{def}}); err != nil {
		t.Fatal(err)
	}
	add := func(n int64, at table.Time) {
		t.Helper()
		b := table.NewBatch(appSchema)
		b.AppendRow(at, "x", n)
		if err := s.Append(t.Context(), fmt.Sprint("token ", n), Rows{appRef, b}); err != nil {
			t.Fatal(err)
		}
		if err := s.FlushAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	add(0, start)
	c.add(36 * time.Hour)
	add(1, table.MinTime)
	add(2, table.MaxTime)
	check := func(want ...int64) {
		t.Helper()
		if err := s.Retain(t.Context(), c.now); err != nil {
			t.Fatal(err)
		}
		got := slices.Sorted(maps.Keys(readNs(t, s, table.Span{})))
		names, _ := fs.List("data/extents")
		if !slices.Equal(got, want) || len(names) != len(want) {
			t.Errorf("rows %v, files %v", got, names)
		}
	}
	c.add(36 * time.Hour)
	check(0, 1, 2)
	c.add(time.Second)
	check(1, 2)
	if n := len(s.Catalog().Tokens()); n != 0 {
		t.Errorf("%d tokens are remembered", n)
	}
	c.add(36 * time.Hour)
	check()
	// The first token may be used again.
	add(0, start)
	check(0)
}

func TestDropTable(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{})
	putApp(t, s)
	for i := range 2 {
		if err := s.Append(t.Context(), "", appRows(i, 1)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := s.FlushAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if u := s.Usage(workspace); len(u) != 1 || u[0].Rows != 2 || u[0].Extents != 1 || u[0].Ref != appRef {
		t.Errorf("usage: %+v", u)
	}
	if err := s.DropTable(t.Context(), appRef); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Snapshot(appRef, table.Span{}); !errors.Is(err, ErrNoTable) {
			t.Errorf("Snapshot: %v", err)
		}
		if u := s.Usage(workspace); len(u) != 0 {
			t.Errorf("usage: %+v", u)
		}
		s.Close()
		s = testOpen(t, fs, Options{})
	}
	putApp(t, s)
	if got := readNs(t, s, table.Span{}); len(got) != 0 {
		t.Errorf("rows came back: %v", got)
	}
	if err := s.Append(t.Context(), "", appRows(0, 1)); err != nil {
		t.Fatal(err)
	}
	wantNs(t, readNs(t, s, table.Span{}), 1)
}

func TestLocked(t *testing.T) {
	for name, dir := range map[string]string{"os": t.TempDir(), "mem": "data"} {
		var fs vfs.FS = vfs.OS
		if name == "mem" {
			fs = vfs.NewMem()
		}
		s, err := Open(fs, dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(fs, dir, Options{}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "locked by another process") {
			t.Errorf("%s: a second Open: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(fs, dir, Options{}); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

// TestClosed: what comes after Close is an error.
func TestClosed(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), "", appRows(0, 1)); err == nil {
		t.Error("Append to a closed store")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s = testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	if err := s.Append(ctx, "", appRows(0, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Append with a context that is done: %v", err)
	}
}
