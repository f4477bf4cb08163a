package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// Match says which rows of a table are meant.
type Match struct {
	Cols   []string       // stored columns that Filter may look at
	Filter *extent.Filter // over Cols; it keeps the rows that are meant
	// Where is what those rows have among the terms of their columns; nil: nothing is known.
	Where *terms.Cond
}

// Purged is what Purge has done.
type Purged struct {
	Rows    int64 // deleted
	Extents int   // dropped or rewritten
}

// Purge deletes the rows of ref that match, of those appended before: from the tail and
// the log, from extents and their indexes, past their retention or not. Rows that are
// appended meanwhile may go or stay. What is deleted is not seen again, also after a
// crash; files go once no snapshot holds them. A Purge that fails, at an extent that
// cannot be read say, has deleted some rows and not others, and can be called again; its
// error names the extents.
func (s *Store) Purge(ctx context.Context, ref table.Ref, match Match) (Purged, error) {
	var p Purged
	_, last := s.tail.parts(ref)
	if err := s.FlushTable(ctx, ref); err != nil {
		return p, fmt.Errorf("purge: %w", err)
	}
	var errs []error
	seen := map[extent.Hash]bool{} // those without a row to delete, or that cannot be read
	for {
		m, err := s.purgeNext(ctx, ref, match, table.SeqOf(uint64(last)+1, 0), seen, &p)
		if ctx.Err() != nil {
			return p, fmt.Errorf("purge %s: %w", ref, context.Cause(ctx))
		}
		if err != nil {
			errs = append(errs, err)
		}
		if m == nil {
			break
		}
	}
	if err := s.clearLog(ctx); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return p, fmt.Errorf("purge %s: %w", ref, err)
	}
	return p, nil
}

// Matches counts the rows that Purge would delete, and the extents that it would change.
func (s *Store) Matches(ctx context.Context, ref table.Ref, match Match) (Purged, error) {
	var p Purged
	if err := s.FlushTable(ctx, ref); err != nil {
		return p, fmt.Errorf("count what matches: %w", err)
	}
	v, release := s.files.view(s.cat)
	defer release()
	for _, m := range v.Extents(ref, table.Span{}) {
		n, err := s.matching(ctx, ref, m, match)
		if err != nil {
			return p, fmt.Errorf("count what matches in %s: %w", ref, err)
		}
		if p.Rows += n; n > 0 {
			p.Extents++
		}
	}
	return p, nil
}

// purgeNext deletes the rows that match from the next extent that is not among seen and has
// rows before the number end; nil if there is none.
func (s *Store) purgeNext(ctx context.Context, ref table.Ref, match Match, end int64, seen map[extent.Hash]bool, p *Purged) (*extent.Meta, error) {
	s.taking.Lock()
	defer s.taking.Unlock()
	v, release := s.files.view(s.cat)
	defer release()
	all := v.Extents(ref, table.Span{})
	i := slices.IndexFunc(all, func(m *extent.Meta) bool {
		st, _ := m.Stat(table.Seq)
		return !seen[m.Hash] && (st == nil || st.Min == nil || st.Min.(int64) < end)
	})
	if i < 0 {
		return nil, nil
	}
	m := all[i]
	seen[m.Hash] = true
	n, err := s.matching(ctx, ref, m, match)
	if err != nil || n == 0 {
		return m, err
	}
	edit := catalog.Edit{DropExtents: []extent.Hash{m.Hash}}
	if n < m.Rows {
		rest, err := s.without(ctx, ref, m, match)
		if err != nil {
			return m, err
		}
		edit.AddExtents = []*extent.Meta{rest}
		seen[rest.Hash] = true
	}
	if err := s.commit(ctx, edit); err != nil {
		return m, err
	}
	s.files.drop(s.cat.View().Version(), []*extent.Meta{m})
	p.Rows += n
	p.Extents++
	release()
	return m, s.removeUnused()
}

// matching counts the rows of an extent that match.
func (s *Store) matching(ctx context.Context, ref table.Ref, m *extent.Meta, match Match) (int64, error) {
	var rows []terms.Range
	if match.Where != nil && !s.bad.has(m.Index) {
		some, err := s.extents.Narrow(m, match.Where)
		switch {
		case err != nil:
			s.badIndex(m, err)
		case len(some) == 0:
			return 0, nil
		default:
			rows = some
		}
	}
	schema, err := s.schemaOf(ref, match.Cols)
	if err != nil {
		return 0, err
	}
	r, err := s.extents.Select(m, schema, table.Span{}, rows, match.Filter)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return n, r.Close()
		}
		if err != nil {
			return 0, errors.Join(err, r.Close())
		}
		n += int64(b.Rows)
	}
}

// schemaOf gives some stored columns of a table.
func (s *Store) schemaOf(ref table.Ref, names []string) (*table.Schema, error) {
	t, ok := s.cat.View().Table(ref)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoTable, ref)
	}
	out := &table.Schema{}
	for _, name := range names {
		typ, ok := t.StoredType(name)
		if !ok {
			return nil, fmt.Errorf("%w: table %s stores no column %q", ErrInvalid, ref, name)
		}
		out.Cols = append(out.Cols, table.Column{Name: name, Type: typ})
	}
	return out, nil
}

// without writes the rows of an extent that do not match to another.
func (s *Store) without(ctx context.Context, ref table.Ref, m *extent.Meta, match Match) (*extent.Meta, error) {
	want, err := s.schemaOf(ref, match.Cols)
	if err != nil {
		return nil, err
	}
	own, err := unite([]*extent.Meta{m})
	if err != nil {
		return nil, err
	}
	for _, c := range own.Cols { // behind those that the filter knows by their place
		if want.Index(c.Name) < 0 {
			want.Cols = append(want.Cols, c)
		}
	}
	on := make([]int, len(match.Cols))
	for i := range on {
		on[i] = i
	}
	rest := &extent.Filter{On: on, Keep: func(cols []table.Vec, rows int) ([]int, error) {
		idx, err := match.Filter.Keep(cols, rows)
		return others(idx, rows), err
	}}
	r, err := s.extents.Select(m, want, table.Span{}, nil, rest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	o := extent.Options{Dense: true, IndexRows: s.opts.IndexRows, Received: m.Received}
	var w *extent.Writer
	for {
		b, err := r.Next(ctx)
		if err == io.EOF && w != nil {
			return w.Close()
		}
		if err == nil && w == nil {
			w, err = s.extents.NewWriter(ref, own.Cols, int(m.Rows), b, o)
		}
		if err == nil {
			err = w.Write(b)
		}
		if err != nil {
			if w != nil {
				err = errors.Join(err, w.Abort())
			}
			return nil, err
		}
	}
}

// others returns the numbers below n that are not in idx, which is in order.
func others(idx []int, n int) []int {
	out := make([]int, 0, n-len(idx))
	for i := range n {
		if len(idx) > 0 && idx[0] == i {
			idx = idx[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}

// clearLog moves all rows to extents, so that the log can be cut off before what comes
// now, and writes the catalog anew until nothing older of it is left: the bounds of columns
// that an extent had stand there too.
func (s *Store) clearLog(ctx context.Context) error {
	if err := s.FlushAll(ctx); err != nil {
		return err
	}
	if err := s.log.Forget(s.cat.View().Trimmed()); err != nil {
		return err
	}
	return s.cat.Forget(ctx)
}
