package control

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Role is a set of actions. Actions change and read resources; data actions read and
// write what is in them. A "*" in one stands for any text. What is in NotActions is
// taken from Actions; another role may give it back.
type Role struct {
	ID             string   `json:"id"` // a guid
	Name           string   `json:"name"`
	Description    string   `json:"description"`
	Actions        []string `json:"actions"`
	NotActions     []string `json:"notActions"`
	DataActions    []string `json:"dataActions"`
	NotDataActions []string `json:"notDataActions"`
	Scopes         []string `json:"-"` // where it may be assigned
	Custom         bool     `json:"-"`
}

// builtinRoles are Azure's, with its ids and actions:
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var builtinRoles = func() []Role {
	var all []Role
	if err := json.Unmarshal(roleFile, &all); err != nil {
		panic(fmt.Sprintf("control: read the roles: %v", err))
	}
	for i := range all {
		all[i].Scopes = []string{"/"}
	}
	return all
}()

//go:embed roles.json
var roleFile []byte

// The ids of the roles that the first start assigns.
const (
	roleOwner            = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
	roleMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb"

	roleAccessAdministrator = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9" // which Elevate gives
)

// Roles are all roles: the built-in ones and those that were defined here.
func (s *Store) Roles() ([]Role, error) {
	all := slices.Clone(builtinRoles)
	t, _ := TypeOf(typeRoleDefinition)
	own, err := s.Resources(t, "/")
	for _, r := range own {
		all = append(all, roleOf(r))
	}
	return all, err
}

// RoleByID finds a role by its id, or by the id of its definition at any scope.
func (s *Store) RoleByID(definition string) (*Role, bool, error) {
	id := strings.ToLower(path.Base(definition))
	for i := range builtinRoles {
		if builtinRoles[i].ID == id {
			return &builtinRoles[i], true, nil
		}
	}
	r, err := ByAlias[roleDefinition](s, id)
	if IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return &r.role, true, nil
}

// allows reports whether the role has an action.
func (r *Role) allows(a Action) bool {
	if a.Data {
		return anyMatches(r.DataActions, a.Name) && !anyMatches(r.NotDataActions, a.Name)
	}
	return anyMatches(r.Actions, a.Name) && !anyMatches(r.NotActions, a.Name)
}

func anyMatches(patterns []string, action string) bool {
	for _, p := range patterns {
		if matches(strings.ToLower(p), strings.ToLower(action)) {
			return true
		}
	}
	return false
}

// matches compares text with a pattern in which "*" is any text, slashes included.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, parts[last])
}

// Grant is a role on everything below a scope, as an assignment gives it.
type Grant struct {
	Role      *Role
	Scope     string
	condition *condition // nil: none
}

// Decide is the decision: whether any of a principal's grants covers the scope, the id
// of a resource, with a role that has the action.
func Decide(grants []Grant, a Action, scope string) bool {
	for _, g := range grants {
		if within(scope, g.Scope) && g.Role.allows(a) && g.condition.unconditional(a.Name) {
			return true
		}
	}
	return false
}

// AssignableAt reports whether the role can be assigned at a scope.
func (r *Role) AssignableAt(scope string) bool {
	return slices.ContainsFunc(r.Scopes, func(a string) bool { return within(scope, a) || within(a, scope) })
}

// Permissions are the roles that a caller has at a scope without conditions.
func (s *Store) Permissions(c Caller, scope string) ([]*Role, error) {
	grants, err := s.grantsOf(c)
	var out []*Role
	for _, g := range grants {
		if within(scope, g.Scope) && g.condition == nil && !slices.Contains(out, g.Role) {
			out = append(out, g.Role)
		}
	}
	return out, err
}

// Sees reports whether a caller may do anything at all in a scope.
func (s *Store) Sees(c Caller, scope string) bool {
	grants, err := s.grantsOf(c)
	return err == nil && slices.ContainsFunc(grants, func(g Grant) bool { return within(scope, g.Scope) || within(g.Scope, scope) })
}
