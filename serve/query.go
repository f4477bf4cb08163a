package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// The Log Analytics query API:
// https://learn.microsoft.com/azure/azure-monitor/logs/api/overview
var queryRoutes = []endpoint{
	{"GET|POST /v1/workspaces/{workspace}/query", (*Server).query},
	{"GET|POST /v1/subscriptions/{resource...}", (*Server).resourceQuery},
	{"GET /ui/workspaces/{workspace}/running/{id}", (*Server).running},
	{"POST /ui/workspaces/{workspace}/compile", (*Server).compile},
	{"GET|POST /subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.OperationalInsights/workspaces/{name}/api/query", (*Server).armQuery},
	{"GET|POST /subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.OperationalInsights/workspaces/{name}/query", (*Server).armQuery},
}

// The longest that a request may ask the server to work on a query, and Azure's
// default.
const (
	defaultWait = 180 * time.Second
	maxWait     = 600 * time.Second
	// maxRequestID is how long the name may be that a client gives its request.
	maxRequestID = 256
	// maxWorkspaces is how many workspaces one query may read.
	maxWorkspaces = 100
	// maxCompiled is how many queries one may have checked at once.
	maxCompiled = 100
)

// requestID is the header with a client's name for its request.
const requestID = "x-ms-client-request-id"

// queryBody is the body of a query request.
type queryBody struct {
	Query      string   `json:"query"`
	Timespan   string   `json:"timespan"`
	Workspaces []string `json:"workspaces"`
}

// prefer is what a request asks for in its Prefer header.
type prefer struct {
	wait                                         time.Duration
	statistics, render, dataSources, permissions bool
}

func parsePrefer(header string) prefer {
	p := prefer{wait: defaultWait}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "wait":
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				p.wait = min(time.Duration(n)*time.Second, maxWait)
			}
		case "include-statistics":
			p.statistics = strings.EqualFold(value, "true")
		case "include-render":
			p.render = strings.EqualFold(value, "true")
		case "include-datasources":
			p.dataSources = strings.EqualFold(value, "true")
		case "include-permissions":
			p.permissions = strings.EqualFold(value, "true")
		}
	}
	return p
}

func (s *Server) query(w http.ResponseWriter, r *http.Request) error {
	return s.queryWorkspace(w, r, r.PathValue("workspace"))
}

func (s *Server) armQuery(w http.ResponseWriter, r *http.Request) error {
	return s.queryWorkspace(w, r, fmt.Sprintf("%s/%s/%s", r.PathValue("subscription"), r.PathValue("group"), r.PathValue("name")))
}

// resourceQuery answers /v1/{resource id}/query. Of resources only workspaces hold
// rows of their own; a query of another resource, of a group or of a subscription is a
// query of the rows about it, in whichever workspaces they are.
func (s *Server) resourceQuery(w http.ResponseWriter, r *http.Request) error {
	path, ok := strings.CutSuffix(strings.TrimRight(r.PathValue("resource"), "/"), "/query")
	if !ok {
		return &apiError{Code: "PathNotFoundError", Message: "The requested path does not exist", status: http.StatusNotFound}
	}
	id := "/subscriptions/" + path
	if strings.Contains(strings.ToLower(path), "/providers/microsoft.operationalinsights/workspaces/") {
		return s.queryWorkspace(w, r, id)
	}
	return s.queryResource(w, r, id)
}

func (s *Server) queryWorkspace(w http.ResponseWriter, r *http.Request, name string) error {
	ws, caller, err := s.workspace(r, name, control.QueryLogs)
	if err != nil {
		return err
	}
	body, err := readQuery(r)
	if err != nil {
		return err
	}
	p := parsePrefer(strings.Join(r.Header.Values("Prefer"), ","))
	res, err := s.start(r, ws, caller, body, p)
	if err != nil {
		return err
	}
	return s.answer(w, r, answer{res: res, prefer: p, workspace: ws})
}

// answer writes the rows of a query that has started.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, a answer) error {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("x-ms-request-id", uuid.NewString())
	echo(r, h)
	err := a.write(r.Context(), w)
	return errors.Join(s.tooLate(err), a.res.Close())
}

// tooLate logs an error that came after the answer began: its status is sent, so the
// client sees it as a document that does not end.
func (s *Server) tooLate(err error) error {
	if err == nil {
		return nil
	}
	s.o.Logger.Warn("answer cut off", "err", err)
	panic(http.ErrAbortHandler)
}

func echo(r *http.Request, h http.Header) {
	if id := r.Header.Get(requestID); id != "" && len(id) <= maxRequestID {
		h.Set(requestID, id)
	}
}

// workspace finds a workspace by any of its names and says who asks, if they may.
func (s *Server) workspace(r *http.Request, name string, a control.Action) (*control.Workspace, control.Caller, error) {
	caller, err := s.ctl.Authenticate(r, a.For...)
	if err != nil {
		return nil, caller, err
	}
	ws, err := s.ctl.Workspace(name)
	if err != nil {
		return nil, caller, err
	}
	return ws, caller, s.ctl.Allow(caller, a, ws.ID)
}

// start runs a query to its first rows.
func (s *Server) start(r *http.Request, ws *control.Workspace, caller control.Caller, body queryBody, p prefer) (*engine.Result, error) {
	q, err := s.prepare(r, ws, caller, body, p)
	if err != nil {
		return nil, err
	}
	return s.eng.Query(r.Context(), q)
}

// prepare makes the engine's request of what a client asks.
func (s *Server) prepare(r *http.Request, ws *control.Workspace, caller control.Caller, body queryBody, p prefer) (engine.Request, error) {
	if err := s.rate.take(caller.ObjectID, s.now()); err != nil {
		return engine.Request{}, err
	}
	var q engine.Request
	if strings.TrimSpace(body.Query) == "" {
		return q, badRequest("MissingQueryError", "The request has no query: send {\"query\": \"…\"} or ?query=…")
	}
	now := s.now()
	span, err := table.ParseSpan(body.Timespan, table.FromGo(now))
	if err != nil {
		return q, badRequest("InvalidTimespanError", err.Error())
	}
	if fromURL := r.URL.Query().Get("timespan"); fromURL != "" && fromURL != body.Timespan {
		other, err := table.ParseSpan(fromURL, table.FromGo(now))
		if err != nil {
			return q, badRequest("InvalidTimespanError", err.Error())
		}
		span = span.Intersect(other)
	}
	if len(body.Workspaces) > maxWorkspaces {
		return q, badRequest("TooManyWorkspacesError", fmt.Sprintf("A query may read %d workspaces; this one names %d", maxWorkspaces, len(body.Workspaces)))
	}
	q = engine.Request{Workspace: ws.Properties.CustomerID, Text: body.Query, Span: span, Now: now, Timeout: p.wait, Caller: caller.ObjectID, Access: s.access(caller)}
	if id := r.Header.Get(requestID); len(id) <= maxRequestID {
		q.ID = id
	}
	for _, name := range body.Workspaces {
		other, err := s.ctl.Workspace(strings.TrimSpace(name))
		if err != nil {
			return q, badRequest("FailedToResolveResource", fmt.Sprintf("Failed to resolve workspace %q", name))
		}
		if err := s.ctl.Allow(caller, control.QueryLogs, other.ID); err != nil {
			return q, err
		}
		q.Others = append(q.Others, other.Properties.CustomerID)
	}
	return q, nil
}

// running says how far the caller's query with the client's id is.
func (s *Server) running(w http.ResponseWriter, r *http.Request) error {
	ws, caller, err := s.workspace(r, r.PathValue("workspace"), control.QueryLogs)
	if err != nil {
		return err
	}
	for _, a := range s.eng.Activities(ws.Properties.CustomerID) {
		if a.ID == r.PathValue("id") && a.Caller == caller.ObjectID && a.State == engine.InProgress {
			out := map[string]any{
				"running": true, "extents": a.Stats.Extents, "skipped": a.Stats.Skipped, "rows": a.Stats.RowsRead, "bytes": a.Stats.BytesRead, "answered": a.Rows,
			}
			if a.Progress > 0 {
				out["progress"] = a.Progress
			}
			writeJSON(w, http.StatusOK, out)
			return nil
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"running": false})
	return nil
}

// compile checks queries as somebody writes them, and runs none:
// {"queries":["…"]} is answered with what each would be refused with, or null.
func (s *Server) compile(w http.ResponseWriter, r *http.Request) error {
	ws, caller, err := s.workspace(r, r.PathValue("workspace"), control.QueryLogs)
	if err != nil {
		return err
	}
	var in struct {
		Queries []string `json:"queries"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return badRequest("InvalidJsonBody", "The request's body is not as it must be: "+err.Error())
	}
	if len(in.Queries) > maxCompiled {
		return badRequest("TooManyQueries", fmt.Sprintf("There are %d queries: %d are checked at most", len(in.Queries), maxCompiled))
	}
	out := make([]*apiError, len(in.Queries))
	for i, text := range in.Queries {
		if err := r.Context().Err(); err != nil {
			return err
		}
		q := engine.Request{Workspace: ws.Properties.CustomerID, Text: text, Now: s.now(), Caller: caller.ObjectID, Access: s.access(caller)}
		if _, err := s.eng.Compile(q); err != nil {
			out[i] = describe(err)
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"errors": out})
	return nil
}

// readQuery takes a query from the address or the body.
func readQuery(r *http.Request) (queryBody, error) {
	params := lowerNames(r.URL.Query())
	if r.Method != http.MethodPost {
		b := queryBody{Query: params.Get("query"), Timespan: params.Get("timespan")}
		if ws := params.Get("workspaces"); ws != "" {
			b.Workspaces = strings.Split(ws, ",")
		}
		return b, nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return queryBody{}, fmt.Errorf("read the request: %w", err)
	}
	return decodeQuery(text)
}

func decodeQuery(text []byte) (queryBody, error) {
	var b queryBody
	if err := json.Unmarshal(text, &b); err != nil {
		return b, badRequest("InvalidJsonBody", "The request's body is not the JSON of a query: "+err.Error())
	}
	return b, nil
}

func lowerNames(v url.Values) url.Values {
	out := url.Values{}
	for k, vs := range v {
		out[strings.ToLower(k)] = vs
	}
	return out
}

// compileError writes the mistakes of a query as Azure does: the first as the inner
// error, and, beyond Azure, all of them as details.
func compileError(e *kql.Error) *apiError {
	out := &apiError{Code: "BadArgumentError", Message: "The request had some invalid properties", status: http.StatusBadRequest}
	for i, m := range e.List {
		line, col := syntax.Position(e.Src, m.Pos)
		inner := &innerError{Code: m.Code, Message: m.Msg, Line: line, Pos: col, Token: token(e.Src, m), Hint: m.Hint}
		kind := &innerError{Code: "SemanticError", Message: "A semantic error occurred.", Inner: inner}
		if strings.HasPrefix(m.Code, "SYN") || strings.HasPrefix(m.Code, "KS0") {
			kind.Code, kind.Message = "SyntaxError", "A recognition error occurred in the query."
		}
		if i == 0 {
			out.Inner = kind
		}
		if len(e.List) > 1 {
			out.Details = append(out.Details, &apiError{Code: kind.Code, Message: m.Msg, Inner: inner})
		}
	}
	return out
}

func token(src string, m *syntax.Error) string {
	const most = 100
	if m.Pos < 0 || m.Pos >= len(src) || m.End <= m.Pos {
		return ""
	}
	return strings.ToValidUTF8(src[m.Pos:min(m.End, len(src), m.Pos+most)], "")
}
