// Package terms writes and reads term indexes: a file beside an extent that tells in
// which blocks of its rows a term occurs. docs/format/index.md describes the files.
//
// An index never says that a row has a term, only that the rows of other blocks have it
// not: who uses it looks at the rows that it leaves.
package terms

import (
	"errors"

	"github.com/yagura/yagura/table"
)

// Numbers of the format.
const (
	// BlockRows is how many rows of an extent share a block.
	BlockRows   = 1920
	chunkBlocks = 64 // most blocks of a chunk: one word of bits
	hashBits    = 26 // most bits of a hash that are kept
	spareBits   = 3  // kept beyond those that tell the terms of a chunk apart
	bucketTerms = 128
	fewBlocks   = 9 // up to which blocks are listed rather than a bit each

	magic    = "YAGTERM2"
	crcBytes = 4
)

// errMalformed is what is wrong with bytes that no Builder wrote.
var errMalformed = errors.New("malformed index")

// Kind is how the values of a column are read for their terms.
type Kind uint8

const (
	Text Kind = iota // the text itself
	JSON             // compact JSON text
)

// Indexed reports whether columns of a type have an index, and of what kind.
func Indexed(t table.Type) (Kind, bool) {
	switch t {
	case table.String, table.Guid:
		return Text, true
	case table.Dynamic:
		return JSON, true
	}
	return 0, false
}

// Range is the rows [From, To) of an extent.
type Range struct{ From, To int64 }

// Rows adds up ranges.
func Rows(rs []Range) (n int64) {
	for _, r := range rs {
		n += r.To - r.From
	}
	return n
}
