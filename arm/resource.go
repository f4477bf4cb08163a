package arm

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/control"
)

// operation serves one request, whose path is parsed and whose caller is known.
type operation func(*API, *request) (answer, error)

// kind is how the resources of a type are served. Those of most types are documents;
// functions that are nil are not served. Each is called once the caller may do it.
type kind struct {
	list   func(*API, *request) ([]any, error)
	get    operation
	put    operation
	patch  operation
	delete operation
}

// special are the types whose resources are not, or not only, documents of the control
// plane, by their names in lower case.
var special map[string]kind

// verb is what can be asked of a resource beside reading and writing it: "POST
// type/name" or "GET type/name", in lower case, and the action that it needs.
type verb struct {
	action string // the end of its name: "sharedKeys/action"
	do     operation
}

var verbs map[string]verb

func init() {
	special = map[string]kind{
		"microsoft.operationalinsights/workspaces/savedsearches": savedSearches,
		"microsoft.operationalinsights/workspaces/tables":        tables,
		"microsoft.operationalinsights/workspaces/operations":    operations,
		"microsoft.authorization/roledefinitions":                roleDefinitions,
		"microsoft.authorization/roleassignments":                roleAssignments,
		"microsoft.insights/diagnosticsettingscategories":        categories,
		"microsoft.aadiam/diagnosticsettingscategories":          categories,
		"microsoft.resources/subscriptions":                      subscriptions,
		"microsoft.subscription/aliases":                         aliases,
	}
	verbs = map[string]verb{
		"post microsoft.operationalinsights/workspaces/sharedkeys":           {"sharedKeys/action", (*API).sharedKeys},
		"post microsoft.operationalinsights/workspaces/regeneratesharedkey":  {"regenerateSharedKey/action", (*API).regenerateSharedKey},
		"post microsoft.operationalinsights/workspaces/purge":                {"purge/action", (*API).purge},
		"post microsoft.operationalinsights/workspaces/tables/migrate":       {"migrate/action", (*API).migrate},
		"get microsoft.operationalinsights/workspaces/managementgroups":      {"managementGroups/read", ofWorkspace(nothing)},
		"get microsoft.operationalinsights/workspaces/availableservicetiers": {"availableservicetiers/read", ofWorkspace((*API).tiers)},
		"get microsoft.operationalinsights/workspaces/schema":                {"schema/read", (*API).schema},
		"post microsoft.operationalinsights/workspaces/schema":               {"schema/read", (*API).schema},
		"get microsoft.insights/datacollectionrules/associations":            {"read", (*API).associations},
		"get microsoft.insights/datacollectionendpoints/associations":        {"read", (*API).associations},
	}
}

// find finds what serves a request, and makes sure that its caller may do it.
func (a *API) find(r *request) (operation, error) {
	p := &r.path
	if op, err := a.findScope(r); op != nil || err != nil {
		return op, err
	}
	if v, ok := verbs[strings.ToLower(r.Method+" "+p.ID.Type+"/"+p.Rest)]; ok && p.Provider == "" && p.Rest != "" {
		return v.do, a.control.Allow(r.caller, control.Manage(typeName(p.ID.Type)+"/"+v.action), p.ID.String())
	}
	if p.Rest != "" {
		return a.findList(r)
	}
	k, ok := kindOf(p.ID.Type)
	if !ok {
		return nil, unknownType(p.ID.Type)
	}
	op, action := k.operation(r.Method)
	if op == nil {
		return nil, notAllowed(r.Method, p.ID.Type)
	}
	return op, a.control.Allow(r.caller, control.Manage(actionName(p.ID.Type)+"/"+action), p.ID.String())
}

func (k kind) operation(method string) (operation, string) {
	switch method {
	case http.MethodGet, http.MethodHead:
		return k.get, "read"
	case http.MethodPut:
		return k.put, "write"
	case http.MethodPatch:
		return k.patch, "write"
	case http.MethodDelete:
		return k.delete, "delete"
	}
	return nil, ""
}

// findList finds the list that a path names: of resources in a scope, or of parts of one.
func (a *API) findList(r *request) (operation, error) {
	p := &r.path
	name := p.ID.Type + "/" + p.Rest
	if p.Provider != "" {
		name = p.Provider + "/" + p.Rest
	}
	k, ok := kindOf(name)
	switch {
	case !ok:
		return nil, unknownType(name)
	case r.Method != http.MethodGet && r.Method != http.MethodHead || k.list == nil:
		return nil, notAllowed(r.Method, name)
	}
	return func(a *API, r *request) (answer, error) { return a.list(r, typeName(name), k) }, nil
}

// kindOf finds how a type is served.
func kindOf(name string) (kind, bool) {
	if k, ok := special[strings.ToLower(name)]; ok {
		return k, true
	}
	_, ok := control.TypeOf(name)
	return documents, ok
}

// typeName is the documented spelling of a type's name.
func typeName(name string) string {
	if t, ok := control.TypeOf(name); ok {
		return t.Name
	}
	for _, own := range []string{tablesType, savedSearchType} {
		if strings.EqualFold(name, own) {
			return own
		}
	}
	return name
}

// actionName is the name of a type in the names of actions.
func actionName(name string) string {
	if strings.EqualFold(name, "Microsoft.Resources/resourceGroups") {
		return "Microsoft.Resources/subscriptions/resourceGroups"
	}
	return typeName(name)
}

func unknownType(name string) error {
	provider, rest, _ := strings.Cut(name, "/")
	if !slices.ContainsFunc(control.Types(), func(t *control.Type) bool {
		own, _, _ := strings.Cut(t.Name, "/")
		return strings.EqualFold(own, provider)
	}) {
		return &fault{status: http.StatusNotFound, code: "InvalidResourceNamespace", message: fmt.Sprintf("The resource namespace '%s' is invalid.", provider)}
	}
	return &fault{status: http.StatusNotFound, code: "InvalidResourceType", message: fmt.Sprintf("The resource type '%s' could not be found in the namespace '%s'.", rest, provider)}
}

func notAllowed(method, name string) error {
	return &fault{status: http.StatusMethodNotAllowed, code: "HttpMethodNotAllowed", message: fmt.Sprintf("The method %s is not there for '%s'.", method, name)}
}

// documents are resources as control keeps them.
var documents = kind{
	list: func(a *API, r *request) ([]any, error) {
		name := r.path.ID.Type + "/" + r.path.Rest
		if r.path.Provider != "" {
			name = r.path.Provider + "/" + r.path.Rest
		}
		t, _ := control.TypeOf(name)
		all, err := a.control.Resources(t, r.path.ID.Scoped())
		var out []any
		for _, one := range all {
			id, ok := control.ParseID(one.ID)
			if ok && id.Base != "" && !strings.EqualFold(id.Base, r.path.ID.String()) {
				continue // it extends another resource
			}
			if t.Extension() && !strings.EqualFold(id.Scope(), r.path.ID.Scoped()) {
				continue
			}
			out = append(out, a.show(r, one))
		}
		return out, err
	},
	get: getDocument,
	put: func(a *API, r *request) (answer, error) {
		one, err := control.DecodeResource(r.body)
		if err != nil {
			return answer{}, err
		}
		one.ID = r.path.ID.String()
		created, err := a.control.Put(r.Context(), r.caller, one, r.match())
		if err != nil {
			return answer{}, err
		}
		out := answer{status: http.StatusOK}
		if created && !always200[one.Type] {
			out.status = http.StatusCreated
		}
		kept, err := a.control.Resource(r.path.ID)
		if err != nil {
			return answer{}, err
		}
		out.body = a.show(r, kept)
		return out, nil
	},
	patch: func(a *API, r *request) (answer, error) {
		one, err := control.DecodeResource(r.body)
		if err != nil {
			return answer{}, err
		}
		one.ID = r.path.ID.String()
		if err := a.control.Patch(r.Context(), r.caller, one, r.match()); err != nil {
			return answer{}, err
		}
		return getDocument(a, r)
	},
	delete: func(a *API, r *request) (answer, error) {
		existed, err := a.control.Delete(r.Context(), r.caller, r.path.ID.String(), r.match())
		if !existed {
			return answer{http.StatusNoContent, nil}, err
		}
		return answer{http.StatusOK, nil}, err
	},
}

func getDocument(a *API, r *request) (answer, error) {
	one, err := a.control.Resource(r.path.ID)
	if err != nil {
		return answer{}, err
	}
	return ok(a.show(r, one)), nil
}

// always200 are the types whose clients do not expect 201 when they create a resource.
var always200 = map[string]bool{
	"Microsoft.Insights/components": true, "Microsoft.Insights/metricAlerts": true, "Microsoft.Insights/diagnosticSettings": true,
	"microsoft.aadiam/diagnosticSettings": true, "Microsoft.OperationalInsights/workspaces/savedSearches": true,
}

// pageSize is how many resources a page of a list has.
const pageSize = 200

// list answers a page of a list: of those resources that the caller may read.
func (a *API) list(r *request, name string, k kind) (answer, error) {
	read := control.Manage(name + "/read")
	scope := r.path.ID.String()
	denied := a.control.Allow(r.caller, read, scope)
	all, err := k.list(a, r)
	if err != nil {
		return answer{}, err
	}
	if denied != nil {
		all = slices.DeleteFunc(all, func(one any) bool {
			res, ok := one.(*control.Resource)
			return !ok || a.control.Allow(r.caller, read, res.ID) != nil
		})
		if len(all) == 0 {
			return answer{}, denied
		}
	}
	return a.page(r, all)
}

// page cuts a list where the client's $skiptoken says, and says where the next begins.
func (a *API) page(r *request, all []any) (answer, error) {
	start, size := 0, pageSize
	if len(all) > 0 {
		if _, ok := all[0].(*control.Resource); !ok {
			size = len(all) // lists that are not documents come whole
		}
	}
	if t := r.query.Get("$skiptoken"); t != "" {
		text, err := base64.RawURLEncoding.DecodeString(t)
		if err != nil {
			return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidSkipToken", message: "The $skiptoken is not one that a list has given."}
		}
		for start < len(all) && strings.ToLower(all[start].(*control.Resource).ID) <= string(text) {
			start++
		}
	}
	if top := r.query.Get("$top"); top != "" {
		n, err := strconv.Atoi(top)
		if err != nil || n < 1 {
			return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidTop", message: fmt.Sprintf("$top is '%.20s': it must be a number from 1.", top)}
		}
		size = min(size, n)
	}
	page := all[start:]
	body := map[string]any{}
	if len(page) > size {
		page = page[:size]
		next := *r.URL
		q := next.Query()
		q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(strings.ToLower(page[size-1].(*control.Resource).ID))))
		body["nextLink"] = base(r.Request) + (&url.URL{Path: next.Path, RawPath: next.RawPath, RawQuery: q.Encode()}).String()
	}
	if len(page) == 0 {
		page = []any{}
	}
	body["value"] = page
	return ok(body), nil
}

// show is a resource as clients see it: with the addresses of the host that was asked.
func (a *API) show(r *request, one *control.Resource) *control.Resource {
	f, ok := shows[one.Type]
	if !ok {
		return one
	}
	c := *one
	c.Properties = make(map[string]any, len(one.Properties)+2)
	for k, v := range one.Properties {
		c.Properties[k] = v
	}
	f(a, r, &c)
	return &c
}

// shows add to the resources of a type what depends on the request.
var shows = map[string]func(*API, *request, *control.Resource){
	"Microsoft.Insights/dataCollectionRules": func(_ *API, r *request, one *control.Resource) {
		if one.Kind == "Direct" {
			one.Properties["endpoints"] = map[string]any{"logsIngestion": base(r.Request)}
		}
	},
	"Microsoft.Insights/dataCollectionEndpoints": func(_ *API, r *request, one *control.Resource) {
		for _, name := range []string{"configurationAccess", "logsIngestion", "metricsIngestion"} {
			one.Properties[name] = map[string]any{"endpoint": base(r.Request)}
		}
	},
	"Microsoft.Insights/components": func(_ *API, r *request, one *control.Resource) {
		at := base(r.Request) + "/"
		one.Properties["ConnectionString"] = "InstrumentationKey=" + one.Text("InstrumentationKey") + ";IngestionEndpoint=" + at + ";LiveEndpoint=" + at + ";ApplicationId=" + one.Text("AppId")
	},
}

func (a *API) associations(r *request) (answer, error) {
	if _, err := a.control.Resource(r.path.ID); err != nil {
		return answer{}, err
	}
	all, err := a.control.Associations(r.path.ID.String())
	if err != nil {
		return answer{}, err
	}
	out := make([]any, len(all))
	for i, one := range all {
		out[i] = one
	}
	return a.page(r, out)
}
