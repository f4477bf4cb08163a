// Package engine answers queries: it compiles them, hands the part that SQL can do
// to a backend, and does the rest in Go.
//
// A query goes through the files of this package in this order: admission.go lets it
// in, env.go tells the compiler which tables there are, standard.go turns tables as
// queries see them into tables as they are stored, subquery.go runs what must be known
// first, optimise.go improves the plan, counts.go counts by what is known of extents,
// partial.go takes what earlier queries have made of them, newest.go answers tops by time
// and latest.go finds where the last rows of groups are, split.go gives subtrees to the
// backend, and run.go opens rows. result.go cuts the answer at its limits, and progress.go
// tells how far a query is.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

var (
	// ErrBusy is returned when too many queries run and wait.
	ErrBusy = errors.New("engine: too many queries")
	// ErrMemory is returned when a query needs more memory than it may have.
	ErrMemory = errors.New("engine: query needs more memory than allowed")
	// ErrNoWorkspace is returned for a workspace that does not exist.
	ErrNoWorkspace = errors.New("engine: no such workspace")
	// ErrRows and ErrBytes are Result.Partial when an answer was cut.
	ErrRows  = errors.New("engine: answer has more rows than allowed")
	ErrBytes = errors.New("engine: answer has more bytes than allowed")
	// ErrConditional is returned for a query of rows on their way to a table of which its
	// caller may read only some.
	ErrConditional = errors.New("engine: conditional access")
	// ErrUnable is returned by Backend.Run when the backend finds, while it runs,
	// that it cannot answer exactly as KQL would (a number overflows, say). The
	// fragment then runs in Go.
	ErrUnable = errors.New("engine: backend cannot answer exactly")
)

// LimitError says at which limit an answer was cut. It is ErrRows or ErrBytes.
type LimitError struct {
	Err   error
	Limit int64
}

func (e *LimitError) Error() string { return fmt.Sprintf("%v: %d", e.Err, e.Limit) }
func (e *LimitError) Unwrap() error { return e.Err }

// Backend runs plans that its dialect supports.
type Backend interface {
	Dialect() *sqlgen.Dialect
	// Run starts f. The reader's batches are in the caller's hands: they stay valid
	// after Next and Close. Errors: ErrMemory, ErrUnable, a context's. stats, which
	// is not nil, is added to until the reader is closed.
	Run(ctx context.Context, f Fragment, stats *Stats) (table.Reader, error)
	Close() error
}

// Fragment is a plan and the rows its Scans read.
type Fragment struct {
	Root  plan.Node
	Scans map[*plan.Scan]*store.Snapshot
	// Derived says, of the scans that are in it, what their last columns are.
	Derived map[*plan.Scan]*Derived
	// Running is called when the backend begins, with what tells which share of its work
	// is done, and 0 if the backend does not know; then what it returns, when that is over.
	Running func(share func() float64) (ended func())
}

// Options bound what queries may use. The zero value has Azure's limits.
type Options struct {
	Logger     *slog.Logger
	Timeout    time.Duration // of a query; zero: 3 minutes
	Concurrent int           // queries that run at once; zero: 5
	Queue      int           // queries that wait; more are ErrBusy; zero: 200
	QueueWait  time.Duration // how long one waits, unless it may run for less; then ErrBusy; zero: 3 minutes
	MaxRows    int64         // of an answer; zero: 500,000
	MaxBytes   int64         // of an answer; zero: 100 MB
	MaxMemory  int64         // of one query in Go; zero: 1 GiB
	// Partials is how many bytes of what summarize made of extents are kept for the next
	// time; zero: 64 MiB, negative: none.
	Partials int64
	// SmallRows is the number of rows up to which the Go evaluator reads a table
	// rather than the backend; zero is a default, negative none.
	SmallRows int64
	// Stored finds what a workspace keeps by name (see kql.Env); nil: nothing.
	Stored func(workspace, name string) (kql.Stored, bool)
	// Result finds the rows that a caller keeps in a workspace (see kql.Options); nil: none.
	Result func(workspace, caller, name string) (*table.Batch, bool)
	// Resolve finds the id of a workspace by any of its names; nil: ids only.
	Resolve func(name string) (id string, ok bool)
	// Locations tells where IP addresses are; nil: queries that ask fail.
	Locations fn.Locator
	// Outside reads what queries name outside of the server; nil: nothing may be read.
	Outside Outside
}

// QueryError is a failure that is for who asked; see eval.QueryError.
type QueryError = eval.QueryError

// Outside reads what queries name outside of the server. Its errors end the query, and
// are told to who asked.
type Outside interface {
	ExternalData(n *plan.ExternalData) (table.Reader, error)
	// Plugin runs a plugin that calls out; id is the query's.
	Plugin(n *plan.Plugin, id string) (table.Reader, error)
	// Columns asks for the columns of such a plugin where they depend on who answers.
	Columns(ctx context.Context, n *plan.Plugin) ([]table.Column, error)
}

// Azure's limits, and ours where Azure says nothing.
const (
	defaultTimeout    = 3 * time.Minute
	defaultConcurrent = 5
	defaultQueue      = 200
	defaultQueueWait  = 3 * time.Minute
	defaultMaxRows    = 500_000
	defaultMaxBytes   = 100 << 20
	defaultMaxMemory  = 1 << 30
	defaultPartials   = 64 << 20
	defaultSmallRows  = 4096
)

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	def(&o.Timeout, defaultTimeout)
	def(&o.Concurrent, defaultConcurrent)
	def(&o.Queue, defaultQueue)
	def(&o.QueueWait, defaultQueueWait)
	def(&o.MaxRows, defaultMaxRows)
	def(&o.MaxBytes, defaultMaxBytes)
	def(&o.MaxMemory, defaultMaxMemory)
	def(&o.Partials, defaultPartials)
	def(&o.SmallRows, defaultSmallRows)
	if o.Stored == nil {
		o.Stored = func(string, string) (kql.Stored, bool) { return kql.Stored{}, false }
	}
	if o.Result == nil {
		o.Result = func(string, string, string) (*table.Batch, bool) { return nil, false }
	}
	if o.Resolve == nil {
		o.Resolve = func(name string) (string, bool) { return name, true }
	}
	return o
}

func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Engine answers queries over one store.
type Engine struct {
	st       *store.Store
	backend  Backend // or nil
	o        Options
	gate     *gate
	acts     activities
	partials *partials // nil: none are kept
}

// New makes an engine over st. With a nil backend every operator runs in Go. With a nil
// store there are no tables but those that Azure Monitor defines, and they are empty.
func New(st *store.Store, b Backend, o Options) *Engine {
	o = o.withDefaults()
	return &Engine{st: st, backend: b, o: o, gate: newGate(o.Concurrent, o.Queue, o.QueueWait), partials: newPartials(o.Partials)}
}

// Request is one query.
type Request struct {
	Workspace string   // the workspace's id (a guid)
	Others    []string // further workspaces whose tables are united with it
	Text      string
	Plan      *plan.Query       // what Text means, if it is compiled already
	Span      table.Span        // the API's timespan
	Params    map[string]string // of declared query parameters, as KQL literals
	Set       map[string]string // options, as KQL literals, as if Text set them
	Now       time.Time         // zero: now
	Timeout   time.Duration     // zero: Options.Timeout
	MaxRows   int64             // zero: Options.MaxRows
	MaxBytes  int64             // of the answer; zero: Options.MaxBytes
	MaxMemory int64             // zero, or more than it: Options.MaxMemory; less: the query runs in Go
	Caller    string            // who asks, for admission
	ID        string            // the client's, for Cancel
	Activity  string            // the server's, a guid
	About     About
	// Given are tables that only this query sees, by name. They hide the workspace's.
	Given map[string]*table.Batch
	// Known are what only this query finds by its names, as Options.Stored finds others.
	Known map[string]kql.Stored
	// Fresh are rows, as they are to be stored, of tables of which this query sees
	// nothing else, by the tables' names.
	Fresh map[string]*table.Batch
	// Resolve is Options.Resolve for this query: it finds those workspaces only that
	// the caller may read. nil: Options.Resolve.
	Resolve func(name string) (id string, ok bool)
	// Access says what the caller may read of a table of a workspace, by which the query
	// reaches it in whatever way: its name, a function, another workspace. nil: all.
	Access func(table.Ref) (Access, error)

	Name      string        // the workspace's, for current_database()
	Host      string        // the server's, for current_cluster_endpoint()
	Principal kql.Principal // who asks, for current_principal()
}

// Access is what a caller may read of a table.
type Access struct {
	Denied error  // why it may not be read; Query returns it
	Where  string // a predicate of KQL that rows must meet; "": all rows
}

// Result is a query's answer; the caller closes it. Tables are read in their order.
type Result struct {
	Tables []Table
	Render *plan.Render
	// Stats are complete once the rows are read.
	Stats Stats
	// Partial is set, once the rows are read, if the answer was cut at a limit: it is a
	// *LimitError.
	Partial error

	run *run
}

// Table is one table of an answer.
type Table struct {
	Name string
	Rows table.Reader
}

// Stats says how a query was run.
type Stats struct {
	Plan       string // what runs, as text
	SQL        []string
	Queue      time.Duration // waited for admission
	Compile    time.Duration
	Execute    time.Duration // from the compiled plan to the last row
	Extents    int           // read
	Skipped    int           // extents that were ruled out
	SkippedBy  SkippedBy     // by what
	Remembered int           // extents of which an earlier query's results were used
	RowsOut    int64         // rows of the extents read that term indexes ruled out
	RowsRead   int64
	BytesRead  int64 // of extents, as stored
}

// SkippedBy counts the extents that a query did not read.
type SkippedBy struct {
	Time  int // none of their rows is in the query's time
	Stats int // by what is known of their columns: bounds, numbers of values, that they lack one
	Index int // by their term indexes
}

// Query compiles one query and runs it to its first rows. Errors: *kql.Error, ErrBusy,
// ErrMemory, ErrNoWorkspace, Access.Denied, a context's; all may be wrapped. The result, and the
// readers in it, stop when ctx ends.
func (e *Engine) Query(ctx context.Context, q Request) (*Result, error) {
	def(&q.Timeout, e.o.Timeout)
	def(&q.MaxRows, e.o.MaxRows)
	def(&q.MaxBytes, e.o.MaxBytes)
	def(&q.MaxMemory, e.o.MaxMemory)
	q.MaxMemory = min(q.MaxMemory, e.o.MaxMemory)
	def(&q.Now, time.Now())
	ctx, cancel := context.WithCancelCause(ctx)
	act := e.acts.begin(&q, cancel)
	leave, err := e.gate.enter(ctx, q.Caller, q.Timeout)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		e.acts.end(act, Stats{}, err)
		cancel(nil)
		return nil, err
	}
	r := newRun(ctx, cancel, e, q, leave)
	r.act = act
	r.res.Stats.Queue = time.Since(act.Started)
	if err := r.start(); err != nil {
		return nil, errors.Join(err, r.res.Close())
	}
	return r.res, nil
}

// Compile checks a query without running it: that it means something, and that its
// caller may read what it reads.
func (e *Engine) Compile(q Request) (*plan.Query, error) {
	def(&q.Now, time.Now())
	env, err := e.env(q)
	if err != nil {
		return nil, err
	}
	p, err := kql.Compile(q.Text, env, e.options(&q))
	if err != nil {
		return nil, err
	}
	for _, t := range p.Results {
		env.lower(t.Root)
	}
	return p, env.refusal()
}

// options are the facts that a query's text can refer to.
func (e *Engine) options(q *Request) kql.Options {
	return kql.Options{
		Extents: true, Locations: e.o.Locations,
		Now: table.FromGo(q.Now), Span: q.Span, Params: q.Params, Set: q.Set,
		Workspace: q.Name, Host: q.Host, Principal: q.Principal,
		Result: func(name string) (*table.Batch, bool) { return e.o.Result(q.Workspace, q.Caller, name) },
	}
}

// Close ends the query if it still runs and gives back the files that it reads. It may
// be called more than once.
func (r *Result) Close() error {
	if err := r.run.close(); err != nil {
		return fmt.Errorf("engine: close query: %w", err)
	}
	return nil
}
