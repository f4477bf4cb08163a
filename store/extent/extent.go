// Package extent reads and writes extents: immutable Parquet files of one table's
// rows, sorted by TimeGenerated and then _Seq, named by the SHA-256 of their
// content. docs/format/extent.md describes the files.
package extent

import (
	"encoding/hex"
	"errors"
	"path/filepath"
	"sync/atomic"

	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// ErrInvalid is returned by Write for rows that an extent cannot hold.
var ErrInvalid = errors.New("extent: invalid rows")

// Hash is the SHA-256 of a file's content.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Meta is what the catalog knows of an extent. It is not changed once shared.
type Meta struct {
	Hash     Hash // of the file, and its name
	Ref      table.Ref
	Rows     int64
	Bytes    int64      // of the file
	Span     table.Span // of TimeGenerated
	Received table.Time // when the last of its rows was appended
	Stats    []Stat     // of the columns that the file has, by name
	Foot     Foot
	Paths    []Path // of dynamic columns, that are columns too, by name
	Index    *Index // of terms; nil: there is none
}

// Stat tells of one column of an extent; it lets a scan skip the extent.
type Stat struct {
	Name string
	Type table.Type
	// Min and Max bound the values that are neither null nor NaN; strings only
	// to the first 32 bytes, so that Max may be more than any value. Both are
	// nil if there is no such value, if a string's bound cannot be shortened, and
	// for decimal and dynamic.
	Min, Max table.Value
	Nulls    int64
	// Numbers says of reals that none is NaN; false if that is not known.
	Numbers bool
	Counts  []Count // of values that are not null, in order; nil if that is not known
}

// Index is the file of an extent's term index (see package terms).
type Index struct {
	Hash  Hash // of the file, and its name
	Bytes int64
	Foot  Foot

	opened atomic.Pointer[terms.Index] // once it was asked
}

// Name returns the name of the index's file.
func (x *Index) Name() string { return x.Hash.String() + IndexSuffix }

// Path returns the path of the index's file, with dir the directory of extents.
func (x *Index) Path(dir string) string { return filepath.Join(dir, x.Name()) }

// Foot is the end of a file: of an extent's, where Parquet keeps its indexes and its
// footer; of a term index, what says where its parts are.
type Foot struct {
	Bytes int64
	CRC   uint32 // CRC-32C
}

// Stat returns what is known of a column; ok is false if the file lacks it: then it
// is null, or empty, in each row.
func (m *Meta) Stat(name string) (s *Stat, ok bool) {
	for i := range m.Stats {
		if m.Stats[i].Name == name {
			return &m.Stats[i], true
		}
	}
	return nil, false
}

// Name returns the name of the extent's file.
func (m *Meta) Name() string { return m.Hash.String() + Suffix }

// Path returns the path of the extent's file, with dir the directory of extents.
func (m *Meta) Path(dir string) string { return filepath.Join(dir, m.Name()) }

const (
	// Suffix ends the name of each extent.
	Suffix = ".parquet"
	// IndexSuffix ends the name of each term index.
	IndexSuffix = ".terms"
	// TempPrefix begins the name of a file that is being written.
	TempPrefix = "tmp-"
)

// Numbers of the format: see docs/format/extent.md.
const (
	rowGroupRows = 122_880
	blockBytes   = 64 << 10  // the unit of checksums within a file
	boundBytes   = 32        // of strings in Stat
	pageLeast    = 128 << 10 // of a page that the end of a block ends
	textLeast    = 64 << 10  // likewise, of texts that have no larger ones: one of them is looked up
	pageMost     = 512 << 10 // of any page
	denseLeast   = 512 << 10 // likewise, of long texts of a dense extent: what repeats is found within a page
	longText     = 64        // bytes of a long text
	denseMost    = 2 << 20
	syncBytes    = 8 << 20 // written between syncs: one for all of a large file would hold up the log's
	schemaKey    = "yagura.schema"
	blocksKey    = "yagura.blocks"
)
