package extent

import (
	"fmt"
	"slices"
	"sort"
	"sync"
	"unsafe"

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
}

// textPage is a page of texts: that of row i is from ends[i] to ends[i+1].
type textPage struct {
	text string
	ends []int32
	null []bool // nil: none is
}

func (p *textPage) rows() int64 { return int64(max(0, len(p.ends)-1)) }

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

func (s *textPages[T]) close() { s.page = textPage{} }

func (s *textPages[T]) read(n int) (table.Vec, error) {
	v := &table.Of[T]{Vals: make([]T, 0, n)}
	for len(v.Vals) < n {
		if s.row < s.from || s.row >= s.from+s.page.rows() {
			if err := s.turn(); err != nil {
				return nil, err
			}
		}
		at := int(s.row - s.from)
		to := min(at+n-len(v.Vals), int(s.page.rows()))
		s.row += int64(to - at)
		for ; at < to; at++ {
			if s.page.null != nil && s.page.null[at] {
				v.AppendNull()
				continue
			}
			v.Append(s.convert(s.page.text[s.page.ends[at]:s.page.ends[at+1]]))
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
	whole := buffers.Get().(*[]byte)
	defer buffers.Put(whole)
	*whole = slices.Grow((*whole)[:0], int(size))[:size]
	if _, err := f.ReadAt(*whole, at); err != nil {
		return p, err
	}
	h := headers.Get().(*pageHeader)
	defer headers.Put(h)
	body, err := h.decode(*whole)
	if err != nil {
		return p, fmt.Errorf("%w: header of the page at byte %d: %w", vfs.ErrCorrupt, at, err)
	}
	if err := p.decode(&h.PageHeader, body); err != nil {
		return p, fmt.Errorf("%w: page at byte %d: %w", vfs.ErrCorrupt, at, err)
	}
	return p, nil
}

// decode reads a page: Parquet's DataPageV2 with DELTA_LENGTH_BYTE_ARRAY.
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
	if size < 0 {
		return fmt.Errorf("%d bytes", size)
	}
	text := make([]byte, size)
	if err := uncompress(text, body[levels:]); err != nil {
		return err
	}
	lengths, err := new(delta.BinaryPackedEncoding).DecodeInt32(nil, text)
	if err != nil {
		return err
	}
	if len(lengths) != int(d.NumValues-d.NumNulls) {
		return fmt.Errorf("%d lengths of %d values, of which %d are null", len(lengths), d.NumValues, d.NumNulls)
	}
	if d.NumNulls > 0 {
		if p.null, err = nulls(body[:levels], int(d.NumValues)); err != nil {
			return err
		}
	}
	sum := 0
	for _, n := range lengths {
		if n < 0 {
			return fmt.Errorf("a text of %d bytes", n)
		}
		sum += int(n)
	}
	if sum > size {
		return fmt.Errorf("texts of %d bytes in %d", sum, size)
	}
	p.ends = make([]int32, d.NumValues+1)
	end := int32(size - sum) // the texts are the last that there is
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
	p.text = unsafe.String(unsafe.SliceData(text), len(text))
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
