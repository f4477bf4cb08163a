package extent

import (
	"fmt"
	"io"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// source reads a column from a row on.
type source interface {
	seek(row int64) error          // to the row that is read next
	read(n int) (table.Vec, error) // the next n rows, which must be there
	forget()                       // nobody has what was read last
	close()
}

// source opens column c.
func (f *file) source(c table.Column) (source, error) {
	i, ok := f.cols[c.Name]
	if !ok {
		return missing(c.Type), nil
	}
	st, ok := f.meta.Stat(c.Name)
	if !ok || st.Type != c.Type {
		return nil, fmt.Errorf("column %s is stored as %v, not %v", c.Name, st.Type, c.Type)
	}
	switch c.Type {
	case table.Bool:
		return openValues(f, i, parquet.Value.Boolean, nil)
	case table.Int:
		return openValues(f, i, parquet.Value.Int32, func(v encoding.Values) []int32 { return v.Int32() })
	case table.Long:
		return openValues(f, i, parquet.Value.Int64, longs[int64])
	case table.Real:
		return openValues(f, i, parquet.Value.Double, func(v encoding.Values) []float64 { return v.Double() })
	case table.Datetime:
		return openValues(f, i, func(v parquet.Value) table.Time { return table.Time(v.Int64()) }, longs[table.Time])
	case table.Timespan:
		return openValues(f, i, func(v parquet.Value) table.Duration { return table.Duration(v.Int64()) }, longs[table.Duration])
	case table.Guid:
		return openValues(f, i, func(v parquet.Value) table.UUID { return table.UUID(v.ByteArray()) }, nil)
	case table.Decimal:
		return openTexts(f, i, func(s string) table.Dec { return table.Dec(s) })
	case table.String:
		return openTexts(f, i, func(s string) string { return s })
	case table.Dynamic:
		raws := table.Raws{}
		return openTexts(f, i, raws.Dyn)
	}
	return nil, fmt.Errorf("column %s: no such type: %v", c.Name, c.Type)
}

// missing is a column that the file lacks.
type missing table.Type

func (m missing) close()           {}
func (m missing) forget()          {}
func (m missing) seek(int64) error { return nil }
func (m missing) read(n int) (table.Vec, error) {
	return table.Repeat(table.Type(m), nil, n), nil
}

// longs are values of 64 bits as they lie in a page.
func longs[T ~int64](v encoding.Values) []T {
	n := v.Int64()
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(n))), len(n))
}

func openValues[T table.Elem](f *file, col int, convert func(parquet.Value) T, whole func(encoding.Values) []T) (source, error) {
	return &values[T]{f: f, col: col, convert: convert, whole: whole}, nil
}

// values reads a column of Ts.
type values[T table.Elem] struct {
	f       *file
	col     int
	convert func(parquet.Value) T
	text    func(string) T            // instead of convert, for what is stored as bytes
	whole   func(encoding.Values) []T // nil: a page does not have Ts as they are
	group   int                       // the next row group
	row     int64                     // the next row
	pages   parquet.Pages
	page    parquet.Page
	// What is left of page is one of these.
	same []T     // the values
	keys []int32 // their places in dict
	vals parquet.ValueReader

	dict   []T                // what dictOf has
	dictOf parquet.Dictionary // of the row group
	buf    []parquet.Value
}

func (s *values[T]) seek(row int64) error {
	if row == s.row {
		return nil
	}
	s.endPage()
	s.row = row
	groups := s.f.pq.RowGroups()
	g := 0
	for g < len(groups) && row >= groups[g].NumRows() {
		row -= groups[g].NumRows()
		g++
	}
	if s.pages == nil || s.group != g+1 {
		s.close()
		s.group = g
		if g == len(groups) {
			return nil
		}
		if err := s.open(); err != nil {
			return err
		}
	}
	return s.pages.SeekToRow(row)
}

func (s *values[T]) open() error {
	chunk := s.f.pq.RowGroups()[s.group].ColumnChunks()[s.col]
	if _, err := chunk.OffsetIndex(); err != nil { // which is then known to those who seek
		return err
	}
	s.pages = chunk.Pages()
	s.group++
	return nil
}

func (s *values[T]) close() {
	s.endPage()
	s.dict, s.dictOf = nil, nil
	if s.pages != nil {
		s.pages.Close()
		s.pages = nil
	}
}

func (s *values[T]) forget() {}

func (s *values[T]) endPage() {
	if s.page != nil {
		parquet.Release(s.page)
		s.page, s.same, s.keys, s.vals = nil, nil, nil, nil
	}
}

func (s *values[T]) read(n int) (table.Vec, error) {
	v := &table.Of[T]{Vals: make([]T, 0, n)}
	for len(v.Vals) < n {
		if s.page == nil {
			if err := s.nextPage(n - len(v.Vals)); err != nil {
				return nil, err
			}
		}
		if err := s.readPage(v, n-len(v.Vals)); err != nil {
			return nil, err
		}
	}
	s.row += int64(n)
	return v, nil
}

// readPage appends up to n values of the page to v, and ends it when it has no more.
func (s *values[T]) readPage(v *table.Of[T], n int) error {
	had := len(v.Vals)
	end := false
	switch {
	case s.same != nil:
		n = min(n, len(s.same))
		v.Vals = append(v.Vals, s.same[:n]...)
		s.same = s.same[n:]
		end = len(s.same) == 0
	case s.keys != nil:
		n = min(n, len(s.keys))
		for _, k := range s.keys[:n] {
			v.Vals = append(v.Vals, s.dict[k])
		}
		s.keys = s.keys[n:]
		end = len(s.keys) == 0
	default:
		return s.readValues(v, n)
	}
	if v.Null != nil {
		v.Null = append(v.Null, make([]bool, len(v.Vals)-had)...)
	}
	if end {
		s.endPage()
	}
	return nil
}

// readValues is readPage of what comes value by value.
func (s *values[T]) readValues(v *table.Of[T], n int) error {
	if s.buf == nil {
		s.buf = make([]parquet.Value, 1024)
	}
	k, err := s.vals.ReadValues(s.buf[:min(len(s.buf), n)])
	if err != nil && err != io.EOF {
		return err
	}
	s.add(v, s.buf[:k])
	if err == io.EOF {
		s.endPage()
	}
	return nil
}

// add appends values to v. Bytes are copied: they belong to the page.
func (s *values[T]) add(v *table.Of[T], vals []parquet.Value) {
	var arena []byte
	if s.text != nil {
		size := 0
		for i := range vals {
			size += len(vals[i].ByteArray())
		}
		arena = make([]byte, 0, size)
	}
	for i := range vals {
		switch {
		case vals[i].IsNull():
			v.AppendNull()
		case s.text != nil:
			start := len(arena)
			arena = append(arena, vals[i].ByteArray()...)
			b := arena[start:]
			v.Append(s.text(unsafe.String(unsafe.SliceData(b), len(b))))
		default:
			v.Append(s.convert(vals[i]))
		}
	}
}

// dictShare is which share of a dictionary's size is to be read at least for all of it to
// be looked at.
const dictShare = 4

// begin decides how the page is read, of which n values are wanted now.
func (s *values[T]) begin(page parquet.Page, n int) {
	s.page = page
	if page.NumNulls() == 0 {
		switch d := page.Dictionary(); {
		case d == nil && s.whole != nil:
			s.same = s.whole(page.Data())
		case d != nil && n >= d.Len()/dictShare:
			s.look(d)
			data := page.Data()
			s.keys = data.Int32()
		}
	}
	if s.same == nil && s.keys == nil {
		s.vals = page.Values()
	}
}

// look takes all values out of a dictionary.
func (s *values[T]) look(d parquet.Dictionary) {
	if d == s.dictOf {
		return
	}
	all := &table.Of[T]{Vals: make([]T, 0, d.Len())}
	vals := make([]parquet.Value, d.Len())
	for i := range vals {
		vals[i] = d.Index(int32(i))
	}
	s.add(all, vals)
	s.dict, s.dictOf = all.Vals, d
}

func (s *values[T]) nextPage(n int) error {
	for {
		if s.pages == nil {
			if s.group == len(s.f.pq.RowGroups()) {
				return fmt.Errorf("%w: it ends too early", vfs.ErrCorrupt)
			}
			if err := s.open(); err != nil {
				return err
			}
		}
		page, err := s.pages.ReadPage()
		if err == io.EOF {
			s.close()
			continue
		}
		if err != nil {
			return err
		}
		s.begin(page, n)
		return nil
	}
}
