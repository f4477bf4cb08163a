package store

import (
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// TestReplace replaces rows that are in extents and in the tail, in a table whose
// columns are its own only, and opens the store again after each step.
func TestReplace(t *testing.T) {
	fs := vfs.NewMem()
	ref := table.Ref{Workspace: "w", Table: "bare"}
	open := func() *Store {
		s, err := Open(fs, "data", Options{MinFree: -1})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	rows := func(texts ...string) Rows {
		b := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "Type", Type: table.String}}})
		for i, x := range texts {
			b.AppendRow(table.Time(i+1), x)
		}
		return Rows{ref, b}
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(s *Store, n int) {
		t.Helper()
		snap, err := s.Snapshot(ref, table.Span{})
		check(err)
		defer snap.Release()
		b, err := table.ReadAll(t.Context(), snap.Reader([]string{"Type"}))
		check(err)
		if b.Rows != n {
			t.Fatalf("%d rows, want %d", b.Rows, n)
		}
	}
	s := open()
	check(s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Bare: true, Schema: &table.Schema{Cols: []table.Column{{Name: "Type", Type: table.String}}}}}}))
	check(s.Append(t.Context(), "", rows("a", "b")))
	check(s.FlushAll(t.Context()))
	check(s.Append(t.Context(), "", rows("c")))
	want(s, 3)
	check(s.Replace(t.Context(), ref, rows("d", "e", "f", "g")))
	want(s, 4)
	check(s.Append(t.Context(), "", rows("h")))
	check(s.Close())

	s = open()
	want(s, 5)
	def, ok := s.Catalog().View().Table(ref)
	if !ok || !def.Bare || len(def.Schema.Cols) != 1 {
		t.Fatalf("the table is %+v", def)
	}
	check(s.FlushAll(t.Context()))
	check(s.Replace(t.Context(), ref))
	want(s, 0)
	check(s.Catalog().Checkpoint(t.Context(), true))
	check(s.Close())

	s = open()
	want(s, 0)
	if def, ok := s.Catalog().View().Table(ref); !ok || !def.Bare {
		t.Fatalf("the table is %+v", def)
	}
	check(s.Close())
}
