// Package fn declares KQL's functions, aggregates and scalar operators, one entry
// each. An entry is all that Yagura knows of a function: the binder checks calls
// against it, the evaluator runs it, the SQL generator writes it, the editor shows
// its signature and doc, and its examples are both documentation and tests.
//
// Scalar operators are entries too, named as they are written: "+", "==", "has_cs",
// "matches regex", "[]" (element of a dynamic), "between", "and".
package fn

import (
	"fmt"

	"github.com/yagura/yagura/table"
)

// Func is one function.
type Func struct {
	Name      string
	Kind      Kind
	Doc       string // one line
	Overloads []Overload
	Result    ResultName // how an unnamed column made by it is named
	Prefix    string     // what Result puts before the argument's name; "" is Name
	Alias     string     // the documented name of which this is another spelling
	Hidden    bool       // not offered by completion: obsolete or internal
	Examples  []Example
}

// Kind says where a function may stand.
type Kind uint8

const (
	Scalar    Kind = iota + 1
	Operator       // a scalar operator; not callable by name
	Aggregate      // in summarize, make-series, top-nested, …
	Window         // sees all rows of a serialized input at once
	Intrinsic      // known to the binder by name: now, toscalar, column_ifexists, …
)

// Overload is one way to call a function. Exactly one of Macro, Eval, EvalN and Agg
// is set (none for an Intrinsic); SQL is there for speed, and a call without it runs
// in Go.
type Overload struct {
	Params  []Param
	Returns Returns // the type of the (first) result
	Outs    Outs    // set if the result is several columns
	Impure  bool    // rand(), new_guid(): not folded, not moved

	Macro string             // in terms of other functions: "iff(isempty($1), $2, $1)"
	Eval  Eval               // one column from columns
	EvalN EvalN              // several columns from columns (Outs is set)
	Agg   func() Accumulator // aggregates
	SQL   SQL
}

// Arg is what the binder knows of an argument.
type Arg struct {
	Type    table.Type
	Name    string // of the column it is, or ""
	IsConst bool
	Const   table.Value // its value if IsConst
}

// Returns gives the type of a call from its arguments.
type Returns func(args []Arg) table.Type

// Outs lists the columns of a result that is several columns, or one that is named
// in its own way. Of a scalar function a name that starts with "_" is put behind the
// name of the call's column: series_fit_line(y) makes RSquare … by the names that it
// gives. The names of an aggregate are whole: arg_max(t, x) makes t and x.
type Outs func(args []Arg) []table.Column

// SQL is how a call is written in each dialect: "$1" is the first argument's SQL,
// "$*" all of them joined by commas. Any is for the dialects not named. A template
// must agree with Eval on every argument, nulls and extremes included.
type SQL map[Dialect]string

// Dialect names an SQL dialect.
type Dialect string

// Dialects that templates name.
const (
	Any    Dialect = ""
	DuckDB Dialect = "duckdb"
)

// Eval computes a column of so many rows from columns of as many rows. It may keep
// or return its arguments but not change them. Constants come as full columns, all
// rows equal. What cannot be computed for a row is null, never an error; an error
// ends the query.
type Eval func(args []table.Vec, rows int) (table.Vec, error)

// EvalN is Eval for a result of several columns.
type EvalN func(args []table.Vec, rows int) ([]table.Vec, error)

// Accumulator gathers one group's rows. Merge is what lets groups be split over
// goroutines and machines: adding rows to two accumulators and merging gives the
// same result as adding all to one.
type Accumulator interface {
	Add(args []table.Vec, row int) error
	Merge(Accumulator) error
	Result() []table.Value // one, or as many as Outs; none if all are null
}

// Sized is an Accumulator whose memory grows with the rows that it is given.
type Sized interface {
	Accumulator
	Bytes() int64 // held now, roughly
}

// ResultName says how the column of an unnamed call is named.
type ResultName uint8

const (
	NoName       ResultName = iota // Column1
	PrefixAndArg                   // count_, sum_Bytes: Prefix_ and the first argument's name
	FirstArg                       // tostring(x) is x: the first argument's name, if it is a column
	PrefixOnly                     // count_
)

// Param is one parameter. An argument fits if its type is one of Types, or widens
// to one (int, long, real; int, long, decimal), or is dynamic and Types has no
// dynamic but AnyOf allows it; the binder then adds the cast, so that Eval sees
// exactly a type of Types.
type Param struct {
	Name  string
	Types []table.Type // nil: any scalar
	Same  bool         // arguments of all Same parameters are brought to one common type
	Rest  bool         // may repeat (last only)
	Opt   bool
	Const bool     // must be a constant
	Enum  []string // allowed values of a constant string
}

// Example is an expression (or, for an aggregate or window function, a query that
// gives one row with one column) and its value, both in KQL.
type Example struct{ In, Out string }

// Lookup finds a function by name. Names are case sensitive. A name that is both a
// scalar function and an aggregate (hll_merge) is the scalar function.
func Lookup(name string) (*Func, bool) {
	f, ok := byName[name]
	if !ok {
		f, ok = aggregateByName[name]
	}
	return f, ok
}

// LookupAggregate finds an aggregate by name.
func LookupAggregate(name string) (*Func, bool) { f, ok := aggregateByName[name]; return f, ok }

// All lists the entries in the order in which they are declared.
func All() []*Func { return ordered }

var (
	byName          = map[string]*Func{} // all but aggregates
	aggregateByName = map[string]*Func{}
	ordered         []*Func
)

func index(lists ...[]Func) {
	for _, l := range lists {
		for i := range l {
			f, names := &l[i], byName
			if f.Kind == Aggregate {
				names = aggregateByName
			}
			if names[f.Name] != nil {
				panic("fn: declared twice: " + f.Name)
			}
			names[f.Name] = f
			ordered = append(ordered, f)
		}
	}
}

// Type lists that parameters often take.
var (
	Numbers  = []table.Type{table.Int, table.Long, table.Real, table.Decimal}
	Integers = []table.Type{table.Int, table.Long}
)

// Is returns t whatever the arguments.
func Is(t table.Type) Returns { return func([]Arg) table.Type { return t } }

// ArgType returns the type of argument i.
func ArgType(i int) Returns { return func(args []Arg) table.Type { return args[i].Type } }

// Wider returns the type that holds both int, long, real or decimal types, and
// whether there is one. Equal types hold each other.
func Wider(a, b table.Type) (table.Type, bool) {
	switch {
	case a == b:
		return a, true
	case !a.Numeric() || !b.Numeric():
		return 0, false
	case a == table.Decimal || b == table.Decimal:
		return table.Decimal, true
	}
	return max(a, b), true
}

// P makes a parameter list.
func P(ps ...Param) []Param { return ps }

// Arguments that many functions take.
func Str(name string) Param   { return Param{Name: name, Types: []table.Type{table.String}} }
func LongP(name string) Param { return Param{Name: name, Types: []table.Type{table.Long}} }
func RealP(name string) Param { return Param{Name: name, Types: []table.Type{table.Real}} }
func DynP(name string) Param  { return Param{Name: name, Types: []table.Type{table.Dynamic}} }
func TimeP(name string) Param { return Param{Name: name, Types: []table.Type{table.Datetime}} }
func SpanP(name string) Param { return Param{Name: name, Types: []table.Type{table.Timespan}} }
func BoolP(name string) Param { return Param{Name: name, Types: []table.Type{table.Bool}} }
func AnyP(name string) Param  { return Param{Name: name} }

// Opt makes a parameter optional, Rest lets it repeat, Const asks for a constant.
func Opt(p Param) Param   { p.Opt = true; return p }
func Rest(p Param) Param  { p.Rest = true; return p }
func Const(p Param) Param { p.Const = true; return p }

// Map1 lifts a Go function to columns: null in, null out.
func Map1[A, R table.Elem](f func(A) R) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		a := args[0].(*table.Of[A])
		out := &table.Of[R]{Vals: make([]R, rows), Null: a.Null}
		for i, v := range a.Vals {
			if a.Null == nil || !a.Null[i] {
				out.Vals[i] = f(v)
			}
		}
		return noStringNulls(out), nil
	}
}

// Map2 lifts a Go function of two arguments: a null in either gives null.
func Map2[A, B, R table.Elem](f func(A, B) R) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		a, b := args[0].(*table.Of[A]), args[1].(*table.Of[B])
		out := &table.Of[R]{Vals: make([]R, rows), Null: either(a.Null, b.Null)}
		for i := range out.Vals {
			if out.Null == nil || !out.Null[i] {
				out.Vals[i] = f(a.Vals[i], b.Vals[i])
			}
		}
		return noStringNulls(out), nil
	}
}

// Map1OK is Map1 for a function that may have no result: null.
func Map1OK[A, R table.Elem](f func(A) (R, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		a := args[0].(*table.Of[A])
		out := &table.Of[R]{Vals: make([]R, rows)}
		for i, v := range a.Vals {
			r, ok := *new(R), false
			if !a.IsNull(i) {
				r, ok = f(v)
			}
			if out.Vals[i] = r; !ok {
				out.SetNull(i)
			}
		}
		return out, nil
	}
}

// Map2OK is Map2 for a function that may have no result: null.
func Map2OK[A, B, R table.Elem](f func(A, B) (R, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		a, b := args[0].(*table.Of[A]), args[1].(*table.Of[B])
		out := &table.Of[R]{Vals: make([]R, rows)}
		for i := range out.Vals {
			r, ok := *new(R), false
			if !a.IsNull(i) && !b.IsNull(i) {
				r, ok = f(a.Vals[i], b.Vals[i])
			}
			if out.Vals[i] = r; !ok {
				out.SetNull(i)
			}
		}
		return out, nil
	}
}

// ByRow lifts a function of one row's values (nil is null) to columns; ret is the
// type of what it returns.
func ByRow(ret table.Type, f func(args []table.Value) (table.Value, error)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		out := table.NewVec(ret, rows)
		row := make([]table.Value, len(args))
		for i := range rows {
			for a, v := range args {
				row[a] = v.At(i)
			}
			v, err := f(row)
			if err != nil {
				return nil, err
			}
			if v != nil && table.TypeOfValue(v) != ret {
				return nil, fmt.Errorf("fn: a %s function returned %T", ret, v)
			}
			table.Append(out, v)
		}
		return out, nil
	}
}

func either(a, b []bool) []bool {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := make([]bool, len(a))
	for i := range out {
		out[i] = a[i] || b[i]
	}
	return out
}

func noStringNulls[T table.Elem](v *table.Of[T]) *table.Of[T] {
	if v.Null != nil && v.Type() == table.String {
		v.Null = nil
	}
	return v
}
