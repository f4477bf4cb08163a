// Package store keeps rows. Append makes them durable and visible; Flush, Compact
// and Retain move them to where they end; Snapshot reads them. The store starts
// no background work of its own: its owner calls those three.
package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

var (
	// ErrFull is returned by Append when the disk is nearly full or too many
	// rows wait to be flushed. The caller may try again later.
	ErrFull = errors.New("store: full")
	// ErrCorrupt marks an error that says a file is not what was written.
	ErrCorrupt = errors.New("store: corrupt")
)

type Options struct {
	Logger    *slog.Logger
	TailBytes int64 // rows that wait to be flushed; more make Append return ErrFull
	MinFree   int64 // bytes of free disk below which Append returns ErrFull
	TokenLife time.Duration
}

type Store struct{}

// Open opens or creates the store in dir, replaying what had not been flushed.
func Open(fs vfs.FS, dir string, o Options) (*Store, error) { panic("being written") }

// Rows are some rows of one table, in columns that are stored (see table.Stored),
// without Seq, which Append adds. Columns that the table has and Batch has not are null.
type Rows struct {
	Ref   table.Ref
	Batch *table.Batch
}

// Append makes rows durable and visible to later Snapshots, all of them or none.
// When it returns nil they survive a crash; when it returns an error none of them
// is visible. A token that is not empty and was appended before makes Append
// return nil and do nothing, for TokenLife after the first time, restarts included.
func (s *Store) Append(ctx context.Context, token string, rows ...Rows) error { panic("being written") }

// Snapshot returns ref's rows in span as they are now.
func (s *Store) Snapshot(ref table.Ref, span table.Span) (*Snapshot, error) { panic("being written") }

// Flush writes the rows that are only in the log to extents.
func (s *Store) Flush(ctx context.Context) error { panic("being written") }

// Compact rewrites one group of small extents, if there is one worth it.
func (s *Store) Compact(ctx context.Context) error { panic("being written") }

// Retain drops the extents past their table's retention, and unused files.
func (s *Store) Retain(ctx context.Context, now time.Time) error { panic("being written") }

// HasRows reports whether a table has any row.
func (s *Store) HasRows(ref table.Ref) bool { panic("being written") }

// Catalog gives access to tables' definitions and the control plane's documents.
func (s *Store) Catalog() *catalog.Catalog { panic("being written") }

func (s *Store) Close() error { panic("being written") }

// Snapshot is the rows of one table at one moment. Its files stay until Release.
type Snapshot struct {
	Schema  *table.Schema
	Extents []extent.Meta
	Tail    []*table.Batch
}

// Reader reads the columns named, from extents and tail.
func (s *Snapshot) Reader(cols []string) table.Reader { panic("being written") }
func (s *Snapshot) Release()                          { panic("being written") }
