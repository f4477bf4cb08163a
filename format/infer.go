package format

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	pqformat "github.com/parquet-go/parquet-go/format"

	"github.com/yagura/yagura/table"
)

// Sample reads up to most records of r, as names and values: of separated values the
// names are those of the first record if header says so, else Column1, Column2 and so on.
// A Parquet file tells its columns itself; its sample is none, and its schema complete.
// Errors: *StreamError, and those of r.
func (s Stream) Sample(r io.Reader, header bool, most int) (recs []Record, complete *table.Schema, err error) {
	name := strings.ToLower(s.Format)
	if !slices.Contains(StreamFormats, name) {
		return nil, nil, &StreamError{"BadRequest_FormatNotSupported", fmt.Sprintf("The format %q is not supported: it is one of %s.", s.Format, strings.Join(StreamFormats, ", "))}
	}
	in, err := s.reader(name, r)
	if err != nil {
		return nil, nil, err
	}
	if p, ok := in.(*parquetReader); ok {
		return nil, p.columns(), nil
	}
	var names []string
	for len(recs) < most {
		rec, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, streamError(name, err)
		}
		if rec.Names != nil {
			recs = append(recs, rec)
			continue
		}
		if header && names == nil {
			for _, v := range rec.Values {
				names = append(names, table.TreeText(v))
			}
			continue
		}
		for len(names) < len(rec.Values) {
			names = append(names, "Column"+strconv.Itoa(len(names)+1))
		}
		rec.Names = names[:len(rec.Values)]
		recs = append(recs, rec)
	}
	if len(recs) == 0 && names != nil { // all that there is are names
		recs = append(recs, Record{Names: names, Values: make([]any, len(names))})
	}
	return recs, nil, nil
}

// columns are those of a Parquet file, by its own types.
func (p *parquetReader) columns() *table.Schema {
	s := &table.Schema{}
	for i, f := range p.schema.Fields() {
		t := table.Dynamic
		if p.leaf[i] >= 0 {
			t = leafType(f.Type())
		}
		s.Cols = append(s.Cols, table.Column{Name: f.Name(), Type: t})
	}
	return s
}

// leafType is the type of the values that leafTree gives.
func leafType(t parquet.Type) table.Type {
	if lt := t.LogicalType(); lt != nil {
		switch lt := lt.Value.(type) {
		case *pqformat.TimestampType, *pqformat.DateType:
			return table.Datetime
		case *pqformat.DecimalType:
			return table.Decimal
		case *pqformat.UUIDType:
			return table.Guid
		case *pqformat.IntType:
			if !lt.IsSigned && lt.BitWidth == 32 {
				return table.Long
			}
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return table.Bool
	case parquet.Int32:
		return table.Int
	case parquet.Int64:
		return table.Long
	case parquet.Float, parquet.Double:
		return table.Real
	case parquet.Int96:
		return table.Datetime
	}
	return table.String
}
