package control

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/yagura/yagura/identity"
)

// Action is something that can be done to a resource, by Azure's name for it.
type Action struct {
	Name string
	Data bool // a data action: it reads or writes what is in the resource
	// For are the APIs through which it is done: a token must be for one of them.
	For []identity.Audience
}

// The actions on data. Those on resources are made by Manage.
var (
	// SendLogs writes rows through a data collection rule.
	SendLogs = Action{"Microsoft.Insights/Telemetry/Write", true, []identity.Audience{identity.Monitor}}
	// QueryLogs runs queries in a workspace, and ReadMetadata reads its tables' schemas.
	// What a query may read, Access says.
	QueryLogs    = Action{"Microsoft.OperationalInsights/workspaces/query/read", false, []identity.Audience{identity.LogAnalytics, identity.Management, identity.Kusto}}
	ReadMetadata = Action{"Microsoft.OperationalInsights/workspaces/metadata/read", false, []identity.Audience{identity.LogAnalytics, identity.Management}}
	// WriteRows writes rows of a table by Yagura's own API, which takes a token for
	// any of the APIs that a client may already have one for.
	WriteRows = Action{"Microsoft.OperationalInsights/workspaces/tables/write", false, []identity.Audience{identity.Monitor, identity.LogAnalytics, identity.Management, identity.Kusto}}
	// DeleteTables drops tables and their rows.
	DeleteTables = Action{"Microsoft.OperationalInsights/workspaces/tables/delete", false, []identity.Audience{identity.Management, identity.Kusto}}
	// PurgeRows deletes rows by a predicate.
	PurgeRows = Action{"Microsoft.OperationalInsights/workspaces/purge/action", false, []identity.Audience{identity.Management, identity.Kusto}}
	// ManageQueries sees and ends other callers' queries.
	ManageQueries = Action{"Microsoft.OperationalInsights/workspaces/write", false, []identity.Audience{identity.Management, identity.Kusto}}
	// WriteSearches makes and changes saved searches and functions; DeleteSearches
	// removes them.
	WriteSearches  = Action{"Microsoft.OperationalInsights/workspaces/savedSearches/write", false, []identity.Audience{identity.Management, identity.Kusto}}
	DeleteSearches = Action{"Microsoft.OperationalInsights/workspaces/savedSearches/delete", false, []identity.Audience{identity.Management, identity.Kusto}}
)

// Manage is the action name on resources, through Resource Manager.
func Manage(name string) Action {
	return Action{Name: name, For: []identity.Audience{identity.Management}}
}

// Caller is who a request comes from, and how.
type Caller struct {
	identity.Principal
	Address     string // of the client
	Correlation string // the id that a client gives requests that belong together
}

// kind is the caller's kind as systemData names it.
func (c Caller) kind() string {
	if c.Type == identity.User {
		return "User"
	}
	return "Application"
}

// ForbiddenError says that a caller lacks an action on a scope. It is ErrForbidden.
type ForbiddenError struct {
	Caller Caller
	Action Action
	Scope  string
	Table  string // that a query reads, or ""
}

func (e *ForbiddenError) Error() string {
	name := e.Caller.ClientID
	if e.Caller.Type == identity.User {
		name = e.Caller.Name
	}
	text := fmt.Sprintf("The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. If access was recently granted, please refresh your credentials.",
		name, e.Caller.ObjectID, e.Action.Name, e.Scope)
	if e.Table != "" {
		text = fmt.Sprintf("The table '%s' may not be read: %s", e.Table, text)
	}
	return text
}

func (e *ForbiddenError) Unwrap() error { return ErrForbidden }

// Authenticate says who r comes from. Errors wrap identity.ErrUnauthenticated and are
// *identity.TokenErrors.
func (s *Store) Authenticate(r *http.Request, accepted ...identity.Audience) (Caller, error) {
	if s.bare != nil {
		return *s.bare, nil
	}
	p, err := s.dir.Verify(identity.Credential(r), accepted...)
	if err != nil {
		return Caller{}, err
	}
	c := Caller{Principal: p, Address: r.RemoteAddr}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c.Address = host
	}
	for _, h := range []string{"x-ms-correlation-request-id", "x-ms-client-request-id"} {
		if id, err := uuid.Parse(r.Header.Get(h)); err == nil {
			c.Correlation = id.String()
			break
		}
	}
	return c, nil
}

// Authorize says who r comes from, if they may do the action to scope, a resource's
// id. Errors are those of Authenticate, and *ForbiddenError.
func (s *Store) Authorize(r *http.Request, a Action, scope string) (Caller, error) {
	c, err := s.Authenticate(r, a.For...)
	if err != nil {
		return Caller{}, err
	}
	return c, s.Allow(c, a, scope)
}

// directoryAction reports whether an action is on where the directory's logs go, which
// directory roles give.
func directoryAction(a Action) bool {
	return strings.HasPrefix(strings.ToLower(a.Name), "microsoft.aadiam/")
}

// Elevate gives a Global Administrator of the directory the role User Access Administrator
// at every scope. Errors: *ForbiddenError for others.
func (s *Store) Elevate(ctx context.Context, by Caller) error {
	if !s.dir.HasDirectoryRole(by.ObjectID, identity.GlobalAdministrator) {
		return &ForbiddenError{Caller: by, Action: Manage("Microsoft.Authorization/elevateAccess/action"), Scope: "/"}
	}
	if grants, err := s.grantsOf(by); err != nil || slices.ContainsFunc(grants, func(g Grant) bool { return key(g.Scope) == "/" && g.Role.ID == roleAccessAdministrator }) {
		return err
	}
	r := &Resource{Properties: map[string]any{"roleDefinitionId": "/providers/" + typeRoleDefinition + "/" + roleAccessAdministrator, "principalId": by.ObjectID}}
	r.ID = ID{Type: typeRoleAssignment, Name: newID()}.String()
	_, err := s.Put(ctx, by, r, Match{})
	return err
}

// Allow returns a *ForbiddenError if the caller may not do the action to scope.
func (s *Store) Allow(c Caller, a Action, scope string) error {
	if s.bare != nil {
		return nil
	}
	if directoryAction(a) && s.dir.ManagesLogs(c.ObjectID, !strings.HasSuffix(a.Name, "/read")) {
		return nil
	}
	grants, err := s.grantsOf(c)
	if err != nil {
		return err
	}
	if !Decide(grants, a, scope) {
		return &ForbiddenError{Caller: c, Action: a, Scope: scope}
	}
	return nil
}
