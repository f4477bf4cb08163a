package arm

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
)

// roleDefinitions are the built-in roles, and those that are defined here. A custom one
// is written only by who may do so at all of its assignable scopes.
var roleDefinitions = kind{
	list: func(a *API, r *request) ([]any, error) {
		f, err := parseFilter(r.query.Get("$filter"))
		if err != nil {
			return nil, err
		}
		all, err := a.control.Roles()
		var out []any
		scope := r.path.ID.Scoped()
		for i := range all {
			if role := &all[i]; role.AssignableAt(scope) && f.is("roleName", role.Name) && f.is("type", roleKind(role)) {
				out = append(out, role.Definition(scope))
			}
		}
		return out, err
	},
	get: func(a *API, r *request) (answer, error) {
		role, found, err := a.control.RoleByID(r.path.ID.Name)
		if err != nil {
			return answer{}, err
		}
		if !found {
			return answer{}, &fault{status: http.StatusNotFound, code: "RoleDefinitionDoesNotExist", message: fmt.Sprintf("The specified role definition with ID '%s' does not exist.", r.path.ID.Name)}
		}
		return ok(role.Definition(r.path.ID.Scope())), nil
	},
	put: func(a *API, r *request) (answer, error) {
		one, err := control.DecodeResource(r.body)
		if err != nil {
			return answer{}, err
		}
		one.ID = r.path.ID.String()
		if err := a.definesAt(r, one, "write"); err != nil {
			return answer{}, err
		}
		if _, err := a.control.Put(r.Context(), r.caller, one, r.match()); err != nil {
			return answer{}, err
		}
		role, _, err := a.control.RoleByID(one.Name)
		if err != nil {
			return answer{}, err
		}
		return answer{http.StatusCreated, role.Definition(r.path.ID.Scope())}, nil
	},
	delete: func(a *API, r *request) (answer, error) {
		role, found, err := a.control.RoleByID(r.path.ID.Name)
		if err != nil || !found {
			return answer{http.StatusNoContent, nil}, err
		}
		if !role.Custom {
			return answer{}, &fault{status: http.StatusBadRequest, code: "CannotDeleteBuiltInRole", message: "A built-in role cannot be deleted."}
		}
		if err := a.definesAt(r, &control.Resource{Meta: control.Meta{ID: r.path.ID.String()}}, "delete"); err != nil {
			return answer{}, err
		}
		if _, err := documents.delete(a, r); err != nil {
			return answer{}, err
		}
		return ok(role.Definition(r.path.ID.Scope())), nil
	},
}

func roleKind(role *control.Role) string {
	if role.Custom {
		return "CustomRole"
	}
	return "BuiltInRole"
}

// definesAt refuses a caller who may not define roles at every scope that a role has or
// shall have.
func (a *API) definesAt(r *request, one *control.Resource, verb string) error {
	for _, scope := range a.control.RoleScopes(one) {
		if err := a.control.Allow(r.caller, control.Manage("Microsoft.Authorization/roleDefinitions/"+verb), scope); err != nil {
			return err
		}
	}
	return nil
}

// roleAssignments are listed with those of the scopes above and below, unless the
// filter says otherwise.
var roleAssignments = kind{
	get: documents.get, put: putAssignment,
	delete: func(a *API, r *request) (answer, error) {
		one, err := a.control.Resource(r.path.ID)
		if control.IsNotFound(err) {
			return answer{http.StatusNoContent, nil}, nil
		}
		if err != nil {
			return answer{}, err
		}
		if _, err := documents.delete(a, r); err != nil {
			return answer{}, err
		}
		return ok(one), nil
	},
	list: func(a *API, r *request) ([]any, error) {
		f, err := parseFilter(r.query.Get("$filter"))
		if err != nil {
			return nil, err
		}
		t, _ := control.TypeOf("Microsoft.Authorization/roleAssignments")
		all, err := a.control.Resources(t, "/")
		var out []any
		here := r.path.ID.Scoped()
		for _, one := range all {
			above, below := control.Within(here, one.Text("scope")), control.Within(one.Text("scope"), here)
			who := one.Text("principalId")
			assigned := f.value("assignedTo")
			switch {
			case !above && (!below || f.has("atScope")):
			case !f.is("principalId", who):
			case assigned != "" && assigned != who && !slices.Contains(a.control.Directory().GroupsOf(assigned), who):
			default:
				out = append(out, one)
			}
		}
		return out, err
	},
}

// putAssignment answers 201 whether the assignment is new or not, as clients expect.
func putAssignment(a *API, r *request) (answer, error) {
	out, err := documents.put(a, r)
	out.status = http.StatusCreated
	return out, err
}

// permissions are what the caller may do at a scope.
func (a *API) permissions(r *request) (answer, error) {
	all, err := a.control.Permissions(r.caller, r.path.ID.String())
	out := []any{}
	for _, role := range all {
		d := role.Definition("")["properties"].(map[string]any)
		out = append(out, d["permissions"].([]any)...)
	}
	return ok(map[string]any{"value": out}), err
}

// elevate lets a Global Administrator of the directory manage who has access to what, at
// every scope.
// https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin
func (a *API) elevate(r *request) (answer, error) {
	return answer{status: http.StatusOK}, a.control.Elevate(r.Context(), r.caller)
}

// filter is an OData filter of equalities and functions, joined by "and".
type filter map[string]string

var filterTerm = regexp.MustCompile(`(?i)^\s*(?:([a-z/]+)\s+eq\s+'((?:[^']|'')*)'|([a-z]+)\(\s*(?:'((?:[^']|'')*)')?\s*\))\s*(?:and\s+|$)`)

// parseFilter reads a filter. One that it cannot read is an error: it would answer more
// than was asked for.
func parseFilter(text string) (filter, error) {
	f := filter{}
	for rest := strings.TrimSpace(text); rest != ""; {
		m := filterTerm.FindStringSubmatch(rest)
		if m == nil {
			return nil, &fault{status: http.StatusBadRequest, code: "UnsupportedQuery", message: fmt.Sprintf("The filter '%.200s' is not supported: join name eq 'value' and functions with 'and'.", text)}
		}
		f[strings.ToLower(m[1]+m[3])] = strings.ReplaceAll(m[2]+m[4], "''", "'")
		rest = rest[len(m[0]):]
	}
	return f, nil
}

func (f filter) has(name string) bool     { _, ok := f[strings.ToLower(name)]; return ok }
func (f filter) value(name string) string { return f[strings.ToLower(name)] }

// is reports whether a value passes: it is what the filter says, or the filter says
// nothing of it.
func (f filter) is(name, value string) bool {
	want, ok := f[strings.ToLower(name)]
	return !ok || strings.EqualFold(want, value)
}
