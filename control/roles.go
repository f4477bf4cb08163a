package control

import (
	"path"
	"strings"
)

// Role is a set of actions. Actions change and read resources; data actions read and
// write what is in them. A "*" in one stands for any text.
type Role struct {
	ID          string // Azure's guid of the built-in role
	Name        string
	Actions     []string
	NotActions  []string
	DataActions []string
}

// builtinRoles are Azure's, with its actions.
var builtinRoles = []Role{
	{
		ID: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", Name: "Owner",
		Actions: []string{"*"},
	},
	{
		ID: "3913510d-42f4-4e42-8a64-420c390055eb", Name: "Monitoring Metrics Publisher",
		Actions:     []string{"Microsoft.Insights/Register/Action", "Microsoft.Support/*", "Microsoft.Resources/subscriptions/resourceGroups/read"},
		DataActions: []string{"Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"},
	},
}

func roleByID(definition string) (*Role, bool) {
	id := strings.ToLower(path.Base(definition))
	for i := range builtinRoles {
		if builtinRoles[i].ID == id {
			return &builtinRoles[i], true
		}
	}
	return nil, false
}

// allows reports whether the role has an action.
func (r *Role) allows(a Action) bool {
	if a.Data {
		return anyMatches(r.DataActions, a.Name)
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
}

// ResourceType is Azure's name of the type.
func (*RoleAssignment) ResourceType() string { return "Microsoft.Authorization/roleAssignments" }

func (*RoleAssignment) aliases() []string       { return nil }
func (*RoleAssignment) settle(*Store, Resource) {}

func (r *RoleAssignment) validate(*Store) error {
	if _, ok := roleByID(r.Properties.RoleDefinitionID); !ok {
		return invalid("RoleDefinitionDoesNotExist", "The specified role definition with ID '%s' does not exist.", path.Base(r.Properties.RoleDefinitionID))
	}
	return nil
}

// allowed is the decision: whether any of the principal's assignments covers the
// scope with a role that has the action.
func allowed(assignments []*RoleAssignment, principal string, a Action, scope string) bool {
	for _, as := range assignments {
		if as.Properties.PrincipalID != principal || !within(scope, as.Properties.Scope) {
			continue
		}
		if role, ok := roleByID(as.Properties.RoleDefinitionID); ok && role.allows(a) {
			return true
		}
	}
	return false
}
