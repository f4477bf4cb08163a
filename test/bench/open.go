package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// Bounds that issue 4 sets for a directory of so many extents and tables.
const (
	openExtents = 10_000
	openTables  = 1_000
	openMost    = 2 * time.Second
	openMemory  = 300 * 1.048576 // MB
)

// opening measures how long the server takes to answer, and the memory that it has then,
// over a directory of many extents and tables. The files are links to one: what is
// measured is what is known of them, not what is in them.
func opening(r *report, b *bench) error {
	dir := *b
	dir.data = b.data + "-many"
	if err := os.RemoveAll(dir.data); err != nil {
		return err
	}
	defer os.RemoveAll(dir.data)
	if err := dir.start(); err != nil {
		return err
	}
	if _, err := dir.stop(); err != nil {
		return err
	}
	if err := fill(dir.data, dir.creds.WorkspaceID, openExtents, openTables); err != nil {
		return fmt.Errorf("make %d extents: %w", openExtents, err)
	}
	began := time.Now()
	if err := dir.start(); err != nil {
		return err
	}
	took := time.Since(began)
	rss := dir.resident()
	note := fmt.Sprintf("%d extents of %d tables, from starting the process; the baseline is the bound", openExtents, openTables)
	r.add(figure{Name: "open, until it answers", Yagura: took.Seconds() * 1e3, Baseline: openMost.Seconds() * 1e3, Unit: "ms", Note: note})
	r.add(figure{Name: "open, RSS", Yagura: rss, Baseline: openMemory, Unit: "MB", Note: "the baseline is the bound"})
	_, err := dir.stop()
	return err
}

// fill puts extents of tables into the directory of a server that is stopped.
func fill(dir, workspace string, extents, tables int) (err error) {
	st, err := store.Open(vfs.OS, dir, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	ctx := context.Background()
	schema := &table.Schema{Cols: []table.Column{
		{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "Computer", Type: table.String}, {Name: "Level", Type: table.String},
		{Name: "Count", Type: table.Long}, {Name: "Took", Type: table.Real}, {Name: "Message", Type: table.String}, {Name: "Props", Type: table.Dynamic},
	}}
	now := table.FromGo(time.Now())
	rows := table.NewBatch(&table.Schema{Cols: append(append([]table.Column(nil), schema.Cols...), table.Column{Name: table.TimeReceived, Type: table.Datetime}, table.Column{Name: table.Seq, Type: table.Long})})
	for i := range 2000 {
		rows.AppendRow(now+table.Time(i), fmt.Sprintf("node-%03d", i%200), "Informational", int64(i), float64(i)/7, fmt.Sprintf("request %d of %d was answered", i, 2000), table.NewDyn(table.Raw(fmt.Sprintf(`{"code":%d,"path":"/a/%d"}`, i%5, i%50))), now, int64(i))
	}
	files := filepath.Join(dir, store.ExtentDir)
	one, err := extent.NewDir(vfs.OS, files).Write(table.Ref{Workspace: workspace, Table: "Many_CL"}, []*table.Batch{rows}, extent.Options{Received: now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(one.Path(files)), os.Remove(one.Index.Path(files))) }()
	for t := range tables {
		ref := table.Ref{Workspace: workspace, Table: fmt.Sprintf("Many%04d_CL", t)}
		e := catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: schema}}}
		for i := t; i < extents; i += tables {
			m, x := *one, &extent.Index{Bytes: one.Index.Bytes, Foot: one.Index.Foot}
			m.Ref, m.Index = ref, x
			binary.BigEndian.PutUint64(m.Hash[:], uint64(i))
			binary.BigEndian.PutUint64(x.Hash[:], uint64(i))
			m.Span.Start, m.Span.End = m.Span.Start-table.Time(i)*table.TicksPerMinute, m.Span.End-table.Time(i)*table.TicksPerMinute
			if err := errors.Join(os.Link(one.Path(files), m.Path(files)), os.Link(one.Index.Path(files), x.Path(files))); err != nil {
				return err
			}
			e.AddExtents = append(e.AddExtents, &m)
		}
		if err := st.Catalog().Commit(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
