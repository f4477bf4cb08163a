package syntax

// File is a whole text: statements, separated by semicolons.
type File struct {
	span
	Stmts []Stmt
}

// Statements.
type (
	// QueryStmt is an expression statement: a query, tabular or scalar.
	QueryStmt struct {
		span
		X Expr
	}
	// Let is "let Name = X"; X is any expression, a query, or a *FuncLit.
	Let struct {
		span
		Name *Name
		X    Expr
	}
	// Set is "set Name" or "set Name = X".
	Set struct {
		span
		Name *Name
		X    Expr // or nil
	}
	// DeclareParams is "declare query_parameters (a:long = 1, …)".
	DeclareParams struct {
		span
		Params []*Param
	}
	// DeclarePattern is "declare pattern Name = (a:string)[path:string] { (\"x\").[\"y\"] = { … }; … }",
	// or, without Params and Cases, the declaration of a name only.
	DeclarePattern struct {
		span
		Name   *Name
		Params []*Param
		Path   *Param // or nil
		Cases  []*PatternCase
	}
	// PatternCase is "(values).[path] = { body }".
	PatternCase struct {
		span
		Values []Expr
		Path   Expr // or nil
		Body   []Stmt
	}
	// AliasDatabase is "alias database Name = X".
	AliasDatabase struct {
		span
		Name *Name
		X    Expr
	}
	// Restrict is "restrict access to (X, …) with (…)".
	Restrict struct {
		span
		To    []Expr
		Props []*OpParam
	}
)

func (*QueryStmt) stmt()      {}
func (*Let) stmt()            {}
func (*Set) stmt()            {}
func (*DeclareParams) stmt()  {}
func (*DeclarePattern) stmt() {}
func (*AliasDatabase) stmt()  {}
func (*Restrict) stmt()       {}

// Bad stands for text that did not parse, so that the rest can be looked at.
type Bad struct{ span }

func (*Bad) stmt() {}
func (*Bad) op()   {}
func (*Bad) expr() {}

// LitKind is the kind of a literal.
type LitKind uint8

const (
	BoolLit     LitKind = iota + 1 // true; bool(true)
	LongLit                        // 12, 0xff; long(12)
	IntLit                         // int(12)
	RealLit                        // 1.5, 1e3; real(1.5)
	DecimalLit                     // decimal(1.5)
	StringLit                      // "…", '…', @"…", h"…", ```…```, and adjacent strings joined
	DatetimeLit                    // datetime(2020-01-01)
	TimespanLit                    // 1d, time(1d), timespan(1.00:00:00)
	GuidLit                        // guid(…)
	DynamicLit                     // dynamic(…)
	TypeLit                        // typeof(long), typeof(int, string)
)

// Expressions.
type (
	// Pipe is a source and the operators it is piped through. Source is nil when
	// the first operator needs none (print, range, union, search, find, evaluate)
	// or when the input is implied (inside fork, partition, mv-apply, facet).
	Pipe struct {
		span
		Source Expr
		Ops    []Op
	}
	// Name is an identifier: Foo, ['a b'], ["a b"]. Text is without quotes.
	Name struct {
		span
		Text   string
		Quoted bool
	}
	// WildName is a name with asterisks: Syslog*, *Events, [a*].
	WildName struct {
		span
		Text      string
		Bracketed bool
	}
	// Star is "*".
	Star struct{ span }
	// Lit is a literal. Text is the value: a string's content with escapes
	// resolved, the text between the parentheses of the others, "null" included.
	// Typed says that it was written as type(…), Hidden that a string had an h
	// (kept out of traces). A dynamic's Text is JSON, its strings in JSON's quotes
	// however they were written, but for the values that JSON does not have:
	// datetime(…), timespan(…) or 1d, guid(…), decimal(…), long(…),
	// real(…), bool(…) and dynamic(…).
	Lit struct {
		span
		Kind   LitKind
		Text   string
		Typed  bool
		Hidden bool
	}
	// Call is Func(Args…). An argument may be a *Named (a = x), a *Star or a *Pipe.
	Call struct {
		span
		Func *Name
		Args []Expr
	}
	// Paren is (X).
	Paren struct {
		span
		X Expr
	}
	// Unary is -X or +X.
	Unary struct {
		span
		Op string
		X  Expr
	}
	// Binary is X Op Y. Op is written as in KQL, in lower case: "and", "or", "+", "==", "=~",
	// "has", "!has_cs", "matches regex", ":" (search), …
	Binary struct {
		span
		Op    string
		OpPos int
		X, Y  Expr
	}
	// Between is X between (Lo .. Hi), or not.
	Between struct {
		span
		Not       bool
		X, Lo, Hi Expr
	}
	// In is X Op (List…): in, !in, in~, !in~, has_any, has_all. The list may be one
	// tabular expression.
	In struct {
		span
		Op    string
		OpPos int
		X     Expr
		List  []Expr
	}
	// Index is X[I].
	Index struct {
		span
		X, I Expr
	}
	// Member is X.Sel: a property, or a column or entity of a path such as
	// $left.a, database("d").T, cluster("c").database("d").T(…). Sel is a *Name,
	// a *WildName, or a *Call.
	Member struct {
		span
		X   Expr
		Sel Expr
	}
	// Named is Name = X, or (a, b) = X.
	Named struct {
		span
		Names []*Name
		Tuple bool // written with parentheses
		X     Expr
	}
	// TypedName is Name:type, as in schemas; Type is a type's name as it was written.
	TypedName struct {
		span
		Name *Name
		Type string
	}
	// FuncLit is a function: (a:long, T:(x:string)) { … }. View is "view () {…}".
	FuncLit struct {
		span
		View   bool
		Params []*Param
		Body   []Stmt // the last is a QueryStmt, if there is one
	}
	// Param is name:type = default, or name:(col:type, …) or name:(*).
	Param struct {
		span
		Name    *Name
		Type    string       // a scalar type's name, or ""
		Tabular bool         // (…)
		Cols    []*TypedName // of a tabular parameter; none for (*)
		Default Expr         // or nil
	}
	// DataTable is datatable(a:long, …)[…].
	DataTable struct {
		span
		Cols   []*TypedName
		Values []Expr
	}
	// ExternalData is externaldata(a:long, …)[uri, …] with (…).
	ExternalData struct {
		span
		Cols  []*TypedName
		URIs  []Expr
		Props []*OpParam
	}
	// InlineExternalTable is "inline_external_table (a:long, …) kind=storage partition by
	// (b:string, …) pathformat=(…) dataformat=csv (uri, …) with (…)". Params are kind and
	// dataformat; Path has strings, names and datetime_pattern(…) calls in turn.
	InlineExternalTable struct {
		span
		Cols      []*TypedName
		Params    []*OpParam
		Partition []*Param // name:type = expression
		Path      []Expr
		Args      []Expr // connection strings
		Props     []*OpParam
	}
	// Tabular is toscalar(X), totable(X) or materialize(X): a function of a query.
	// Params may have kind=nooptimization.
	Tabular struct {
		span
		Func   string // toscalar, totable, materialize
		Params []*OpParam
		X      Expr
	}
	// DataScope is "T datascope=hotcache".
	DataScope struct {
		span
		X     Expr
		Scope string // all, hotcache
	}
	// ContextualData is "__contextual_datatable id (a:long, …)": rows that the service
	// itself gives to a subquery.
	ContextualData struct {
		span
		ID   Expr
		Cols []*TypedName
	}
	// ViewCombine is "materialized-view-combine(name) base(…) delta(…) aggregations(…)".
	ViewCombine struct {
		span
		Name, Base, Delta Expr
		Aggs              Op // a *Summarize
	}
)

func (*Pipe) expr()                {}
func (*Name) expr()                {}
func (*WildName) expr()            {}
func (*Star) expr()                {}
func (*Lit) expr()                 {}
func (*Call) expr()                {}
func (*Paren) expr()               {}
func (*Unary) expr()               {}
func (*Binary) expr()              {}
func (*Between) expr()             {}
func (*In) expr()                  {}
func (*Index) expr()               {}
func (*Member) expr()              {}
func (*Named) expr()               {}
func (*TypedName) expr()           {}
func (*FuncLit) expr()             {}
func (*Param) expr()               {}
func (*DataTable) expr()           {}
func (*ExternalData) expr()        {}
func (*InlineExternalTable) expr() {}
func (*Tabular) expr()             {}
func (*DataScope) expr()           {}
func (*ContextualData) expr()      {}
func (*ViewCombine) expr()         {}

// OpParam is a parameter of an operator: kind=inner, hint.strategy=shuffle,
// withsource=T. Name is in lower case except as the user wrote a property's.
type OpParam struct {
	span
	Name *Name
	X    Expr    // a *Name for a bare word
	More []*Name // further names of a list: ycolumns=a, b
}

// Order is one key of sort, top and partition: X asc|desc nulls first|last. Empty
// strings stand for what was not written.
type Order struct {
	span
	X     Expr
	Dir   string // "", asc, desc
	Nulls string // "", first, last
}
