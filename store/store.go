// Package store keeps rows. Append makes them durable and visible; Flush, Compact
// and Retain move them to where they end; Snapshot reads them. The store starts
// no background work of its own: its owner calls those three.
//
// Words: the log holds what was appended, record by record. The tail is the rows
// that are in the log and in memory but not yet in extents. An extent is an
// immutable Parquet file of one table's rows. The catalog says which extents count.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

var (
	// ErrFull is returned by Append when the disk is nearly full or too many
	// rows wait to be flushed. The caller may try again later.
	ErrFull = errors.New("store: full")
	// ErrCorrupt marks an error that says a file is not what was written.
	ErrCorrupt = vfs.ErrCorrupt
	// ErrFailed marks the error of every Append after a write or sync of the log
	// whose outcome is unknown, until the store is opened again.
	ErrFailed = wal.ErrFailed
	// ErrNoTable is returned for a table that neither was put into the catalog nor
	// is one that Azure Monitor defines.
	ErrNoTable = errors.New("store: no such table")
	// ErrInvalid is returned by Append for rows that do not fit their table.
	ErrInvalid = errors.New("store: invalid rows")
	// ErrTooLarge is returned by Append for more rows than one call can take.
	ErrTooLarge = errors.New("store: too many rows in one append")
	// ErrLocked is returned by Open while another process has the store open.
	ErrLocked = vfs.ErrLocked
)

// Options' zero value works: each field that is zero has the value given here.
type Options struct {
	Logger    *slog.Logger
	TailBytes int64         // 128 MiB: rows that wait to be flushed; more make Append wait
	TailWait  time.Duration // 200 ms: how long Append waits for room, before it returns ErrFull
	MinFree   int64         // 256 MiB: free disk below which Append returns ErrFull; negative: none
	TokenLife time.Duration // 24 h: how long append tokens are remembered

	// Flush writes a table's rows once there are FlushRows of them or the oldest has
	// waited for FlushAge.
	FlushRows int           // 16,384
	FlushAge  time.Duration // 1 min

	// IndexRows is from how many rows on an extent gets a term index: reading fewer
	// costs less than asking the index. Negative: none does.
	IndexRows int // 1,024

	Now func() time.Time // time.Now
}

func (o Options) complete() Options {
	def := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	def(&o.TailBytes, 128<<20)
	def((*int64)(&o.TailWait), int64(200*time.Millisecond))
	def(&o.MinFree, 256<<20)
	def((*int64)(&o.TokenLife), int64(24*time.Hour))
	def((*int64)(&o.FlushAge), int64(time.Minute))
	if o.FlushRows == 0 {
		o.FlushRows = 16_384
	}
	if o.IndexRows == 0 {
		o.IndexRows = 1024
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Store is an open store. Its methods may be called concurrently.
type Store struct {
	fs      vfs.FS
	dir     string
	opts    Options
	lg      *slog.Logger
	lock    interface{ Close() error }
	cat     *catalog.Catalog
	log     *wal.Log
	extents *extent.Dir
	tail    tail
	tok     tokens
	disk    disk

	// Flush takes rows from the tail while it holds moving; Compact and Retain take
	// extents away while they hold taking. Who needs both takes taking first.
	moving sync.Mutex
	taking sync.Mutex
	files  files
	bad    badIndexes

	pressure pressure // while taking is held
	count    counters
	closed   atomic.Bool
}

const (
	lockName   = "lock"
	walDir     = "wal"
	catalogDir = "catalog"

	walSpares = 2 // segments of 64 MiB
)

// ExtentDir is where, in the store's directory, the files of extents are.
const ExtentDir = "extents"

// Open opens or creates the store in dir, replaying what had not been flushed. It
// fails with ErrLocked while another process has it open. A file that acknowledged
// rows depend on and that cannot be read is ErrCorrupt, with its name; only a
// damaged extent is no reason not to open: its rows are missing, and reading them
// is the error.
func Open(fs vfs.FS, dir string, o Options) (*Store, error) {
	s := &Store{fs: fs, dir: dir, extents: extent.NewDir(fs, filepath.Join(dir, ExtentDir)), opts: o.complete()}
	s.lg = s.opts.Logger
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, errors.Join(err, s.closeAll()))
	}
	return s, nil
}

func (s *Store) open() (err error) {
	for _, d := range []string{"", walDir, ExtentDir, catalogDir} {
		if err := s.fs.MkdirAll(filepath.Join(s.dir, d)); err != nil {
			return err
		}
	}
	if s.lock, err = s.fs.Lock(filepath.Join(s.dir, lockName)); err != nil {
		return err
	}
	known := s.readClosed()
	if s.cat, err = catalog.Open(s.fs, filepath.Join(s.dir, catalogDir), catalog.Options{Logger: s.lg, Last: known.catalog}); err != nil {
		return err
	}
	s.pressure.at = s.opts.Now()
	v := s.cat.View()
	if s.log, err = wal.Open(s.fs, filepath.Join(s.dir, walDir), wal.Options{Spares: walSpares, From: v.Trimmed() + 1, Last: known.log}); err != nil {
		return err
	}
	s.tail.init(s.opts.TailBytes / 2)
	s.tok.init(s.cat.Tokens(), s.opts.TokenLife)
	if err := s.replay(v); err != nil {
		return err
	}
	s.tail.replayed(s.log.Last())
	return s.tidy(v)
}

// replay fills the tail from the log.
func (s *Store) replay(v *catalog.View) error {
	return s.log.Replay(v.Trimmed()+1, func(seq wal.Seq, b []byte) error {
		rec, err := decodeRecord(append([]byte(nil), b...))
		if err != nil {
			return fmt.Errorf("%w: record %d of the log: %w", ErrCorrupt, seq, err)
		}
		s.tok.replayed(rec.token, rec.at, seq)
		s.tail.publish(seq, rec, func(ref table.Ref) bool { return seq > v.Flushed(ref) })
		return nil
	})
}

// tidy removes what was being written when the store stopped, and looks for extents
// that are gone.
func (s *Store) tidy(v *catalog.View) error {
	dir := filepath.Join(s.dir, ExtentDir)
	names, err := s.fs.List(dir)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(names))
	for _, n := range names {
		there[n] = true
	}
	wanted := map[string]bool{}
	for m := range v.AllExtents {
		name := m.Name()
		wanted[name] = true
		if !there[name] {
			s.lg.Error("an extent is missing", "file", s.extents.Path(m), "table", m.Ref.String(), "rows", m.Rows)
		}
		if m.Index == nil {
			continue
		}
		wanted[m.Index.Name()] = true
		if !there[m.Index.Name()] {
			s.badIndex(m, fmt.Errorf("%w: term index %s is missing", ErrCorrupt, m.Index.Path(dir)))
		}
	}
	for _, n := range names {
		ours := strings.HasPrefix(n, extent.TempPrefix) || strings.HasSuffix(n, extent.Suffix) || strings.HasSuffix(n, extent.IndexSuffix)
		if ours && !wanted[n] {
			if err := s.extents.Remove(n); err != nil {
				return err
			}
		}
	}
	return nil
}

// HasRows reports whether a table may have a row that queries see.
func (s *Store) HasRows(ref table.Ref) bool {
	s.tail.mu.Lock()
	t := s.tail.tables[ref]
	waiting := t != nil && t.rows > 0
	s.tail.mu.Unlock()
	return waiting || s.seen(s.cat.View(), ref)
}

// seen reports whether a table has an extent with a row that queries see.
func (s *Store) seen(v *catalog.View, ref table.Ref) bool {
	t, ok := v.Table(ref)
	if !ok {
		return false
	}
	days, _ := v.Retention(t)
	from := since(table.FromGo(s.opts.Now()), days)
	return slices.ContainsFunc(v.Extents(ref, table.Span{}), func(m *extent.Meta) bool { return m.Received >= from })
}

// Filling gets a value when the tail is more than half full: the owner had better call
// Flush at once, and not wait until its next round.
func (s *Store) Filling() <-chan struct{} { return s.tail.filling }

// TablesWithRows lists the tables of a workspace that have any row.
func (s *Store) TablesWithRows(workspace string) []string {
	seen := map[table.Ref]bool{}
	s.tail.mu.Lock()
	for ref, t := range s.tail.tables {
		seen[ref] = t.rows > 0
	}
	s.tail.mu.Unlock()
	view := s.cat.View()
	view.Refs(func(ref table.Ref) bool {
		seen[ref] = seen[ref] || s.seen(view, ref)
		return true
	})
	var names []string
	for ref, rows := range seen {
		if rows && ref.Workspace == workspace {
			names = append(names, ref.Table)
		}
	}
	return names
}

// Catalog gives access to tables' definitions and the control plane's documents.
func (s *Store) Catalog() *catalog.Catalog { return s.cat }

// Close waits for what is under way and closes the store. Rows that are not in
// extents stay in the log; the next Open reads them.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.taking.Lock()
	defer s.taking.Unlock()
	s.moving.Lock()
	defer s.moving.Unlock()
	err := s.log.Close()
	if werr := s.writeClosed(); werr != nil {
		err = errors.Join(err, werr)
	}
	return errors.Join(err, s.closeAll())
}

func (s *Store) closeAll() error {
	errs := []error{s.extents.Close()}
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	if s.cat != nil {
		errs = append(errs, s.cat.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Err returns the error that keeps the store from taking rows until it is opened again
// (see ErrFailed), nil if there is none.
func (s *Store) Err() error { return errors.Join(s.log.Err(), s.cat.Err()) }

// Verify reads every extent and its term index and compares them with their hashes. It
// calls report for each file that is not what was written, and goes on; it returns an
// error only if ctx ends.
func (s *Store) Verify(ctx context.Context, report func(*extent.Meta, error)) error {
	v, release := s.files.view(s.cat)
	defer release()
	for m := range v.AllExtents {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.extents.Verify(m); err != nil {
			report(m, err)
		}
		if err := s.extents.VerifyIndex(m); err != nil {
			s.badIndex(m, err)
			report(m, err)
		}
	}
	return nil
}
