package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

const (
	flushRowsMost  = 122_880  // rows that are written to extents at a time: a row group
	flushBytesMost = 32 << 20 // likewise, of the log
	dayRowsLeast   = 1024     // a day with fewer rows shares an extent with others
)

// Flush writes the rows of the tables that are due (see Options) to extents, and of
// others if the tail is more than half full, largest first.
func (s *Store) Flush(ctx context.Context) error {
	due := func(h held, room int64) bool {
		waited := table.FromGo(s.opts.Now()) - h.since
		return h.rows >= s.opts.FlushRows || int64(waited) >= s.opts.FlushAge.Nanoseconds()/100 || room < 0
	}
	return s.flush(ctx, due)
}

// FlushAll writes all rows that are only in the log to extents.
func (s *Store) FlushAll(ctx context.Context) error {
	return s.flush(ctx, func(held, int64) bool { return true })
}

// FlushTable writes the rows of one table that are only in the log to extents. A query
// that would have to copy a large tail had better do this first.
func (s *Store) FlushTable(ctx context.Context, ref table.Ref) error {
	return s.flush(ctx, func(h held, _ int64) bool { return h.ref == ref })
}

// flush writes the tables for which due is true; it is told how many bytes the tail
// lacks to being half full, less than 0 if it is more.
func (s *Store) flush(ctx context.Context, due func(h held, room int64) bool) error {
	s.moving.Lock()
	defer s.moving.Unlock()
	tables := s.tail.held()
	slices.SortFunc(tables, func(a, b held) int { return cmp.Compare(b.bytes, a.bytes) })
	for _, h := range tables {
		_, bytes := s.tail.size()
		if !due(h, s.opts.TailBytes/2-bytes) {
			continue
		}
		if err := s.flushTable(ctx, h.ref); err != nil {
			return fmt.Errorf("flush %s: %w", h.ref, err)
		}
	}
	if err := s.trim(ctx); err != nil {
		return err
	}
	return s.cat.Checkpoint(ctx, false)
}

// flushTable writes what ref has in the tail now, in several steps if it is much.
func (s *Store) flushTable(ctx context.Context, ref table.Ref) error {
	// The names share the memory of a record of the log, which the catalog would keep.
	ref = table.Ref{Workspace: strings.Clone(ref.Workspace), Table: strings.Clone(ref.Table)}
	parts := slices.Clone(s.tail.hold(ref))
	defer s.tail.release(ref)
	for len(parts) > 0 {
		n := step(parts)
		if err := s.flushParts(ctx, ref, parts[:n]); err != nil {
			return err
		}
		clear(parts[:n]) // so that their memory can be used again while the rest is written
		parts = parts[n:]
	}
	return nil
}

// flushParts moves parts of a table, the first that it has, to extents.
func (s *Store) flushParts(ctx context.Context, ref table.Ref, parts []*part) error {
	seq := parts[len(parts)-1].seq
	edit := catalog.Edit{Flushed: map[table.Ref]wal.Seq{ref: seq}}
	if _, ok := s.cat.View().Table(ref); !ok {
		s.lg.Warn("rows of a dropped table are forgotten", "table", ref.String())
		parts = nil
	}
	rows, bytes := sizeOfParts(parts)
	wrote := func(n int) { s.tail.drain(bytes * int64(n) / int64(rows)) }
	for _, g := range byDay(parts) {
		m, err := s.extents.Write(ref, g.batches, extent.Options{Received: g.received, IndexRows: s.opts.IndexRows, Wrote: wrote})
		if err == nil {
			edit.AddExtents = append(edit.AddExtents, m)
			err = ctx.Err()
		}
		if err != nil {
			return errors.Join(err, s.discard(edit.AddExtents))
		}
	}
	if err := s.commit(ctx, edit); err != nil {
		return err
	}
	s.tail.drop(ref, seq)
	for _, m := range edit.AddExtents {
		s.count.flushedRows.Add(m.Rows)
		s.count.flushedBytes.Add(sizeOf(m))
	}
	return nil
}

// commit commits an edit that adds extents; if it certainly did not happen, their
// files are removed again.
func (s *Store) commit(ctx context.Context, e catalog.Edit) error {
	err := s.cat.Commit(ctx, e)
	if err != nil && !errors.Is(err, wal.ErrFailed) {
		err = errors.Join(err, s.discard(e.AddExtents))
	}
	return err
}

// discard removes extents that never came into the catalog.
func (s *Store) discard(metas []*extent.Meta) error {
	var errs []error
	for _, m := range metas {
		for _, name := range filesOf(m) {
			errs = append(errs, s.extents.Remove(name))
		}
	}
	return errors.Join(errs...)
}

// step returns how many of parts are written at a time: whole records.
func step(parts []*part) int {
	rows, bytes := 0, int64(0)
	for i, p := range parts {
		if i > 0 && (rows+p.batch.Rows > flushRowsMost || bytes >= flushBytesMost) && p.seq != parts[i-1].seq {
			return i
		}
		rows, bytes = rows+p.batch.Rows, bytes+p.bytes
	}
	return len(parts)
}

func sizeOfParts(parts []*part) (rows int, bytes int64) {
	for _, p := range parts {
		rows, bytes = rows+p.batch.Rows, bytes+p.bytes
	}
	return rows, bytes
}

// group is rows for one extent.
type group struct {
	batches  []*table.Batch
	rows     int
	received table.Time
}

func (g *group) add(b *table.Batch, at table.Time) {
	g.batches = append(g.batches, b)
	g.rows += b.Rows
	g.received = max(g.received, at)
}

func dayOf(t table.Time) int64 { return int64(t) / table.TicksPerDay }

// byDay groups rows by the day of TimeGenerated; neighbouring days with few rows
// share a group.
func byDay(parts []*part) []*group {
	days := map[int64]*group{}
	add := func(day int64, b *table.Batch, at table.Time) {
		g := days[day]
		if g == nil {
			g = &group{}
			days[day] = g
		}
		g.add(b, at)
	}
	for _, p := range parts {
		if dayOf(p.lo) == dayOf(p.hi) {
			add(dayOf(p.lo), p.batch, p.at)
			continue
		}
		times := p.batch.Vecs[p.batch.Schema.Index(table.TimeGenerated)].(*table.Of[table.Time]).Vals
		rows := map[int64][]int{}
		for i, t := range times {
			rows[dayOf(t)] = append(rows[dayOf(t)], i)
		}
		for day, idx := range rows {
			add(day, p.batch.Gather(idx), p.at)
		}
	}
	var out []*group
	var few *group // the days so far that have too few rows
	for _, day := range slices.Sorted(maps.Keys(days)) {
		g := days[day]
		if g.rows >= dayRowsLeast {
			few = nil
			out = append(out, g)
			continue
		}
		if few == nil {
			few = &group{}
			out = append(out, few)
		}
		for _, b := range g.batches {
			few.add(b, g.received)
		}
		if few.rows >= dayRowsLeast {
			few = nil
		}
	}
	return out
}

// trim drops the part of the log that is in extents.
func (s *Store) trim(ctx context.Context) error {
	seq := s.tail.oldest()
	if seq <= s.cat.View().Trimmed() {
		return nil
	}
	tokens := s.tok.upTo(seq)
	if err := s.cat.Commit(ctx, catalog.Edit{Trimmed: seq, Tokens: tokens}); err != nil {
		return fmt.Errorf("trim the log: %w", err)
	}
	s.tok.kept(len(tokens))
	return s.log.Trim(seq)
}
