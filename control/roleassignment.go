package control

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Roles that are defined here, and who has which role where.
var roleTypes = []*Type{
	{Name: typeRoleDefinition, in: inGroup | inSubscription | inTenant, decide: decideRole, aliases: func(r *Resource) []string {
		return []string{strings.ToLower(r.Name)}
	}, dropped: unassigned},
	{Name: typeRoleAssignment, in: anywhere, decide: decideAssignment},
}

const (
	typeRoleDefinition = "Microsoft.Authorization/roleDefinitions"
	typeRoleAssignment = "Microsoft.Authorization/roleAssignments"
)

// roleDefinition is a role as a resource.
type roleDefinition struct {
	Meta
	role Role
}

// ResourceType is Azure's name of the type.
func (*roleDefinition) ResourceType() string { return typeRoleDefinition }

// UnmarshalJSON reads the resource's document.
func (d *roleDefinition) UnmarshalJSON(text []byte) error {
	var r Resource
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	d.Meta, d.role = r.Meta, roleOf(&r)
	return nil
}

func roleOf(r *Resource) Role {
	out := Role{ID: r.Name, Name: r.Text("roleName"), Description: r.Text("description"), Scopes: r.texts("assignableScopes"), Custom: true}
	for _, p := range r.list("permissions") {
		one := Resource{Properties: p}
		out.Actions = append(out.Actions, one.texts("actions")...)
		out.NotActions = append(out.NotActions, one.texts("notActions")...)
		out.DataActions = append(out.DataActions, one.texts("dataActions")...)
		out.NotDataActions = append(out.NotDataActions, one.texts("notDataActions")...)
	}
	return out
}

// Definition is a role as Resource Manager shows it at a scope.
func (r *Role) Definition(scope string) map[string]any {
	kind := "BuiltInRole"
	if r.Custom {
		kind = "CustomRole"
	}
	texts := func(all []string) []string {
		if all == nil {
			return []string{}
		}
		return all
	}
	return map[string]any{
		"id":   strings.TrimSuffix(scope, "/") + "/providers/" + typeRoleDefinition + "/" + r.ID,
		"name": r.ID, "type": typeRoleDefinition,
		"properties": map[string]any{
			"roleName": r.Name, "type": kind, "description": r.Description, "assignableScopes": r.Scopes,
			"permissions": []any{map[string]any{
				"actions": texts(r.Actions), "notActions": texts(r.NotActions), "dataActions": texts(r.DataActions), "notDataActions": texts(r.NotDataActions),
			}},
		},
	}
}

// Limits on custom roles.
const (
	maxRoleName   = 512
	maxRoleScopes = 2000
	maxActions    = 2048
)

var actionPattern = regexp.MustCompile(`^(\*|[A-Za-z0-9*][A-Za-z0-9.*\-]*(/[A-Za-z0-9.*\-_$]+)+)$`)

// decideRole keeps a role. Whether the caller may define it at each of its scopes, edit
// has asked.
func decideRole(s *Store, r, _ *Resource) error {
	if _, err := uuid.Parse(r.Name); err != nil || len(r.Name) != 36 {
		return invalid("RoleDefinitionIdNotGuid", "The role definition id '%s' must be a guid.", r.Name)
	}
	role := roleOf(r)
	switch {
	case len(role.Name) == 0 || len(role.Name) > maxRoleName:
		return invalid("RoleDefinitionNameInvalid", "The role's name must have from 1 to %d characters.", maxRoleName)
	case len(r.list("permissions")) != 1:
		return invalid("InvalidRoleDefinition", "A role has exactly one set of permissions.")
	case len(role.Scopes) == 0 || len(role.Scopes) > maxRoleScopes:
		return invalid("MissingAssignableScopes", "A role needs from 1 to %d assignable scopes.", maxRoleScopes)
	case len(role.Actions)+len(role.DataActions) == 0:
		return invalid("InvalidRoleDefinition", "A role needs actions or dataActions.")
	}
	all := slices.Concat(role.Actions, role.NotActions, role.DataActions, role.NotDataActions)
	if len(all) > maxActions {
		return invalid("InvalidRoleDefinition", "A role may have %d actions; this one has %d.", maxActions, len(all))
	}
	for _, a := range all {
		if len(a) > 512 || !actionPattern.MatchString(a) {
			return invalid("InvalidActionOrNotAction", "'%.100s' does not match any of the actions supported by the providers.", a)
		}
	}
	for _, scope := range role.Scopes {
		if _, ok := ParseID(scope); !ok {
			return invalid("InvalidAssignableScope", "The assignable scope '%s' is not the id of a subscription, a resource group or a resource.", scope)
		}
	}
	roles, err := s.Roles()
	if err != nil {
		return err
	}
	for _, other := range roles {
		if strings.EqualFold(other.Name, role.Name) && !strings.EqualFold(other.ID, r.Name) || !other.Custom && strings.EqualFold(other.ID, r.Name) {
			return &ConflictError{"RoleDefinitionWithSameNameExists", fmt.Sprintf("A role definition cannot be updated with a name or an id that exists already: '%s'.", role.Name)}
		}
	}
	r.Properties["type"] = "CustomRole"
	return nil
}

// RoleScopes are the scopes at which a caller needs to be allowed to define roles, in
// order to write or delete a role definition: those that it has and those that it shall
// have, so that nobody reaches further than they may.
func (s *Store) RoleScopes(r *Resource) []string {
	scopes := r.texts("assignableScopes")
	if role, ok, err := s.RoleByID(r.ID); err == nil && ok {
		scopes = append(scopes, role.Scopes...)
	}
	return scopes
}

// unassigned refuses to delete a role that someone has.
func unassigned(_ context.Context, s *Store, r *Resource) error {
	all, err := List[RoleAssignment](s, "/")
	if err != nil {
		return err
	}
	for _, as := range all {
		if strings.EqualFold(path.Base(as.Properties.RoleDefinitionID), r.Name) {
			return &ConflictError{"RoleDefinitionHasAssignments", "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments)."}
		}
	}
	return nil
}

// RoleAssignment gives a principal a role on everything below a scope.
type RoleAssignment struct {
	Meta
	Properties RoleAssignmentProperties `json:"properties"`
}

// RoleAssignmentProperties say who, what and where.
type RoleAssignmentProperties struct {
	RoleDefinitionID string `json:"roleDefinitionId"`
	PrincipalID      string `json:"principalId"`
	PrincipalType    string `json:"principalType"`
	Scope            string `json:"scope"`
	Condition        string `json:"condition,omitempty"`
	ConditionVersion string `json:"conditionVersion,omitempty"`
}

// ResourceType is Azure's name of the type.
func (*RoleAssignment) ResourceType() string { return typeRoleAssignment }

func decideAssignment(s *Store, r, old *Resource) error {
	id, _ := ParseID(r.ID)
	scope := "/" + strings.TrimPrefix(id.Scope(), "/")
	role, ok, err := s.RoleByID(r.Text("roleDefinitionId"))
	switch {
	case err != nil:
		return err
	case !ok:
		return invalid("RoleDefinitionDoesNotExist", "The specified role definition with ID '%s' does not exist.", path.Base(r.Text("roleDefinitionId")))
	case !slices.ContainsFunc(role.Scopes, func(a string) bool { return within(scope, a) }):
		return invalid("RoleAssignmentScopeNotAssignableToRoleDefinition", "The role assignment scope '%s' is not assignable to the role definition '%s'.", scope, role.Name)
	case old != nil && (path.Base(old.Text("roleDefinitionId")) != path.Base(r.Text("roleDefinitionId")) || old.Text("principalId") != r.Text("principalId")):
		return invalid("RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
	}
	if _, err := uuid.Parse(r.Name); err != nil || len(r.Name) != 36 {
		return invalid("InvalidRoleAssignmentId", "The role assignment ID '%s' is not valid. The role assignment ID must be a GUID.", r.Name)
	}
	kind, ok := s.dir.PrincipalType(r.Text("principalId"))
	if !ok {
		return invalid("PrincipalNotFound", "Principal %s does not exist in the directory %s.", strings.ReplaceAll(r.Text("principalId"), "-", ""), s.dir.Tenant())
	}
	if want := r.Text("principalType"); want != "" && want != string(kind) {
		return invalid("UnmatchedPrincipalType", "The PrincipalId '%s' has type '%s', which is different from specified PrinciaplType '%s'.", r.Text("principalId"), kind, want)
	}
	if text := r.Text("condition"); text != "" {
		if v := r.Text("conditionVersion"); v != "2.0" {
			return invalid("RoleAssignmentConditionNotValid", "The conditionVersion '%s' is not supported: it must be '2.0'.", v)
		}
		if _, err := parseCondition(text); err != nil {
			return invalid("RoleAssignmentConditionNotValid", "The condition is not valid: %v.", err)
		}
	}
	if other, err := s.sameAssignment(r, scope); err != nil || other {
		if other {
			err = &ConflictError{"RoleAssignmentExists", "The role assignment already exists."}
		}
		return err
	}
	r.Properties["principalType"], r.Properties["scope"] = string(kind), scope
	now := stampText(s.o.Now())
	r.keep(old, "createdOn", now)
	r.keep(old, "createdBy", r.SystemData.CreatedBy)
	r.Properties["updatedOn"], r.Properties["updatedBy"] = now, r.SystemData.LastModifiedBy
	return nil
}

// sameAssignment reports whether another assignment gives the same role to the same
// principal at the same scope.
func (s *Store) sameAssignment(r *Resource, scope string) (bool, error) {
	all, err := List[RoleAssignment](s, "/")
	return slices.ContainsFunc(all, func(a *RoleAssignment) bool {
		p := &a.Properties
		return key(a.ID) != key(r.ID) && p.PrincipalID == r.Text("principalId") && key(p.Scope) == key(scope) &&
			strings.EqualFold(path.Base(p.RoleDefinitionID), path.Base(r.Text("roleDefinitionId")))
	}), err
}

// grants are what everyone may do, made anew when an assignment or a role has changed.
type grants struct {
	generation uint64
	of         map[string][]Grant // by principal
}

// Grants are the roles that a caller has, with the scopes on which they have them.
func (s *Store) Grants(c Caller) ([]Grant, error) { return s.grantsOf(c) }

// grantsOf are the grants of a principal and of the groups that it is in.
func (s *Store) grantsOf(c Caller) ([]Grant, error) {
	generation := s.generation.Load() // before the documents are read
	g := s.grants.Load()
	if g == nil || g.generation != generation {
		var err error
		if g, err = s.readGrants(); err != nil {
			return nil, err
		}
		g.generation = generation
		s.grants.Store(g)
	}
	out := g.of[c.ObjectID]
	for _, group := range s.dir.GroupsOf(c.ObjectID) {
		out = append(out[:len(out):len(out)], g.of[group]...)
	}
	return out, nil
}

func (s *Store) readGrants() (*grants, error) {
	g := &grants{of: map[string][]Grant{}}
	all, err := List[RoleAssignment](s, "/")
	if err != nil {
		return nil, err
	}
	for _, as := range all {
		role, ok, err := s.RoleByID(as.Properties.RoleDefinitionID)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue // a role that is gone gives nothing
		}
		one := Grant{Role: role, Scope: as.Properties.Scope}
		if as.Properties.Condition != "" {
			if one.condition, err = parseCondition(as.Properties.Condition); err != nil {
				continue // nor does one whose condition cannot be read
			}
		}
		g.of[as.Properties.PrincipalID] = append(g.of[as.Properties.PrincipalID], one)
	}
	return g, nil
}
