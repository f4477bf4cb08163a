// Package catalog says what exists: tables, the extents that hold their rows,
// and the control plane's documents. It is a log of edits; a view of it never
// changes.
package catalog

import (
	"context"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// Table is a table's definition.
type Table struct {
	Ref       table.Ref
	Schema    *table.Schema
	Retention int // days
}

// Doc is a JSON document of the control plane.
type Doc struct {
	Kind, ID string
	JSON     []byte
}

// Edit is a change that happens wholly or not at all.
type Edit struct {
	PutTables   []Table
	AddExtents  []extent.Meta
	DropExtents [][32]byte
	Flushed     wal.Seq // rows up to here are in extents
	PutDocs     []Doc
	DropDocs    []Doc
}

// Catalog is the current state and the log behind it.
type Catalog struct{}

func Open(fs vfs.FS, dir string) (*Catalog, error) { panic("being written") }

// Commit returns when e is durable; views taken later show it.
func (c *Catalog) Commit(ctx context.Context, e Edit) error { panic("being written") }

// View returns the state now. It is cheap, and reading it takes no lock.
func (c *Catalog) View() *View { panic("being written") }

func (c *Catalog) Close() error { panic("being written") }

// View is the state at one moment.
type View struct{}

func (v *View) Table(ref table.Ref) (*Table, bool)                   { panic("being written") }
func (v *View) Tables(workspace string) []*Table                     { panic("being written") }
func (v *View) Extents(ref table.Ref, span table.Span) []extent.Meta { panic("being written") }
func (v *View) Doc(kind, id string) (Doc, bool)                      { panic("being written") }
func (v *View) Docs(kind string, yield func(Doc) bool)               { panic("being written") }
