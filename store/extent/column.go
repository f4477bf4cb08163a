package extent

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"github.com/yagura/yagura/table"
)

// column is a column being written.
type column struct {
	table.Column
	index int
	def   int // the definition level of a value: 0 if it cannot be null
	nulls int64
	min   table.Value
	max   table.Value
}

// writeColumn writes one column of the rows in order.
func (w *Writer) writeColumn(c *column, batches []*table.Batch, order []Pos) error {
	switch c.Type {
	case table.Bool:
		return writeValues(w, c, batches, order, func(b *bool) parquet.Value { return parquet.BooleanValue(*b) },
			func(a, b bool) int { return b2i(a) - b2i(b) })
	case table.Int:
		return writeValues(w, c, batches, order, func(n *int32) parquet.Value { return parquet.Int32Value(*n) }, cmp.Compare)
	case table.Long:
		return writeValues(w, c, batches, order, func(n *int64) parquet.Value { return parquet.Int64Value(*n) }, cmp.Compare)
	case table.Real:
		return writeValues(w, c, batches, order, func(f *float64) parquet.Value {
			return parquet.DoubleValue(*f)
		}, compareReal)
	case table.Datetime:
		return writeValues(w, c, batches, order, func(t *table.Time) parquet.Value { return parquet.Int64Value(int64(*t)) }, cmp.Compare)
	case table.Timespan:
		return writeValues(w, c, batches, order, func(d *table.Duration) parquet.Value { return parquet.Int64Value(int64(*d)) }, cmp.Compare)
	case table.Guid:
		return writeValues(w, c, batches, order, func(u *table.UUID) parquet.Value { return parquet.FixedLenByteArrayValue(u[:]) },
			func(a, b table.UUID) int { return bytes.Compare(a[:], b[:]) })
	case table.String:
		return writeValues(w, c, batches, order, func(s *string) parquet.Value { return parquet.ByteArrayValue(stringBytes(*s)) }, cmp.Compare)
	case table.Decimal:
		return writeValues(w, c, batches, order, func(d *table.Dec) parquet.Value { return parquet.ByteArrayValue(stringBytes(string(*d))) }, nil)
	case table.Dynamic:
		return writeValues(w, c, batches, order, func(d *table.Dyn) parquet.Value {
			start := len(w.json)
			w.json = d.AppendJSON(w.json)
			return parquet.ByteArrayValue(w.json[start:])
		}, nil)
	}
	return fmt.Errorf("%w: no such type: %v", ErrInvalid, c.Type)
}

// compareReal leaves NaN out of the bounds: it is not equal to itself, nor less nor
// greater than anything.
func compareReal(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	}
	return 2
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// writeValues writes a column of Ts. compare orders them for the statistics: -1, 0, 1,
// or anything else for values that have no order; nil means that they have no bounds.
func writeValues[T table.Elem](w *Writer, c *column, batches []*table.Batch, order []Pos, value func(*T) parquet.Value, compare func(a, b T) int) error {
	vecs := make([]*table.Of[T], len(batches))
	for i, b := range batches {
		if j := b.Schema.Index(c.Name); j >= 0 {
			v, ok := b.Vecs[j].(*table.Of[T])
			if !ok {
				return fmt.Errorf("%w: its values are %v", ErrInvalid, b.Vecs[j].Type())
			}
			vecs[i] = v
		}
	}
	var lo, hi T
	have := false
	if c.min != nil {
		lo, hi, have = c.min.(T), c.max.(T), true
	}
	null := parquet.NullValue().Level(0, 0, c.index)
	var zero T
	for len(order) > 0 {
		n := min(len(order), len(w.vals))
		w.json = w.json[:0]
		for k, p := range order[:n] {
			v := vecs[p.Batch]
			x := &zero
			switch {
			case v != nil && (v.Null == nil || !v.Null[p.Row]):
				x = &v.Vals[p.Row]
			case c.def == 1:
				c.nulls++
				w.vals[k] = null
				continue
			}
			if w.vals[k] = value(x); c.def == 1 {
				w.vals[k] = w.vals[k].Level(0, 1, c.index)
			}
			switch {
			case compare == nil:
			case !have:
				lo, hi, have = *x, *x, compare(*x, *x) == 0
			case compare(*x, lo) == -1:
				lo = *x
			case compare(*x, hi) == 1:
				hi = *x
			}
		}
		if _, err := w.pq.ColumnWriters()[c.index].WriteRowValues(w.vals[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	if have {
		c.min, c.max = lo, hi
	}
	return nil
}

func (c *column) stat() Stat {
	s := Stat{Name: c.Name, Type: c.Type, Min: c.min, Max: c.max, Nulls: c.nulls}
	if c.Type == table.String && c.min != nil {
		s.Min = shorten(c.min.(string))
		hi, ok := shortenUp(c.max.(string))
		if s.Max = hi; !ok {
			s.Min, s.Max = nil, nil
		}
	}
	return s
}

// shorten returns the longest prefix of whole characters that fits a bound.
func shorten(s string) string {
	if len(s) <= boundBytes {
		return s
	}
	n := boundBytes
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// shortenUp returns a short string that is not less than s; ok is false if there is none.
func shortenUp(s string) (string, bool) {
	p := shorten(s)
	if p == s {
		return s, true
	}
	for p != "" {
		r, n := utf8.DecodeLastRuneInString(p)
		p = p[:len(p)-n]
		next := r + 1
		if next == 0xD800 {
			next = 0xE000
		}
		if r < math.MaxInt32 && next <= utf8.MaxRune {
			return p + string(next), true
		}
	}
	return "", false
}
