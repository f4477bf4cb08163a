package store

import (
	"sync/atomic"

	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

type counters struct {
	appendedRows, appendedBytes   atomic.Int64
	flushedRows, flushedBytes     atomic.Int64
	compactedRows, compactedBytes atomic.Int64
}

// Stats are figures for metrics. Those of what was done count from Open.
type Stats struct {
	TailRows, TailBytes           int64 // bytes in the log
	Extents                       int
	ExtentRows, ExtentBytes       int64 // bytes without the indexes
	IndexBytes                    int64
	AppendedRows, AppendedBytes   int64 // bytes in the log
	FlushedRows, FlushedBytes     int64 // bytes of extents and their indexes
	CompactedRows, CompactedBytes int64
}

// Stats returns the figures now.
func (s *Store) Stats() Stats {
	st := Stats{
		AppendedRows: s.count.appendedRows.Load(), AppendedBytes: s.count.appendedBytes.Load(),
		FlushedRows: s.count.flushedRows.Load(), FlushedBytes: s.count.flushedBytes.Load(),
		CompactedRows: s.count.compactedRows.Load(), CompactedBytes: s.count.compactedBytes.Load(),
	}
	st.TailRows, st.TailBytes = s.tail.size()
	for m := range s.cat.View().AllExtents {
		st.Extents++
		st.ExtentRows += m.Rows
		st.ExtentBytes += m.Bytes
		if m.Index != nil {
			st.IndexBytes += m.Index.Bytes
		}
	}
	return st
}

// sizeOf is how many bytes the files of an extent have.
func sizeOf(m *extent.Meta) int64 {
	if m.Index == nil {
		return m.Bytes
	}
	return m.Bytes + m.Index.Bytes
}

// Usage is what a table holds.
type Usage struct {
	Ref     table.Ref
	Rows    int64
	Bytes   int64 // of extents, and in the log
	Extents int
}

// Usage returns what each table of a workspace holds, those without rows left out.
func (s *Store) Usage(workspace string) []Usage {
	at := map[table.Ref]*Usage{}
	get := func(ref table.Ref) *Usage {
		if at[ref] == nil {
			at[ref] = &Usage{Ref: ref}
		}
		return at[ref]
	}
	parts := s.tail.all() // before the view: see Snapshot
	v := s.cat.View()
	for ref, ps := range parts {
		flushed := v.Flushed(ref)
		for _, p := range ps {
			if ref.Workspace == workspace && p.seq > flushed {
				u := get(ref)
				u.Rows, u.Bytes = u.Rows+int64(p.batch.Rows), u.Bytes+p.bytes
			}
		}
	}
	for m := range v.AllExtents {
		if m.Ref.Workspace == workspace {
			u := get(m.Ref)
			u.Rows, u.Bytes, u.Extents = u.Rows+m.Rows, u.Bytes+sizeOf(m), u.Extents+1
		}
	}
	out := make([]Usage, 0, len(at))
	for _, u := range at {
		out = append(out, *u)
	}
	return out
}
