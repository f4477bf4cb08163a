// Package fn declares KQL's functions, aggregates and scalar operators, one entry
// each. An entry is all that Yagura knows of a function: the binder checks calls
// against it, the evaluator runs it, the SQL generator writes it, the editor shows
// its signature and doc, and its examples are both documentation and tests.
//
// Scalar operators are entries too, named as they are written: "+", "==", "has_cs",
// "matches regex", "[]" (element of a dynamic), "between", "and".
package fn

import (
	"context"
	"slices"

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

// Overload is one way to call a function. Exactly one of Macro, Eval, EvalN, Slow
// and Agg is set (none for an Intrinsic); SQL is there for speed, and a call without it runs
// in Go.
type Overload struct {
	Params  []Param
	Returns Returns // the type of the (first) result
	Outs    Outs    // set if the result is several columns
	Impure  bool    // rand(), new_guid(): not folded, not moved
	Members bool    // the arguments but the first are a list: values, or arrays of them

	Macro string             // in terms of other functions: "iff(isempty($1), $2, $1)"
	Eval  Eval               // one column from columns
	EvalN EvalN              // several columns from columns (Outs is set)
	Slow  Slow               // in place of Eval, where one row can take long
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

// Returns gives the type of a call from its arguments, before they are cast; 0 says
// that these types do not go together.
type Returns func(args []Arg) table.Type

// Outs lists the columns of a result that is several columns, or one that is named
// in its own way. Of a scalar function a name that starts with "_" is put behind the
// name of the call's column: series_fit_line(y) makes RSquare … by the names that it
// gives. The names of an aggregate are whole: arg_max(t, x) makes t and x. With Eval it
// names the one column.
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

// OfNumbers behind a dialect's name is for an aggregate whose first argument surely is
// not NaN, if that is written in another way.
const OfNumbers Dialect = " numbers"

// Eval computes a column of so many rows from columns of as many rows. It may keep
// or return its arguments but not change them. Constants come as full columns, all
// rows equal. What cannot be computed for a row is null, never an error; an error
// ends the query.
type Eval func(args []table.Vec, rows int) (table.Vec, error)

// EvalN is Slow for a result of several columns.
type EvalN func(ctx context.Context, args []table.Vec, rows int) ([]table.Vec, error)

// Slow is Eval of a function that can take long over one row: it ends when ctx does.
type Slow func(ctx context.Context, args []table.Vec, rows int) (table.Vec, error)

// Accumulator gathers one group's rows. Merge is what lets groups be split over
// goroutines and machines: adding rows to two accumulators and merging gives the
// same result as adding all to one.
type Accumulator interface {
	Add(args []table.Vec, row int) error
	Merge(Accumulator) error
	Result() []table.Value // one, or as many as Outs; none if all are null
}

// Batched is an Accumulator that takes many rows at once in less time than one by one.
type Batched interface {
	Accumulator
	AddRows(args []table.Vec, rows []int32) error
}

// Sized is an Accumulator whose memory grows with the rows that it is given.
type Sized interface {
	Accumulator
	Bytes() int64 // held now, roughly
}

// Long is an Accumulator that can take long over one row: it does so within some work.
type Long interface {
	Accumulator
	Within(*table.Work)
}

// Borrower is an Accumulator that keeps no memory of its arguments: they may be overwritten
// once Add returns.
type Borrower interface {
	Accumulator
	Borrows()
}

// ResultName says how the column of an unnamed call is named.
type ResultName uint8

const (
	NoName       ResultName = iota // Column1
	PrefixAndArg                   // count_, sum_Bytes: Prefix_ and the first argument's name
	FirstArg                       // tostring(x) is x: the first argument's name, if it is a column
	PrefixOnly                     // count_
	OnlyArg                        // FirstArg if there is one argument, else NoName
)

// Param is one parameter. An argument fits if its type is one of Types, or widens
// to one (int, long, real; int, long, decimal); the binder then adds the cast, so
// that Eval sees exactly a type of Types. A dynamic fits only where Types has it or
// is nil. See Resolve.
type Param struct {
	Name  string
	Types []table.Type // nil: any scalar
	Same  bool         // arguments of all Same parameters are brought to their Wider type
	Rest  bool         // may repeat; neighbours repeat together, as in case(p, x, p, x, y)
	Opt   bool
	Const bool     // must be a constant
	Lossy bool     // a decimal stands for a real
	Cast  bool     // a value of another type is brought to the one in Types
	Regex bool     // a constant must be a regular expression
	Bag   bool     // a dynamic that is to be a bag, not an array
	Exact bool     // a dynamic does not stand for a string
	Enum  []string // allowed values of a constant string, in any case
	Open  bool     // others than those of Enum are no mistake
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

// Type lists that parameters often take.
var (
	Numbers  = []table.Type{table.Int, table.Long, table.Real, table.Decimal}
	Integers = []table.Type{table.Int, table.Long}
	Texts    = []table.Type{table.String, table.Dynamic}
)

// but lists all types but these.
func but(types ...table.Type) []table.Type {
	all := []table.Type{table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.String, table.Datetime, table.Timespan, table.Guid, table.Dynamic}
	return slices.DeleteFunc(all, func(t table.Type) bool { return slices.Contains(types, t) })
}

var typeNames = []string{"bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"}

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

// AsRealP is any number, read as real.
func AsRealP(name string) Param {
	return Param{Name: name, Types: []table.Type{table.Real}, Lossy: true}
}
func DynP(name string) Param  { return Param{Name: name, Types: []table.Type{table.Dynamic}} }
func BagP(name string) Param  { return Param{Name: name, Types: []table.Type{table.Dynamic}, Bag: true} }
func TimeP(name string) Param { return Param{Name: name, Types: []table.Type{table.Datetime}} }
func SpanP(name string) Param { return Param{Name: name, Types: []table.Type{table.Timespan}} }
func BoolP(name string) Param { return Param{Name: name, Types: []table.Type{table.Bool}} }
func AnyP(name string) Param  { return Param{Name: name} }

func NumP(name string) Param  { return Param{Name: name, Types: Numbers} }
func IntP(name string) Param  { return Param{Name: name, Types: Integers} }
func TextP(name string) Param { return Param{Name: name, Types: Texts} }

// TypeP is a typeof() argument: a constant string with the type's name.
func TypeP(name string) Param {
	return Param{Name: name, Types: []table.Type{table.String}, Const: true, Enum: typeNames}
}

// Opt makes a parameter optional, Rest lets it repeat, Same brings it to one type
// with the others, Const asks for a constant.
func Opt(p Param) Param   { p.Opt = true; return p }
func Rest(p Param) Param  { p.Rest = true; return p }
func Same(p Param) Param  { p.Same = true; return p }
func Const(p Param) Param { p.Const = true; return p }

// Regex asks for a regular expression of RE2's syntax.
func Regex(p Param) Param { p.Regex = true; return p }

// OneOf asks for a constant string that is one of these.
func OneOf(name string, values ...string) Param {
	return Param{Name: name, Types: []table.Type{table.String}, Const: true, Enum: values}
}
