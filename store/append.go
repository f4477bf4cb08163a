package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// Rows are some rows of one table, in columns that are stored (see table.Stored),
// without Seq, which Append adds. Columns that the table has and Batch has not are null.
// TimeGenerated must be there and may not be null.
type Rows struct {
	Ref   table.Ref
	Batch *table.Batch
}

// Append makes rows durable and visible to later Snapshots, all of them or none.
// When it returns nil they survive a crash; when it returns an error none of them
// is visible (after ErrFailed they may turn out to be durable at the next Open).
// A token that is not empty and was appended before makes Append return nil and do
// nothing, for TokenLife after the first time, restarts included.
//
// Rows are not kept: their memory may be used again once Append returns. Errors, for
// errors.Is: ErrFull, ErrFailed, ErrInvalid, ErrNoTable, ErrTooLarge, a context's.
func (s *Store) Append(ctx context.Context, token string, rows ...Rows) error {
	if token == "" {
		return s.append(ctx, "", rows)
	}
	return s.tok.once(ctx, token, s.opts.Now(), func() error { return s.append(ctx, token, rows) })
}

func (s *Store) append(ctx context.Context, token string, rows []Rows) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r Rows) bool { return r.Batch.Rows == 0 })
	if err := s.check(rows); err != nil {
		return err
	}
	if len(rows) == 0 && token == "" {
		return nil
	}
	if err := s.disk.check(s); err != nil {
		return err
	}
	at := table.FromGo(s.opts.Now())
	b := appendRecord(make([]byte, 0, recordSize(rows)), at, token, len(rows))
	for _, r := range rows {
		b = appendBatch(b, r.Ref, r.Batch)
	}
	if int64(len(b)) > min(s.opts.TailBytes, wal.MaxRecord) {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	rec, err := decodeRecord(b)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, badText(rows, err))
	}
	size := int64(len(b))
	if err := s.tail.reserve(ctx, size, s.opts.TailBytes, s.opts.TailWait); err != nil {
		return err
	}
	defer s.tail.unreserve(size)
	_, err = s.log.Append(ctx, b, func(seq wal.Seq) {
		s.tok.used(token, at, seq)
		s.tail.publish(seq, rec, nil)
	})
	switch {
	case errors.Is(err, vfs.ErrNoSpace):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case err != nil:
		return fmt.Errorf("append: %w", err)
	}
	for _, r := range rows {
		s.count.appendedRows.Add(int64(r.Batch.Rows))
	}
	s.count.appendedBytes.Add(size)
	return nil
}

// check sees to it that the rows fit their tables.
func (s *Store) check(rows []Rows) error {
	v := s.cat.View()
	total, cells := 0, 0
	for _, r := range rows {
		t, ok := v.Table(r.Ref)
		if !ok {
			return fmt.Errorf("%w: %s", ErrNoTable, r.Ref)
		}
		if err := checkBatch(t, r.Batch); err != nil {
			return fmt.Errorf("%w: table %s: %w", ErrInvalid, r.Ref, err)
		}
		total, cells = total+r.Batch.Rows, cells+r.Batch.Rows*len(r.Batch.Vecs)
	}
	if total > maxRows || cells > maxCells {
		return fmt.Errorf("%w: %d rows, %d cells", ErrTooLarge, total, cells)
	}
	return nil
}

func checkBatch(t *catalog.Table, b *table.Batch) error {
	stored := t.Stored().Cols
	seen := make([]bool, len(stored))
	timed := false
	for i, c := range b.Schema.Cols {
		at := t.StoredIndex(c.Name)
		if at < 0 || c.Name == table.Seq {
			return fmt.Errorf("it stores no column %q", c.Name)
		}
		if seen[at] {
			return fmt.Errorf("column %s is there twice", c.Name)
		}
		seen[at] = true
		if v, typ := b.Vecs[i], stored[at].Type; v.Type() != typ || v.Len() != b.Rows {
			return fmt.Errorf("column %s is %v, not %d of %v", c.Name, typ, v.Len(), v.Type())
		}
		if err := checkValues(b.Vecs[i]); err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		if c.Name == table.TimeGenerated {
			if timed = true; slices.Contains(b.Vecs[i].(*table.Of[table.Time]).Null, true) {
				return errors.New("TimeGenerated is null in a row")
			}
		}
	}
	if !timed {
		return errors.New("TimeGenerated is missing")
	}
	return nil
}

// checkValues refuses what readers could not read. Texts are looked at when they are
// decoded: all of a column at once.
func checkValues(v table.Vec) error {
	if v, ok := v.(*table.Of[table.Time]); ok {
		for i, t := range v.Vals {
			if !t.Valid() {
				return fmt.Errorf("row %d is not between the years 1 and 9999", i)
			}
		}
	}
	return nil
}

// badText says where in rows a text is that is not valid UTF-8; err if there is none.
func badText(rows []Rows, err error) error {
	for _, r := range rows {
		for c, v := range r.Batch.Vecs {
			for i := range r.Batch.Rows {
				s, ok := v.At(i).(string)
				if d, isDyn := v.At(i).(table.Dyn); isDyn {
					s, ok = d.String(), true
				}
				if ok && !utf8.ValidString(s) {
					return fmt.Errorf("table %s: column %s: row %d is not valid UTF-8", r.Ref, r.Batch.Schema.Cols[c].Name, i)
				}
			}
		}
	}
	return err
}

// recordSize guesses how long the record of rows is.
func recordSize(rows []Rows) int {
	n := 64
	for _, r := range rows {
		n += 64
		for i, v := range r.Batch.Vecs {
			n += 16 + len(r.Batch.Schema.Cols[i].Name)
			switch v := v.(type) {
			case *table.Of[string]:
				for _, s := range v.Vals {
					n += 2 + len(s)
				}
			case *table.Of[table.UUID]:
				n += 16 * r.Batch.Rows
			case *table.Of[table.Dyn]:
				n += 64 * r.Batch.Rows
			default:
				n += 9 * r.Batch.Rows
			}
		}
	}
	return n
}

// reserve makes room for n bytes on their way into the log. The more of the tail beyond its
// half is full, the longer it waits, so that callers are slowed down to what flushes can
// take before there is no room; if there is none it waits for a flush to make some, and
// fails with ErrFull if that takes too long. It never waits longer than wait.
func (t *tail) reserve(ctx context.Context, n, limit int64, wait time.Duration) error {
	began := time.Now()
	if err := t.pace(ctx, limit, wait); err != nil {
		return err
	}
	wait -= time.Since(began)
	var timeout <-chan time.Time
	for {
		t.mu.Lock()
		if t.bytes+t.reserved+n <= limit {
			t.reserved += n
			t.mu.Unlock()
			return nil
		}
		room := t.room
		t.mu.Unlock()
		if timeout == nil {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-room:
		case <-timeout:
			return fmt.Errorf("%w: too many rows wait to be flushed", ErrFull)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// pace waits for the square of how full the second half of the tail is, times wait. Flushes
// make room in large steps, so it goes by what they have written of the present step, and is
// at its longest a step before there is no room; without this callers would fill each step
// at once and then all wait for the whole of the next.
func (t *tail) pace(ctx context.Context, limit int64, wait time.Duration) error {
	room := limit - t.half
	room = max(room-flushBytesMost, room/2)
	t.mu.Lock()
	over := min(1, float64(t.bytes+t.reserved-t.drained-t.half)/float64(room))
	t.mu.Unlock()
	if over <= 0 {
		return nil
	}
	timer := time.NewTimer(time.Duration(over * over * float64(wait)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *tail) unreserve(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reserved -= n
}

// disk watches the free space.
type disk struct {
	next atomic.Int64 // nanoseconds: when to look again
	mu   sync.Mutex
	full atomic.Bool
}

// check looks at the free space, at most ten times a second.
func (d *disk) check(s *Store) error {
	if s.opts.MinFree < 0 {
		return nil
	}
	now := time.Now().UnixNano()
	if now >= d.next.Load() && d.mu.TryLock() {
		free, err := s.fs.Free(s.dir)
		d.full.Store(err == nil && free < s.opts.MinFree)
		d.next.Store(now + int64(100*time.Millisecond))
		d.mu.Unlock()
		if err != nil {
			return fmt.Errorf("append: %w", err)
		}
	}
	if d.full.Load() {
		return fmt.Errorf("%w: less than %d bytes of disk are free", ErrFull, s.opts.MinFree)
	}
	return nil
}
