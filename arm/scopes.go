package arm

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
)

const tablesType = "Microsoft.OperationalInsights/workspaces/tables"

// findScope finds what serves a path above resources: lists of tenants, subscriptions,
// groups, providers and locations. nil: it is none of them.
func (a *API) findScope(r *request) (operation, error) {
	p := &r.path
	if p.Rest == "" && p.Provider == "" {
		return nil, nil
	}
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	at := map[string]string{"": "tenant", "Microsoft.Resources/subscriptions": "subscription", "Microsoft.Resources/resourceGroups": "group"}[p.ID.Type]
	if p.Provider != "" {
		if p.Rest == "" && read && at != "group" {
			return (*API).provider, nil
		}
		if op, err := a.findOfProvider(r, at); op != nil || err != nil {
			return op, err
		}
		if p.Rest == "" || strings.Contains(p.Rest, "/") {
			return nil, unknownType(p.Provider + "/" + p.Rest)
		}
		return nil, nil
	}
	var op operation
	action := "Microsoft.Resources/subscriptions/read"
	switch at + " " + strings.ToLower(p.Rest) {
	case "tenant subscriptions":
		op, action = (*API).listSubscriptions, ""
	case "tenant tenants":
		op, action = (*API).listTenants, ""
	case "tenant providers":
		op, action = (*API).listProviders, ""
	case "subscription providers":
		op = (*API).listProviders
	case "subscription resourcegroups":
		op, action = (*API).listGroups, ""
	case "subscription locations":
		op = (*API).listLocations
	case "subscription resources", "group resources":
		op, action = (*API).listResources, ""
	default:
		if at != "" {
			return nil, &fault{status: http.StatusNotFound, code: "NotFound", message: fmt.Sprintf("There is no '%.200s' at '%s'.", p.Rest, p.ID)}
		}
		return nil, nil
	}
	if !read {
		return nil, notAllowed(r.Method, p.Rest)
	}
	if action == "" {
		return op, nil
	}
	return op, a.control.Allow(r.caller, control.Manage(action), p.ID.String())
}

// findOfProvider finds what a provider is asked for that is no list of resources. nil: it
// is one.
func (a *API) findOfProvider(r *request, at string) (operation, error) {
	p := &r.path
	name := strings.ToLower(r.Method + " " + p.Rest)
	own := strings.ToLower(p.Provider)
	switch {
	case own == "microsoft.insights" && metricAnswers[strings.ToLower(p.Rest)].do != nil && r.Method == http.MethodGet && p.ID.Type != "":
		v := metricAnswers[strings.ToLower(p.Rest)]
		return v.do, a.control.Allow(r.caller, control.Manage(v.action), p.ID.String())
	case own == "microsoft.authorization" && name == "get permissions":
		return (*API).permissions, nil
	case own == "microsoft.authorization" && name == "post elevateaccess" && at == "tenant":
		return (*API).elevate, nil
	case own == "microsoft.operationalinsights" && name == "get deletedworkspaces" && (at == "subscription" || at == "group"):
		return nothing, a.control.Allow(r.caller, control.Manage("Microsoft.OperationalInsights/workspaces/read"), p.ID.String())
	case name == "post register" && at == "subscription":
		return (*API).provider, a.control.Allow(r.caller, control.Manage(p.Provider+"/register/action"), p.ID.String())
	}
	return nil, nil
}

// nothing is a list of what there never is: deleted workspaces, as what is deleted is gone
// at once, or groups of agents.
func nothing(*API, *request) (answer, error) { return ok(map[string]any{"value": []any{}}), nil }

// subscriptions cannot be made or removed by their path.
var subscriptions = kind{get: func(a *API, r *request) (answer, error) {
	one, err := a.control.Resource(r.path.ID)
	if err != nil {
		return answer{}, err
	}
	return ok(a.subscription(one)), nil
}}

// aliases are the names under which subscriptions are made. Deleting one leaves its
// subscription as it is.
var aliases = kind{get: documents.get, list: documents.list, delete: documents.delete, put: func(a *API, r *request) (answer, error) {
	one, err := control.DecodeResource(r.body)
	if err != nil {
		return answer{}, err
	}
	one.ID = r.path.ID.String()
	created, err := a.control.PutAlias(r.Context(), r.caller, one)
	if err != nil {
		return answer{}, err
	}
	out, err := getDocument(a, r)
	if created {
		out.status = http.StatusCreated
	}
	return out, err
}}

// subscription is a subscription as it is shown, which is not in the form of other
// resources.
func (a *API) subscription(one *control.Resource) any {
	return map[string]any{
		"id": one.ID, "subscriptionId": one.Name, "displayName": one.Text("displayName"), "state": one.Text("state"), "tenantId": a.control.Directory().Tenant(),
		"authorizationSource": "RoleBased", "managedByTenants": []any{}, "tags": one.Tags,
		"subscriptionPolicies": map[string]any{"locationPlacementId": "Public_2014-09-01", "quotaId": "Internal_2014-09-01", "spendingLimit": "Off"},
	}
}

// readable are the resources of a type in a scope of which the caller may see something.
func (a *API) readable(r *request, typ string) ([]*control.Resource, error) {
	t, _ := control.TypeOf(typ)
	all, err := a.control.Resources(t, r.path.ID.String())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(one *control.Resource) bool { return !a.control.Sees(r.caller, one.ID) }), nil
}

func (a *API) listSubscriptions(r *request) (answer, error) {
	all, err := a.readable(r, "Microsoft.Resources/subscriptions")
	out := []any{}
	for _, one := range all {
		out = append(out, a.subscription(one))
	}
	return ok(map[string]any{"value": out, "count": map[string]any{"type": "Total", "value": len(out)}}), err
}

func (a *API) listGroups(r *request) (answer, error) {
	if _, err := a.control.Resource(r.path.ID); err != nil {
		return answer{}, err
	}
	f, err := resourceFilter(r, "tagName", "tagValue")
	if err != nil {
		return answer{}, err
	}
	all, err := a.readable(r, "Microsoft.Resources/resourceGroups")
	if err != nil {
		return answer{}, err
	}
	var out []any
	for _, one := range all {
		if f.passes(one) {
			out = append(out, one)
		}
	}
	return a.page(r, out)
}

// listResources lists the resources in a scope, without their properties.
func (a *API) listResources(r *request) (answer, error) {
	f, err := resourceFilter(r, "resourceType", "name", "location", "resourceGroup", "tagName", "tagValue")
	if err != nil {
		return answer{}, err
	}
	var out []any
	for _, t := range control.Types() {
		if t.Extension() || strings.Count(t.Name, "/") > 1 || strings.HasPrefix(t.Name, "Microsoft.Resources/") {
			continue
		}
		all, err := a.control.Resources(t, r.path.ID.String())
		if err != nil {
			return answer{}, err
		}
		for _, one := range all {
			if f.passes(one) && a.control.Allow(r.caller, control.Manage(t.Name+"/read"), one.ID) == nil {
				c := *one
				c.Properties, c.Etag = nil, ""
				out = append(out, &c)
			}
		}
	}
	slices.SortFunc(out, func(x, y any) int {
		return strings.Compare(strings.ToLower(x.(*control.Resource).ID), strings.ToLower(y.(*control.Resource).ID))
	})
	return a.page(r, out)
}

// resourceFilter reads the filter of a list of resources, which may ask for the given
// names.
func resourceFilter(r *request, names ...string) (filter, error) {
	f, err := parseFilter(r.query.Get("$filter"))
	for name := range f {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return nil, &fault{status: http.StatusBadRequest, code: "InvalidFilterInQueryString", message: fmt.Sprintf("The filter cannot ask for '%.100s': only for %s.", name, strings.Join(names, ", "))}
		}
	}
	return f, err
}

// passes reports whether a filter asks for a resource.
func (f filter) passes(one *control.Resource) bool {
	id, _ := control.ParseID(one.ID)
	if !f.is("resourceType", one.Type) || !f.is("name", one.Name) || !f.is("location", one.Location) || !f.is("resourceGroup", id.Group) {
		return false
	}
	if !f.has("tagName") {
		return true
	}
	for name, value := range one.Tags {
		if f.is("tagName", name) && (!f.has("tagValue") || f.value("tagValue") == value) {
			return true
		}
	}
	return false
}

func (a *API) listTenants(*request) (answer, error) {
	id := a.control.Directory().Tenant()
	return ok(map[string]any{"value": []any{map[string]any{
		"id": "/tenants/" + id, "tenantId": id, "displayName": "Yagura", "tenantCategory": "Home", "tenantType": "AAD", "countryCode": "", "domains": []any{},
	}}}), nil
}

// listLocations lists the one place where things are. Resources may name any other.
func (a *API) listLocations(r *request) (answer, error) {
	return ok(map[string]any{"value": []any{map[string]any{
		"id": r.path.ID.String() + "/locations/local", "name": "local", "type": "Region", "displayName": "Local", "regionalDisplayName": "Local",
		"metadata": map[string]any{"regionType": "Physical", "regionCategory": "Recommended", "geography": "Local", "geographyGroup": "Local", "pairedRegion": []any{}},
	}}}), nil
}

// providers are the namespaces of the types, with the types of each.
func providers() map[string][]any {
	out := map[string][]any{}
	add := func(name string, versions []string) {
		ns, rest, _ := strings.Cut(name, "/")
		newest := slices.Clone(versions)
		slices.Reverse(newest)
		out[ns] = append(out[ns], map[string]any{
			"resourceType": rest, "locations": []string{}, "apiVersions": newest, "defaultApiVersion": newest[0], "capabilities": "None",
		})
	}
	for _, t := range control.Types() {
		add(t.Name, t.Versions)
	}
	add(savedSearchType, []string{"2015-03-20", "2015-11-01-preview", "2017-03-15-preview", "2020-08-01", "2023-09-01", "2025-02-01", "2025-07-01"})
	add(tablesType, []string{"2021-12-01-preview", "2022-10-01", "2023-09-01", "2025-02-01", "2025-07-01"})
	return out
}

func provider(scope, ns string, types []any) any {
	return map[string]any{
		"id": scope + "/providers/" + ns, "namespace": ns, "registrationState": "Registered", "registrationPolicy": "RegistrationFree", "resourceTypes": types,
	}
}

func (a *API) listProviders(r *request) (answer, error) {
	all := providers()
	out := []any{}
	for _, ns := range slices.Sorted(keys(all)) {
		out = append(out, provider(r.path.ID.Scoped(), ns, all[ns]))
	}
	return ok(map[string]any{"value": out}), nil
}

func keys(m map[string][]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// provider shows a namespace. All are registered.
func (a *API) provider(r *request) (answer, error) {
	for ns, types := range providers() {
		if strings.EqualFold(ns, r.path.Provider) {
			return ok(provider(r.path.ID.Scoped(), ns, types)), nil
		}
	}
	return answer{}, unknownType(r.path.Provider)
}
