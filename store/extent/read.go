package extent

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sort"
	"sync"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// BatchRows is how many rows a Reader returns at a time. It begins with fewer: many want
// no more than the first.
const (
	BatchRows = 8192
	firstRows = 1024
)

// Read returns the columns of want, of the rows in span, in order. A column that the
// file lacks is null, or empty. What is read is checked: an error wraps
// vfs.ErrCorrupt and names the file if it is not what was written.
func (d *Dir) Read(m *Meta, want *table.Schema, span table.Span) (table.Reader, error) {
	return d.Select(m, want, span, nil, nil)
}

// Filter finds the wanted ones among some rows.
type Filter struct {
	On []int // the columns that Keep looks at, by their place
	// Keep returns which of some rows are wanted, in order; nil is none. Only the columns
	// On are there, and nothing of them may be kept: their memory is written over.
	Keep func(cols []table.Vec, rows int) ([]int, error)
}

// Select is Read of those rows that are in one of some ranges (nil: all rows), which are
// in order, and that a filter wants (nil: all). Columns that the filter does not look at
// are read only where it wants rows.
func (d *Dir) Select(m *Meta, want *table.Schema, span table.Span, rows []terms.Range, filter *Filter) (table.Reader, error) {
	if rows == nil {
		rows = []terms.Range{{From: 0, To: m.Rows}}
	}
	o, err := d.extent(m)
	if err != nil {
		return nil, err
	}
	r := &reader{dir: d, open: o, f: o.rows, schema: want, rows: slices.Clone(rows), filter: filter, most: firstRows} // others read the ranges too
	if err := r.start(span); err != nil {
		return nil, errors.Join(err, d.give(o, true))
	}
	return r, nil
}

// Verify reads the whole file and compares its hash with its name.
func (d *Dir) Verify(m *Meta) error { return d.verify(m.Path(d.path), m.Hash, "extent") }

func (d *Dir) verify(path string, want Hash, what string) error {
	f, err := d.fs.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %s %s: %w", vfs.ErrCorrupt, what, path, err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return fmt.Errorf("verify %s %s: %w", what, path, err)
	}
	sha := sha256.New()
	if _, err := io.Copy(sha, io.NewSectionReader(f, 0, size)); err != nil {
		return fmt.Errorf("verify %s %s: %w", what, path, err)
	}
	if got := Hash(sha.Sum(nil)); got != want {
		return fmt.Errorf("%w: %s %s: its content has the hash %s", vfs.ErrCorrupt, what, path, got)
	}
	return nil
}

// file is what is known of an open extent, whose bytes are checked as they are read.
type file struct {
	path string
	f    vfs.File
	meta *Meta
	foot []byte
	sums []byte // 4 bytes for each block
	pq   *parquet.File
	cols map[string]int // index of the column in the file
	// buffer is how much of a column is read at a time
	buffer int
}

// columnsBytes is how much of all columns of an extent is read at a time, at most.
const columnsBytes = 4 << 20

// extent opens an extent, or finds it open.
func (d *Dir) extent(m *Meta) (*opened, error) {
	path := m.Path(d.path)
	o, err := d.take(m.Name(), func(o *opened) error {
		o.rows = &file{path: path, f: o.File, meta: m, cols: map[string]int{}}
		o.rows.buffer = min(blockBytes, max(4<<10, columnsBytes/max(1, len(m.Stats))))
		return o.rows.guard(o.rows.init)
	})
	if err != nil && !errors.Is(err, vfs.ErrCorrupt) {
		err = fmt.Errorf("%w: extent %s: %w", vfs.ErrCorrupt, path, err)
	}
	return o, err
}

func (f *file) init() error {
	size, err := f.f.Size()
	if err != nil {
		return err
	}
	if size != f.meta.Bytes || f.meta.Foot.Bytes > size {
		return fmt.Errorf("%w: it has %d bytes, not %d", vfs.ErrCorrupt, size, f.meta.Bytes)
	}
	f.foot = make([]byte, f.meta.Foot.Bytes)
	if _, err := f.f.ReadAt(f.foot, f.data()); err != nil && err != io.EOF {
		return err
	}
	if crc32.Checksum(f.foot, castagnoli) != f.meta.Foot.CRC {
		return fmt.Errorf("%w: wrong checksum of its foot", vfs.ErrCorrupt)
	}
	if f.pq, err = parquet.OpenFile(f, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true), parquet.SkipMagicBytes(true), parquet.ReadBufferSize(f.buffer)); err != nil {
		return err
	}
	blocks, ok := f.pq.Lookup(blocksKey)
	if !ok {
		return fmt.Errorf("it has no %s", blocksKey)
	}
	if f.sums, err = base64.StdEncoding.DecodeString(blocks); err != nil {
		return fmt.Errorf("%s: %w", blocksKey, err)
	}
	for i, c := range f.pq.Root().Columns() {
		f.cols[c.Name()] = i
	}
	return nil
}

// guard runs a step of reading. Whatever goes wrong in it, panics of the decoder
// included, is an error with the file's name.
func (f *file) guard(step func() error) (err error) {
	defer f.caught(&err)
	if err := step(); err != nil && err != io.EOF {
		return fmt.Errorf("extent %s: %w", f.path, err)
	} else {
		return err
	}
}

// caught makes an error of a panic.
func (f *file) caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: extent %s: %v", vfs.ErrCorrupt, f.path, p)
	}
}

// data is the size of what stands before the foot.
func (f *file) data() int64 { return f.meta.Bytes - f.meta.Foot.Bytes }

// ReadAt reads whole blocks and checks them.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	total := 0
	for len(p) > 0 {
		n, err := f.readSome(p, off)
		if err != nil {
			return total, err
		}
		p, off, total = p[n:], off+int64(n), total+n
	}
	return total, nil
}

// buffers hold blocks while they are checked, and are used again.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (f *file) readSome(p []byte, off int64) (int, error) {
	data := f.data()
	if off >= data {
		if off-data >= int64(len(f.foot)) {
			return 0, io.EOF
		}
		return copy(p, f.foot[off-data:]), nil
	}
	first := off / blockBytes * blockBytes
	last := min(data, (min(off+int64(len(p)), data)+blockBytes-1)/blockBytes*blockBytes)
	whole := buffers.Get().(*[]byte)
	defer buffers.Put(whole)
	*whole = slices.Grow((*whole)[:0], int(last-first))
	buf := (*whole)[:last-first]
	if n, err := f.f.ReadAt(buf, first); n < len(buf) {
		return 0, fmt.Errorf("%w: read at byte %d: %w", vfs.ErrCorrupt, first, err)
	}
	for at := int64(0); at < int64(len(buf)); at += blockBytes {
		block := buf[at:min(at+blockBytes, int64(len(buf)))]
		i := int((first + at) / blockBytes * 4)
		if i+4 > len(f.sums) || binary.LittleEndian.Uint32(f.sums[i:]) != crc32.Checksum(block, castagnoli) {
			return 0, fmt.Errorf("%w: wrong checksum of the block at byte %d", vfs.ErrCorrupt, first+at)
		}
	}
	return copy(p, buf[off-first:]), nil
}

// reader reads rows of an extent.
type reader struct {
	dir    *Dir
	open   *opened
	bad    bool // something went wrong
	f      *file
	schema *table.Schema
	cols   []source // of schema
	rows   []terms.Range
	filter *Filter
	most   int // rows of the next batch
}

func (r *reader) Schema() *table.Schema { return r.schema }

// start finds the rows in span and opens the columns there.
func (r *reader) start(span table.Span) error {
	return r.f.guard(func() error {
		if !span.All() {
			if err := r.narrow(span); err != nil {
				return err
			}
		}
		for _, c := range r.schema.Cols {
			s, err := r.f.source(c)
			if err != nil {
				return err
			}
			r.cols = append(r.cols, s)
		}
		return nil
	})
}

// narrow sets the rows to those in span: the file is sorted by time.
func (r *reader) narrow(span table.Span) error {
	lo, err := r.f.firstAt(span.Start)
	if err != nil {
		return err
	}
	hi, err := r.f.firstAt(span.End)
	if err != nil {
		return err
	}
	var in []terms.Range
	for _, x := range r.rows {
		if x.From, x.To = max(x.From, lo), min(x.To, hi); x.From < x.To {
			in = append(in, x)
		}
	}
	r.rows = in
	return nil
}

// RowsIn returns which rows of an extent are in span.
func (d *Dir) RowsIn(m *Meta, span table.Span) (rows terms.Range, err error) {
	o, err := d.extent(m)
	if err != nil {
		return rows, err
	}
	f := o.rows
	err = f.guard(func() (err error) {
		if rows.From, err = f.firstAt(span.Start); err == nil {
			rows.To, err = f.firstAt(span.End)
		}
		return err
	})
	return rows, errors.Join(err, d.give(o, err != nil))
}

// firstAt returns the first row whose time is t or later.
func (f *file) firstAt(t table.Time) (int64, error) {
	c, ok := f.cols[table.TimeGenerated]
	if !ok {
		return 0, errors.New("it has no column TimeGenerated")
	}
	row := int64(0)
	for _, g := range f.pq.RowGroups() {
		chunk := g.ColumnChunks()[c]
		index, err := chunk.ColumnIndex()
		if err != nil {
			return 0, err
		}
		offsets, err := chunk.OffsetIndex()
		if err != nil {
			return 0, err
		}
		pages := index.NumPages()
		p := sort.Search(pages, func(i int) bool { return index.MaxValue(i).Int64() >= int64(t) })
		if p == pages {
			row += g.NumRows()
			continue
		}
		return f.firstInPage(c, row, offsets.FirstRowIndex(p), t)
	}
	return row, nil
}

// firstInPage is firstAt from the row at on, within the row group that begins at row group.
func (f *file) firstInPage(c int, group, at int64, t table.Time) (int64, error) {
	s := &values[table.Time]{f: f, col: c, convert: func(v parquet.Value) table.Time { return table.Time(v.Int64()) }}
	defer s.close()
	if err := s.seek(group + at); err != nil {
		return 0, err
	}
	for row := group + at; ; {
		v, err := s.read(min(BatchRows, int(f.meta.Rows-row)))
		if err != nil {
			return 0, err
		}
		times := v.(*table.Of[table.Time]).Vals
		i := sort.Search(len(times), func(i int) bool { return times[i] >= t })
		if row += int64(i); i < len(times) || row == f.meta.Rows {
			return row, nil
		}
	}
}

func (r *reader) Next(ctx context.Context) (*table.Batch, error) {
	for len(r.rows) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from := r.rows[0].From
		n := int(min(int64(r.most), r.rows[0].To-from))
		r.most = min(2*r.most, BatchRows)
		if r.rows[0].From += int64(n); r.rows[0].From == r.rows[0].To {
			r.rows = r.rows[1:]
		}
		var b *table.Batch
		err := r.f.guard(func() (err error) {
			b, err = r.read(from, n)
			return err
		})
		if b != nil || err != nil {
			r.bad = err != nil
			return b, err
		}
	}
	return nil, io.EOF
}

// read returns the wanted ones of n rows, nil if there are none.
func (r *reader) read(from int64, n int) (*table.Batch, error) {
	b := &table.Batch{Schema: r.schema, Vecs: make([]table.Vec, len(r.cols)), Rows: n}
	if r.filter == nil {
		return b, r.fill(b, from, n, nil)
	}
	for _, c := range r.filter.On {
		if err := r.column(b, c, from, n); err != nil {
			return nil, err
		}
	}
	idx, err := r.filter.Keep(b.Vecs, n)
	if err != nil {
		return nil, err
	}
	if len(idx) == 0 {
		for _, c := range r.filter.On {
			r.cols[c].forget()
		}
		return nil, nil
	}
	if b.Rows = len(idx); b.Rows == n {
		return b, r.fill(b, from, n, nil)
	}
	for _, c := range r.filter.On {
		r.gather(b, c, idx)
	}
	first := idx[0]
	n = idx[len(idx)-1] - first + 1
	for i := range idx {
		idx[i] -= first
	}
	return b, r.fill(b, from+int64(first), n, idx)
}

// fill reads the columns that b lacks, of n rows; of them those at idx, all if it is nil.
func (r *reader) fill(b *table.Batch, from int64, n int, idx []int) error {
	for c := range r.cols {
		if b.Vecs[c] != nil {
			continue
		}
		if err := r.column(b, c, from, n); err != nil {
			return err
		}
		if idx != nil {
			r.gather(b, c, idx)
		}
	}
	return nil
}

// fewTexts is up to how many texts of a batch are copied: more would not hold much more memory
// than they have.
const fewTexts = BatchRows / 8

// gather leaves the values at idx of a column. Of few, texts are copied: they would hold the
// memory of all that are in a page with them.
func (r *reader) gather(b *table.Batch, c int, idx []int) {
	v := b.Vecs[c]
	if len(idx) < v.Len() {
		v = v.Gather(idx)
		b.Vecs[c] = v
	}
	texts, ok := v.(*table.Of[string])
	if !ok || len(idx) > fewTexts {
		return
	}
	size := 0
	for _, s := range texts.Vals {
		size += len(s)
	}
	own := make([]byte, 0, size)
	for i, s := range texts.Vals {
		from := len(own)
		own = append(own, s...)
		texts.Vals[i] = unsafe.String(unsafe.SliceData(own[from:]), len(s))
	}
	r.cols[c].forget()
}

func (r *reader) column(b *table.Batch, c int, from int64, n int) error {
	err := r.cols[c].seek(from)
	if err == nil {
		b.Vecs[c], err = r.cols[c].read(n)
	}
	if err != nil {
		return fmt.Errorf("column %s: %w", r.schema.Cols[c].Name, err)
	}
	return nil
}

func (r *reader) Close() error {
	for _, s := range r.cols {
		s.close()
	}
	return r.dir.give(r.open, r.bad)
}
