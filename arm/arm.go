// Package arm serves the resources of the control plane by Azure Resource Manager's
// API. Which types there are, and what a resource may be, control declares; here stands
// how each is asked for, shown and operated on.
package arm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/purge"
)

// maxBody is the largest body of a request, in bytes: Resource Manager's limit.
const maxBody = 4 << 20

// Options are the API's settings. The zero value works.
type Options struct {
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now
	// Logs answers queries of a resource's logs, which extend it like a resource:
	// {id}/providers/Microsoft.Insights/logs. nil: there are none.
	Logs http.HandlerFunc
	// Purger deletes rows of workspaces; nil: none can be deleted.
	Purger *purge.Purger
}

// API is Resource Manager, over one control plane.
type API struct {
	control *control.Store
	log     *slog.Logger
	now     func() time.Time
	logs    http.HandlerFunc
	purger  *purge.Purger
	rates   rates
}

// New makes the API.
func New(c *control.Store, o Options) *API {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &API{control: c, log: o.Logger, now: o.Now, logs: o.Logs, purger: o.Purger}
}

// Routes are the endpoints. A path is taken apart by what it means (see
// control.ParsePath), not by patterns, as resources stand in and extend each other.
func (a *API) Routes() []route.Route {
	const methods = "GET|PUT|PATCH|DELETE|POST "
	return []route.Route{
		{Pattern: methods + "/subscriptions/{path...}", Handle: a.serve},
		{Pattern: methods + "/providers/{path...}", Handle: a.serve},
		{Pattern: "GET /tenants", Handle: a.serve},
		{Pattern: "POST /subscriptions/{subscription}/metrics:getBatch", Handle: a.metricsBatch},
		{Pattern: "GET /metadata/endpoints", Handle: a.endpoints},
	}
}

// request is one request, by whom, and for what.
type request struct {
	*http.Request
	caller control.Caller
	path   control.Path
	body   []byte
	query  url.Values // names in lower case
}

// match is what the client says of the version that it changes.
func (r *request) match() control.Match {
	return control.Match{Is: r.Header.Get("If-Match"), IsNot: r.Header.Get("If-None-Match")}
}

// answer is what a request gets: a status, and a body unless it is nil.
type answer struct {
	status int
	body   any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

func (a *API) serve(w http.ResponseWriter, q *http.Request) {
	if p, ok := control.ParsePath(q.URL.EscapedPath()); ok && a.logs != nil && strings.EqualFold(p.Provider+"/"+p.Rest, "Microsoft.Insights/logs") {
		a.logs(w, q)
		return
	}
	w.Header().Set("x-ms-request-id", uuid.NewString())
	id := correlation(q)
	w.Header().Set("x-ms-correlation-request-id", id)
	w.Header().Set("x-ms-routing-request-id", strings.ToUpper("LOCAL:"+a.now().UTC().Format("20060102T150405Z"))+":"+id)
	w.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	out, err := a.answer(w, q, id)
	if err != nil {
		a.writeError(w, q, err)
		return
	}
	a.write(w, q, out)
}

func (a *API) answer(w http.ResponseWriter, q *http.Request, correlation string) (answer, error) {
	r := &request{Request: q, query: lowerNames(q.URL.Query())}
	if err := checkVersion(r.query); err != nil {
		return answer{}, err
	}
	var err error
	if r.caller, err = a.control.Authenticate(q, identity.Management); err != nil {
		return answer{}, err
	}
	r.caller.Correlation = correlation
	var ok bool
	if r.path, ok = control.ParsePath(q.URL.EscapedPath()); !ok {
		return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidResourceId", message: "The path is not that of a resource."}
	}
	if err := a.rates.take(w.Header(), r, a.now()); err != nil {
		return answer{}, err
	}
	if r.body, err = readBody(q); err != nil {
		return answer{}, err
	}
	began := a.now()
	out, err := a.operate(r)
	return out, a.record(r, began, out, err)
}

func (a *API) operate(r *request) (answer, error) {
	op, err := a.find(r)
	if err != nil {
		return answer{}, err
	}
	return op(a, r)
}

// record writes what was done, or tried, to the activity log: all but reading. It
// returns err, or why the log could not be written.
func (a *API) record(r *request, began time.Time, out answer, err error) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return err
	}
	act := control.Activity{By: r.caller, Action: actionOf(r), Scope: r.path.ID.String(), Time: began, Status: out.status, Method: r.Method, URI: base(r.Request) + r.URL.Path, Duration: a.now().Sub(began)}
	if err != nil {
		f := faultOf(r.Request, err)
		act.Status, act.Code, act.Message = f.status, f.code, f.message
	}
	if failed := a.control.Record(r.Context(), act); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}

// actionOf is the action of a request, as roles name it.
func actionOf(r *request) string {
	name := actionName(r.path.ID.Type)
	switch r.Method {
	case http.MethodPut, http.MethodPatch:
		return name + "/write"
	case http.MethodDelete:
		return name + "/delete"
	}
	return name + "/" + r.path.Rest + "/action"
}

// correlation is the id that a client gave its request, or a new one.
func correlation(q *http.Request) string {
	if id, err := uuid.Parse(q.Header.Get("x-ms-correlation-request-id")); err == nil {
		return id.String()
	}
	return uuid.NewString()
}

var apiVersion = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(-[a-zA-Z.]+)?$`)

// checkVersion takes any version: types are shown in one shape, which all understand.
func checkVersion(query url.Values) error {
	switch v := query.Get("api-version"); {
	case v == "":
		return &fault{status: http.StatusBadRequest, code: "MissingApiVersionParameter", message: "The api-version query parameter (?api-version=) is required for all requests."}
	case !apiVersion.MatchString(v):
		return &fault{status: http.StatusBadRequest, code: "InvalidApiVersionParameter", message: fmt.Sprintf("The api-version '%.100s' is invalid.", v)}
	}
	return nil
}

func lowerNames(v url.Values) url.Values {
	out := url.Values{}
	for k, vs := range v {
		out[strings.ToLower(k)] = vs
	}
	return out
}

func readBody(q *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &fault{status: http.StatusRequestEntityTooLarge, code: "RequestContentTooLarge", message: fmt.Sprintf("The request content is larger than %d bytes.", maxBody)}
	case err != nil:
		return nil, &fault{status: http.StatusBadRequest, code: "InvalidRequestContent", message: "The request content could not be read."}
	}
	return body, nil
}

func (a *API) write(w http.ResponseWriter, q *http.Request, out answer) {
	if q.Method == http.MethodHead && out.status == http.StatusOK {
		out = answer{status: http.StatusNoContent} // what is asked is whether it is there
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	text, err := json.Marshal(out.body)
	if err != nil {
		a.writeError(w, q, fmt.Errorf("arm: write the answer: %w", err))
		return
	}
	if r, ok := out.body.(*control.Resource); ok && r.Etag != "" {
		w.Header().Set("ETag", r.Etag)
	}
	if op, ok := out.body.(*noted); ok {
		w.Header().Set("x-ms-status-location", base(q)+op.at)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(out.status)
	_, _ = w.Write(text)
}

// base is the address that a request was sent to.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
