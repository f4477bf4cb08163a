package store

import (
	"context"
	"fmt"
	"io"

	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// Snapshot is the rows of one table in a span of TimeGenerated at one moment, without those
// past their retention. Its files stay until Release.
type Snapshot struct {
	Ref  table.Ref
	Span table.Span
	// Since is when the oldest rows that queries still see were received; see Cut.
	Since table.Time
	// Schema is the table's stored columns (see table.Stored), _Seq among them.
	Schema *table.Schema
	// Extents may hold rows in Span, and others (see Whole). An extent has only those columns
	// of Schema that are among its Stats; the others are null, or empty, in it.
	Extents []*extent.Meta
	// Rows says, of the extents that are in it, which rows may be wanted (see Narrow);
	// of the others all may be.
	Rows map[*extent.Meta][]terms.Range
	// Tail are the rows in Span that are not in extents yet. Each batch has a schema
	// of its own, some of Schema's columns in any order; the others are null, or empty.
	Tail []*table.Batch

	store   *Store
	release func()
}

// Snapshot returns ref's rows in span as they are now. It fails with ErrNoTable if
// there is no such table.
func (s *Store) Snapshot(ref table.Ref, span table.Span) (*Snapshot, error) {
	// First the tail, then the view: what Flush moves meanwhile is in both, and is
	// taken out of the tail then.
	s.tail.join(ref)
	parts, _ := s.tail.parts(ref)
	return s.snapshot(ref, span, parts)
}

func (s *Store) snapshot(ref table.Ref, span table.Span, parts []*part) (*Snapshot, error) {
	v, release := s.files.view(s.cat)
	t, ok := v.Table(ref)
	if !ok {
		release()
		return nil, fmt.Errorf("%w: %s", ErrNoTable, ref)
	}
	days, _ := v.Retention(t)
	from := since(table.FromGo(s.opts.Now()), days)
	snap := &Snapshot{
		Ref: ref, Span: span, Since: from, Schema: t.Stored(), Extents: unexpired(v.Extents(ref, span), from),
		store: s, release: release,
	}
	flushed := v.Flushed(ref)
	for _, p := range parts {
		if p.seq > flushed {
			b := p.in(span)
			if b != nil {
				b = p.unexpired(b, from)
			}
			if b != nil {
				snap.Tail = append(snap.Tail, b)
			}
		}
	}
	return snap, nil
}

// in returns the rows of p in span, nil if there are none.
func (p *part) in(span table.Span) *table.Batch {
	if span.All() || span.Contains(p.lo) && span.Contains(p.hi) {
		return p.batch
	}
	if !span.Overlaps(p.lo, p.hi) {
		return nil
	}
	times := p.batch.Vecs[p.batch.Schema.Index(table.TimeGenerated)].(*table.Of[table.Time]).Vals
	var idx []int
	for i, t := range times {
		if span.Contains(t) {
			idx = append(idx, i)
		}
	}
	if idx == nil {
		return nil
	}
	return p.batch.Gather(idx)
}

// Path returns the path of an extent's file.
func (s *Snapshot) Path(m *extent.Meta) string { return s.store.extents.Path(m) }

// Release lets the files go. It may be called more than once.
func (s *Snapshot) Release() { s.release() }

// Reader reads the columns named, all of Schema's if cols is nil, from extents and
// tail, the rows in Span and Rows only. The rows of an extent are in the order of
// TimeGenerated, and all rows in no particular order.
func (s *Snapshot) Reader(cols []string) table.Reader { return s.Select(cols, nil) }

// Select is Reader of the rows that a filter over the columns named wants.
func (s *Snapshot) Select(cols []string, f *extent.Filter) table.Reader {
	r := &snapshotReader{s: s, schema: s.Schema, extents: s.Extents, tail: s.Tail, filter: f}
	if cols == nil {
		return r
	}
	r.schema = &table.Schema{}
	for _, name := range cols {
		i := s.Schema.Index(name)
		if i < 0 {
			r.err = fmt.Errorf("store: table %s stores no column %q", s.Ref, name)
			continue
		}
		r.schema.Cols = append(r.schema.Cols, s.Schema.Cols[i])
	}
	return r
}

type snapshotReader struct {
	s       *Snapshot
	schema  *table.Schema
	extents []*extent.Meta
	tail    []*table.Batch
	filter  *extent.Filter
	current table.Reader
	err     error
}

func (r *snapshotReader) Schema() *table.Schema { return r.schema }

func (r *snapshotReader) Next(ctx context.Context) (*table.Batch, error) {
	for r.err == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r.current == nil {
			if len(r.extents) == 0 {
				return r.nextTail()
			}
			m := r.extents[0]
			if r.s.Cut(m) {
				r.current, r.err = r.selectCut(m)
			} else {
				r.current, r.err = r.s.store.extents.Select(m, r.schema, r.s.Span, r.s.Rows[m], r.filter)
			}
			r.extents = r.extents[1:]
			continue
		}
		b, err := r.current.Next(ctx)
		if err == nil {
			return b, nil
		}
		if err == io.EOF {
			err = r.current.Close()
			r.current = nil
		}
		r.err = err
	}
	return nil, r.err
}

func (r *snapshotReader) nextTail() (*table.Batch, error) {
	for len(r.tail) > 0 {
		n, rows := 1, r.tail[0].Rows // what has many rows is not copied
		for rows < fewRows && n < len(r.tail) && rows+r.tail[n].Rows <= extent.BatchRows {
			rows += r.tail[n].Rows
			n++
		}
		b, err := r.wanted(r.tail[:n])
		if r.tail = r.tail[n:]; err != nil {
			r.err = fmt.Errorf("table %s: %w", r.s.Ref, err)
			return nil, r.err
		}
		if b.Rows > 0 {
			return b, nil
		}
	}
	r.err = io.EOF
	return nil, io.EOF
}

// wanted returns the wanted rows of some batches of the tail.
func (r *snapshotReader) wanted(bs []*table.Batch) (*table.Batch, error) {
	if r.filter == nil {
		return joined(bs, r.schema)
	}
	// Most often no row is wanted: then only the filter's columns are looked at.
	on := &table.Schema{Cols: make([]table.Column, len(r.filter.On))}
	for k, i := range r.filter.On {
		on.Cols[k] = r.schema.Cols[i]
	}
	some, err := joined(bs, on)
	if err != nil {
		return nil, err
	}
	vecs := make([]table.Vec, len(r.schema.Cols))
	for k, i := range r.filter.On {
		vecs[i] = some.Vecs[k]
	}
	idx, err := r.filter.Keep(vecs, some.Rows)
	if err != nil || len(idx) == 0 {
		return &table.Batch{Schema: r.schema}, err
	}
	all, err := joined(bs, r.schema)
	if err != nil {
		return nil, err
	}
	return all.Gather(idx), nil
}

// joined returns the rows of some batches in the columns of s.
func joined(bs []*table.Batch, s *table.Schema) (*table.Batch, error) {
	out := make([]*table.Batch, len(bs))
	for i, b := range bs {
		c, err := conform(b, s)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return table.ConcatBatches(s, out), nil
}

// conform returns b in the columns of s.
func conform(b *table.Batch, s *table.Schema) (*table.Batch, error) {
	out := &table.Batch{Schema: s, Vecs: make([]table.Vec, len(s.Cols)), Rows: b.Rows}
	for i, c := range s.Cols {
		j := b.Schema.Index(c.Name)
		switch {
		case j < 0:
			out.Vecs[i] = table.Repeat(c.Type, nil, b.Rows)
		case b.Vecs[j].Type() != c.Type:
			return nil, fmt.Errorf("column %s is stored as %v, not %v", c.Name, b.Vecs[j].Type(), c.Type)
		default:
			out.Vecs[i] = b.Vecs[j]
		}
	}
	return out, nil
}

func (r *snapshotReader) Close() error {
	if r.err == nil {
		r.err = io.EOF
	}
	if r.current == nil {
		return nil
	}
	c := r.current
	r.current = nil
	return c.Close()
}
