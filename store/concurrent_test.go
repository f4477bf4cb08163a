package store

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// TestConcurrent appends, moves and reads at the same time. A snapshot has each row
// that was acknowledged before it was taken, and none twice; its files stay.
func TestConcurrent(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{FlushRows: 1})
	s.tail.fewParts = 4
	putApp(t, s)
	const writers, each, batch = 4, 500, 2
	var acked [writers]atomic.Int64 // by writer: its rows up to here are acknowledged
	var writing, moving sync.WaitGroup
	var done atomic.Bool
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				first := w*1_000_000 + i*batch
				if err := s.Append(t.Context(), fmt.Sprint(w, "/", i), appRows(first, batch)); err != nil {
					t.Error(err)
					return
				}
				acked[w].Store(int64((i + 1) * batch))
			}
		})
	}
	for _, move := range []func(context.Context) error{s.Flush, s.Compact} {
		moving.Go(func() {
			for !done.Load() {
				if err := move(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	moving.Go(func() {
		for !done.Load() {
			checkSnapshot(t, s, &acked)
		}
	})
	writing.Wait()
	done.Store(true)
	moving.Wait()
	checkSnapshot(t, s, &acked)
	if err := s.Retain(t.Context(), s.opts.Now()); err != nil {
		t.Fatal(err)
	}
	names, err := fs.List("data/extents")
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for m := range s.Catalog().View().AllExtents {
		want += len(filesOf(m))
	}
	if len(names) != want {
		t.Errorf("%d files, not %d", len(names), want)
	}
}

func checkSnapshot(t *testing.T, s *Store, acked *[4]atomic.Int64) {
	var before [4]int64
	for w := range before {
		before[w] = acked[w].Load()
	}
	snap, err := s.Snapshot(appRef, table.Span{})
	if err != nil {
		t.Error(err)
		return
	}
	defer snap.Release()
	r := snap.Reader([]string{"N"})
	defer r.Close()
	var got [4]map[int64]bool
	for w := range got {
		got[w] = map[int64]bool{}
	}
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Error(err)
			return
		}
		for _, n := range b.Vecs[0].(*table.Of[int64]).Vals {
			w, i := n/1_000_000, n%1_000_000
			if got[w][i] {
				t.Errorf("row %d is there twice", n)
			}
			got[w][i] = true
		}
	}
	for w := range before {
		for i := range before[w] {
			if !got[w][i] {
				t.Errorf("row %d of writer %d was acknowledged and is not there", i, w)
				return
			}
		}
	}
}

// TestSameToken appends with one token from many goroutines: it happens once.
func TestSameToken(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := s.Append(t.Context(), "once", appRows(0, 3)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wantNs(t, readNs(t, s, table.Span{}), 3)
}

// TestSnapshotKeepsFiles: what a snapshot refers to stays until Release.
func TestSnapshotKeepsFiles(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	for i := range 8 {
		if err := s.Append(t.Context(), "", appRows(i, 1)); err != nil {
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
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.DropTable(t.Context(), appRef); err != nil {
		t.Fatal(err)
	}
	if err := s.Retain(t.Context(), s.opts.Now()); err != nil {
		t.Fatal(err)
	}
	if len(snap.Extents) != 8 {
		t.Fatalf("%d extents", len(snap.Extents))
	}
	r := snap.Reader(nil)
	b, err := table.ReadAll(t.Context(), r)
	if err != nil || b.Rows != 8 {
		t.Fatalf("%v rows, %v", b, err)
	}
	r.Close()
	snap.Release()
	if err := s.Retain(t.Context(), s.opts.Now()); err != nil {
		t.Fatal(err)
	}
	if names, _ := s.fs.List("data/extents"); len(names) != 0 {
		t.Errorf("files stay: %v", names)
	}
}

// TestSnapshotDuringFlush: rows that move while the snapshot is taken are in it once.
func TestSnapshotDuringFlush(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	if err := s.Append(t.Context(), "", appRows(0, 5)); err != nil {
		t.Fatal(err)
	}
	parts, _ := s.tail.parts(appRef)
	if err := s.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	snap, err := s.snapshot(appRef, table.Span{}, parts)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	b, err := table.ReadAll(t.Context(), snap.Reader([]string{"N"}))
	if err != nil || b.Rows != 5 {
		t.Errorf("%v, %v", b, err)
	}
}

// TestJoin appends rows one at a time; reading them makes few batches of them.
func TestJoin(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	putApp(t, s)
	const n = 1000
	for i := range n {
		rows := appRows(i, 1)
		if i%3 == 0 { // not all have the same columns
			rows.Batch = &table.Batch{Schema: &table.Schema{Cols: appSchema.Cols[:1]}, Vecs: rows.Batch.Vecs[:1], Rows: 1}
		}
		if err := s.Append(t.Context(), "", rows); err != nil {
			t.Fatal(err)
		}
		if i == n/2 {
			readNs(t, s, table.Span{})
		}
	}
	snap, err := s.Snapshot(appRef, table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	if len(snap.Tail) > 3 {
		t.Errorf("%d batches", len(snap.Tail))
	}
	b, err := table.ReadAll(t.Context(), snap.Reader([]string{"N", table.Seq}))
	if err != nil || b.Rows != n {
		t.Fatalf("%v, %v", b, err)
	}
	seqs := map[int64]bool{}
	for i := range n {
		seqs[b.Vecs[1].At(i).(int64)] = true
		if want := table.Value(int64(i)); i%3 > 0 && b.Vecs[0].At(i) != want || i%3 == 0 && b.Vecs[0].At(i) != nil {
			t.Fatalf("row %d: N is %v", i, b.Vecs[0].At(i))
		}
	}
	if len(seqs) != n {
		t.Errorf("%d different _Seq", len(seqs))
	}
	if rows, _ := s.tail.size(); rows != n {
		t.Errorf("the tail counts %d rows", rows)
	}
}

// TestJoinDuringFlush: what is being flushed is not joined with what came later, which
// is not.
func TestJoinDuringFlush(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	s.tail.fewParts = 2
	putApp(t, s)
	for i := range 5 {
		if err := s.Append(t.Context(), "", appRows(i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	moving := s.tail.hold(appRef)
	if err := s.Append(t.Context(), "", appRows(5, 1)); err != nil {
		t.Fatal(err)
	}
	wantNs(t, readNs(t, s, table.Span{}), 6)
	if parts, _ := s.tail.parts(appRef); len(parts) != 6 {
		t.Fatalf("%d parts while they are being flushed", len(parts))
	}
	if err := s.flushParts(t.Context(), appRef, moving); err != nil {
		t.Fatal(err)
	}
	s.tail.release(appRef)
	wantNs(t, readNs(t, s, table.Span{}), 6)
}
