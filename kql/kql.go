// Package kql compiles KQL. Compile is Parse, then the binder, which resolves names
// and types and makes a plan.
package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// Env is what a query can refer to besides its own text: one workspace.
type Env interface {
	// Table finds a table by name; its schema is what queries see, standard
	// columns included.
	Table(name string) (table.Ref, *table.Schema, bool)
	// Tables lists all names, for wildcards, search, find and suggestions.
	Tables() []string
	// Function finds a stored function: its text is "(params) { body }" or a body.
	Function(name string) (src string, ok bool)
	// Workspace finds another workspace, by what a query writes in workspace(…),
	// app(…), database(…) or cluster(…).database(…).
	Workspace(name string) (Env, bool)
}

// Options are the facts of one request that a query can see.
type Options struct {
	Now      table.Time
	Span     table.Span        // the API's timespan: bounds TimeGenerated of every table
	Params   map[string]string // values of declared query parameters, as KQL literals
	MaxDepth int               // of nesting; 0 is a default
}

// Error is a list of mistakes, with their places in the text.
type Error struct {
	Src  string
	List []*syntax.Error
}

func (e *Error) Error() string { return e.List[0].Msg }

// Compile returns the plan of src, or an *Error with all its mistakes.
func Compile(src string, env Env, o Options) (*plan.Query, error) { panic("being written") }
