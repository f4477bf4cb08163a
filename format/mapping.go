package format

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// Mapping says which part of a record each column of a table gets:
// https://learn.microsoft.com/kusto/management/mappings
type Mapping struct {
	Kind    string // csv, json, parquet or w3clogfile
	Columns []MappedColumn
}

// MappedColumn is where the values of one column come from.
type MappedColumn struct {
	Column    string
	Type      table.Type // of the column, if it has to be made; 0: not said
	Ordinal   int        // in separated values, from 0; -1: none
	Path      []any      // in a record: names, and places in arrays; nil: none
	Const     string     // the value itself, if HasConst
	HasConst  bool
	Transform string // "" is none; see transforms
}

// Mappings are the kinds of mappings that there are.
var Mappings = []string{"csv", "json", "parquet", "w3clogfile"}

// maxMapped is how many columns a mapping may have.
const maxMapped = 10_000

// ParseMapping reads a mapping of a kind, an array of JSON, as Kusto writes it now
// ({"Column", "DataType", "Properties": {"Path", "Ordinal", …}}) or wrote it before
// ({"Name", "Ordinal"}, {"column", "path"}).
func ParseMapping(kind, text string) (*Mapping, error) {
	kind = strings.ToLower(kind)
	if !slices.Contains(Mappings, kind) {
		return nil, &StreamError{"BadRequest_FormatNotSupported", fmt.Sprintf("There are no mappings of kind %q: they are %s.", kind, strings.Join(Mappings, ", "))}
	}
	var elements []map[string]any
	if err := json.Unmarshal([]byte(text), &elements); err != nil {
		return nil, invalidMapping("it is not an array of JSON objects: %v", err)
	}
	if len(elements) == 0 || len(elements) > maxMapped {
		return nil, invalidMapping("it has %d columns", len(elements))
	}
	m := &Mapping{Kind: kind}
	for i, e := range elements {
		c, err := mappedColumn(kind, e)
		if err != nil {
			return nil, fmt.Errorf("column %d: %w", i, err)
		}
		m.Columns = append(m.Columns, c)
	}
	return m, nil
}

func invalidMapping(format string, args ...any) error {
	return &StreamError{"BadRequest_InvalidMapping", "The mapping cannot be used: " + fmt.Sprintf(format, args...) + "."}
}

// mappedColumn reads an element. The names of its properties are compared without
// regard to case.
func mappedColumn(kind string, e map[string]any) (MappedColumn, error) {
	props := map[string]string{}
	take := func(m map[string]any) {
		for k, v := range m {
			if v == nil {
				continue
			}
			if _, nested := v.(map[string]any); !nested {
				props[strings.ToLower(k)] = fmt.Sprint(v)
			}
		}
	}
	take(e)
	for k, v := range e {
		if in, ok := v.(map[string]any); ok && strings.EqualFold(k, "Properties") {
			take(in)
		}
	}
	c := MappedColumn{Column: props["column"], Ordinal: -1, Transform: props["transform"]}
	if c.Column == "" {
		c.Column = props["name"]
	}
	if c.Column == "" {
		return c, invalidMapping("an element has no column")
	}
	typ := props["datatype"]
	if typ != "" {
		t, ok := table.ParseType(strings.ToLower(typ))
		if !ok {
			return c, invalidMapping("the type %q of the column %s is none", typ, c.Column)
		}
		c.Type = t
	}
	if c.Transform != "" && !strings.EqualFold(c.Transform, "None") && !slices.Contains(transforms, c.Transform) {
		return c, invalidMapping("the transform %q of the column %s is not one of %s", c.Transform, c.Column, strings.Join(transforms, ", "))
	}
	if strings.EqualFold(c.Transform, "None") {
		c.Transform = ""
	}
	if v, ok := props["constvalue"]; ok {
		c.Const, c.HasConst = v, true
		return c, nil
	}
	return c, c.source(kind, props)
}

// source reads where the values come from.
func (c *MappedColumn) source(kind string, props map[string]string) error {
	if kind == "csv" {
		n, err := strconv.Atoi(props["ordinal"])
		if err != nil || n < 0 || n > maxMapped {
			return invalidMapping("the column %s needs an Ordinal", c.Column)
		}
		c.Ordinal = n
		return nil
	}
	path, ok := props["path"]
	if f, has := props["field"]; !ok && has {
		c.Path = []any{f}
		return nil
	}
	if !ok && (c.Transform == transformLine || c.Transform == transformLocation) {
		return nil
	}
	var err error
	if c.Path, err = parsePath(path); err != nil {
		return invalidMapping("the path %q of the column %s: %v", path, c.Column, err)
	}
	return nil
}

// parsePath reads a path of JSON: $.a.b, $['a b'][0]; $ alone is the whole record.
func parsePath(path string) ([]any, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(path), "$")
	if !ok {
		if path == "" || strings.ContainsAny(path, "[]") {
			return nil, fmt.Errorf("it does not begin with $")
		}
		return []any{path}, nil
	}
	out := []any{}
	for rest != "" {
		rest = strings.TrimPrefix(rest, ".")
		if strings.HasPrefix(rest, "[") {
			n := strings.IndexByte(rest, ']')
			if n < 0 {
				return nil, fmt.Errorf("a bracket is not closed")
			}
			in := strings.TrimSpace(rest[1:n])
			rest = rest[n+1:]
			if len(in) >= 2 && (in[0] == '\'' || in[0] == '"') && in[len(in)-1] == in[0] {
				out = append(out, in[1:len(in)-1])
				continue
			}
			i, err := strconv.Atoi(in)
			if err != nil || i < 0 {
				return nil, fmt.Errorf("%q is no place in an array", in)
			}
			out = append(out, i)
			continue
		}
		n := strings.IndexAny(rest, ".[")
		if n < 0 {
			n = len(rest)
		}
		if n == 0 {
			return nil, fmt.Errorf("a name is missing")
		}
		out = append(out, rest[:n])
		rest = rest[n:]
	}
	return out, nil
}

// follow returns what a path leads to in a tree, nil if there is nothing.
func follow(v any, path []any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			bag, ok := v.(*table.Bag)
			if !ok {
				return nil
			}
			i := slices.Index(bag.Keys, step)
			if i < 0 {
				return nil
			}
			v = bag.Vals[i]
		case int:
			list, ok := v.([]any)
			if !ok || step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// The transforms that a mapping may name.
const (
	transformLine     = "SourceLineNumber"
	transformLocation = "SourceLocation"
	transformDict     = "PropertyBagArrayToDictionary"
)

var transforms = []string{
	transformDict, transformLine, transformLocation,
	"DateTimeFromUnixSeconds", "DateTimeFromUnixMilliseconds", "DateTimeFromUnixMicroseconds", "DateTimeFromUnixNanoseconds",
}

// transformed applies a transform to a value.
func transformed(name string, v any, line int64) any {
	switch name {
	case "":
		return v
	case transformLine:
		return line
	case transformLocation:
		return "" // streams have none
	case transformDict:
		return dictionary(v)
	}
	n, ok := number(v)
	if !ok {
		return nil
	}
	unit := map[string]float64{
		"DateTimeFromUnixSeconds": table.TicksPerSecond, "DateTimeFromUnixMilliseconds": table.TicksPerMillisecond,
		"DateTimeFromUnixMicroseconds": table.TicksPerMicrosecond, "DateTimeFromUnixNanoseconds": 0.01,
	}[name]
	if i, whole := v.(int64); whole && unit >= 1 && i < 1<<40 && i > -1<<40 {
		return table.UnixTicks + table.Time(i)*table.Time(unit)
	}
	return table.UnixTicks + table.Time(n*unit)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

// dictionary makes {"a":1,"b":2} of [{"a":1},{"b":2}].
func dictionary(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := &table.Bag{}
	for _, e := range list {
		bag, ok := e.(*table.Bag)
		if !ok {
			return v
		}
		out.Keys = append(out.Keys, bag.Keys...)
		out.Vals = append(out.Vals, bag.Vals...)
	}
	return out
}
