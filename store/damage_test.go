package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// damaged is a closed store with rows of two tables, in two extents and in the log.
func damaged(t *testing.T) *vfs.Mem {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{IndexRows: 1})
	putApp(t, s)
	other := appRows(100, 50)
	other.Ref.Table = "Other_CL"
	err := s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: other.Ref, Schema: appSchema}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), "", appRows(0, 50), other); err != nil {
		t.Fatal(err)
	}
	if err := s.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := s.Append(t.Context(), "", appRows(50+i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Catalog().Checkpoint(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return fs.Crash(0, 1)
}

// allFiles lists all files with content, by their path below the store.
func allFiles(t *testing.T, fs vfs.FS) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{".", walDir, catalogDir, ExtentDir} {
		names, err := fs.List(path.Join("data", dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if name := path.Join(dir, n); !slices.Contains([]string{walDir, catalogDir, ExtentDir, lockName}, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// count reads a table, and returns how many rows it has.
func count(s *Store, name string) (int, error) {
	snap, err := s.Snapshot(table.Ref{Workspace: workspace, Table: name}, table.Span{})
	if err != nil {
		return 0, err
	}
	defer snap.Release()
	r := snap.Reader(nil)
	defer r.Close()
	b, err := table.ReadAll(context.Background(), r)
	if err != nil {
		return 0, err
	}
	return b.Rows, nil
}

// TestDamage flips, removes and cuts off bytes of every file, and removes every file.
// Nothing is lost in silence: either the store shows all its rows, or an error names
// the file; and a damaged extent costs only its own rows, a damaged term index none.
func TestDamage(t *testing.T) {
	want := map[string]int{"App_CL": 53, "Other_CL": 50}
	good := damaged(t)
	for _, name := range allFiles(t, good) {
		full := path.Join("data", name)
		f, err := good.Open(full)
		if err != nil {
			t.Fatal(err)
		}
		size, err := f.Size()
		if err != nil {
			t.Fatal(err)
		}
		damage := map[string]func([]byte) []byte{
			"without its last byte":  func(b []byte) []byte { return b[:len(b)-1] },
			"without its first byte": func(b []byte) []byte { return b[1:] },
			"cut in half":            func(b []byte) []byte { return b[:len(b)/2] },
			"empty":                  func([]byte) []byte { return nil },
			"missing":                nil,
		}
		for at := int64(0); at < size; at += max(1, size/40) {
			damage[fmt.Sprintf("with byte %d flipped", at)] = func(b []byte) []byte { b[at] ^= 0x20; return b }
		}
		for what, do := range damage {
			fs := good.Crash(0, 1)
			if do == nil {
				err = errors.Join(fs.Remove(full), fs.SyncDir(path.Dir(full)))
			} else {
				err = fs.Damage(full, do)
			}
			if err != nil {
				t.Fatal(err)
			}
			checkDamaged(t, fs, name, fmt.Sprintf("%s %s", name, what), want)
		}
	}
}

func checkDamaged(t *testing.T, fs *vfs.Mem, name, what string, want map[string]int) {
	t.Helper()
	var log strings.Builder
	s, err := Open(fs, "data", Options{IndexRows: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		// A missing file is named, or the place in the log where it is missed.
		if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path.Dir(name)) {
			t.Errorf("%s: open: %v", what, err)
		}
		if strings.HasPrefix(name, ExtentDir) {
			t.Errorf("%s: the store does not open: %v", what, err)
		}
		return
	}
	defer s.Close()
	isIndex := strings.HasSuffix(name, extent.IndexSuffix)
	failed := 0
	for tab, rows := range want {
		n, err := count(s, tab)
		switch {
		case err != nil && (!errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), name)):
			t.Errorf("%s: read: %v", what, err)
		case err != nil:
			failed++
		case n != rows:
			t.Errorf("%s: %s has %d rows, not %d, and no error; logged: %s", what, tab, n, rows, &log)
		}
	}
	if failed > 1 || failed == 1 && (isIndex || !strings.HasPrefix(name, ExtentDir)) {
		t.Errorf("%s: %d tables cannot be read", what, failed)
	}
	if isIndex {
		checkLookup(t, s, what)
	}
	found := 0
	err = s.Verify(t.Context(), func(m *extent.Meta, err error) {
		file := m.Name()
		if isIndex {
			file = m.Index.Name()
		}
		if found++; !strings.Contains(name, file) || !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: Verify: %v", what, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if isExtent := strings.HasPrefix(name, ExtentDir); isExtent != (found == 1) {
		t.Errorf("%s: Verify finds %d damaged extents", what, found)
	}
	if isIndex {
		if !strings.Contains(log.String(), path.Base(name)) {
			t.Errorf("%s: the log does not name it: %s", what, &log)
		}
		checkRepaired(t, s, what)
	}
	// It still takes rows.
	if err := s.Append(t.Context(), "", appRows(1000, 1)); err != nil {
		t.Errorf("%s: append: %v", what, err)
	}
	if err := s.FlushAll(t.Context()); err != nil {
		t.Errorf("%s: flush: %v", what, err)
	}
}

// checkLookup finds a row of each table by a term, whatever is wrong with an index.
func checkLookup(t *testing.T, s *Store, what string) {
	t.Helper()
	for tab, id := range map[string]int{"App_CL": 7, "Other_CL": 107} {
		snap, err := s.Snapshot(table.Ref{Workspace: workspace, Table: tab}, table.Span{})
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Release()
		few, _ := snap.Narrow(terms.Contain("Level", "level", terms.Both, false))
		r := few.Reader([]string{"N"})
		defer r.Close()
		b, err := table.ReadAll(t.Context(), r)
		if err != nil || !slices.Contains(b.Vecs[0].(*table.Of[int64]).Vals, int64(id)) {
			t.Errorf("%s: row %d of %s is not found by a term: %v", what, id, tab, err)
		}
	}
}

// checkRepaired compacts, which makes bad indexes anew.
func checkRepaired(t *testing.T, s *Store, what string) {
	t.Helper()
	if err := s.Compact(t.Context()); err != nil {
		t.Errorf("%s: compact: %v", what, err)
	}
	err := s.Verify(t.Context(), func(_ *extent.Meta, err error) { t.Errorf("%s: after compaction: %v", what, err) })
	if err != nil {
		t.Fatal(err)
	}
	if len(s.bad.hash) > 0 {
		t.Errorf("%s: indexes are still bad after compaction", what)
	}
	checkLookup(t, s, what)
}
