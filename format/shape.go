package format

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// Infer returns columns that hold all of these records: a column whose values are
// all whole numbers is long, all numbers real, all true or false bool, all ISO 8601
// times datetime, all guids guid, arrays or objects dynamic, anything else string.
// Text formats and JSON strings alike are looked into. Columns come in the order in
// which they are first seen.
func Infer(recs []Record) *table.Schema {
	var names []string
	seen := map[string]table.Type{}
	for _, r := range recs {
		for i, n := range r.Names {
			t, known := seen[n]
			if !known {
				names = append(names, n)
			}
			seen[n] = both(t, guess(r.Values[i]))
		}
	}
	s := &table.Schema{}
	for _, n := range names {
		t := seen[n]
		if t == 0 {
			t = table.String
		}
		s.Cols = append(s.Cols, table.Column{Name: n, Type: t})
	}
	return s
}

// Merge returns the columns of several schemas, in the order in which they come; one of
// several types gets a type for all of their values.
func Merge(schemas ...*table.Schema) *table.Schema {
	out := &table.Schema{}
	for _, s := range schemas {
		for _, c := range s.Cols {
			if i := out.Index(c.Name); i >= 0 {
				out.Cols[i].Type = both(out.Cols[i].Type, c.Type)
			} else {
				out.Cols = append(out.Cols, c)
			}
		}
	}
	return out
}

// both returns a type for values of two types; 0 is no value yet.
func both(a, b table.Type) table.Type {
	switch {
	case a == 0 || a == b:
		return b
	case b == 0:
		return a
	case a.Numeric() && b.Numeric():
		return max(a, b)
	case a == table.Dynamic || b == table.Dynamic:
		return table.Dynamic
	}
	return table.String
}

func guess(v any) table.Type {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		return table.Bool
	case int64:
		return table.Long
	case float64:
		return table.Real
	case []any, *table.Bag:
		return table.Dynamic
	case string:
		return guessText(v)
	}
	return table.TypeOfValue(v)
}

func guessText(s string) table.Type {
	switch {
	case s == "":
		return 0
	case strings.EqualFold(s, "true") || strings.EqualFold(s, "false"):
		return table.Bool
	case len(s) == 36:
		if _, err := table.ParseUUID(s); err == nil {
			return table.Guid
		}
	}
	c := s[0]
	if c != '-' && (c < '0' || c > '9') {
		return table.String
	}
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		if _, err := table.ParseTime(s); err == nil {
			return table.Datetime
		}
		return table.String
	}
	if len(s) > 1 && c == '0' && s[1] != '.' { // 007 is no number
		return table.String
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return table.Long
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXpP_") {
		return table.Real
	}
	return table.String
}

// Shape makes a row of s of a record: nil or a value of the column's type for each
// column. A value that does not convert without loss makes a *RejectError; fields
// that s has not are dropped and returned.
func Shape(r Record, s *table.Schema) (row []table.Value, dropped []string, err error) {
	row = make([]table.Value, len(s.Cols))
	for i, n := range r.Names {
		c := s.Index(n)
		if c < 0 {
			if r.Values[i] != nil {
				dropped = append(dropped, n)
			}
			continue
		}
		v, ok := Convert(r.Values[i], s.Cols[c].Type)
		if !ok {
			return nil, nil, &RejectError{r.Line, fmt.Sprintf("column %s is %s", n, s.Cols[c].Type), table.TreeText(r.Values[i])}
		}
		row[c] = v
	}
	return row, dropped, nil
}

// Convert makes a value of type t of a tree, and reports whether that lost nothing.
func Convert(v any, t table.Type) (table.Value, bool) {
	if v == nil {
		return nil, true
	}
	if t == table.Dynamic {
		return table.DynValue(v), true
	}
	if s, ok := v.(string); ok && t != table.String {
		return convertText(s, t)
	}
	switch t {
	case table.String:
		return table.TreeText(v), true
	case table.Bool:
		b, ok := v.(bool)
		return b, ok
	case table.Int:
		n, ok := whole(v)
		return int32(n), ok && n == int64(int32(n))
	case table.Long:
		n, ok := whole(v)
		return n, ok
	case table.Real:
		switch v := v.(type) {
		case float64:
			return v, true
		case int64:
			return float64(v), true
		}
	case table.Decimal, table.Datetime, table.Timespan, table.Guid:
		if table.TypeOfValue(v) == t {
			return v, true
		}
		return convertText(table.TreeText(v), t)
	}
	return nil, false
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		n := int64(v)
		return n, v == math.Trunc(v) && float64(n) == v
	}
	return 0, false
}

func convertText(s string, t table.Type) (table.Value, bool) {
	if s == "" {
		return nil, true
	}
	switch t {
	case table.Bool:
		switch strings.ToLower(s) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
	case table.Int:
		n, err := strconv.ParseInt(s, 10, 32)
		return int32(n), err == nil
	case table.Long:
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	case table.Real:
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	case table.Decimal:
		d, err := table.ParseDec(s)
		return d, err == nil
	case table.Datetime:
		d, err := table.ParseTime(s)
		return d, err == nil
	case table.Timespan:
		d, err := table.ParseDuration(s)
		return d, err == nil
	case table.Guid:
		u, err := table.ParseUUID(s)
		return u, err == nil
	}
	return nil, false
}

// ParseSchema reads "name:type, name:type".
func ParseSchema(text string) (*table.Schema, error) {
	s := &table.Schema{}
	for part := range strings.SplitSeq(text, ",") {
		name, typ, ok := strings.Cut(part, ":")
		t, known := table.ParseType(strings.TrimSpace(typ))
		name = strings.TrimSpace(name)
		switch {
		case !ok || name == "":
			return nil, fmt.Errorf("schema: %q is not name:type", strings.TrimSpace(part))
		case !known:
			return nil, fmt.Errorf("schema: column %s: no type is called %q", name, strings.TrimSpace(typ))
		case s.Index(name) >= 0:
			return nil, fmt.Errorf("schema: column %s is there twice", name)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: t})
	}
	return s, nil
}
