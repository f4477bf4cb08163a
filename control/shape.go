package control

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// shape is what a property may be. In the files of types it is written as JSON: "string",
// "int", "number", "bool" or "any"; names joined by "|", of which a text must be one;
// [shape], a list; {"name": shape}, an object, in which "*" stands for any other name. A
// "!" at the end, of the shape or of an object's name, says that the property must be
// there; a "-", that the service decides it, so that what clients send is dropped.
type shape struct {
	kind               shapeKind
	names              []string // of which a text must be one; nil: any text
	fields             map[string]*shape
	elem               *shape // of a list, and of an object's other names
	required, readOnly bool
}

type shapeKind uint8

const (
	anyShape shapeKind = iota
	textShape
	intShape
	numberShape
	boolShape
	listShape
	objectShape
)

var shapeNames = map[shapeKind]string{
	textShape: "a string", intShape: "an integer", numberShape: "a number", boolShape: "a boolean", listShape: "an array", objectShape: "an object",
}

// newShape reads a shape from its JSON. It panics: shapes are part of the program.
func newShape(v any) *shape {
	switch v := v.(type) {
	case string:
		s := &shape{}
		if t, ok := strings.CutSuffix(v, "!"); ok {
			s.required, v = true, t
		} else if t, ok := strings.CutSuffix(v, "-"); ok {
			s.readOnly, v = true, t
		}
		switch v {
		case "any":
		case "string":
			s.kind = textShape
		case "int":
			s.kind = intShape
		case "number":
			s.kind = numberShape
		case "bool":
			s.kind = boolShape
		default:
			s.kind, s.names = textShape, strings.Split(v, "|")
		}
		return s
	case []any:
		return &shape{kind: listShape, elem: newShape(v[0])}
	case map[string]any:
		s := &shape{kind: objectShape, fields: map[string]*shape{}}
		for name, f := range v {
			if name == "*" {
				s.elem = newShape(f)
				continue
			}
			one := newShape(f)
			if n, ok := strings.CutSuffix(name, "!"); ok {
				one.required, name = true, n
			}
			s.fields[name] = one
		}
		return s
	}
	panic(fmt.Sprintf("control: %T is not a shape", v))
}

// take returns v as it may be kept: without what the service decides and without nulls,
// with names and choices in their documented case. What does not fit is an error that
// names its place.
func (s *shape) take(path string, v any) (any, error) {
	bad := func() (any, error) {
		return nil, invalid("InvalidRequestContent", "The property '%s' must be %s.", path, shapeNames[s.kind])
	}
	switch s.kind {
	case textShape:
		text, ok := v.(string)
		if !ok {
			return bad()
		}
		return s.choose(path, text)
	case intShape, numberShape:
		n, ok := v.(float64)
		if !ok || s.kind == intShape && n != math.Trunc(n) {
			return bad()
		}
	case boolShape:
		if _, ok := v.(bool); !ok {
			return bad()
		}
	case listShape:
		list, ok := v.([]any)
		if !ok {
			return bad()
		}
		return s.takeList(path, list)
	case objectShape:
		o, ok := v.(map[string]any)
		if !ok {
			return bad()
		}
		return s.takeObject(path, o)
	}
	return v, nil
}

func (s *shape) choose(path, text string) (any, error) {
	if s.names == nil {
		return text, nil
	}
	i := slices.IndexFunc(s.names, func(n string) bool { return strings.EqualFold(n, text) })
	if i < 0 {
		return nil, invalid("InvalidRequestContent", "The property '%s' is '%s': it must be one of %s.", path, text, strings.Join(s.names, ", "))
	}
	return s.names[i], nil
}

func (s *shape) takeList(path string, list []any) (any, error) {
	out := make([]any, 0, len(list))
	for i, e := range list {
		one, err := s.elem.take(fmt.Sprintf("%s[%d]", path, i), e)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *shape) takeObject(path string, o map[string]any) (any, error) {
	out := map[string]any{}
	for name, v := range o {
		f, known := s.field(name)
		if f == nil {
			return nil, invalid("InvalidRequestContent", "Could not find member '%s' on the resource: it has no property '%s'.", name, join(path, name))
		}
		if f.readOnly || v == nil {
			continue
		}
		one, err := f.take(join(path, known), v)
		if err != nil {
			return nil, err
		}
		out[known] = one
	}
	for name, f := range s.fields {
		if _, ok := out[name]; f.required && !ok {
			return nil, invalid("InvalidRequestContent", "The required property '%s' is missing.", join(path, name))
		}
	}
	return out, nil
}

// field finds a property by its name, which clients write in any case, and returns its
// documented name.
func (s *shape) field(name string) (*shape, string) {
	if f := s.fields[name]; f != nil {
		return f, name
	}
	for n, f := range s.fields {
		if strings.EqualFold(n, name) {
			return f, n
		}
	}
	return s.elem, name
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
