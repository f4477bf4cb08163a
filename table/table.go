// Package table is the vocabulary that the other packages share: Kusto's scalar
// types and values, columns, schemas and batches of rows. It imports no other
// package of the project.
//
// A value of type [Value] is nil for null or one [Elem]. A string is never null:
// an empty string stands for a missing one, as in Kusto.
package table

import (
	"context"
	"fmt"
	"strings"
)

// Type is one of Kusto's scalar types.
type Type uint8

// The scalar types. The zero Type is no type.
const (
	Bool Type = iota + 1
	Int
	Long
	Real
	Decimal
	String
	Datetime
	Timespan
	Guid
	Dynamic
)

var typeNames = [...]string{"", "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// ParseType finds a type by any of the names that Kusto or Azure's table schemas
// use for it, in any case: bool and boolean, long and int64, real and double, …
func ParseType(name string) (Type, bool) {
	switch strings.ToLower(name) {
	case "bool", "boolean", "sbyte":
		return Bool, true
	case "int", "int32", "uint", "uint32", "int16", "uint16", "int8", "uint8", "byte":
		return Int, true
	case "long", "int64", "uint64", "ulong":
		return Long, true
	case "real", "double", "float", "single":
		return Real, true
	case "decimal", "sqldecimal":
		return Decimal, true
	case "string":
		return String, true
	case "datetime", "date":
		return Datetime, true
	case "timespan", "time":
		return Timespan, true
	case "guid", "uuid", "uniqueid":
		return Guid, true
	case "dynamic", "object":
		return Dynamic, true
	}
	return 0, false
}

// Numeric reports whether t is int, long, real or decimal.
func (t Type) Numeric() bool { return t == Int || t == Long || t == Real || t == Decimal }

// The Go types of values, where Go has no type of its own.
type (
	// Time is a datetime: ticks of 100 ns since 0001-01-01T00:00:00Z.
	Time int64
	// Duration is a timespan: ticks of 100 ns.
	Duration int64
	// UUID is a guid, in the order in which its text is written.
	UUID [16]byte
	// Dec is a decimal as text: an optional minus, digits, an optional fraction;
	// no exponent. ParseDec makes one.
	Dec string
)

// Elem is a Go type that a column can be made of.
type Elem interface {
	bool | int32 | int64 | float64 | Dec | string | Time | Duration | UUID | Dyn
}

// Value is nil for null, or one Elem.
type Value any

// TypeOf returns T's Kusto type.
func TypeOf[T Elem]() Type {
	var z T
	return TypeOfValue(z)
}

// TypeOfValue returns the Kusto type of a value that is not null, and 0 for null.
func TypeOfValue(v Value) Type {
	switch v.(type) {
	case nil:
		return 0
	case bool:
		return Bool
	case int32:
		return Int
	case int64:
		return Long
	case float64:
		return Real
	case Dec:
		return Decimal
	case string:
		return String
	case Time:
		return Datetime
	case Duration:
		return Timespan
	case UUID:
		return Guid
	case Dyn:
		return Dynamic
	}
	panic(fmt.Sprintf("table: %T is not a value", v))
}

// Column names and types one column.
type Column struct {
	Name string
	Type Type
	Doc  string
}

// Schema is an ordered list of columns. It is not changed once shared.
type Schema struct{ Cols []Column }

// Index returns the position of the column with exactly this name, or -1.
func (s *Schema) Index(name string) int {
	for i := range s.Cols {
		if s.Cols[i].Name == name {
			return i
		}
	}
	return -1
}

// String writes the schema as "name:type, name:type".
func (s *Schema) String() string {
	var b strings.Builder
	for i, c := range s.Cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Name + ":" + c.Type.String())
	}
	return b.String()
}

// Ref names a table of a workspace.
type Ref struct{ Workspace, Table string }

func (r Ref) String() string { return r.Workspace + "/" + r.Table }

// Span is the half-open interval [Start, End) of datetimes. The zero Span is
// everything.
type Span struct{ Start, End Time }

// All reports whether s is the zero Span.
func (s Span) All() bool { return s == Span{} }

// Contains reports whether t is in s.
func (s Span) Contains(t Time) bool { return s.All() || s.Start <= t && t < s.End }

// Overlaps reports whether s and the closed interval [lo, hi] share an instant.
func (s Span) Overlaps(lo, hi Time) bool { return s.All() || lo < s.End && s.Start <= hi }

// Intersect returns what is in both; an empty intersection has Start == End.
func (s Span) Intersect(o Span) Span {
	if s.All() {
		return o
	}
	if o.All() {
		return s
	}
	r := Span{max(s.Start, o.Start), min(s.End, o.End)}
	if r.Start >= r.End {
		r = Span{max(r.Start, 1), max(r.Start, 1)}
	}
	return r
}

// Reader is a stream of batches. Next returns io.EOF after the last; a batch is
// valid until the next call and is not changed by the caller.
type Reader interface {
	Schema() *Schema
	Next(ctx context.Context) (*Batch, error)
	Close() error
}
