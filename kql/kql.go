// Package kql compiles KQL. Compile is Parse, then the binder, which resolves names
// and types and makes a plan.
package kql

import (
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// Env is what a query can refer to besides its own text: one workspace.
type Env interface {
	// Table finds a table by name; its schema is what queries see, standard
	// columns included.
	Table(name string) (table.Ref, *table.Schema, bool)
	// Tables lists the tables that wildcards, search and find mean. Table may know
	// more: those that Azure Monitor defines and that hold nothing yet.
	Tables() []string
	// Stored finds what the workspace keeps under a name of its own beside its tables.
	Stored(name string) (Stored, bool)
	// Workspace finds another workspace, by what a query writes in workspace(…),
	// app(…), database(…) or cluster(…).database(…).
	Workspace(name string) (Env, bool)
}

// Stored is something that a workspace keeps to be used by its name.
type Stored struct {
	Kind StoredKind
	Text string // as a query would declare it, without "let name ="
	// External is an external table, and Mappings the texts of those that it has, by name.
	External *plan.ExternalData
	Mappings map[string]string
	// Graph is a model of a graph, and Snapshot finds what one of it was at a time: by its
	// name, or the latest for "".
	Graph    *GraphModel
	Snapshot func(name string) (*GraphSnapshot, bool)
}

// StoredKind says what is stored.
type StoredKind uint8

const (
	StoredFunction StoredKind = iota + 1 // "(params) { body }", or a body
	StoredView                           // a materialized view: a function without parameters
	StoredGroup                          // "entity_group [database('a'), …]"
	StoredExternal                       // an external table: there is no Text
	StoredGraph                          // a model of a graph: there is no Text
)

// Options are the facts of one request that a query can see.
type Options struct {
	Now      table.Time
	Span     table.Span        // the API's timespan: bounds TimeGenerated of every table
	Params   map[string]string // values of declared query parameters, as KQL literals
	Set      map[string]string // options of the request, as KQL literals, as if the text set them
	MaxDepth int               // of nesting of functions and subqueries; 0 is a default

	Workspace string    // its name: current_database()
	Host      string    // the server's: current_cluster_endpoint()
	Principal Principal // who asks: current_principal()

	Extents   bool       // who runs the plan knows plan.ExtentColumn
	Locations fn.Locator // where IP addresses are; nil: nobody knows

	// Work is left when who asks does not wait any longer; nil: it never is.
	Work *table.Work

	// Result finds the rows that who asks has kept by .set stored_query_result; nil:
	// there are none.
	Result func(name string) (*table.Batch, bool)

	// Columns finds the columns of a plugin's result that depend on the data
	// (pivot, bag_unpack …), by running its input. known says that there was data:
	// if not, names that the query uses stand for nulls. Without Columns such a
	// result has the columns that are known, and any other name stands for a null.
	Columns func(n *plan.Plugin) (cols []table.Column, known bool, err error)
}

// Principal is who asks, as far as a query can tell.
type Principal struct {
	FQN      string   // aaduser=…;tenant or aadapp=…;tenant
	Type     string   // aaduser, aadapp
	Name     string   // a user's principal name, or an application's
	ObjectID string   // a guid
	Tenant   string   // a guid
	Groups   []string // aadgroup=…, of which it is a member
}

const defaultDepth = 100

// Hide returns a query's text without what it hides, for logs and lists.
func Hide(src string) string { return syntax.Hide(src) }

// Compile returns the plan of src, or an *Error with all its mistakes.
func Compile(src string, env Env, o Options) (_ *plan.Query, err error) {
	defer table.Left(&err)
	file, errs := syntax.Parse(src)
	b := newBinder(env, o)
	b.errs = append(b.errs, errs...)
	q := b.file(file)
	if len(b.errs) > 0 {
		slices.SortStableFunc(b.errs, func(x, y *syntax.Error) int { return x.Pos - y.Pos })
		return nil, &Error{Src: src, List: b.errs}
	}
	return q, nil
}
