package extent

import (
	"fmt"
	"io"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// source reads a column from a row on.
type source interface {
	seek(row int64) error          // to the row that is read next
	read(n int) (table.Vec, error) // the next n rows, which must be there
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
		return openValues(f, i, parquet.Value.Boolean)
	case table.Int:
		return openValues(f, i, parquet.Value.Int32)
	case table.Long:
		return openValues(f, i, parquet.Value.Int64)
	case table.Real:
		return openValues(f, i, parquet.Value.Double)
	case table.Datetime:
		return openValues(f, i, func(v parquet.Value) table.Time { return table.Time(v.Int64()) })
	case table.Timespan:
		return openValues(f, i, func(v parquet.Value) table.Duration { return table.Duration(v.Int64()) })
	case table.Guid:
		return openValues(f, i, func(v parquet.Value) table.UUID { return table.UUID(v.ByteArray()) })
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
func (m missing) seek(int64) error { return nil }
func (m missing) read(n int) (table.Vec, error) {
	return table.Repeat(table.Type(m), nil, n), nil
}

func openValues[T table.Elem](f *file, col int, convert func(parquet.Value) T) (source, error) {
	return &values[T]{f: f, col: col, convert: convert}, nil
}

// values reads a column of Ts.
type values[T table.Elem] struct {
	f       *file
	col     int
	convert func(parquet.Value) T
	text    func(string) T // instead of convert, for what is stored as bytes
	group   int            // the next row group
	row     int64          // the next row
	pages   parquet.Pages
	page    parquet.Page
	vals    parquet.ValueReader // of page
	buf     []parquet.Value
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
	if s.pages != nil {
		s.pages.Close()
		s.pages = nil
	}
}

func (s *values[T]) endPage() {
	if s.page != nil {
		parquet.Release(s.page)
		s.page, s.vals = nil, nil
	}
}

func (s *values[T]) read(n int) (table.Vec, error) {
	v := &table.Of[T]{Vals: make([]T, 0, n)}
	if s.buf == nil {
		s.buf = make([]parquet.Value, 1024)
	}
	for len(v.Vals) < n {
		if s.vals == nil {
			if err := s.nextPage(); err != nil {
				return nil, err
			}
		}
		k, err := s.vals.ReadValues(s.buf[:min(len(s.buf), n-len(v.Vals))])
		if err != nil && err != io.EOF {
			return nil, err
		}
		s.add(v, s.buf[:k])
		if err == io.EOF {
			s.endPage()
		}
	}
	s.row += int64(n)
	return v, nil
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

func (s *values[T]) nextPage() error {
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
		s.page, s.vals = page, page.Values()
		return nil
	}
}
