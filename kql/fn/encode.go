package fn

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"unicode/utf8"

	"github.com/pierrec/lz4/v4"

	"github.com/yagura/yagura/table"
)

// Text and bytes as base64, plain or compressed. What cannot be decoded is null or
// the empty string.
var encodeFuncs = []Func{
	encodeText("base64_encode_tostring", "string", "A text's bytes in base64.", base64Encode, Example{`base64_encode_tostring("Kusto")`, `"S3VzdG8="`}),
	aliasOf(encodeText("base64_encodestring", "string", "A text's bytes in base64.", base64Encode, Example{`base64_encodestring("Kusto")`, `"S3VzdG8="`}), "base64_encode_tostring"),
	encodeText("base64_decode_tostring", "base64_string", "The text that base64 stands for; empty if it is not UTF-8.", base64Text, Example{`base64_decode_tostring("S3VzdG8=")`, `"Kusto"`}),
	aliasOf(encodeText("base64_decodestring", "base64_string", "The text that base64 stands for; empty if it is not UTF-8.", base64Text, Example{`base64_decodestring("S3VzdG8=")`, `"Kusto"`}), "base64_decode_tostring"),
	{
		Name: "base64_decode_toarray", Kind: Scalar, Doc: "The bytes that base64 stands for, as an array of numbers.",
		Overloads: []Overload{{Params: P(Str("base64_string")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return Map1OK(func(s string) (table.Dyn, bool) {
				mayMake(elemBytes * base64.StdEncoding.DecodedLen(len(s)))
				b, err := base64.StdEncoding.DecodeString(s)
				a := make([]any, len(b))
				for i, c := range b {
					a[i] = int64(c)
					w.Step(1)
				}
				return table.NewDyn(a), err == nil
			})
		})}},
		Examples: []Example{{`base64_decode_toarray("S3VzdG8=")`, `dynamic([75,117,115,116,111])`}},
	},
	{
		Name: "base64_encode_fromarray", Kind: Scalar, Doc: "An array of bytes in base64.",
		Overloads: []Overload{{Params: P(DynP("base64_string_decoded_as_array")), Returns: Is(table.String), Eval: lift1(dyns, func(d table.Dyn) (string, bool) {
			a, ok := d.Array()
			b := make([]byte, len(a))
			for i, e := range a {
				n, isLong := e.(int64)
				if !isLong || n < 0 || n > 255 {
					return "", false
				}
				b[i] = byte(n)
			}
			return base64.StdEncoding.EncodeToString(b), ok
		})}},
		Examples: []Example{{`base64_encode_fromarray(dynamic([75,117,115,116,111]))`, `"S3VzdG8="`}},
	},
	{
		Name: "base64_encode_fromguid", Kind: Scalar, Doc: "A guid's bytes in base64.",
		Overloads: []Overload{{Params: P(Param{Name: "guid", Types: []table.Type{table.Guid}}), Returns: Is(table.String), Eval: Map1(func(u table.UUID) string {
			u = mixedEndian(u)
			return base64.StdEncoding.EncodeToString(u[:])
		})}},
		Examples: []Example{{`base64_encode_fromguid(guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb))`, `"8jMxriJurkmwahbmqbIS6w=="`}},
	},
	{
		Name: "base64_decode_toguid", Kind: Scalar, Doc: "The guid whose bytes are in base64.",
		Overloads: []Overload{{Params: P(Str("base64_string")), Returns: Is(table.Guid), Eval: Map1OK(func(s string) (table.UUID, bool) {
			b, err := base64.StdEncoding.DecodeString(s)
			if err != nil || len(b) != 16 {
				return table.UUID{}, false
			}
			return mixedEndian(table.UUID(b)), true
		})}},
		Examples: []Example{{`base64_decode_toguid("8jMxriJurkmwahbmqbIS6w==")`, `guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb)`}},
	},
	encodeLong("gzip_compress_to_base64_string", "string", "A text compressed with gzip, in base64.", gzipText, Example{`gzip_compress_to_base64_string("1234567890qwertyuiop")`, `"H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA=="`}),
	encodeLong("gzip_decompress_from_base64_string", "string", "The text of which base64 holds the gzip compression.", gunzipText, Example{`gzip_decompress_from_base64_string("H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==")`, `"1234567890qwertyuiop"`}),
	encodeLong("zlib_compress_to_base64_string", "string", "A text compressed with zlib, in base64.", zlibText, Example{`zlib_decompress_from_base64_string(zlib_compress_to_base64_string("aaaaaaaaaa"))`, `"aaaaaaaaaa"`}),
	encodeLong("zlib_decompress_from_base64_string", "string", "The text of which base64 holds the zlib compression.", unzlibText, Example{`zlib_decompress_from_base64_string("eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4=")`, `"Test string 123"`}),
	hidden(Func{
		Name: "__lz4_compress_dynamic_array_to_base64_string", Kind: Scalar, Doc: "An array's JSON compressed with LZ4, in base64.",
		Overloads: []Overload{{Params: P(DynP("dynamic")), Returns: Is(table.String), Eval: lift1(dyns, lz4Array)}},
	}),
}

func encodeText(name, param, doc string, f func(string) (string, bool), examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: P(Str(param)), Returns: Is(table.String), Eval: Map1OK(f)}},
	}
}

// encodeLong is encodeText of a function that can take long.
func encodeLong(name, param, doc string, f func(w *work, s string) (string, bool), examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: P(Str(param)), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
			return Map1OK(func(s string) (string, bool) { return f(w, s) })
		})}},
	}
}

// packedAtOnce is how many bytes are compressed or decompressed before the call can be
// left, and packing what one takes, in steps.
const (
	packedAtOnce = 64 << 10
	packing      = 16
)

func base64Encode(s string) (string, bool) {
	return base64.StdEncoding.EncodeToString([]byte(s)), true
}

func base64Text(s string) (string, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	return string(b), err == nil && utf8.Valid(b)
}

// mixedEndian turns a guid's bytes between the order of its text and that of .NET,
// whose first three groups are little-endian.
func mixedEndian(u table.UUID) table.UUID {
	u[0], u[1], u[2], u[3] = u[3], u[2], u[1], u[0]
	u[4], u[5], u[6], u[7] = u[5], u[4], u[7], u[6]
	return u
}

// deflate compresses, or stores what does not get smaller.
func deflate(w *work, s string) []byte {
	var b bytes.Buffer
	f, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		panic(fmt.Sprintf("fn: deflate: %v", err))
	}
	for at := 0; at < len(s); at += packedAtOnce {
		w.Step(packing * packedAtOnce)
		io.WriteString(f, s[at:min(at+packedAtOnce, len(s))]) // a Buffer takes everything
	}
	f.Close()
	if len(s) > 0xffff || b.Len() < len(s)+5 {
		return b.Bytes()
	}
	n := uint16(len(s))
	out := binary.LittleEndian.AppendUint16([]byte{1}, n)
	return append(binary.LittleEndian.AppendUint16(out, ^n), s...)
}

func gzipText(w *work, s string) (string, bool) {
	b := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}, deflate(w, s)...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(s)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	return base64.StdEncoding.EncodeToString(b), true
}

func zlibText(w *work, s string) (string, bool) {
	b := append([]byte{0x78, 0x01}, deflate(w, s)...)
	b = binary.BigEndian.AppendUint32(b, adler32.Checksum([]byte(s)))
	return base64.StdEncoding.EncodeToString(b), true
}

// maxInflated bounds what a few bytes can grow to.
const maxInflated = 64 << 20

func gunzipText(w *work, s string) (string, bool) {
	return inflateText(w, s, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
}

func unzlibText(w *work, s string) (string, bool) {
	return inflateText(w, s, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
}

func inflateText(w *work, s string, open func(io.Reader) (io.Reader, error)) (string, bool) {
	packed, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", false
	}
	r, err := open(bytes.NewReader(packed))
	if err != nil {
		return "", false
	}
	b, err := io.ReadAll(io.LimitReader(&stepping{r, w}, maxInflated+1))
	return string(b), err == nil && len(b) <= maxInflated && utf8.Valid(b)
}

// stepping is a reader of which each piece is a step of the work.
type stepping struct {
	io.Reader
	w *work
}

func (s *stepping) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p[:min(len(p), packedAtOnce)])
	s.w.Step(packing * n)
	return n, err
}

func lz4Array(d table.Dyn) (string, bool) {
	if _, ok := d.Array(); !ok {
		return "", false
	}
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	if _, err := io.WriteString(w, d.String()); err != nil {
		return "", false
	}
	if err := w.Close(); err != nil {
		return "", false
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), true
}
