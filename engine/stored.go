package engine

import (
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// Stored is what is stored of a table.
type Stored struct {
	Extents []*extent.Meta
	Waiting int64 // rows that are in no extent yet
	Rows    int64 // of all
	Bytes   int64 // of the extents
}

// Stored tells what is stored of a table; nothing, if there is no such table.
func (e *Engine) Stored(workspace, name string) Stored {
	var out Stored
	snap, err := e.st.Snapshot(table.Ref{Workspace: workspace, Table: name}, table.Span{})
	if err != nil {
		return out
	}
	defer snap.Release()
	out.Extents = snap.Extents
	for _, m := range snap.Extents {
		out.Rows += m.Rows
		out.Bytes += m.Bytes
	}
	for _, b := range snap.Tail {
		out.Waiting += int64(b.Rows)
	}
	out.Rows += out.Waiting
	return out
}
