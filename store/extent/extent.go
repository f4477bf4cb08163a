// Package extent reads and writes extents: immutable files of one table's rows,
// column by column, named by the hash of their content.
package extent

import (
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// Meta is what the catalog knows of an extent.
type Meta struct {
	Hash  [32]byte // of the file; its name in hex
	Ref   table.Ref
	Rows  int64
	Bytes int64
	Span  table.Span // of TimeGenerated
	Stats []Stat     // by column
}

// Stat lets a scan skip an extent.
type Stat struct {
	Min, Max table.Value
	Nulls    int64
}

// Write sorts and writes batches of one table. The file is complete and durable
// when Write returns, and not there at all if it fails.
func Write(fs vfs.FS, dir string, ref table.Ref, batches []*table.Batch) (Meta, error) {
	panic("being written")
}

// Read returns the columns named, of the rows in span.
func Read(fs vfs.FS, dir string, m Meta, cols []string, span table.Span) (table.Reader, error) {
	panic("being written")
}

// Verify reads the whole file and compares its hash with its name.
func Verify(fs vfs.FS, dir string, m Meta) error { panic("being written") }
