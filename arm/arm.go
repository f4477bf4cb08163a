// Package arm serves the resources of the control plane by Azure Resource Manager's
// API. A resource type is a declaration (see types): what can be done to it, and how it
// is shown; what it may be, control decides.
package arm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/internal/route"
)

// maxBody is the largest body of a request, in bytes: Resource Manager's limit.
const maxBody = 4 << 20

// Options are the API's settings. The zero value works.
type Options struct {
	Logger *slog.Logger // nil: nothing is logged
}

// API is Resource Manager, over one control plane.
type API struct {
	control *control.Store
	log     *slog.Logger
}

// New makes the API.
func New(c *control.Store, o Options) *API {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &API{c, o.Logger}
}

// request is one request, by whom, and for which resource.
type request struct {
	*http.Request
	caller control.Caller
	id     string // of the resource, or of the scope that is listed
}

// answer is what a request gets: a status, and a body unless it is nil.
type answer struct {
	status int
	body   any
}

// kind is a resource type as the API serves it. Functions that are nil are not served.
type kind struct {
	name   string // "Microsoft.Insights/dataCollectionRules"
	parent string // the type in whose resources these are, or ""
	list   func(*API, *request) ([]any, error)
	get    func(*API, *request) (any, error)
	put    func(*API, *request, []byte) (answer, error)
	patch  func(*API, *request, []byte) (answer, error)
	delete func(*API, *request) (existed bool, err error)
	posts  map[string]func(*API, *request) (any, error) // by the last part of the path
}

// types are the resource types that are served.
var types = []kind{dataCollectionRules, workspaces, tables}

// Routes are the endpoints of all types.
func (a *API) Routes() []route.Route {
	var routes []route.Route
	for _, k := range types {
		const sub, group = "/subscriptions/{subscription}", "/resourceGroups/{group}"
		collection := "/providers/" + k.name
		if k.parent != "" {
			collection = "/providers/" + k.parent + "/{parent}" + k.name[len(k.parent):]
		} else if k.list != nil {
			routes = append(routes, a.route(&k, "GET "+sub+collection, "read", k.collection))
		}
		if k.list != nil {
			routes = append(routes, a.route(&k, "GET "+sub+group+collection, "read", k.collection))
		}
		one := sub + group + collection + "/{name}"
		if k.get != nil {
			routes = append(routes, a.route(&k, "GET "+one, "read", k.resource))
		}
		if k.put != nil {
			routes = append(routes, a.route(&k, "PUT "+one, "write", withBody(k.put)))
		}
		if k.patch != nil {
			routes = append(routes, a.route(&k, "PATCH "+one, "write", withBody(k.patch)))
		}
		if k.delete != nil {
			routes = append(routes, a.route(&k, "DELETE "+one, "delete", k.remove))
		}
		for name, post := range k.posts {
			routes = append(routes, a.route(&k, "POST "+one+"/"+name, name+"/action", func(a *API, r *request) (answer, error) {
				body, err := post(a, r)
				return answer{http.StatusOK, body}, err
			}))
		}
	}
	return routes
}

// route serves one operation of a type; operation is the end of its action's name.
func (a *API) route(k *kind, pattern, operation string, serve func(*API, *request) (answer, error)) route.Route {
	action := control.Manage(k.name + "/" + operation)
	return route.Route{Pattern: pattern, Handle: func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("x-ms-request-id", uuid.NewString())
		w.Header().Set("x-ms-correlation-request-id", correlation(q))
		out, err := a.serve(&request{Request: q, id: idOf(q, k)}, action, serve)
		if err != nil {
			a.writeError(w, q, err)
			return
		}
		a.write(w, q, out)
	}}
}

func (a *API) serve(r *request, action control.Action, serve func(*API, *request) (answer, error)) (answer, error) {
	if err := checkVersion(r.Request); err != nil {
		return answer{}, err
	}
	var err error
	if r.caller, err = a.control.Authenticate(r.Request, identity.Management); err != nil {
		return answer{}, err
	}
	if err := a.control.Allow(r.caller, action, r.id); err != nil {
		return answer{}, err
	}
	return serve(a, r)
}

// idOf is the id of the resource that a path names, or of the scope whose resources it
// lists.
func idOf(q *http.Request, k *kind) string {
	id := "/subscriptions/" + q.PathValue("subscription")
	if g := q.PathValue("group"); g != "" {
		id += "/resourceGroups/" + g
	}
	name := q.PathValue("name")
	if p := q.PathValue("parent"); p != "" {
		id += "/providers/" + k.parent + "/" + p
		if name != "" {
			id += k.name[len(k.parent):] + "/" + name
		}
		return id
	}
	if name != "" {
		id += "/providers/" + k.name + "/" + name
	}
	return id
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
func checkVersion(q *http.Request) error {
	switch v := q.URL.Query().Get("api-version"); {
	case v == "":
		return &fault{http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests."}
	case !apiVersion.MatchString(v):
		return &fault{http.StatusBadRequest, "InvalidApiVersionParameter", fmt.Sprintf("The api-version '%s' is invalid.", v)}
	}
	return nil
}

func (k *kind) collection(a *API, r *request) (answer, error) {
	all, err := k.list(a, r)
	if all == nil {
		all = []any{}
	}
	return answer{http.StatusOK, map[string]any{"value": all}}, err
}

func (k *kind) resource(a *API, r *request) (answer, error) {
	one, err := k.get(a, r)
	return answer{http.StatusOK, one}, err
}

func (k *kind) remove(a *API, r *request) (answer, error) {
	existed, err := k.delete(a, r)
	if !existed {
		return answer{http.StatusNoContent, nil}, err
	}
	return answer{http.StatusOK, nil}, err
}

func withBody(f func(*API, *request, []byte) (answer, error)) func(*API, *request) (answer, error) {
	return func(a *API, r *request) (answer, error) {
		body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return answer{}, &fault{http.StatusRequestEntityTooLarge, "RequestContentTooLarge", fmt.Sprintf("The request content is larger than %d bytes.", maxBody)}
		case err != nil:
			return answer{}, &fault{http.StatusBadRequest, "InvalidRequestContent", "The request content could not be read."}
		}
		return f(a, r, body)
	}
}

func (a *API) write(w http.ResponseWriter, q *http.Request, out answer) {
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	text, err := json.Marshal(out.body)
	if err != nil {
		a.writeError(w, q, fmt.Errorf("arm: write the answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(out.status)
	_, _ = w.Write(text)
}
