// Package catalog says what exists: tables, the extents that hold their rows,
// and the control plane's documents. It is a log of edits; a view of it never
// changes. docs/format/catalog.md describes the files.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

var (
	// ErrConflict is returned by Commit when a document is not at the version that
	// the edit expects.
	ErrConflict = errors.New("catalog: the document has changed")
	// ErrInvalid is returned by Commit for an edit that makes no sense.
	ErrInvalid = errors.New("catalog: invalid edit")
)

// DefaultRetention is how many days a table's rows are kept unless it or its workspace
// says otherwise.
const DefaultRetention = 30

// Doc is a JSON document of the control plane.
type Doc struct {
	Kind, ID string
	// Version is set by Commit; it grows with each change of the document.
	Version uint64
	JSON    []byte
}

// Token is an append token that was used (see store.Append).
type Token struct {
	Token string
	Time  table.Time
}

// Index is a term index and the extent that it is for.
type Index struct {
	Extent extent.Hash
	Index  *extent.Index
}

// Edit is a change that happens wholly or not at all.
type Edit struct {
	// If lists the versions that documents must be at, or the edit is ErrConflict;
	// version 0 is for a document that is not there.
	If []Doc

	PutTables   []Table
	DropTables  []table.Ref    // with their extents
	Retention   map[string]int // days, by workspace: of the tables that say nothing; 0: DefaultRetention
	AddExtents  []*extent.Meta
	DropExtents []extent.Hash
	Indexes     []Index               // of extents that are there, in place of what they have
	Flushed     map[table.Ref]wal.Seq // the table's rows up to there are in extents
	Trimmed     wal.Seq               // all tables' rows up to there are; 0: as before
	PutDocs     []Doc
	DropDocs    []Doc // by Kind and ID
	Tokens      []Token
	DropTokens  table.Time // those used before it; 0: none
}

// Retain adds to e.Retention.
func (e *Edit) Retain(days map[string]int) {
	if e.Retention == nil && len(days) > 0 {
		e.Retention = map[string]int{}
	}
	maps.Copy(e.Retention, days)
}

// Options' zero value works.
type Options struct {
	Logger *slog.Logger
	// Last is an edit that the log is known to hold (see wal.Options).
	Last wal.Seq
}

// Catalog is the current state and the log behind it.
type Catalog struct {
	fs  vfs.FS
	dir string
	log *wal.Log
	lg  *slog.Logger

	mu      sync.Mutex // one Commit or Checkpoint at a time
	tokens  map[string]table.Time
	extents map[extent.Hash]*extent.Meta
	bytes   int64     // of edits since the last checkpoint
	sized   int64     // of that checkpoint
	checked []wal.Seq // checkpoints there are, oldest first
	view    atomic.Pointer[View]
}

// Commit returns when e is durable; views taken later show it. If the error wraps
// wal.ErrFailed, e may turn out to have happened when the catalog is opened again;
// after any other it has not.
func (c *Catalog) Commit(ctx context.Context, e Edit) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.PutTables, e.PutDocs = slices.Clone(e.PutTables), slices.Clone(e.PutDocs)
	for i := range e.PutDocs {
		e.PutDocs[i].Version = 0
	}
	v := c.view.Load()
	if err := c.check(v, &e); err != nil {
		return err
	}
	rec := appendEdit(nil, &e)
	seq, err := c.log.Append(ctx, rec, nil)
	if err != nil {
		return fmt.Errorf("commit to the catalog: %w", err)
	}
	for i := range e.PutDocs {
		e.PutDocs[i].Version = uint64(seq)
	}
	c.apply(seq, &e)
	c.bytes += int64(len(rec))
	return nil
}

// apply makes e the newest state. c.mu is held, or nobody else knows c yet.
func (c *Catalog) apply(seq wal.Seq, e *Edit) {
	if e.DropTokens > 0 {
		maps.DeleteFunc(c.tokens, func(_ string, t table.Time) bool { return t < e.DropTokens })
	}
	for _, t := range e.Tokens {
		c.tokens[t.Token] = t.Time
	}
	c.view.Store(c.view.Load().apply(seq, e, c.extents))
}

// View returns the state now. It is cheap, and reading it takes no lock.
func (c *Catalog) View() *View { return c.view.Load() }

// Tokens returns the append tokens that are remembered.
func (c *Catalog) Tokens() []Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Token, 0, len(c.tokens))
	for t, at := range c.tokens {
		out = append(out, Token{t, at})
	}
	return out
}

// Err returns the error that every Commit returns until the catalog is opened again,
// nil if there is none.
func (c *Catalog) Err() error { return c.log.Err() }

// Last returns the number of the last edit.
func (c *Catalog) Last() wal.Seq { return c.log.Last() }

func (c *Catalog) Close() error { return c.log.Close() }
