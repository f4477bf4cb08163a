package receive

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// rowDecoder makes rows of a schema of JSON objects, in one pass from the bytes to
// typed columns. A value that does not convert to its column's type is null, as in
// Kusto; properties that the schema does not have are dropped.
type rowDecoder struct {
	scanner
	schema *table.Schema
	batch  *table.Batch
	index  map[string]int
	seen   []int // the columns of the last object's properties, in order; -1 is dropped
	text   texts
	raws   table.Raws
	nulled int // values that did not convert
}

// maxCells bounds what a body can grow to in memory: rows times columns. Objects may be
// empty, but each makes a row of all the columns.
func maxCells(body []byte) int { return 4<<20 + len(body)/2 }

// errTooLarge marks a request that is larger than its protocol allows.
var errTooLarge = errors.New("too large")

func newRowDecoder(body []byte, s *table.Schema) *rowDecoder {
	d := &rowDecoder{scanner: scanner{src: body}, schema: s, index: make(map[string]int, len(s.Cols)), text: texts{src: body}}
	d.batch = &table.Batch{Schema: s, Vecs: make([]table.Vec, len(s.Cols))}
	rows := min(guessRows(body), maxCells(body)/8/max(len(s.Cols), 1))
	for i, c := range s.Cols {
		d.index[c.Name] = i
		d.batch.Vecs[i] = table.NewVec(c.Type, rows)
	}
	return d
}

// guessRows estimates how many objects a body has, to size columns: by the length of
// its first.
func guessRows(body []byte) int {
	s := scanner{src: body}
	if s.peek() == '[' {
		s.i++
	}
	s.peek()
	start := s.i
	if s.skip(1) != nil {
		return 1
	}
	return len(body)/max(s.i-start, 16) + 1
}

// decodeArray reads a JSON array of objects as rows of s, and counts the values that
// did not convert. Errors wrap errJSON or errTooLarge.
func decodeArray(body []byte, s *table.Schema) (*table.Batch, int, error) {
	if !utf8.Valid(body) {
		return nil, 0, errUTF8
	}
	d := newRowDecoder(body, s)
	if d.peek() != '[' {
		return nil, 0, d.errorf("an array of objects is expected")
	}
	d.i++
	if d.peek() == ']' {
		d.i++
		return d.batch, 0, d.end()
	}
	for {
		if err := d.object(); err != nil {
			return nil, 0, err
		}
		more, err := d.more(']')
		if err != nil {
			return nil, 0, err
		}
		if !more {
			return d.batch, d.nulled, d.end()
		}
	}
}

// decodeLines is decodeArray for objects that follow each other, one a line or not.
func decodeLines(body []byte, s *table.Schema) (*table.Batch, int, error) {
	if !utf8.Valid(body) {
		return nil, 0, errUTF8
	}
	d := newRowDecoder(body, s)
	for d.peek() != 0 || d.i < len(d.src) {
		if err := d.object(); err != nil {
			return nil, 0, err
		}
	}
	return d.batch, d.nulled, nil
}

var errUTF8 = fmt.Errorf("%w: it is not valid UTF-8", errJSON)

// object reads one row.
func (d *rowDecoder) object() error {
	if d.peek() != '{' {
		return d.errorf("row %d: an object is expected", d.batch.Rows+1)
	}
	d.i++
	if d.peek() == '}' {
		d.i++
		return d.fill()
	}
	for n := 0; ; n++ {
		if d.peek() != '"' {
			return d.errorf("a name in quotes is expected")
		}
		name, err := d.string()
		if err != nil {
			return err
		}
		c := d.column(n, name)
		if err := d.expect(':'); err != nil {
			return err
		}
		if c < 0 {
			err = d.skip(2)
		} else {
			err = d.value(c)
		}
		if err != nil {
			return err
		}
		more, err := d.more('}')
		if err != nil {
			return err
		}
		if !more {
			return d.fill()
		}
	}
}

// column finds the column of an object's nth property. Objects of one client have
// their properties in one order, so the last object's nth is tried first.
func (d *rowDecoder) column(n int, name []byte) int {
	if n < len(d.seen) {
		if c := d.seen[n]; c >= 0 && d.schema.Cols[c].Name == string(name) {
			return c
		}
	}
	c, ok := d.index[string(name)]
	if !ok {
		c = -1
	}
	switch {
	case n < len(d.seen):
		d.seen[n] = c
	case n == len(d.seen) && n < 2*len(d.schema.Cols):
		d.seen = append(d.seen, c)
	}
	return c
}

// fill ends a row: columns that it did not have are null.
func (d *rowDecoder) fill() error {
	d.batch.Rows++
	if most := maxCells(d.src); d.batch.Rows*len(d.batch.Vecs) > most {
		return fmt.Errorf("%w: more than %d values", errTooLarge, most)
	}
	for _, v := range d.batch.Vecs {
		if v.Len() < d.batch.Rows {
			table.Append(v, nil)
		}
	}
	return nil
}

// value reads the value of column c. Of two with the same name the last stays.
func (d *rowDecoder) value(c int) error {
	v := d.batch.Vecs[c]
	if v.Len() > d.batch.Rows {
		v = v.Slice(0, d.batch.Rows)
		d.batch.Vecs[c] = v
	}
	if v, ok := v.(*table.Of[table.Dyn]); ok {
		return d.dynamic(v)
	}
	switch d.peek() {
	case '"':
		text, err := d.string()
		if err != nil {
			return err
		}
		d.fromText(v, text)
	case 'n':
		table.Append(v, nil)
		return d.word("null")
	case 't':
		d.fromBool(v, true)
		return d.word("true")
	case 'f':
		d.fromBool(v, false)
		return d.word("false")
	case '{', '[':
		text, err := d.compact(2)
		if err != nil {
			return err
		}
		if v, ok := v.(*table.Of[string]); ok {
			v.Append(d.text.keep(text))
			return nil
		}
		d.lose(v)
	default:
		text, whole, err := d.number()
		if err != nil {
			return err
		}
		d.fromNumber(v, text, whole)
	}
	return nil
}

// lose adds a null in place of a value that does not convert.
func (d *rowDecoder) lose(v table.Vec) {
	table.Append(v, nil)
	d.nulled++
}

func (d *rowDecoder) fromText(v table.Vec, text []byte) {
	if s, ok := v.(*table.Of[string]); ok {
		s.Append(d.text.keep(text))
		return
	}
	if len(text) == 0 {
		table.Append(v, nil)
		return
	}
	switch v := v.(type) {
	case *table.Of[table.Time]:
		if t, ok := parseTime(text); ok {
			v.Append(t)
			return
		}
	case *table.Of[bool]:
		switch strings.ToLower(string(text)) {
		case "true", "1":
			v.Append(true)
			return
		case "false", "0":
			v.Append(false)
			return
		}
	case *table.Of[int32], *table.Of[int64], *table.Of[float64]:
		s := scanner{src: text}
		if num, whole, err := s.number(); err == nil && s.i == len(text) {
			d.fromNumber(v, num, whole)
			return
		}
	case *table.Of[table.UUID]:
		if u, err := table.ParseUUID(string(text)); err == nil {
			v.Append(u)
			return
		}
	case *table.Of[table.Duration]:
		if u, err := table.ParseDuration(string(text)); err == nil {
			v.Append(u)
			return
		}
	case *table.Of[table.Dec]:
		if u, err := table.ParseDec(string(text)); err == nil {
			v.Append(u)
			return
		}
	default:
		panic(fmt.Sprintf("receive: a column of %T", v))
	}
	d.lose(v)
}

func (d *rowDecoder) fromBool(v table.Vec, b bool) {
	n := 0
	if b {
		n = 1
	}
	switch v := v.(type) {
	case *table.Of[bool]:
		v.Append(b)
	case *table.Of[string]:
		v.Append(table.Text(b))
	case *table.Of[int32]:
		v.Append(int32(n))
	case *table.Of[int64]:
		v.Append(int64(n))
	case *table.Of[float64]:
		v.Append(float64(n))
	case *table.Of[table.Time], *table.Of[table.Duration], *table.Of[table.UUID], *table.Of[table.Dec]:
		d.lose(v)
	default:
		panic(fmt.Sprintf("receive: a column of %T", v))
	}
}

func (d *rowDecoder) fromNumber(v table.Vec, text []byte, whole bool) {
	switch v := v.(type) {
	case *table.Of[int64]:
		if n, ok := toLong(text, whole); ok {
			v.Append(n)
			return
		}
	case *table.Of[int32]:
		if n, ok := toLong(text, whole); ok && n == int64(int32(n)) {
			v.Append(int32(n))
			return
		}
	case *table.Of[float64]:
		v.Append(parseReal(text))
		return
	case *table.Of[string]:
		v.Append(d.text.keep(text))
		return
	case *table.Of[bool]:
		v.Append(parseReal(text) != 0)
		return
	case *table.Of[table.Dec]:
		if n, err := table.ParseDec(string(text)); err == nil {
			v.Append(n)
			return
		}
	case *table.Of[table.Time], *table.Of[table.Duration], *table.Of[table.UUID]:
	default:
		panic(fmt.Sprintf("receive: a column of %T", v))
	}
	d.lose(v)
}

// toLong reads a number as tolong() does: what follows the point is cut off.
func toLong(text []byte, whole bool) (int64, bool) {
	if whole {
		return parseLong(text)
	}
	f := math.Trunc(parseReal(text))
	return int64(f), f >= -(1<<63) && f < 1<<63
}

// dynamic reads a value of any kind: its text is kept, and parsed when it is looked at.
func (d *rowDecoder) dynamic(v *table.Of[table.Dyn]) error {
	switch d.peek() {
	case 'n':
		v.AppendNull()
		return d.word("null")
	case '"':
		text, err := d.string()
		if err != nil {
			return err
		}
		v.Append(table.NewDyn(d.text.keep(text)))
		return nil
	}
	text, err := d.compact(2)
	if err != nil {
		return err
	}
	v.Append(d.raws.Dyn(d.text.keep(text)))
	return nil
}
