// Package mgmt answers Kusto's management commands: texts that begin with a dot and
// show or change what a database, which is a workspace here, holds. There is a file
// for each kind of thing that commands are about, with a line in a table for each
// command: how it is written, what its caller must be allowed to do, and the function
// that answers it. Columns of answers are those of the service:
// https://learn.microsoft.com/kusto/management
package mgmt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/kql/command"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/purge"
	"github.com/yagura/yagura/table"
)

// Error says why a command was refused. Code is Kusto's.
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Message }

func fail(code, format string, args ...any) error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// The codes of Kusto's errors.
const (
	codeSyntax   = "SYN0002"
	codeNotFound = "BadRequest_EntityNotFound"
	codeExists   = "BadRequest_EntityNameAlreadyExists"
	codeInvalid  = "General_BadRequest"
	codeRefused  = "BadRequest_CommandNotSupported"
	codeReadOnly = "BadRequest_RequestIsReadOnly"
)

// Options are what the answers say of the server. The zero value works.
type Options struct {
	Logger  *slog.Logger
	Version string
	Now     func() time.Time // nil: time.Now
	Purger  *purge.Purger    // nil: single rows cannot be deleted
	// Artifacts lists the files of an external table, at most so many; 0 is all. nil: no
	// address is allowed.
	Artifacts func(ctx context.Context, n *plan.ExternalData, most int) (*table.Batch, error)
}

// Runner runs commands. Its methods may be called concurrently.
type Runner struct {
	eng   *engine.Engine
	ctl   *control.Store
	in    *ingest.Pipeline
	o     Options
	since time.Time
	ops   operations
}

// New makes a runner of commands on what these hold.
func New(e *engine.Engine, c *control.Store, in *ingest.Pipeline, o Options) *Runner {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Runner{eng: e, ctl: c, in: in, o: o, since: o.Now()}
}

// Request is one command.
type Request struct {
	Workspace *control.Workspace
	Caller    control.Caller
	Query     engine.Request // its Text is the command; the rest bounds the queries in it
	ReadOnly  bool           // what changes anything is refused
}

// Result is one table of a command's answer.
type Result struct {
	Name string
	Rows *table.Batch
}

// entry is a command.
type entry struct {
	form *command.Form
	may  *control.Action // beside control.QueryLogs; nil: it changes nothing
	run  func(*call, context.Context) (*table.Batch, error)
	rows bool // it only brings rows, or keeps some: the activity log does not have it
}

// call is a command that runs.
type call struct {
	*Runner
	Request
	*command.Args
	src    string
	looked bool // it has changed nothing, but told what it would
}

func show(form string, run func(*call, context.Context) (*table.Batch, error)) entry {
	return entry{form: command.MustForm(form), run: run}
}

func change(form string, may *control.Action, run func(*call, context.Context) (*table.Batch, error)) entry {
	return entry{form: command.MustForm(form), may: may, run: run}
}

func bring(form string, run func(*call, context.Context) (*table.Batch, error)) entry {
	return entry{form: command.MustForm(form), may: &control.WriteRows, run: run, rows: true}
}

// keep is a command that changes what its caller alone sees.
func keep(form string, run func(*call, context.Context) (*table.Batch, error)) entry {
	return entry{form: command.MustForm(form), may: &control.QueryLogs, run: run, rows: true}
}

// entries are all commands. It is filled when the package starts, as a script runs
// commands too.
var entries []entry

func init() {
	entries = slices.Concat(clusterCommands, entityCommands, entityGroupCommands, externalCommands, externalMappingCommands, graphCommands, operationCommands, viewCommands, schemaCommands, tableCommands, functionCommands, ingestCommands, mappingCommands, policyCommands, purgeCommands, queryCommands, resultCommands, scriptCommands, databaseCommands)
}

// find returns the command that a text is, its arguments, and where its pipe begins.
func find(src string) (entry, *command.Args, int, error) {
	var nearest *command.Error
	for _, e := range entries {
		args, pipe, err := e.form.Match(src)
		if err == nil {
			return e, args, pipe, nil
		}
		var mistake *command.Error
		if errors.As(err, &mistake) && (nearest == nil || mistake.Pos > nearest.Pos) {
			nearest = mistake
		}
	}
	if nearest.AtWord { // else it is a command that is there, with a mistake in what it says
		if err := refusal(src); err != nil {
			return entry{}, nil, 0, err
		}
	}
	if begun := command.Head(src, 1); nearest.Pos <= strings.Index(src, begun)+len(begun)+1 {
		return entry{}, nil, 0, fail(codeSyntax, "Syntax error: %s is no management command", command.Head(src, 2))
	}
	return entry{}, nil, 0, fail(codeSyntax, "%s (position %d): %s", nearest.Msg, nearest.Pos, command.Head(src, 4))
}

// Run answers one command. Errors: *Error, *control.ForbiddenError,
// *control.InvalidError, *kql.Error, and those of engine and ingest.
func (r *Runner) Run(ctx context.Context, q Request) ([]Result, error) {
	e, args, pipe, err := find(q.Query.Text)
	if err != nil {
		return nil, err
	}
	c := &call{Runner: r, Request: q, Args: args, src: q.Query.Text}
	b, err := c.do(ctx, e)
	if err != nil {
		return nil, err
	}
	if pipe == len(c.src) {
		return []Result{{"Table_0", b}}, nil
	}
	return c.pipe(ctx, b, pipe)
}

// do runs a command that the caller may run. That somebody changed something, or tried
// to, is in the activity log when it returns.
func (c *call) do(ctx context.Context, e entry) (*table.Batch, error) {
	began := c.o.Now()
	b, err := (*table.Batch)(nil), c.allow(e)
	if err == nil {
		if b, err = e.run(c, ctx); err == nil && c.has("async") {
			b = c.later(began, b)
		}
	}
	if e.may == nil || e.rows || c.looked && err == nil {
		return b, err
	}
	act := control.Activity{
		By: c.Caller, Action: e.may.Name, Scope: c.Workspace.ID, Time: began, Status: http.StatusOK, Method: http.MethodPost, URI: "/v1/rest/mgmt", Duration: c.o.Now().Sub(began),
		Message: command.Head(c.src, 4),
	}
	if err != nil {
		act.Status, act.Code, act.Message = http.StatusBadRequest, "BadRequest", act.Message+": "+err.Error()
		if errors.Is(err, control.ErrForbidden) {
			act.Status, act.Code = http.StatusForbidden, "AuthorizationFailed"
		}
	}
	return b, errors.Join(err, c.ctl.Record(ctx, act))
}

// allow says why the caller may not run e.
func (c *call) allow(e entry) error {
	if c.DB != "" && !c.isThis(c.DB) {
		return fail(codeInvalid, "The command names the database '%s': it can only be about the request's, '%s'.", c.DB, c.Workspace.Name)
	}
	if e.may == nil {
		return nil
	}
	if c.ReadOnly {
		return fail(codeReadOnly, "The request has the option request_readonly: the command %s cannot run.", command.Head(c.src, 3))
	}
	return c.ctl.Allow(c.Caller, *e.may, c.Workspace.ID)
}

// has reports whether a word that the form may leave out is there.
func (c *call) has(word string) bool { return c.Words[word] }

// isThis reports whether a name is one of the request's database.
func (c *call) isThis(db string) bool {
	return strings.EqualFold(db, c.Workspace.Name) || strings.EqualFold(db, c.id())
}

// id is the workspace's customer id.
func (c *call) id() string { return c.Workspace.Properties.CustomerID }

func (c *call) ref(name string) table.Ref { return table.Ref{Workspace: c.id(), Table: name} }

// piped is what a command's answer is called where a query goes on with it.
const piped = "$command"

// pipe runs the query that follows a command on its answer. Places in the text stay
// what they were.
func (c *call) pipe(ctx context.Context, b *table.Batch, at int) ([]Result, error) {
	q := c.Query
	q.Given = map[string]*table.Batch{piped: b}
	blank := func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}
	q.Text = "['" + piped + "']" + strings.Map(blank, c.src[min(at, len(piped)+4):at]) + c.src[at:]
	return c.query(ctx, q)
}

// query runs a query to its end.
func (c *call) query(ctx context.Context, q engine.Request) (_ []Result, err error) {
	res, err := c.eng.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, res.Close()) }()
	var out []Result
	for _, t := range res.Tables {
		b, err := table.ReadAll(ctx, t.Rows)
		if err != nil {
			return nil, err
		}
		out = append(out, Result{t.Name, b})
	}
	return out, res.Partial
}

// columns makes an empty table of "Name:type Name:type …".
func columns(text string) *table.Batch {
	s := &table.Schema{}
	for c := range strings.FieldsSeq(text) {
		name, typ, _ := strings.Cut(c, ":")
		t, ok := table.ParseType(typ)
		if !ok {
			panic("mgmt: no such type: " + c)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: t})
	}
	return table.NewBatch(s)
}
