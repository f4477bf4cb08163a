package receive

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

// maxCollectorField is the longest text of a field, in bytes; what follows is cut off.
const maxCollectorField = 32 << 10

// A column that the Data Collector API makes is named after a property and a suffix
// for its type.
var suffixTypes = map[byte]table.Type{
	's': table.String, 'b': table.Bool, 'd': table.Real, 't': table.Datetime, 'g': table.Guid,
}

// collectorDecoder makes rows of records of any shape. Which column a property goes to
// follows from its name, its value, and the columns that there are: its own type's if
// there is one, else one of another type that the value converts to, else a new one.
type collectorDecoder struct {
	scanner
	cols   []table.Column // known ones, then added ones
	known  int
	byName map[string]int
	vecs   []table.Vec // nil until the column gets a value
	rows   int
	names  map[string]property // by a property's name as it is sent
	timed  string              // the property that is the row's time, or ""
	times  table.Of[table.Time]
	text   texts
}

// property is a property's name, fit for a column: its base, and the suffix that the
// client itself put behind it, or 0.
type property struct {
	base   string
	suffix byte
}

// value is a JSON value as the API sees it: its natural suffix, and what it is.
type value struct {
	kind byte
	b    bool
	f    float64
	t    table.Time
	g    table.UUID
	text string
}

// decodeCollector reads one record or an array of them. known is the table's columns;
// added are those that it must get before it takes the rows. timed names the property
// that gives TimeGenerated, or is "". Errors wrap errJSON or errTooLarge.
func decodeCollector(body []byte, known []table.Column, timed string) (rows *table.Batch, added []table.Column, err error) {
	if !utf8.Valid(body) {
		return nil, nil, errUTF8
	}
	d := &collectorDecoder{
		scanner: scanner{src: body}, cols: slices.Clone(known), known: len(known),
		byName: map[string]int{}, vecs: make([]table.Vec, len(known)), names: map[string]property{}, timed: timed, text: texts{src: body},
	}
	for i, c := range known {
		d.byName[c.Name] = i
	}
	if d.peek() == '[' {
		err = d.array()
	} else {
		err = d.record()
	}
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return nil, nil, err
	}
	return d.batch(), d.cols[d.known:], nil
}

func (d *collectorDecoder) array() error {
	d.i++
	if d.peek() == ']' {
		d.i++
		return nil
	}
	for {
		if err := d.record(); err != nil {
			return err
		}
		if more, err := d.more(']'); err != nil || !more {
			return err
		}
	}
}

func (d *collectorDecoder) batch() *table.Batch {
	b := &table.Batch{Schema: &table.Schema{}, Rows: d.rows}
	add := func(c table.Column, v table.Vec) {
		b.Schema.Cols, b.Vecs = append(b.Schema.Cols, c), append(b.Vecs, v)
	}
	add(table.Column{Name: table.TimeGenerated, Type: table.Datetime}, &d.times)
	add(table.Column{Name: "SourceSystem", Type: table.String}, table.Repeat(table.String, "RestAPI", d.rows))
	for i, v := range d.vecs {
		if v != nil {
			add(d.cols[i], v)
		}
	}
	return b
}

// record reads one object as a row.
func (d *collectorDecoder) record() error {
	if d.peek() != '{' {
		return d.errorf("record %d: an object is expected", d.rows+1)
	}
	d.i++
	d.times.AppendNull()
	if d.peek() == '}' {
		d.i++
		return d.fill()
	}
	for {
		if d.peek() != '"' {
			return d.errorf("a name in quotes is expected")
		}
		text, err := d.string()
		if err != nil {
			return err
		}
		timed := d.timed != "" && string(text) == d.timed
		p, err := d.property(text)
		if err != nil {
			return err
		}
		if err := d.expect(':'); err != nil {
			return err
		}
		if err := d.set(p, timed); err != nil {
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

func (d *collectorDecoder) fill() error {
	d.rows++
	cells := 0
	for _, v := range d.vecs {
		if v == nil {
			continue
		}
		cells += d.rows
		if v.Len() < d.rows {
			table.Append(v, nil)
		}
	}
	if most := maxCells(d.src); cells > most {
		return fmt.Errorf("%w: more than %d values", errTooLarge, most)
	}
	return nil
}

// property looks at a property's name. Characters that a column's name cannot have
// become '_'.
func (d *collectorDecoder) property(name []byte) (property, error) {
	if p, ok := d.names[string(name)]; ok {
		return p, nil
	}
	fit := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, string(name))
	if fit == "" || len(fit) > control.MaxColumnName {
		return property{}, d.errorf("the name '%.60s' of a property is empty or longer than %d characters", name, control.MaxColumnName)
	}
	if len(d.names) > 4*control.MaxColumns {
		return property{}, d.errorf("the records have more than %d different properties", 4*control.MaxColumns)
	}
	p := property{base: fit}
	if n := len(fit) - 2; n > 0 && fit[n] == '_' && suffixTypes[fit[n+1]] != 0 {
		p = property{fit[:n], fit[n+1]}
	}
	d.names[string(name)] = p
	return p, nil
}

// set reads a property's value into the column that it belongs to.
func (d *collectorDecoder) set(p property, timed bool) error {
	v, err := d.value()
	if err != nil || v.kind == 0 {
		return err
	}
	if timed && v.kind == 't' {
		d.times.Vals[d.rows], d.times.Null[d.rows] = v.t, false
	}
	try := func(suffix byte, create bool) bool {
		name := p.base + "_" + string(suffix)
		c, ok := d.byName[name]
		if !ok && !create || ok && d.cols[c].Type != suffixTypes[suffix] {
			return false
		}
		val, fits := v.as(suffix)
		if !fits {
			return false
		}
		if !ok {
			c = d.add(table.Column{Name: name, Type: suffixTypes[suffix]})
		}
		d.put(c, val)
		return true
	}
	if p.suffix != 0 && try(p.suffix, true) || try(v.kind, false) {
		return nil
	}
	for _, suffix := range []byte("dbtgs") {
		if try(suffix, false) {
			return nil
		}
	}
	if !try(v.kind, true) {
		return d.errorf("the column %s_%c exists with another type", p.base, v.kind)
	}
	return nil
}

func (d *collectorDecoder) add(c table.Column) int {
	d.cols = append(d.cols, c)
	d.vecs = append(d.vecs, nil)
	d.byName[c.Name] = len(d.cols) - 1
	return len(d.cols) - 1
}

// put sets the current row's value of column c; of two the last stays.
func (d *collectorDecoder) put(c int, val table.Value) {
	v := d.vecs[c]
	switch {
	case v == nil:
		v = table.NewVec(d.cols[c].Type, d.rows+1)
		for range d.rows {
			table.Append(v, nil)
		}
	case v.Len() > d.rows:
		v = v.Slice(0, d.rows)
	}
	table.Append(v, val)
	d.vecs[c] = v
}

// value reads a value; null has no kind.
func (d *collectorDecoder) value() (value, error) {
	switch c := d.peek(); c {
	case 'n':
		return value{}, d.word("null")
	case 't':
		return value{kind: 'b', b: true}, d.word("true")
	case 'f':
		return value{kind: 'b'}, d.word("false")
	case '"':
		text, err := d.string()
		if err != nil {
			return value{}, err
		}
		return d.textValue(text), nil
	case '{', '[':
		text, err := d.compact(2)
		return value{kind: 's', text: d.keep(text)}, err
	default:
		text, _, err := d.number()
		return value{kind: 'd', f: parseReal(text), text: d.keep(text)}, err
	}
}

func (d *collectorDecoder) keep(text []byte) string {
	return ingest.Cut(d.text.keep(text), maxCollectorField)
}

// textValue looks at what a text is: a guid, with dashes or without, a datetime of ISO
// 8601, or only a text.
func (d *collectorDecoder) textValue(text []byte) value {
	v := value{kind: 's', text: d.keep(text)}
	switch {
	case len(text) == 36 || len(text) == 32:
		if g, err := table.ParseUUID(v.text); err == nil {
			v.kind, v.g = 'g', g
		}
	case len(text) >= len("2026-01-01T00:00") && text[4] == '-' && text[7] == '-' && text[10] == 'T':
		if t, ok := parseTime(text); ok {
			v.kind, v.t = 't', t
		}
	}
	return v
}

// as converts a value to the type of a suffix, if that is possible.
func (v value) as(suffix byte) (table.Value, bool) {
	switch suffix {
	case 's':
		if v.kind == 'b' {
			return table.Text(v.b), true
		}
		return v.text, true
	case 'b':
		switch {
		case v.kind == 'b':
			return v.b, true
		case strings.EqualFold(v.text, "true"):
			return true, true
		case strings.EqualFold(v.text, "false"):
			return false, true
		}
	case 'd':
		if v.kind == 'd' {
			return v.f, true
		}
		s := scanner{src: []byte(v.text)}
		if num, _, err := s.number(); v.kind == 's' && err == nil && s.i == len(v.text) {
			return parseReal(num), true
		}
	case 't':
		return v.t, v.kind == 't'
	case 'g':
		return v.g, v.kind == 'g'
	default:
		panic(fmt.Sprintf("receive: no type has the suffix %q", suffix))
	}
	return nil, false
}
