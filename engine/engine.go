// Package engine answers queries: it compiles them, hands the part that SQL can do
// to a backend, and does the rest in Go.
package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// Backend runs plans that its dialect supports.
type Backend interface {
	Dialect() *sqlgen.Dialect
	Run(ctx context.Context, f Fragment) (table.Reader, error)
	Close() error
}

// Fragment is a plan and the rows its Scans read.
type Fragment struct {
	Root  plan.Node
	Scans map[*plan.Scan]*store.Snapshot
}

type Options struct {
	Logger     *slog.Logger
	Timeout    time.Duration
	Concurrent int   // queries that run at once; more wait
	Queue      int   // queries that wait; more are ErrBusy
	MaxRows    int64 // of an answer: Azure's 500,000
	MaxBytes   int64 // of an answer: Azure's 100 MB
	MaxMemory  int64 // of one query
	// Function finds a workspace's stored function (see kql.Env); nil: there are none.
	Function func(workspace, name string) (src string, ok bool)
	// Resolve finds the id of a workspace by any of its names; nil: ids only.
	Resolve func(name string) (id string, ok bool)
}

type Engine struct{}

// New makes an engine over st. With a nil backend every operator runs in Go.
func New(st *store.Store, b Backend, o Options) *Engine { return &Engine{} }

// Request is one query.
type Request struct {
	Workspace string   // the workspace's id (a guid)
	Others    []string // further workspaces whose tables are united with it
	Text      string
	Span      table.Span        // the API's timespan
	Params    map[string]string // of declared query parameters, as KQL literals
	Now       time.Time         // zero: now
	Timeout   time.Duration     // zero: Options.Timeout
	MaxRows   int64             // zero: Options.MaxRows
	MaxBytes  int64             // of the answer; zero: Options.MaxBytes
	Caller    string            // who asks, for admission
}

// Result is a query's answer; the caller closes it.
type Result struct {
	Tables []Table
	Render *plan.Render
	Stats  Stats
	// Partial is set, once the rows are read, if the answer was cut at a limit.
	Partial error
}

// Table is one table of an answer.
type Table struct {
	Name string
	Rows table.Reader
}

// Stats says how a query was run; complete once the rows are read.
type Stats struct {
	Plan      string
	SQL       []string
	Compile   time.Duration
	Execute   time.Duration
	Extents   int // read
	Skipped   int // extents that the query's time or predicates ruled out
	RowsRead  int64
	BytesRead int64
}

// Query compiles one query and starts it. Errors: *kql.Error, ErrBusy, ErrMemory,
// ErrNoWorkspace, a context's.
func (e *Engine) Query(ctx context.Context, q Request) (*Result, error) { panic("being written") }

// Close gives back the files that the result reads.
func (r *Result) Close() error { panic("being written") }
