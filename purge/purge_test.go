package purge

import (
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// TestRestart: what was noted is carried out by the next start, with the times that it meant
// when it was asked for; what fails stays pending and is tried again; and in the end nothing
// tells of whom it was about.
func TestRestart(t *testing.T) {
	fs := vfs.NewMem()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	open := func() (*store.Store, *Purger) {
		t.Helper()
		st, err := store.Open(fs, "data", store.Options{Now: func() time.Time { return now }, MinFree: -1})
		if err != nil {
			t.Fatal(err)
		}
		return st, New(engine.New(st, nil, engine.Options{}), st, Options{Now: func() time.Time { return now }})
	}
	st, p := open()
	ref := table.Ref{Workspace: "w", Table: "App_CL"}
	schema := &table.Schema{Cols: []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "Who", Type: table.String}}}
	if err := st.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: schema}}}); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		b := table.NewBatch(schema)
		b.AppendRow(table.FromGo(now.Add(-time.Duration(i)*time.Hour)), []string{"alice", "bob"}[i%2])
		if err := st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: b}); err != nil {
			t.Fatal(err)
		}
		if err := st.FlushAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o, err := p.Start(t.Context(), Operation{Workspace: "w", Table: "App_CL", Query: `App_CL | where Who == "alice" and TimeGenerated > ago(3h)`})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}

	now = now.Add(10 * time.Hour)
	bad := ""
	for m := range st.Catalog().View().AllExtents {
		if m.Span.Contains(table.FromGo(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))) {
			bad = m.Path("data/extents")
		}
	}
	flip := func() {
		if err := fs.Damage(bad, func(b []byte) []byte { b[len(b)-50] ^= 1; return b }); err != nil {
			t.Fatal(err)
		}
	}
	flip()
	st, p = open()
	if err := p.Run(t.Context()); err == nil {
		t.Error("an extent that cannot be read is no error")
	}
	got, err := p.Get("w", o.ID)
	if err != nil || got.Completed() || got.Rows != 1 || got.State() != "Failed" || !strings.Contains(got.Failure, "corrupt") {
		t.Fatalf("%+v, %v", got, err)
	}
	flip()
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err = p.Get("w", o.ID); err != nil || !got.Completed() || got.Rows != 2 || got.Tries != 2 || got.Query != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	snap, err := st.Snapshot(ref, table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := table.ReadAll(t.Context(), snap.Reader([]string{"Who"}))
	snap.Release()
	if err != nil || rows.Rows != 2 || rows.Vecs[0].At(0) != "bob" || rows.Vecs[0].At(1) != "bob" {
		t.Fatalf("%+v, %v", rows, err)
	}
	names, _ := fs.List("data/catalog")
	for _, n := range names {
		f, err := fs.Open("data/catalog/" + n)
		if err != nil {
			t.Fatal(err)
		}
		size, _ := f.Size()
		b := make([]byte, size)
		_, _ = f.ReadAt(b, 0)
		f.Close()
		if strings.Contains(string(b), "alice") {
			t.Errorf("%s still tells of alice", n)
		}
	}
	now = now.Add(remembered + time.Second)
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := p.List(""); len(all) != 0 || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}
