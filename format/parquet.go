package format

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
	pqformat "github.com/parquet-go/parquet-go/format"

	"github.com/yagura/yagura/table"
)

var parquetFormat = Format{"parquet", []string{".parquet"}, newParquet}

// parquetReader reads Parquet. A flat column gives its values; a nested one, the
// value as a tree of arrays and bags.
type parquetReader struct {
	rows   *parquet.Reader
	schema *parquet.Schema
	names  []string
	leaf   []int // the column's number, or -1 if it is nested
	nested bool
	buf    [1]parquet.Row
	n      int64 // rows read
}

// newParquet reads from a temporary copy, because Parquet is read from its end.
func newParquet(r io.Reader) (Reader, error) {
	tmp, err := os.CreateTemp("", "yagura-*.parquet")
	if err != nil {
		return nil, fmt.Errorf("make a temporary copy of the Parquet file: %w", err)
	}
	_ = os.Remove(tmp.Name()) // the open file stays until it is closed
	size, err := io.Copy(tmp, r)
	if err != nil {
		return nil, fmt.Errorf("make a temporary copy of the Parquet file: %w", errors.Join(err, tmp.Close()))
	}
	f, err := parquet.OpenFile(tmp, size)
	if err != nil {
		return nil, fmt.Errorf("read Parquet: %w", errors.Join(err, tmp.Close()))
	}
	p := &parquetReader{rows: parquet.NewReader(f), schema: f.Schema()}
	for _, field := range p.schema.Fields() {
		p.names = append(p.names, field.Name())
		column := -1
		if field.Leaf() && !field.Repeated() {
			if l, ok := p.schema.Lookup(field.Name()); ok {
				column = l.ColumnIndex
			}
		}
		p.nested = p.nested || column < 0
		p.leaf = append(p.leaf, column)
	}
	return p, nil
}

func (p *parquetReader) Next() (Record, error) {
	n, err := p.rows.ReadRows(p.buf[:])
	if n == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return Record{}, io.EOF
		}
		return Record{}, fmt.Errorf("read Parquet after row %d: %w", p.n, err)
	}
	p.n++
	row := p.buf[0]
	flat := make([]parquet.Value, len(p.schema.Columns()))
	for _, v := range row {
		flat[v.Column()] = v
	}
	var whole map[string]any
	if p.nested {
		if err := p.schema.Reconstruct(&whole, row); err != nil {
			return Record{}, reject(p.n, err.Error(), nil)
		}
	}
	vals := make([]any, len(p.names))
	for i, field := range p.schema.Fields() {
		if p.leaf[i] >= 0 {
			vals[i], err = leafTree(field, flat[p.leaf[i]])
		} else {
			vals[i], err = nestedTree(whole[field.Name()])
		}
		if err != nil {
			return Record{}, reject(p.n, "column "+field.Name()+": "+err.Error(), nil)
		}
	}
	return Record{p.n, p.names, vals}, nil
}

// leafTree returns a value of a flat column as a tree (see table.NewDyn).
func leafTree(f parquet.Field, v parquet.Value) (any, error) {
	if v.IsNull() {
		return nil, nil
	}
	if lt := f.Type().LogicalType(); lt != nil {
		switch lt := lt.Value.(type) {
		case *pqformat.TimestampType:
			return unixTime(v.Int64(), lt.Unit), nil
		case *pqformat.DateType:
			return table.UnixTicks + table.Time(v.Int32())*table.TicksPerDay, nil
		case *pqformat.DecimalType:
			if k := f.Type().Kind(); k == parquet.Int32 || k == parquet.Int64 {
				return table.ParseDec(fmt.Sprintf("%se-%d", v.String(), lt.Scale))
			}
			return nil, errors.New("decimals of more than 64 bits are not read")
		case *pqformat.UUIDType:
			return table.UUID(v.ByteArray()), nil
		}
	}
	switch f.Type().Kind() {
	case parquet.Boolean:
		return v.Boolean(), nil
	case parquet.Int32:
		return int64(v.Int32()), nil
	case parquet.Int64:
		return v.Int64(), nil
	case parquet.Float:
		return float64(v.Float()), nil
	case parquet.Double:
		return v.Double(), nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return string(v.ByteArray()), nil
	}
	return nil, fmt.Errorf("values of Parquet type %s are not read", f.Type().Kind())
}

// unixTime is n units after 1970.
func unixTime(n int64, unit pqformat.TimeUnit) table.Time {
	switch unit.Value.(type) {
	case *pqformat.NanoSeconds:
		return table.UnixTicks + table.Time(n/100)
	case *pqformat.MicroSeconds:
		return table.UnixTicks + table.Time(n*table.TicksPerMicrosecond)
	}
	return table.UnixTicks + table.Time(n*table.TicksPerMillisecond)
}

func nestedTree(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return table.ParseTree(string(text))
}

// WriteParquet writes rows as a Parquet file compressed with zstd. Datetimes become
// timestamps of nanoseconds, or of microseconds in a column with one outside 1677
// to 2262; timespans, decimals, guids and dynamic values become text.
func WriteParquet(ctx context.Context, w io.Writer, rows table.Reader) error {
	all, err := table.ReadAll(ctx, rows)
	if err != nil {
		return err
	}
	root := &columns{}
	encode := make([]func(int) parquet.Value, len(all.Vecs))
	for i, v := range all.Vecs {
		node, enc := parquetColumn(v)
		root.fields = append(root.fields, &column{parquet.Optional(node), all.Schema.Cols[i].Name})
		encode[i] = enc
	}
	pw := parquet.NewWriter(w, parquet.NewSchema("rows", root), parquet.Compression(&parquet.Zstd))
	row := make(parquet.Row, len(encode))
	for r := range all.Rows {
		for i, enc := range encode {
			if all.Vecs[i].IsNull(r) {
				row[i] = parquet.NullValue().Level(0, 0, i)
			} else {
				row[i] = enc(r).Level(0, 1, i)
			}
		}
		if _, err := pw.WriteRows([]parquet.Row{row}); err != nil {
			return fmt.Errorf("write Parquet: %w", err)
		}
	}
	if err := pw.Close(); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	return nil
}

// The datetimes that 64 bits of nanoseconds since 1970 hold.
var (
	minNano = table.FromGo(time.Unix(0, -1<<63)) + 1
	maxNano = table.FromGo(time.Unix(0, 1<<63-1))
)

// parquetColumn returns the type of a column and what makes a value of row i.
func parquetColumn(v table.Vec) (parquet.Node, func(i int) parquet.Value) {
	switch v := v.(type) {
	case *table.Of[bool]:
		return parquet.Leaf(parquet.BooleanType), func(i int) parquet.Value { return parquet.BooleanValue(v.Vals[i]) }
	case *table.Of[int32]:
		return parquet.Int(32), func(i int) parquet.Value { return parquet.Int32Value(v.Vals[i]) }
	case *table.Of[int64]:
		return parquet.Int(64), func(i int) parquet.Value { return parquet.Int64Value(v.Vals[i]) }
	case *table.Of[float64]:
		return parquet.Leaf(parquet.DoubleType), func(i int) parquet.Value { return parquet.DoubleValue(v.Vals[i]) }
	case *table.Of[table.Time]:
		for i, t := range v.Vals {
			if !v.IsNull(i) && (t < minNano || t > maxNano) {
				return parquet.Timestamp(parquet.Microsecond), func(i int) parquet.Value {
					return parquet.Int64Value(int64(v.Vals[i]-table.UnixTicks) / table.TicksPerMicrosecond)
				}
			}
		}
		return parquet.Timestamp(parquet.Nanosecond), func(i int) parquet.Value {
			return parquet.Int64Value(int64(v.Vals[i]-table.UnixTicks) * 100)
		}
	}
	return parquet.String(), func(i int) parquet.Value {
		if d, ok := v.At(i).(table.Dyn); ok {
			return parquet.ByteArrayValue([]byte(d.String()))
		}
		return parquet.ByteArrayValue([]byte(table.Text(v.At(i))))
	}
}

// columns is a group of fields that keeps their order, which parquet.Group does not.
type columns struct {
	parquet.Group
	fields []parquet.Field
}

func (c *columns) Fields() []parquet.Field { return c.fields }

type column struct {
	parquet.Node
	name string
}

func (c *column) Name() string { return c.name }

// Value is for rows made from Go structs, which are not made here.
func (c *column) Value(reflect.Value) reflect.Value { panic("format: rows are written as values") }
