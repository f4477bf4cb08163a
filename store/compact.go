package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

const (
	compactRows  = 2 << 20 // rows of an extent that is not made larger
	compactCount = 8       // extents of about the same size that are merged
)

// Compact merges small extents of a table and day into larger ones, as long as there
// is a group of them worth it.
func (s *Store) Compact(ctx context.Context) error {
	for {
		more, err := s.compactOne(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// compactOne merges one group; it returns false if there was none.
func (s *Store) compactOne(ctx context.Context) (bool, error) {
	s.work.Lock()
	defer s.work.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	v, release := s.files.view(s.cat)
	defer release()
	for ref := range v.Refs {
		old := choose(v.Extents(ref, table.Span{}))
		if old == nil {
			continue
		}
		m, err := s.merge(ctx, ref, old)
		if err != nil {
			return false, fmt.Errorf("compact %s: %w", ref, err)
		}
		edit := catalog.Edit{AddExtents: []*extent.Meta{m}}
		for _, o := range old {
			edit.DropExtents = append(edit.DropExtents, o.Hash)
		}
		if err := s.commit(ctx, edit); err != nil {
			return false, fmt.Errorf("compact %s: %w", ref, err)
		}
		s.files.drop(s.cat.View().Version(), old)
		s.count.compactedRows.Add(m.Rows)
		s.count.compactedBytes.Add(m.Bytes)
		release()
		return true, s.removeUnused()
	}
	return false, nil
}

// tierOf is how large an extent is, in powers of compactCount.
func tierOf(rows int64) (tier int) {
	for ; rows >= compactCount; rows /= compactCount {
		tier++
	}
	return tier
}

// choose returns extents to merge: of one day, received on one day, and of about the
// same size; nil if there are not enough of any such kind.
func choose(metas []*extent.Meta) []*extent.Meta {
	type kind struct {
		day, received int64
		tier          int
	}
	groups := map[kind][]*extent.Meta{}
	for _, m := range metas {
		if m.Rows >= compactRows/2 {
			continue
		}
		k := kind{dayOf(m.Span.Start), dayOf(m.Received), tierOf(m.Rows)}
		groups[k] = append(groups[k], m)
		if len(groups[k]) == compactCount {
			return groups[k]
		}
	}
	return nil
}

// merge writes the rows of extents into one.
func (s *Store) merge(ctx context.Context, ref table.Ref, old []*extent.Meta) (_ *extent.Meta, err error) {
	m := &merger{}
	defer func() { err = errors.Join(err, m.close()) }()
	dir := filepath.Join(s.dir, ExtentDir)
	schema, err := unite(old)
	if err != nil {
		return nil, err
	}
	o := extent.Options{Dense: true}
	rows := 0
	for _, e := range old {
		r, err := extent.Read(s.fs, dir, e, schema, table.Span{})
		if err != nil {
			return nil, err
		}
		in := &input{r: r}
		m.inputs = append(m.inputs, in)
		if err := in.advance(ctx); err != nil {
			return nil, err
		}
		o.Received = max(o.Received, e.Received)
		rows += int(e.Rows)
	}
	w, err := extent.NewWriter(s.fs, dir, ref, schema.Cols, rows, m.inputs[0].b, o)
	if err != nil {
		return nil, err
	}
	for {
		more, err := m.step(ctx, w)
		if err != nil {
			return nil, errors.Join(err, w.Abort())
		}
		if !more {
			return w.Close()
		}
	}
}

// unite returns the columns that some extent has.
func unite(metas []*extent.Meta) (*table.Schema, error) {
	s := &table.Schema{}
	for _, m := range metas {
		for _, st := range m.Stats {
			i := s.Index(st.Name)
			if i < 0 {
				s.Cols = append(s.Cols, table.Column{Name: st.Name, Type: st.Type})
			} else if s.Cols[i].Type != st.Type {
				return nil, fmt.Errorf("column %s is %v in one extent and %v in another", st.Name, s.Cols[i].Type, st.Type)
			}
		}
	}
	return s, nil
}

// merger merges sorted inputs.
type merger struct{ inputs []*input }

type input struct {
	r     table.Reader
	b     *table.Batch // nil at the end
	row   int          // the next of b
	times []table.Time
	seqs  []int64
}

// advance reads the next batch.
func (in *input) advance(ctx context.Context) error {
	b, err := in.r.Next(ctx)
	if err == io.EOF {
		in.b = nil
		return nil
	}
	if err != nil {
		return err
	}
	in.b, in.row = b, 0
	in.times = b.Vecs[b.Schema.Index(table.TimeGenerated)].(*table.Of[table.Time]).Vals
	in.seqs = b.Vecs[b.Schema.Index(table.Seq)].(*table.Of[int64]).Vals
	return nil
}

func (in *input) compare(o *input) int {
	if c := cmp.Compare(in.times[in.row], o.times[o.row]); c != 0 {
		return c
	}
	return cmp.Compare(in.seqs[in.row], o.seqs[o.row])
}

// step writes the rows up to where the first of the inputs' batches ends; false if
// there are none.
func (m *merger) step(ctx context.Context, w *extent.Writer) (bool, error) {
	if len(m.inputs) == 0 {
		return false, nil
	}
	batches := make([]*table.Batch, len(m.inputs))
	for i, in := range m.inputs {
		batches[i] = in.b
	}
	var order []extent.Pos
	for {
		least := 0
		for i, in := range m.inputs[1:] {
			if in.compare(m.inputs[least]) < 0 {
				least = i + 1
			}
		}
		in := m.inputs[least]
		order = append(order, extent.Pos{Batch: uint32(least), Row: uint32(in.row)})
		if in.row++; in.row < in.b.Rows {
			continue
		}
		if err := w.WriteMerged(batches, order); err != nil {
			return false, err
		}
		if err := in.advance(ctx); err != nil || in.b != nil {
			return true, err
		}
		m.inputs = slices.Delete(m.inputs, least, least+1)
		return true, in.r.Close()
	}
}

func (m *merger) close() error {
	var errs []error
	for _, in := range m.inputs {
		errs = append(errs, in.r.Close())
	}
	return errors.Join(errs...)
}
