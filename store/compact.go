package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

const (
	compactRows  = 2 << 20 // rows of an extent that is not made larger
	compactCount = 8       // extents of about the same size that are merged
	endedCount   = 2       // extents of a day that is over that are merged

	// While so many rows a second come in, merging waits for so many extents of a kind: it
	// would take the processor from appends, and extents that are many are merged at once.
	busyRate  = 20_000
	busyCount = 64
)

// Compact merges small extents of a table and day into larger ones, as long as there
// is a group of them worth it, and makes the term indexes that are missing or damaged.
func (s *Store) Compact(ctx context.Context) error {
	if err := s.reindex(ctx); err != nil {
		return err
	}
	s.taking.Lock()
	least := s.pressure.least(s.count.appendedRows.Load(), s.opts.Now())
	s.taking.Unlock()
	for {
		more, err := s.compactOne(ctx, least)
		if err != nil || !more {
			return err
		}
	}
}

// pressure is how many rows had come in at the last round of compaction, or when the store
// was opened.
type pressure struct {
	rows int64
	at   time.Time
}

// least returns how many extents of a kind are worth merging, by the rows that have come
// in since the last round.
func (p *pressure) least(rows int64, now time.Time) int {
	came, took := rows-p.rows, now.Sub(p.at)
	p.rows, p.at = rows, now
	if took >= time.Second && // less tells no rate
		float64(came)/took.Seconds() > busyRate {
		return busyCount
	}
	return endedCount
}

// compactOne merges one group; it returns false if there was none.
func (s *Store) compactOne(ctx context.Context, least int) (bool, error) {
	s.taking.Lock()
	defer s.taking.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	v, release := s.files.view(s.cat)
	defer release()
	for ref := range v.Refs {
		old := choose(v.Extents(ref, table.Span{}), table.FromGo(s.opts.Now()), least)
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
		s.count.compactedBytes.Add(sizeOf(m))
		release()
		return true, s.removeUnused()
	}
	return false, nil
}

// tierOf is how large an extent is, in powers of compactCount.
func tierOf(rows int64) (tier int64) {
	for ; rows >= compactCount; rows /= compactCount {
		tier++
	}
	return tier
}

// kind is what extents that are merged have in common.
type kind struct {
	ended    bool
	day      int64 // of TimeGenerated, a week for tiny extents
	received int64 // likewise, when they came
	tier     int64
}

func kindOf(m *extent.Meta, today int64) kind {
	k := kind{day: dayOf(m.Span.Start), received: dayOf(m.Received), tier: tierOf(m.Rows)}
	if k.received < today { // no more will come of this kind
		k.ended, k.tier = true, 0
		if m.Rows < dayRowsLeast {
			k.day, k.received, k.tier = k.day/7, k.received/7, -1
		}
	}
	return k
}

// choose returns extents to merge, nil if there are none worth it: of one day, received
// on one day, and compactCount of about the same size, or twice as many if there are; or, when the day of receipt is
// over, endedCount of any size. A table of a few rows a day has one extent for a week. A
// kind of which there are fewer than least extents is left alone.
func choose(metas []*extent.Meta, now table.Time, least int) []*extent.Meta {
	there := map[kind]int{}
	for _, m := range metas {
		there[kindOf(m, dayOf(now))]++
	}
	groups := map[kind][]*extent.Meta{}
	rows := map[kind]int64{}
	var kinds []kind // in order, so that the choice is always the same
	smallest := func(a, b *extent.Meta) int { return cmp.Compare(a.Rows, b.Rows) }
	for _, m := range slices.SortedStableFunc(slices.Values(metas), smallest) {
		if m.Rows >= compactRows/2 {
			break
		}
		k := kindOf(m, dayOf(now))
		if there[k] < least || rows[k]+m.Rows > compactRows {
			continue
		}
		if groups[k] == nil {
			kinds = append(kinds, k)
		}
		groups[k], rows[k] = append(groups[k], m), rows[k]+m.Rows
		if n := len(groups[k]); n == 2*compactCount || n == compactCount && there[k] < 2*compactCount {
			return groups[k]
		}
	}
	for _, k := range kinds {
		if k.ended && len(groups[k]) >= endedCount {
			return groups[k]
		}
	}
	return nil
}

// merge writes the rows of extents into one.
func (s *Store) merge(ctx context.Context, ref table.Ref, old []*extent.Meta) (_ *extent.Meta, err error) {
	m := &merger{}
	defer func() { err = errors.Join(err, m.close()) }()
	schema, err := unite(old)
	if err != nil {
		return nil, err
	}
	o := extent.Options{Dense: true, IndexRows: s.opts.IndexRows}
	rows := 0
	for _, e := range old {
		r, err := s.extents.Read(e, schema, table.Span{})
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
	w, err := s.extents.NewWriter(ref, schema.Cols, rows, m.inputs[0].b, o)
	if err != nil {
		return nil, err
	}
	for {
		s.giveWay(ctx)
		more, err := m.step(ctx, w)
		if err != nil {
			return nil, errors.Join(err, w.Abort())
		}
		if !more {
			return w.Close()
		}
	}
}

// giveWay lets flushes have the processor while appends wait for them.
func (s *Store) giveWay(ctx context.Context) {
	if _, bytes := s.tail.size(); bytes <= s.tail.half {
		return
	}
	select {
	case <-time.After(20 * time.Millisecond):
	case <-ctx.Done():
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
