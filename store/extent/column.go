package extent

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"github.com/yagura/yagura/table"
)

// column is a column being written.
type column struct {
	table.Column
	index int
	null  bool // it may be null
	dict  bool
	paths *paths      // of a dynamic column: what is taken out of it
	path  *pathColumn // what it is of another column; nil: it is one of the table's
	nulls int64
	nans  bool // there are reals without an order
	count counter
	min   table.Value
	max   table.Value
	least int    // bytes of a page that the end of a block ends
	page  int    // bytes since a page was ended, about
	last  string // the last value that went to the index, within a block
}

// writeColumn writes one column of the rows in order; vecs are that column of batches.
func (w *Writer) writeColumn(c *column, vecs []table.Vec, order []Pos) error {
	if c.paths != nil {
		c.paths.take(vecs, order)
	}
	if c.path != nil {
		vecs, order = []table.Vec{c.path.vals.vec()}, w.inOrder[:len(order)]
	}
	if c.count != nil {
		c.count.add(c, vecs, order)
	}
	switch c.Type {
	case table.Bool:
		boundBy(c, vecs, order, func(b, than bool) bool { return !b && than })
		return writeValues(w, c, vecs, order, 1, func(b *bool) parquet.Value { return parquet.BooleanValue(*b) })
	case table.Int:
		bound[int32](c, vecs, order)
		return writeValues(w, c, vecs, order, 4, func(n *int32) parquet.Value { return parquet.Int32Value(*n) })
	case table.Long:
		bound[int64](c, vecs, order)
		return writeValues(w, c, vecs, order, 8, func(n *int64) parquet.Value { return parquet.Int64Value(*n) })
	case table.Real:
		bound[float64](c, vecs, order)
		return writeValues(w, c, vecs, order, 8, func(f *float64) parquet.Value { return parquet.DoubleValue(*f) })
	case table.Datetime:
		bound[table.Time](c, vecs, order)
		return writeValues(w, c, vecs, order, 8, func(t *table.Time) parquet.Value { return parquet.Int64Value(int64(*t)) })
	case table.Timespan:
		bound[table.Duration](c, vecs, order)
		return writeValues(w, c, vecs, order, 8, func(d *table.Duration) parquet.Value { return parquet.Int64Value(int64(*d)) })
	case table.Guid:
		boundBy(c, vecs, order, func(u, than table.UUID) bool { return bytes.Compare(u[:], than[:]) < 0 })
		return writeValues(w, c, vecs, order, 16, func(u *table.UUID) parquet.Value {
			if w.idx != nil {
				w.idx.Add(c.index, u.String())
			}
			return parquet.FixedLenByteArrayValue(u[:])
		})
	case table.String:
		bound[string](c, vecs, order)
		return writeValues(w, c, vecs, order, 4, func(s *string) parquet.Value {
			w.addText(c, *s)
			return parquet.ByteArrayValue(stringBytes(*s))
		})
	case table.Decimal:
		return writeValues(w, c, vecs, order, 4, func(d *table.Dec) parquet.Value {
			c.page += len(*d)
			return parquet.ByteArrayValue(stringBytes(string(*d)))
		})
	case table.Dynamic:
		return writeValues(w, c, vecs, order, 4, func(d *table.Dyn) parquet.Value {
			text := d.String()
			w.addText(c, text)
			return parquet.ByteArrayValue(stringBytes(text))
		})
	}
	return fmt.Errorf("%w: no such type: %v", ErrInvalid, c.Type)
}

// addText adds a text, or JSON text, to the index.
func (w *Writer) addText(c *column, s string) {
	if !c.dict {
		c.page += len(s)
	}
	if w.idx != nil && c.path == nil && s != c.last {
		c.last = s
		w.idx.Add(c.index, s)
	}
}

// writeValues writes a column of Ts, of about size bytes each, and the text.
func writeValues[T table.Elem](w *Writer, c *column, vecs []table.Vec, order []Pos, size int, value func(*T) parquet.Value) error {
	if c.dict { // a number each, of few bits
		size = 1
	}
	c.page += size * len(order)
	null := parquet.NullValue().Level(0, 0, c.index)
	all := cellsOf[T](c, vecs)
	for len(order) > 0 {
		n := min(len(order), len(w.vals))
		for k, p := range order[:n] {
			x := all.at(p)
			if x == nil {
				c.nulls++
				w.vals[k] = null
				continue
			}
			if w.vals[k] = value(x); c.null {
				w.vals[k] = w.vals[k].Level(0, 1, c.index)
			}
		}
		if _, err := w.pq.ColumnWriters()[c.index].WriteRowValues(w.vals[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

// stat returns what is known of the column. Its texts are copies: those that were
// written may share the memory of a whole record of the log.
func (c *column) stat() Stat {
	s := Stat{Name: strings.Clone(c.Name), Type: c.Type, Min: c.min, Max: c.max, Nulls: c.nulls}
	s.Numbers = c.Type == table.Real && !c.nans
	if c.Type == table.String && c.min != nil {
		s.Min = strings.Clone(shorten(c.min.(string)))
		hi, ok := shortenUp(c.max.(string))
		if s.Max = strings.Clone(hi); !ok {
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
