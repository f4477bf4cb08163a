package ingest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// maxField is the longest text of a field, in bytes; what follows is cut off.
const maxField = 64 << 10

// conform makes rows of a table of a batch: its columns that the table stores, converted
// to the table's types, with the columns that every table has. Columns of the batch
// that the table has not are dropped, as are those that only the service may set.
//
// A row without TimeGenerated has the time at which it was received. A time long past
// stays as it is, unlike in Azure, so that history can be loaded.
func conform(b *table.Batch, s *table.Schema, f Facts, now table.Time) (*table.Batch, error) {
	out := &table.Batch{Schema: &table.Schema{}, Rows: b.Rows}
	add := func(c table.Column, v table.Vec) {
		out.Schema.Cols = append(out.Schema.Cols, c)
		out.Vecs = append(out.Vecs, v)
	}
	for _, c := range s.Cols {
		at := b.Schema.Index(c.Name)
		switch c.Name {
		case table.TimeReceived, table.BilledSize, table.Seq:
		case table.TimeGenerated:
			v, err := times(b, at, now)
			if err != nil {
				return nil, err
			}
			add(c, v)
		case table.ResourceID:
			v, err := resourceIDs(b, at, f.ResourceID)
			if err != nil {
				return nil, err
			}
			add(c, v)
		default:
			if at < 0 {
				continue
			}
			v, err := convert(b.Vecs[at], c.Type)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", c.Name, err)
			}
			add(c, cut(v))
		}
	}
	sizes := billedSizes(out)
	add(table.Column{Name: table.TimeReceived, Type: table.Datetime}, table.Repeat(table.Datetime, now, b.Rows))
	add(table.Column{Name: table.BilledSize, Type: table.Real}, sizes)
	return out, nil
}

// times returns TimeGenerated; it is now where it is null or missing.
func times(b *table.Batch, at int, now table.Time) (table.Vec, error) {
	if at < 0 {
		return table.Repeat(table.Datetime, now, b.Rows), nil
	}
	v, ok := b.Vecs[at].(*table.Of[table.Time])
	if !ok {
		return nil, fmt.Errorf("column %s is %s: it must be datetime", table.TimeGenerated, b.Vecs[at].Type())
	}
	if v.Null == nil {
		return v, nil
	}
	out := &table.Of[table.Time]{Vals: make([]table.Time, b.Rows)}
	for i, t := range v.Vals {
		if v.Null[i] {
			t = now
		}
		out.Vals[i] = t
	}
	return out, nil
}

// resourceIDs returns _ResourceId, in lower case as Azure keeps it; it is id where a
// row has none of its own.
func resourceIDs(b *table.Batch, at int, id string) (table.Vec, error) {
	id = strings.ToLower(id)
	if at < 0 {
		return table.Repeat(table.String, id, b.Rows), nil
	}
	v, ok := b.Vecs[at].(*table.Of[string])
	if !ok {
		return nil, fmt.Errorf("column %s is %s: it must be string", table.ResourceID, b.Vecs[at].Type())
	}
	out := &table.Of[string]{Vals: make([]string, b.Rows)}
	for i, own := range v.Vals {
		if own == "" {
			own = id
		}
		out.Vals[i] = strings.ToLower(own)
	}
	return out, nil
}

// convert makes a column of type to of v. The conversions are those that a data
// collection rule may ask for; any other is an error.
func convert(v table.Vec, to table.Type) (table.Vec, error) {
	if v.Type() == to {
		return v, nil
	}
	switch v := v.(type) {
	case *table.Of[int32]:
		switch to {
		case table.Long:
			return mapped(v, func(x int32) (int64, bool) { return int64(x), true }), nil
		case table.Real:
			return mapped(v, func(x int32) (float64, bool) { return float64(x), true }), nil
		case table.Decimal:
			return mapped(v, func(x int32) (table.Dec, bool) { return table.Dec(table.Text(x)), true }), nil
		}
	case *table.Of[int64]:
		switch to {
		case table.Real:
			return mapped(v, func(x int64) (float64, bool) { return float64(x), true }), nil
		case table.Decimal:
			return mapped(v, func(x int64) (table.Dec, bool) { return table.Dec(table.Text(x)), true }), nil
		}
	case *table.Of[float64]:
		if to == table.Decimal {
			return mapped(v, func(x float64) (table.Dec, bool) { return parsed(table.ParseDec(table.Text(x))) }), nil
		}
	case *table.Of[string]:
		switch to {
		case table.Guid:
			return mapped(v, func(x string) (table.UUID, bool) { return parsed(table.ParseUUID(x)) }), nil
		case table.Timespan:
			return mapped(v, func(x string) (table.Duration, bool) { return parsed(table.ParseDuration(x)) }), nil
		case table.Decimal:
			return mapped(v, func(x string) (table.Dec, bool) { return parsed(table.ParseDec(x)) }), nil
		}
	}
	return nil, fmt.Errorf("%s cannot become %s", v.Type(), to)
}

// mapped applies f to the values that are not null; what f cannot convert is null.
func mapped[A, B table.Elem](v *table.Of[A], f func(A) (B, bool)) *table.Of[B] {
	out := &table.Of[B]{Vals: make([]B, len(v.Vals))}
	for i, x := range v.Vals {
		if v.IsNull(i) {
			out.SetNull(i)
			continue
		}
		y, ok := f(x)
		if out.Vals[i] = y; !ok {
			out.SetNull(i)
		}
	}
	return out
}

func parsed[T any](v T, err error) (T, bool) { return v, err == nil }

// cut shortens texts to maxField. A dynamic value that is longer becomes a text too.
func cut(v table.Vec) table.Vec {
	switch v := v.(type) {
	case *table.Of[string]:
		for i, s := range v.Vals {
			if len(s) > maxField {
				return cutStrings(v, i)
			}
		}
	case *table.Of[table.Dyn]:
		for i, d := range v.Vals {
			if !v.IsNull(i) && d.JSONLen() > maxField {
				return cutDynamics(v, i)
			}
		}
	}
	return v
}

func cutStrings(v *table.Of[string], from int) table.Vec {
	out := &table.Of[string]{Vals: append([]string(nil), v.Vals...)}
	for i := from; i < len(out.Vals); i++ {
		out.Vals[i] = Cut(out.Vals[i], maxField)
	}
	return out
}

func cutDynamics(v *table.Of[table.Dyn], from int) table.Vec {
	out := &table.Of[table.Dyn]{Vals: append([]table.Dyn(nil), v.Vals...), Null: v.Null}
	for i := from; i < len(out.Vals); i++ {
		if !v.IsNull(i) && out.Vals[i].JSONLen() > maxField {
			out.Vals[i] = table.NewDyn(Cut(table.Text(out.Vals[i]), maxField))
		}
	}
	return out
}

// Cut returns the longest beginning of s that is no longer than n bytes and ends with
// a whole character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
