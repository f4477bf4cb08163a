// Package serve is the way out: one file for each API that answers, and the page.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/mgmt"
	"github.com/yagura/yagura/table"
)

// Options are what the server shows and how much it takes. The zero value works.
type Options struct {
	Logger     *slog.Logger
	Version    string
	Workspace  string             // the workspace that the page opens: its resource id
	Principal  identity.Principal // whom the sign-in key signs in
	SignInKey  string             // in the page's address; "" is none
	Examples   []Example          // the queries with which the page greets a newcomer
	Dashboards []Dashboard        // those that come with the demo
	MaxBody    int64              // of a request, in bytes; zero: 16 MiB
	Rate       int                // queries of one caller in 30 seconds by the query API; zero: any number
	Ready      func() error       // nil, or why the server cannot take and answer
	// Try returns what a rule's flow makes of rows.
	Try func(context.Context, *control.Flow, *table.Batch) (*table.Batch, error)
}

// Example is a query with which the page greets a newcomer.
type Example struct {
	Words
	Japanese Words  `json:"ja"`
	Query    string `json:"query"`
	Timespan string `json:"timespan"` // ISO 8601
}

// Words say in a language what an example asks.
type Words struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Server answers the APIs that read.
type Server struct {
	eng  *engine.Engine
	ctl  *control.Store
	cmd  *mgmt.Runner
	o    Options
	now  func() time.Time
	rate rate
	// advising holds a place for each request for advice that is being answered.
	advising chan struct{}
}

// New makes a server; it starts nothing.
func New(e *engine.Engine, c *control.Store, m *mgmt.Runner, o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxBody == 0 {
		o.MaxBody = 16 << 20
	}
	return &Server{eng: e, ctl: c, cmd: m, o: o, now: time.Now, rate: rate{limit: o.Rate}, advising: make(chan struct{}, adviseAtOnce)}
}

// endpoint is a route whose handler returns what went wrong before it answered.
type endpoint struct {
	pattern string
	handle  func(*Server, http.ResponseWriter, *http.Request) error
}

// Routes are the server's routes, the page's included.
func (s *Server) Routes() []route.Route {
	var routes []route.Route
	for _, e := range slices.Concat(queryRoutes, kustoRoutes, batchRoutes, metadataRoutes, activityRoutes, sessionRoutes, transformRoutes, dashboardRoutes, adviseRoutes, pageRoutes, healthRoutes, openAPIRoutes) {
		routes = append(routes, route.Route{Pattern: e.pattern, Handle: func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, s.o.MaxBody)
			if err := e.handle(s, w, r); err != nil {
				s.writeError(w, r, err)
			}
		}})
	}
	return routes
}

// apiError is an error as the query API writes it.
type apiError struct {
	Code          string      `json:"code"`
	Message       string      `json:"message"`
	CorrelationID string      `json:"correlationId,omitempty"`
	Details       []*apiError `json:"details,omitempty"`
	Inner         *innerError `json:"innererror,omitempty"`
	status        int
	retryAfter    string
}

// innerError says what was wrong more exactly.
type innerError struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Line    int    `json:"line,omitempty"`
	Pos     int    `json:"pos,omitempty"`
	Token   string `json:"token,omitempty"`
	Hint    string `json:"hint,omitempty"`
	// Messages is how the message of advice was made.
	Messages message.Catalog `json:"messages,omitempty"`
	Inner    *innerError     `json:"innererror,omitempty"`
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

func badRequest(code, message string) error {
	return invalid(&innerError{Code: code, Message: message})
}

func invalid(why *innerError) error {
	return &apiError{Code: "BadArgumentError", Message: "The request had some invalid properties", Inner: why, status: http.StatusBadRequest}
}

// describe turns an error into the API's form. It is the one place of this package
// where errors become statuses.
func describe(err error) *apiError {
	var api *apiError
	var compile *kql.Error
	var token *identity.TokenError
	var forbidden *control.ForbiddenError
	var tooBig *http.MaxBytesError
	var failed *engine.QueryError
	var refused *mgmt.Error
	var invalid *control.InvalidError
	var stream *format.StreamError
	switch {
	case errors.As(err, &api):
		c := *api
		return &c
	case errors.As(err, &refused):
		return badRequest(refused.Code, refused.Message).(*apiError)
	case errors.As(err, &invalid):
		return badRequest(invalid.Code, invalid.Message).(*apiError)
	case errors.As(err, &stream):
		return badRequest(stream.Code, stream.Message).(*apiError)
	case errors.As(err, &compile):
		return compileError(compile)
	case errors.As(err, &token):
		status := http.StatusForbidden
		if token.Code == identity.CodeMissing {
			status = http.StatusUnauthorized
		}
		return &apiError{Code: token.Code, Message: token.Message, status: status}
	case errors.Is(err, control.ErrChanged):
		return &apiError{Code: "PreconditionFailed", Message: "It was changed in the meantime, by somebody else or in another window", status: http.StatusPreconditionFailed}
	case errors.As(err, &forbidden):
		return &apiError{Code: "InsufficientAccessError", Message: "The provided credentials have insufficient access to perform the requested operation", Inner: &innerError{Code: "AuthorizationFailedError", Message: forbidden.Error()}, status: http.StatusForbidden}
	case errors.Is(err, engine.ErrNoWorkspace), errors.Is(err, control.ErrNotFound):
		return &apiError{Code: "PathNotFoundError", Message: "The requested path does not exist", Inner: &innerError{Code: "WorkspaceNotFoundError", Message: err.Error()}, status: http.StatusNotFound}
	case errors.Is(err, ingest.ErrBusy):
		return &apiError{Code: "ThrottledError", Message: "Too many rows are being taken in. Try again later.", status: http.StatusTooManyRequests, retryAfter: "1"}
	case errors.Is(err, ingest.ErrTooLarge):
		return &apiError{Code: "Stream_InputStreamTooLarge", Message: err.Error(), status: http.StatusRequestEntityTooLarge}
	case errors.Is(err, ingest.ErrInvalid):
		return badRequest("General_BadRequest", err.Error()).(*apiError)
	case errors.Is(err, engine.ErrBusy):
		return &apiError{Code: "ThrottledError", Message: "Too many queries are running or waiting. Try again later.", status: http.StatusTooManyRequests, retryAfter: "5"}
	case errors.Is(err, engine.ErrMemory):
		return &apiError{Code: "BadArgumentError", Message: "The request had some invalid properties", Inner: &innerError{Code: "QueryExecutionError", Message: "Query execution has exceeded the allowed limits", Inner: &innerError{Code: "80DA0001", Message: "Runaway query (E_RUNAWAY_QUERY): it needs more memory than it may have. Ask for less time, fewer columns or fewer groups."}}, status: http.StatusBadRequest}
	case errors.As(err, &failed):
		return badRequest("QueryExecutionError", failed.Error()).(*apiError)
	case errors.As(err, &tooBig):
		return &apiError{Code: "RequestEntityTooLargeError", Message: "The request body is larger than allowed", status: http.StatusRequestEntityTooLarge}
	case errors.Is(err, context.DeadlineExceeded):
		return &apiError{Code: "GatewayTimeout", Message: "The query did not finish in the time that it was given", status: http.StatusGatewayTimeout}
	case errors.Is(err, engine.ErrCancelled):
		return &apiError{Code: "QueryCancelled", Message: err.Error(), status: http.StatusBadRequest}
	case errors.Is(err, context.Canceled):
		return &apiError{Code: "RequestCancelled", Message: "The request was cancelled", status: 499}
	}
	return &apiError{Code: "InternalServerError", Message: "The server failed to answer", status: http.StatusInternalServerError}
}

func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	e := describe(err)
	e.CorrelationID = uuid.NewString()
	if e.status == http.StatusInternalServerError {
		s.o.Logger.Error("request failed", "method", r.Method, "path", r.URL.Path, "correlation", e.CorrelationID, "err", err)
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="/`+s.ctl.Directory().Tenant()+`/oauth2/v2.0/authorize"`)
	}
	if e.retryAfter != "" {
		w.Header().Set("Retry-After", e.retryAfter)
	}
	writeJSON(w, e.status, map[string]any{"error": e})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic("serve: an answer is not JSON: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func (s *Server) tableNow() table.Time { return table.FromGo(s.now()) }
