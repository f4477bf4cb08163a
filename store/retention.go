package store

import (
	"context"
	"slices"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// A table's retention counts from when a row was received, which is in its column
// _TimeReceived; a row without that counts as the last of its extent, or of its part of the
// tail. Rows past the retention are not in snapshots; their bytes go when Retain drops an
// extent of which every row is past the total retention (see docs/adr/0006).

// since returns the time before which rows received are days old.
func since(now table.Time, days int) table.Time {
	return now - table.Time(days)*table.TicksPerDay
}

// Cut reports whether m, one of Extents, may have rows received before Since. Who reads its
// file leaves them out: those whose _TimeReceived is less.
func (s *Snapshot) Cut(m *extent.Meta) bool { return cut(m, s.Since) }

func cut(m *extent.Meta, since table.Time) bool {
	st, ok := m.Stat(table.TimeReceived)
	if !ok {
		return false
	}
	first, ok := st.Min.(table.Time)
	return ok && first < since
}

// Whole reports whether the rows of m, one of Extents, are all in Span and received since
// Since.
func (s *Snapshot) Whole(m *extent.Meta) bool {
	return s.Span.Contains(m.Span.Start) && s.Span.Contains(m.Span.End-1) && !s.Cut(m)
}

// unexpired returns the extents that have a row received since then.
func unexpired(metas []*extent.Meta, since table.Time) []*extent.Meta {
	old := func(m *extent.Meta) bool { return m.Received < since }
	if !slices.ContainsFunc(metas, old) {
		return metas
	}
	return slices.DeleteFunc(slices.Clone(metas), old)
}

// unexpired returns the rows of b, of the part p, that were received since then; nil if
// there are none.
func (p *part) unexpired(b *table.Batch, since table.Time) *table.Batch {
	if p.at < since {
		return nil
	}
	i := b.Schema.Index(table.TimeReceived)
	if p.since >= since || i < 0 {
		return b
	}
	v, ok := b.Vecs[i].(*table.Of[table.Time])
	if !ok {
		return b
	}
	var idx []int
	for i, t := range v.Vals {
		if t >= since || v.IsNull(i) {
			idx = append(idx, i)
		}
	}
	if len(idx) == 0 {
		return nil
	}
	return b.Gather(idx)
}

// selectCut is extent.Select of an extent that Cut tells of.
func (r *snapshotReader) selectCut(m *extent.Meta) (table.Reader, error) {
	want, at := r.schema, r.schema.Index(table.TimeReceived)
	if at < 0 {
		at = len(want.Cols)
		want = &table.Schema{Cols: append(slices.Clone(want.Cols), table.Column{Name: table.TimeReceived, Type: table.Datetime})}
	}
	f := &extent.Filter{On: []int{at}}
	if r.filter != nil && !slices.Contains(r.filter.On, at) {
		f.On = append(f.On, r.filter.On...)
	} else if r.filter != nil {
		f.On = r.filter.On
	}
	f.Keep = func(cols []table.Vec, rows int) ([]int, error) {
		var wanted []int
		received := cols[at].(*table.Of[table.Time])
		keep := func(i int) {
			if received.Vals[i] >= r.s.Since || received.IsNull(i) {
				wanted = append(wanted, i)
			}
		}
		if r.filter == nil {
			for i := range rows {
				keep(i)
			}
			return wanted, nil
		}
		idx, err := r.filter.Keep(cols, rows)
		if err != nil {
			return nil, err
		}
		for _, i := range idx {
			keep(i)
		}
		return wanted, nil
	}
	in, err := r.s.store.extents.Select(m, want, r.s.Span, r.s.Rows[m], f)
	if err != nil {
		return nil, err
	}
	return &cutReader{in, r.schema}, nil
}

// cutReader leaves out the columns behind those of schema.
type cutReader struct {
	table.Reader
	schema *table.Schema
}

func (c *cutReader) Next(ctx context.Context) (*table.Batch, error) {
	b, err := c.Reader.Next(ctx)
	if err != nil {
		return nil, err
	}
	return &table.Batch{Schema: c.schema, Vecs: b.Vecs[:len(c.schema.Cols)], Rows: b.Rows}, nil
}

// expire drops the extents of which every row is past its table's total retention.
func (s *Store) expire(ctx context.Context, now table.Time) error {
	v := s.cat.View()
	var edit catalog.Edit
	var gone []*extent.Meta
	for ref := range v.Refs {
		t, ok := v.Table(ref)
		if !ok {
			continue
		}
		_, total := v.Retention(t)
		for _, m := range v.Extents(ref, table.Span{}) {
			if m.Received < since(now, total) {
				edit.DropExtents = append(edit.DropExtents, m.Hash)
				gone = append(gone, m)
			}
		}
	}
	if gone == nil {
		return nil
	}
	if err := s.cat.Commit(ctx, edit); err != nil {
		return err
	}
	s.files.drop(s.cat.View().Version(), gone)
	return nil
}
