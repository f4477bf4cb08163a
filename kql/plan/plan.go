// Package plan is the meaning of a query: a tree of relational operators whose
// names and types are resolved. The binder makes it; the engine rewrites and
// splits it; sqlgen and eval run it.
//
// Columns are known by their position in the input (Col); names matter only in
// schemas. Nodes and expressions are not changed once made.
package plan

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// Node is an operator. The types in this package are the only ones.
type Node interface {
	Schema() *table.Schema
	Inputs() []Node
	// WithInputs returns a copy with other inputs, as many as Inputs returns.
	WithInputs(ins []Node) Node
	node()
}

// Expr is an expression over the columns of a node's input.
type Expr interface {
	Type() table.Type
	expr()
}

// Query is a compiled query.
type Query struct {
	// Results are the tables that it answers: one, or several for fork, facet and
	// batches.
	Results []Result
	Render  *Render // of the first result, or nil
	Limits  Limits
}

// Limits are those that a query puts on its own answer.
type Limits struct {
	Rows, Bytes int64 // 0: as without
	Memory      int64 // bytes that the query may use; 0: as without
	None        bool  // there are none, whatever the request says
}

// Result is one table of an answer.
type Result struct {
	Name string // PrimaryResult, or a fork's name
	Root Node
}

// Render is what a query ends in: how to draw the result.
type Render struct {
	Kind  string            // timechart, table, …
	Props map[string]string // title, xcolumn, ycolumns (joined by commas), kind, …
}

// Named is an expression and the column it makes.
type Named struct {
	Name string
	Expr Expr
}

// Agg is an aggregate call and the columns it makes: one, or as many as the
// overload's Outs.
type Agg struct {
	Names []string
	Call  *Call
}

// SortKey is one key of an order.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// Operators that several parts of the language become. Those of a single KQL
// operator are in the file of its name.
type (
	// Cache is rows that are computed once in a query, however many Caches with
	// this ID there are: materialize(), as.
	Cache struct {
		ID int
		In Node
	}
	// Filter keeps the rows for which Cond is true (not false, not null).
	Filter struct {
		In   Node
		Cond Expr
	}
	// Limit keeps the first N rows of those that come.
	Limit struct {
		In Node
		N  int64
	}
	// Project computes each column of its output. If Window is set, calls of
	// window functions in it see all rows of In, in their order.
	Project struct {
		In     Node
		Cols   []Named
		Window bool
	}
	// Scan reads a table. Table has the columns that it gives, in order: the
	// optimiser leaves those that are needed, and may fill Span and Filter. A column
	// ExtentColumn has the ids of the extents that rows are in.
	Scan struct {
		Ref    table.Ref
		Table  *table.Schema
		Span   table.Span // of TimeGenerated
		Filter Expr       // over Table's columns, or nil
		// Extent is the id of the one extent that is read, NoExtent for the rows that are
		// in none yet, or "" for all rows.
		Extent string
	}
	// Sort orders rows; equal rows stay in their order.
	Sort struct {
		In   Node
		Keys []SortKey
	}
	// SubInput stands, inside the subplan of a node (mv-apply, partition, …), for
	// the rows that the node gives it.
	SubInput struct {
		ID    int
		Table *table.Schema
	}
	// Summarize groups rows by Keys. Without Keys it gives one row, always; with
	// Keys and without Aggs, the distinct keys.
	Summarize struct {
		In   Node
		Keys []Named
		Aggs []Agg
	}
	// Top is Sort, then Limit.
	Top struct {
		In   Node
		N    int64
		Keys []SortKey
	}
	// Union gives the rows of all Ins, which have equal column types in equal
	// order; the names are the first's.
	Union struct{ Ins []Node }
	// Values is constant rows: datatable, print, an empty table.
	Values struct {
		Rows *table.Batch
		Of   []table.Ref // the tables that they were of, for who may read them
	}
)

// Expressions.
type (
	// Call is a function or operator applied to arguments.
	Call struct {
		Func *fn.Func
		Over *fn.Overload
		Args []Expr
		Ret  table.Type
	}
	// Col is column Index of the node's input.
	Col struct {
		Index int
		Of    table.Type
	}
	// Field is column I of a call that gives several.
	Field struct {
		Call *Call
		I    int
		Of   table.Type
	}
	// InRows tells whether X is among the values of Root's first column. Name is
	// the operator: in, !in, in~, !in~, has_any, has_all.
	InRows struct {
		X    Expr
		Op   *fn.Func
		Root Node
	}
	// Lit is a constant; a nil Value is a null of type Of.
	Lit struct {
		Value table.Value
		Of    table.Type
	}
	// Scalar is the first column of the first row of Root (null if there is none),
	// computed once: toscalar().
	Scalar struct {
		Root Node
		Of   table.Type
	}
)

func (n *Cache) Schema() *table.Schema    { return n.In.Schema() }
func (n *Filter) Schema() *table.Schema   { return n.In.Schema() }
func (n *Limit) Schema() *table.Schema    { return n.In.Schema() }
func (n *Project) Schema() *table.Schema  { return namedSchema(n.Cols, nil) }
func (n *Scan) Schema() *table.Schema     { return n.Table }
func (n *Sort) Schema() *table.Schema     { return n.In.Schema() }
func (n *SubInput) Schema() *table.Schema { return n.Table }
func (n *Summarize) Schema() *table.Schema {
	return namedSchema(n.Keys, n.Aggs)
}
func (n *Top) Schema() *table.Schema   { return n.In.Schema() }
func (n *Union) Schema() *table.Schema { return n.Ins[0].Schema() }

// ExtentColumn is the column of a scan with the ids of extents, which no table has.
const ExtentColumn = "$extent"

// NoExtent is the Extent of a scan of rows that are in no extent yet.
const NoExtent = "none"

func (n *Values) Schema() *table.Schema { return n.Rows.Schema }

func (n *Cache) Inputs() []Node     { return []Node{n.In} }
func (n *Filter) Inputs() []Node    { return []Node{n.In} }
func (n *Limit) Inputs() []Node     { return []Node{n.In} }
func (n *Project) Inputs() []Node   { return []Node{n.In} }
func (n *Scan) Inputs() []Node      { return nil }
func (n *Sort) Inputs() []Node      { return []Node{n.In} }
func (n *SubInput) Inputs() []Node  { return nil }
func (n *Summarize) Inputs() []Node { return []Node{n.In} }
func (n *Top) Inputs() []Node       { return []Node{n.In} }
func (n *Union) Inputs() []Node     { return n.Ins }
func (n *Values) Inputs() []Node    { return nil }

func (n *Cache) WithInputs(in []Node) Node     { c := *n; c.In = in[0]; return &c }
func (n *Filter) WithInputs(in []Node) Node    { c := *n; c.In = in[0]; return &c }
func (n *Limit) WithInputs(in []Node) Node     { c := *n; c.In = in[0]; return &c }
func (n *Project) WithInputs(in []Node) Node   { c := *n; c.In = in[0]; return &c }
func (n *Scan) WithInputs([]Node) Node         { return n }
func (n *Sort) WithInputs(in []Node) Node      { c := *n; c.In = in[0]; return &c }
func (n *SubInput) WithInputs([]Node) Node     { return n }
func (n *Summarize) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (n *Top) WithInputs(in []Node) Node       { c := *n; c.In = in[0]; return &c }
func (n *Union) WithInputs(in []Node) Node     { return &Union{in} }
func (n *Values) WithInputs([]Node) Node       { return n }

func (*Cache) node()     {}
func (*Filter) node()    {}
func (*Limit) node()     {}
func (*Project) node()   {}
func (*Scan) node()      {}
func (*Sort) node()      {}
func (*SubInput) node()  {}
func (*Summarize) node() {}
func (*Top) node()       {}
func (*Union) node()     {}
func (*Values) node()    {}

func (e *Call) Type() table.Type   { return e.Ret }
func (e *Col) Type() table.Type    { return e.Of }
func (e *Field) Type() table.Type  { return e.Of }
func (e *InRows) Type() table.Type { return table.Bool }
func (e *Lit) Type() table.Type    { return e.Of }
func (e *Scalar) Type() table.Type { return e.Of }

func (*Call) expr()   {}
func (*Col) expr()    {}
func (*Field) expr()  {}
func (*InRows) expr() {}
func (*Lit) expr()    {}
func (*Scalar) expr() {}

func namedSchema(cols []Named, aggs []Agg) *table.Schema {
	s := &table.Schema{Cols: make([]table.Column, 0, len(cols)+len(aggs))}
	for _, c := range cols {
		s.Cols = append(s.Cols, table.Column{Name: c.Name, Type: c.Expr.Type()})
	}
	for _, a := range aggs {
		for i, t := range a.Call.OutTypes() {
			s.Cols = append(s.Cols, table.Column{Name: a.Names[i], Type: t})
		}
	}
	return s
}

// OutTypes returns the types of the columns that a call makes.
func (e *Call) OutTypes() []table.Type {
	if e.Over.Outs == nil {
		return []table.Type{e.Ret}
	}
	outs := e.Over.Outs(e.ArgInfo())
	ts := make([]table.Type, len(outs))
	for i, o := range outs {
		ts[i] = o.Type
	}
	return ts
}

// ArgInfo describes the arguments of a call to its overload.
func (e *Call) ArgInfo() []fn.Arg {
	args := make([]fn.Arg, len(e.Args))
	for i, a := range e.Args {
		args[i] = fn.Arg{Type: a.Type()}
		if l, ok := a.(*Lit); ok {
			args[i].IsConst, args[i].Const = true, l.Value
		}
	}
	return args
}
