// Package format reads records from files and writes rows to them, one file of this
// package for each format. It decides no types: a reader gives what stands in the
// file, and Infer and Shape make rows of a schema of it.
package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Record is one record of a file.
type Record struct {
	Line   int64    // of its first line, from 1; of a Parquet file, its row
	Names  []string // shared between records: not changed
	Values []any    // trees as in table.NewDyn; text formats give strings, nil if empty
}

// Reader gives a file's records in order. After a *RejectError it goes on with the
// next record; io.EOF ends it.
type Reader interface {
	Next() (Record, error)
}

// RejectError says that one record could not be read or shaped.
type RejectError struct {
	Line   int64
	Reason string
	Text   string // the beginning of the record
}

func (e *RejectError) Error() string { return fmt.Sprintf("line %d: %s: %s", e.Line, e.Reason, e.Text) }

func reject(line int64, reason string, text []byte) *RejectError {
	const most = 120
	if len(text) > most {
		text = text[:most]
	}
	return &RejectError{line, reason, strings.ToValidUTF8(string(text), "\ufffd")}
}

// MaxRecord is the largest record, in bytes; a larger one is rejected.
const MaxRecord = 16 << 20

// Format is a kind of file.
type Format struct {
	Name string
	Exts []string // of file names, with the dot
	New  func(io.Reader) (Reader, error)
}

// Formats are the formats that can be read.
var Formats = []Format{jsonFormat, jsonLinesFormat, csvFormat, tsvFormat, w3cFormat, parquetFormat}

// ErrUnknown says that a format has no reader.
var ErrUnknown = errors.New("unknown format")

// Names lists the formats' names.
func Names() []string {
	var names []string
	for _, f := range Formats {
		names = append(names, f.Name)
	}
	return names
}

// Open returns a reader of r's records: of the format called kind, or, if kind is
// "", of what the file's name and first bytes tell. Gzip and zstd are seen by their
// first bytes and taken off.
func Open(name, kind string, r io.Reader) (Reader, error) {
	plain, err := Decompress(r)
	if err != nil {
		return nil, err
	}
	br := bufio.NewReaderSize(plain, 1<<16)
	f, err := find(name, kind, br)
	if err != nil {
		return nil, err
	}
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte{0xef, 0xbb, 0xbf}) {
		_, _ = br.Discard(3)
	}
	return f.New(br)
}

func find(name, kind string, br *bufio.Reader) (Format, error) {
	if kind != "" {
		i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == kind })
		if i < 0 {
			return Format{}, fmt.Errorf("%w %q: it is one of %s", ErrUnknown, kind, strings.Join(Names(), ", "))
		}
		return Formats[i], nil
	}
	head, _ := br.Peek(4096)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte{0xef, 0xbb, 0xbf}), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return parquetFormat, nil
	case bytes.HasPrefix(head, []byte("[")):
		return jsonFormat, nil
	case bytes.HasPrefix(head, []byte("#Software")), bytes.HasPrefix(head, []byte("#Version")), bytes.HasPrefix(head, []byte("#Fields")), bytes.HasPrefix(head, []byte("#Date")):
		return w3cFormat, nil
	}
	base := strings.ToLower(name)
	for _, z := range []string{".gz", ".gzip", ".zst", ".zstd"} {
		base = strings.TrimSuffix(base, z)
	}
	for _, f := range Formats {
		for _, ext := range f.Exts {
			if strings.HasSuffix(base, ext) && f.Name != jsonFormat.Name {
				return f, nil
			}
		}
	}
	if bytes.HasPrefix(head, []byte("{")) {
		return jsonLinesFormat, nil
	}
	if len(head) == 0 {
		return jsonLinesFormat, nil
	}
	return Format{}, fmt.Errorf("%w: %s: say which with -format: %s", ErrUnknown, name, strings.Join(Names(), ", "))
}

// Decompress returns r's bytes without gzip or zstd.
func Decompress(r io.Reader) (io.Reader, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	head, _ := br.Peek(4)
	switch {
	case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("read gzip: %w", err)
		}
		return z, nil
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, fmt.Errorf("read zstd: %w", err)
		}
		return z, nil
	}
	return br, nil
}

// lines reads lines of bounded length and counts them.
type lines struct {
	r    *bufio.Reader
	n    int64 // of the line last read
	over bool  // the line last read was longer than MaxRecord; the rest was dropped
}

// next returns a line without its end; it is valid until the next call.
func (l *lines) next() ([]byte, error) {
	l.n++
	l.over = false
	line, err := l.r.ReadSlice('\n')
	if err == nil {
		return bytes.TrimRight(line, "\r\n"), nil
	}
	long := append([]byte(nil), line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.r.ReadSlice('\n')
		if len(long)+len(line) > MaxRecord {
			l.over = true
			continue
		}
		long = append(long, line...)
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(long) == 0) {
		return nil, err
	}
	return bytes.TrimRight(long, "\r\n"), nil
}
