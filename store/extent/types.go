package extent

import (
	"encoding/binary"
	"fmt"
	"sync"
	"unsafe"

	"github.com/DataDog/zstd"
	"github.com/cespare/xxhash/v2"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/format"

	"github.com/yagura/yagura/table"
)

// required reports whether a column is never null in a file.
func required(c table.Column) bool {
	return c.Type == table.String || c.Name == table.TimeGenerated || c.Name == table.Seq
}

// node describes a column to Parquet. dict says that its values repeat, null that it may
// lack some.
func node(c table.Column, dict, null bool, codec compress.Codec) (parquet.Node, error) {
	var n parquet.Node
	switch c.Type {
	case table.Bool:
		n = parquet.Leaf(parquet.BooleanType)
	case table.Int:
		n = parquet.Encoded(parquet.Leaf(parquet.Int32Type), &parquet.DeltaBinaryPacked)
	case table.Long, table.Datetime, table.Timespan:
		n = parquet.Encoded(parquet.Leaf(parquet.Int64Type), &parquet.DeltaBinaryPacked)
	case table.Real:
		n = parquet.Leaf(parquet.DoubleType)
	case table.Guid:
		n = parquet.UUID()
	case table.Decimal, table.String, table.Dynamic:
		n = parquet.Encoded(parquet.String(), &parquet.DeltaLengthByteArray)
	default:
		return nil, fmt.Errorf("%w: column %s: no such type: %v", ErrInvalid, c.Name, c.Type)
	}
	if dict {
		n = parquet.Encoded(n, &parquet.RLEDictionary)
	}
	n = parquet.Compressed(n, codec)
	if null {
		n = parquet.Optional(n)
	}
	return n, nil
}

// codec is Zstandard with a checksum in each page, so that every reader, not only
// ours, notices a damaged one. The C library takes half the time of Go's to compress.
type codec struct {
	level int
	ctxs  sync.Pool // of zstd.Ctx
}

func newCodec(level int) *codec {
	return &codec{level: level, ctxs: sync.Pool{New: func() any { return zstd.NewCtx() }}}
}

func (*codec) String() string                            { return "ZSTD" }
func (*codec) CompressionCodec() format.CompressionCodec { return format.Zstd }
func (*codec) Decode(dst, src []byte) ([]byte, error)    { return parquet.Zstd.Decode(dst, src) }

// Of a frame, see RFC 8878, section 3.1.1.
const (
	frameDescriptor   = 4      // after the magic number
	frameHasChecksum  = 1 << 2 // Content_Checksum_flag
	frameChecksumSize = 4
)

// Encode adds the checksum itself: the library's calls for a whole frame leave it out.
func (c *codec) Encode(dst, src []byte) ([]byte, error) {
	if most := zstd.CompressBound(len(src)) + frameChecksumSize; cap(dst) < most {
		dst = make([]byte, most)
	}
	ctx := c.ctxs.Get().(zstd.Ctx)
	defer c.ctxs.Put(ctx)
	dst, err := ctx.CompressLevel(dst, src, c.level)
	if err != nil {
		return nil, fmt.Errorf("compress a page: %w", err)
	}
	dst[frameDescriptor] |= frameHasChecksum
	return binary.LittleEndian.AppendUint32(dst, uint32(xxhash.Sum64(src))), nil
}

// chosen is the codec of one column of a dense extent: pages that a high level makes no
// smaller, of identifiers and measurements, are compressed at a low one, at which they are
// read in less time.
type chosen struct {
	*codec // the high level
	fast   *codec
	pages  int    // so far, of some size
	low    bool   // the last that was compressed at both
	tried  []byte // scratch
}

const (
	chosenEvery = 16       // of so many pages one is compressed at both levels
	chosenLeast = 16 << 10 // bytes of a page that tells something
	chosenGain  = 50       // one part in so many less is worth the high level
)

func (c *chosen) Encode(dst, src []byte) ([]byte, error) {
	if len(src) < chosenLeast {
		return c.codec.Encode(dst, src)
	}
	c.pages++
	switch both := c.pages%chosenEvery == 1; {
	case !both && c.low:
		return c.fast.Encode(dst, src)
	case !both:
		return c.codec.Encode(dst, src)
	}
	low, err := c.fast.Encode(c.tried, src)
	if err != nil {
		return nil, err
	}
	c.tried = low
	high, err := c.codec.Encode(dst, src)
	if err != nil {
		return nil, err
	}
	if c.low = len(low)-len(low)/chosenGain <= len(high); c.low {
		return append(high[:0], low...), nil
	}
	return high, nil
}

func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
