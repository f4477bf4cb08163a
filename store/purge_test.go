package store

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// TestPurge: whatever the predicate, and wherever the rows are, a purge leaves the rows that
// a filter by its opposite gives, also when the store is opened again.
func TestPurge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := vfs.NewMem()
		o := Options{IndexRows: 4, MinFree: -1}
		s, err := Open(fs, "data", o)
		check := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		check(err)
		ctx := t.Context()
		other := table.Ref{Workspace: workspace, Table: "Other_CL"}
		check(s.Catalog().Commit(ctx, catalog.Edit{PutTables: []catalog.Table{{Ref: appRef, Schema: appSchema}, {Ref: other, Schema: appSchema}}}))
		want := map[int64]bool{}
		next := 0
		div, rest := int64(0), int64(0)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"append", "append", "append", "flush", "compact", "purge", "reopen"}).Draw(t, "step") {
			case "append":
				n := rapid.IntRange(1, 40).Draw(t, "rows")
				more := appRows(next, n)
				more.Ref = other
				check(s.Append(ctx, "", appRows(next, n), more))
				for i := range n {
					want[int64(next+i)] = true
				}
				next += n
			case "flush":
				check(s.FlushAll(ctx))
			case "compact":
				check(s.Compact(ctx))
			case "reopen":
				check(s.Close())
				s, err = Open(fs, "data", o)
				check(err)
			case "purge":
				div = rapid.Int64Range(1, 7).Draw(t, "div")
				rest = rapid.Int64Range(0, div).Draw(t, "rest") // div: none
				hit := func(id int64) bool { return id%div == rest }
				match := matchIDs("N", hit)
				before, err := s.Matches(ctx, appRef, match)
				check(err)
				p, err := s.Purge(ctx, appRef, match)
				check(err)
				gone := int64(0)
				for id := range want {
					if hit(id) {
						delete(want, id)
						gone++
					}
				}
				if p.Rows != gone || before != p {
					t.Fatalf("%d rows are gone; Purge tells of %+v, Matches of %+v", gone, p, before)
				}
			}
			snap, err := s.Snapshot(appRef, table.Span{})
			check(err)
			got, err := table.ReadAll(ctx, snap.Reader([]string{"N"}))
			check(err)
			snap.Release()
			if got.Rows != len(want) {
				t.Fatalf("%d rows, want %d", got.Rows, len(want))
			}
			for _, id := range got.Vecs[0].(*table.Of[int64]).Vals {
				if !want[id] {
					t.Fatalf("row %d is there", id)
				}
			}
			n, err := count(s, "Other_CL")
			check(err)
			if n != next {
				t.Fatalf("another table has %d rows, not %d", n, next)
			}
			check(s.Verify(ctx, func(m *extent.Meta, err error) { t.Fatal(err) }))
		}
		check(s.Close())
	})
}

// TestPurgeLeavesNothing looks for a purged text in all files: the rows' own, those of the
// indexes, the log and the catalog.
func TestPurgeLeavesNothing(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{IndexRows: 1})
	putApp(t, s)
	add := func(from int, levels ...string) {
		t.Helper()
		b := table.NewBatch(appSchema)
		for i, l := range levels {
			b.AppendRow(start, l, int64(from+i))
		}
		if err := s.Append(t.Context(), "", Rows{appRef, b}); err != nil {
			t.Fatal(err)
		}
	}
	add(0, "alice@example.com", "bob@example.com")
	if err := s.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	add(2, "alice@example.com", "carol@example.com")
	if !inFiles(t, fs, "alice@") {
		t.Fatal("the text is nowhere before")
	}
	held, err := s.Snapshot(appRef, table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	match := Match{Cols: []string{"Level"}, Where: terms.Contain("Level", "alice", terms.Both, true), Filter: &extent.Filter{On: []int{0}, Keep: func(cols []table.Vec, rows int) (idx []int, err error) {
		for i, l := range cols[0].(*table.Of[string]).Vals {
			if strings.HasPrefix(l, "alice") {
				idx = append(idx, i)
			}
		}
		return idx, nil
	}}}
	p, err := s.Purge(t.Context(), appRef, match)
	if err != nil || p.Rows != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	// Who read before still reads.
	b, err := table.ReadAll(t.Context(), held.Reader([]string{"N"}))
	if err != nil || b.Rows != 4 {
		t.Fatalf("a snapshot from before: %v", err)
	}
	held.Release()
	if err := s.Retain(t.Context(), s.opts.Now()); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, fs, "alice@") {
		t.Error("the text is in a file still")
	}
	if n, err := count(s, "App_CL"); n != 2 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

func inFiles(t *testing.T, fs *vfs.Mem, text string) bool {
	t.Helper()
	found := false
	for _, name := range allFiles(t, fs) {
		found = found || strings.Contains(string(content(t, fs, path.Join("data", name))), text)
	}
	return found
}

// content is what a file has. Pages are compressed: those of a few rows keep their texts.
func content(t *testing.T, fs *vfs.Mem, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, 0); err != nil && size > 0 && err.Error() != "EOF" {
		t.Fatal(err)
	}
	return b
}

// TestPurgeOfDamaged: an extent that cannot be read is named and stays; rows of others go.
func TestPurgeOfDamaged(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{IndexRows: 1})
	putApp(t, s)
	for i := range 3 {
		if err := s.Append(t.Context(), "", appRows(i*10, 10)); err != nil {
			t.Fatal(err)
		}
		if err := s.FlushAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	bad := s.Catalog().View().Extents(appRef, table.Span{})[1]
	if err := fs.Damage(bad.Path("data/extents"), func(b []byte) []byte { b[len(b)-100] ^= 1; return b }); err != nil {
		t.Fatal(err)
	}
	p, err := s.Purge(t.Context(), appRef, matchIDs("N", func(id int64) bool { return id%2 == 0 }))
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), bad.Name()) || p.Rows != 10 {
		t.Fatalf("%+v, %v", p, err)
	}
	left := map[int64]bool{}
	for _, m := range s.Catalog().View().Extents(appRef, table.Span{}) {
		left[m.Rows] = true
	}
	if fmt.Sprint(left) != "map[5:true 10:true]" {
		t.Errorf("extents of %v rows are left", left)
	}
	if _, err := s.Purge(t.Context(), appRef, Match{Cols: []string{"No"}, Filter: &extent.Filter{}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a column that is not there: %v", err)
	}
}
