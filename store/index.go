package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// badIndexes are the term indexes that could not be read. Nobody asks them again until
// reindex has made them anew: it costs time, not rows.
type badIndexes struct {
	mu   sync.Mutex
	hash map[extent.Hash]bool // of the index
}

func (b *badIndexes) has(x *extent.Index) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return x != nil && b.hash[x.Hash]
}

// set notes whether an index is bad; it returns false if that was known.
func (b *badIndexes) set(x *extent.Index, bad bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hash == nil {
		b.hash = map[extent.Hash]bool{}
	}
	was := b.hash[x.Hash]
	if bad {
		b.hash[x.Hash] = true
	} else {
		delete(b.hash, x.Hash)
	}
	return was != bad
}

// badIndex notes that the index of an extent cannot be read.
func (s *Store) badIndex(m *extent.Meta, err error) {
	if s.bad.set(m.Index, true) {
		s.lg.Error("a term index cannot be read and will be made anew", "error", err, "table", m.Ref.String(), "rows", m.Rows)
	}
}

// reindex makes the term indexes that are missing or bad.
func (s *Store) reindex(ctx context.Context) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	if s.opts.IndexRows < 0 {
		return nil
	}
	v, release := s.files.view(s.cat)
	defer release()
	for m := range v.AllExtents {
		if m.Index != nil && !s.bad.has(m.Index) || m.Index == nil && m.Rows < int64(s.opts.IndexRows) {
			continue
		}
		if err := s.reindexOne(ctx, m); err != nil && !errors.Is(err, ErrCorrupt) { // its rows cannot be read either
			return fmt.Errorf("index %s: %w", m.Ref, err)
		}
	}
	release()
	return s.removeUnused()
}

func (s *Store) reindexOne(ctx context.Context, m *extent.Meta) error {
	x, err := s.extents.BuildIndex(ctx, m)
	if err != nil {
		return err
	}
	same := m.Index != nil && m.Index.Hash == x.Hash
	if !same {
		err := s.cat.Commit(ctx, catalog.Edit{Indexes: []catalog.Index{{Extent: m.Hash, Index: x}}})
		if err != nil {
			if !errors.Is(err, wal.ErrFailed) { // then it may have happened
				err = errors.Join(err, s.extents.Remove(x.Name()))
			}
			return err
		}
	}
	if m.Index != nil {
		s.bad.set(m.Index, false)
		if !same {
			s.files.dropFiles(s.cat.View().Version(), []string{m.Index.Name()})
		}
	}
	return nil
}

// ReadNarrowed returns the rows that a filter over the columns named wants, of the extents
// that are in s.Rows and of the tail; ok is false, and it stops, if they are more than most.
// It uses up to so many threads.
func (s *Snapshot) ReadNarrowed(ctx context.Context, cols []string, f *extent.Filter, threads int, most int64) (rows []*table.Batch, ok bool, err error) {
	threads = max(1, threads)
	parts := append(s.pieces(threads*threadPieces), s.tailPieces(threads)...)
	out := make([][]*table.Batch, len(parts))
	var found, next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	some := func() error {
		for i := next.Add(1) - 1; i < int64(len(parts)); i = next.Add(1) - 1 {
			r := parts[i].Select(cols, f)
			for found.Load() <= most {
				b, err := r.Next(ctx)
				if err == io.EOF {
					break
				}
				if err != nil {
					return errors.Join(err, r.Close())
				}
				found.Add(int64(b.Rows))
				out[i] = append(out[i], b)
			}
			if err := r.Close(); err != nil {
				return err
			}
		}
		return nil
	}
	for range min(threads, len(parts)) - 1 {
		g.Go(some)
	}
	own := some() // nobody is woken for what is little
	if own != nil {
		g.Go(func() error { return own }) // the others end
	}
	if err := g.Wait(); err != nil || found.Load() > most {
		return nil, false, err
	}
	return slices.Concat(out...), true, nil
}

const (
	threadPieces = 2                   // of rows to read, for each thread: not all take as long
	pieceRows    = 4 * terms.BlockRows // of a piece at least: where an extent is cut, a page is read twice
)

// pieces are the rows of the extents that are in s.Rows, in about n pieces, each of one
// extent, in order.
func (s *Snapshot) pieces(n int) []*Snapshot {
	total := int64(0)
	for _, m := range s.Extents {
		total += terms.Rows(s.Rows[m])
	}
	size := max(pieceRows, total/int64(n))
	var out []*Snapshot
	for i, m := range s.Extents {
		for rest := s.Rows[m]; len(rest) > 0; {
			piece := *s
			piece.Extents, piece.Tail = s.Extents[i:i+1], nil
			var rows []terms.Range
			rows, rest = firstRows(rest, size)
			piece.Rows = map[*extent.Meta][]terms.Range{m: rows}
			out = append(out, &piece)
		}
	}
	return out
}

// tailPieces are the rows of the tail in about n pieces, if they are many.
func (s *Snapshot) tailPieces(n int) []*Snapshot {
	total := 0
	for _, b := range s.Tail {
		total += b.Rows
	}
	if total < pieceRows {
		n = 1
	}
	var out []*Snapshot
	for some := range slices.Chunk(s.Tail, max(1, (len(s.Tail)+n-1)/n)) {
		piece := *s
		piece.Extents, piece.Rows, piece.Tail = nil, nil, some
		out = append(out, &piece)
	}
	return out
}

// firstRows returns the first ranges, of about so many rows together, and the others. What is
// cut is at the end of a block.
func firstRows(ranges []terms.Range, size int64) (first, rest []terms.Range) {
	for i, r := range ranges {
		if size -= r.To - r.From; size > 0 {
			continue
		}
		at := (r.To + size + terms.BlockRows - 1) / terms.BlockRows * terms.BlockRows
		if at >= r.To {
			return ranges[:i+1], ranges[i+1:]
		}
		first = append(slices.Clone(ranges[:i]), terms.Range{From: r.From, To: at})
		return first, append([]terms.Range{{From: at, To: r.To}}, ranges[i+1:]...)
	}
	return ranges, nil
}

// Narrow leaves of s the extents that may have rows that fit c, and in Rows which rows
// of them, as their term indexes tell. It returns how many extents it left out. An index
// that cannot be read leaves all rows of its extent.
func (s *Snapshot) Narrow(c *terms.Cond) (narrow *Snapshot, out int) {
	n := *s
	n.Extents, n.Rows = nil, map[*extent.Meta][]terms.Range{}
	for i, rows := range s.asked(c) {
		m := s.Extents[i]
		if len(rows) == 0 {
			out++
			continue
		}
		n.Extents = append(n.Extents, m)
		if terms.Rows(rows) < m.Rows {
			n.Rows[m] = rows
		}
	}
	return &n, out
}

// fewIndexes is how many indexes are asked one after the other: it takes some
// microseconds for each.
const fewIndexes = 8

// asked returns, for each extent, the rows of it that may fit c.
func (s *Snapshot) asked(c *terms.Cond) [][]terms.Range {
	out := make([][]terms.Range, len(s.Extents))
	ask := func(from, to int) {
		for i := from; i < to; i++ {
			m := s.Extents[i]
			out[i] = s.rowsOf(m)
			if s.store.bad.has(m.Index) {
				continue
			}
			rows, err := s.store.extents.Narrow(m, c)
			if err != nil {
				s.store.badIndex(m, err)
				continue
			}
			out[i] = intersect(rows, out[i])
		}
	}
	var g sync.WaitGroup
	each := max(fewIndexes, (len(out)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for at := each; at < len(out); at += each {
		g.Go(func() { ask(at, min(at+each, len(out))) })
	}
	ask(0, min(each, len(out)))
	g.Wait()
	return out
}
