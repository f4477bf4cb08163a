package extent

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"
	"unsafe"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// textPages reads a column whose pages have texts one after the other, which are then parts of
// what a page is uncompressed to: none is copied.
type textPages[T table.Elem] struct {
	f       *file
	col     int
	convert func(string) T
	row     int64    // the next row
	from    int64    // the first row of page
	page    textPage // none before the first is read
	reads   int      // how many have taken texts of page and were not forgotten
}

// textPage is a page of texts: that of row i is from ends[i] to ends[i+1].
type textPage struct {
	packed *unpacker
	text   []byte // of which the first had bytes are uncompressed so far
	had    int
	ends   []int32
	null   []bool // nil: none is
}

func (p *textPage) rows() int64 { return int64(max(0, len(p.ends)-1)) }

// unpacker uncompresses a page from its begin as far as somebody asks: often one row is
// wanted of it. It leaves out the page's own checksum, which is at the end: the blocks of
// the file were checked.
type unpacker struct {
	page []byte // as it is in the file
	in   bytes.Reader
	zstd *zstd.Decoder
}

// Pages and what they are uncompressed to take memory that is used again.
var (
	unpackers = sync.Pool{New: func() any { return new(unpacker) }}
	pageTexts = sync.Pool{New: func() any { return new([]byte) }}
)

// mostWindow is as large as any page: 512 values of the most that a text may have.
const mostWindow = 1 << 30

// start begins with what stands in the page from some byte on.
func (u *unpacker) start(packed []byte) (err error) {
	u.in.Reset(packed)
	if u.zstd == nil {
		u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(mostWindow), zstd.IgnoreChecksum(true))
		if err != nil {
			return err
		}
	}
	return u.zstd.Reset(&u.in)
}

// upTo uncompresses the first n bytes.
func (p *textPage) upTo(n int) error {
	if n <= p.had {
		return nil
	}
	if _, err := io.ReadFull(p.packed.zstd, p.text[p.had:n]); err != nil {
		return fmt.Errorf("%w: uncompress: %w", vfs.ErrCorrupt, err)
	}
	p.had = n
	return nil
}

// free gives the memory of a page back; that of its texts too if nobody has one of them.
func (p *textPage) free(texts bool) {
	if p.packed != nil {
		unpackers.Put(p.packed)
	}
	if text := p.text; texts && text != nil {
		pageTexts.Put(&text)
	}
	*p = textPage{}
}

// openTexts opens a column of what is stored as bytes.
func openTexts[T table.Elem](f *file, col int, convert func(string) T) (source, error) {
	for _, g := range f.pq.Metadata().RowGroups {
		if !slices.Contains(g.Columns[col].MetaData.Encoding, format.DeltaLengthByteArray) {
			return &values[T]{f: f, col: col, text: convert}, nil
		}
	}
	return &textPages[T]{f: f, col: col, convert: convert}, nil
}

func (s *textPages[T]) seek(row int64) error {
	s.row = row
	return nil
}

// forget counts the last read no more; a page that none is left of is written over.
func (s *textPages[T]) forget() { s.reads-- }

func (s *textPages[T]) close() { s.endPage() }

func (s *textPages[T]) endPage() {
	s.page.free(s.reads == 0)
	s.reads = 0
}

func (s *textPages[T]) read(n int) (table.Vec, error) {
	v := &table.Of[T]{Vals: make([]T, 0, n)}
	taken := false // texts of the page
	for len(v.Vals) < n {
		if s.row < s.from || s.row >= s.from+s.page.rows() {
			if err := s.turn(); err != nil {
				return nil, err
			}
			taken = false
		}
		if !taken {
			taken = true
			s.reads++
		}
		at := int(s.row - s.from)
		to := min(at+n-len(v.Vals), int(s.page.rows()))
		if err := s.page.upTo(int(s.page.ends[to])); err != nil {
			return nil, err
		}
		text := unsafe.String(unsafe.SliceData(s.page.text), s.page.had)
		s.row += int64(to - at)
		for ; at < to; at++ {
			if s.page.null != nil && s.page.null[at] {
				v.AppendNull()
				continue
			}
			v.Append(s.convert(text[s.page.ends[at]:s.page.ends[at+1]]))
		}
	}
	return v, nil
}

// turn reads the page that has the next row.
func (s *textPages[T]) turn() error {
	from := int64(0) // of the row group
	for _, g := range s.f.pq.RowGroups() {
		if s.row >= from+g.NumRows() {
			from += g.NumRows()
			continue
		}
		index, err := g.ColumnChunks()[s.col].OffsetIndex()
		if err != nil {
			return err
		}
		i := sort.Search(index.NumPages(), func(i int) bool { return from+index.FirstRowIndex(i) > s.row }) - 1
		if i < 0 {
			return fmt.Errorf("%w: no page has row %d", vfs.ErrCorrupt, s.row)
		}
		s.endPage()
		s.from = from + index.FirstRowIndex(i)
		if s.page, err = s.f.textPage(index.Offset(i), index.CompressedPageSize(i)); err == nil && s.row >= s.from+s.page.rows() {
			err = fmt.Errorf("%w: a page ends before row %d", vfs.ErrCorrupt, s.row)
		}
		return err
	}
	return fmt.Errorf("%w: it ends too early", vfs.ErrCorrupt)
}

// headers are decoded by readers that are used again.
var headers = sync.Pool{New: func() any { return new(pageHeader) }}

type pageHeader struct {
	format.PageHeader
	in  thrift.BytesReader
	dec *thrift.Decoder
}

// decode returns what of b comes after the header.
func (h *pageHeader) decode(b []byte) (rest []byte, err error) {
	h.PageHeader = format.PageHeader{}
	if h.in == nil {
		h.in = new(thrift.CompactProtocol).NewReaderFromBytes(b)
		h.dec = thrift.NewDecoder(h.in)
	} else {
		h.in.ResetBytes(b)
	}
	if err := h.dec.Decode(&h.PageHeader); err != nil {
		return nil, err
	}
	return b[h.in.BytesRead():], nil
}

// textPage reads the page of texts, with its header, at an offset.
func (f *file) textPage(at, size int64) (p textPage, err error) {
	u := unpackers.Get().(*unpacker)
	defer func() {
		if err != nil {
			p.free(true)
		}
	}()
	p.packed = u
	u.page = slices.Grow(u.page[:0], int(size))[:size]
	if _, err := f.ReadAt(u.page, at); err != nil {
		return p, err
	}
	h := headers.Get().(*pageHeader)
	defer headers.Put(h)
	body, err := h.decode(u.page)
	if err != nil {
		return p, fmt.Errorf("%w: header of the page at byte %d: %w", vfs.ErrCorrupt, at, err)
	}
	if err := p.decode(&h.PageHeader, body); err != nil {
		return p, fmt.Errorf("%w: page at byte %d: %w", vfs.ErrCorrupt, at, err)
	}
	return p, nil
}

// decode reads the lengths of the texts of a page, Parquet's DataPageV2 with
// DELTA_LENGTH_BYTE_ARRAY.
func (p *textPage) decode(h *format.PageHeader, body []byte) error {
	d := &h.DataPageHeaderV2.V
	if !h.DataPageHeaderV2.Valid || d.Encoding != format.DeltaLengthByteArray || d.NumValues != d.NumRows {
		return fmt.Errorf("it is no page of texts but has type %v, encoding %v", h.Type, d.Encoding)
	}
	levels := int(d.DefinitionLevelsByteLength)
	if levels < 0 || levels > len(body) || d.RepetitionLevelsByteLength != 0 || d.NumNulls < 0 || d.NumNulls > d.NumValues || d.NumValues < 0 {
		return fmt.Errorf("%d bytes of levels, %d of %d values null", levels, d.NumNulls, d.NumValues)
	}
	size := int(h.UncompressedPageSize) - levels
	if size <= 0 {
		return fmt.Errorf("%d bytes", size)
	}
	values := int(d.NumValues - d.NumNulls)
	if err := p.packed.start(body[levels:]); err != nil {
		return err
	}
	p.text = slices.Grow((*pageTexts.Get().(*[]byte))[:0], size)[:size]
	if err := p.upTo(min(size, lengthsMost(values))); err != nil {
		return err
	}
	lengths, err := new(delta.BinaryPackedEncoding).DecodeInt32(nil, p.text[:p.had])
	if err != nil {
		return err
	}
	if len(lengths) != values {
		return fmt.Errorf("%d lengths of %d values, of which %d are null", len(lengths), d.NumValues, d.NumNulls)
	}
	if d.NumNulls > 0 {
		if p.null, err = nulls(body[:levels], int(d.NumValues)); err != nil {
			return err
		}
	}
	return p.setEnds(lengths, int(d.NumValues))
}

// lengthsMost is the most bytes that n numbers of 32 bits take as DELTA_BINARY_PACKED: its
// header, and of each block of 128 theirs, four widths and the numbers.
func lengthsMost(n int) int { return 40 + (n/128+1)*(10+4+4*128) }

// setEnds sets where the texts of n values end, of which those that are not null have lengths.
func (p *textPage) setEnds(lengths []int32, n int) error {
	sum := 0
	for _, n := range lengths {
		if n < 0 {
			return fmt.Errorf("a text of %d bytes", n)
		}
		sum += int(n)
	}
	if sum > len(p.text) {
		return fmt.Errorf("texts of %d bytes in %d", sum, len(p.text))
	}
	p.ends = make([]int32, n+1)
	end := int32(len(p.text) - sum) // the texts are the last that there is
	p.ends[0] = end
	next := 0
	for i := range p.ends[1:] {
		if p.null == nil || !p.null[i] {
			if next == len(lengths) {
				return fmt.Errorf("more values than %d lengths", next)
			}
			end += lengths[next]
			next++
		}
		p.ends[i+1] = end
	}
	return nil
}

// nulls reads which of n values are null from the levels of a column that is not nested.
func nulls(levels []byte, n int) ([]bool, error) {
	is, err := (&rle.Encoding{BitWidth: 1}).DecodeLevels(nil, levels)
	if err != nil {
		return nil, err
	}
	if len(is) < n {
		return nil, fmt.Errorf("levels of %d values, not %d", len(is), n)
	}
	null := make([]bool, n)
	for i := range null {
		null[i] = is[i] == 0
	}
	return null, nil
}
