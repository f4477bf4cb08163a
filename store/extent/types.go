package extent

import (
	"fmt"
	"unsafe"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/yagura/yagura/table"
)

// required reports whether a column is never null in a file.
func required(c table.Column) bool {
	return c.Type == table.String || c.Name == table.TimeGenerated || c.Name == table.Seq
}

// node describes a column to Parquet. dict says that its values repeat, null that it may
// lack some.
func node(c table.Column, dict, null bool, codec *codec) (parquet.Node, error) {
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
		n = parquet.Encoded(parquet.String(), &parquet.Plain)
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
// ours, notices a damaged one.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newCodec(level zstd.EncoderLevel) *codec {
	// Neither call can fail with these options, and neither starts a goroutine
	// with a concurrency of one and no stream.
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true), zstd.WithZeroFrames(true))
	if err != nil {
		panic(err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	return &codec{enc, dec}
}

func (*codec) String() string                            { return "ZSTD" }
func (*codec) CompressionCodec() format.CompressionCodec { return format.Zstd }
func (c *codec) Encode(dst, src []byte) ([]byte, error)  { return c.enc.EncodeAll(src, dst[:0]), nil }
func (c *codec) Decode(dst, src []byte) ([]byte, error)  { return c.dec.DecodeAll(src, dst[:0]) }

func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
