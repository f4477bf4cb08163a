package control

import (
	"fmt"
	"net/http"

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
	// QueryLogs reads a workspace's rows, and ReadMetadata its tables' schemas.
	QueryLogs    = Action{"Microsoft.OperationalInsights/workspaces/query/read", false, []identity.Audience{identity.LogAnalytics, identity.Management, identity.Kusto}}
	ReadMetadata = Action{"Microsoft.OperationalInsights/workspaces/metadata/read", false, []identity.Audience{identity.LogAnalytics, identity.Management}}
	// WriteRows writes rows of a table by Yagura's own API, which takes a token for
	// any of the APIs that a client may already have one for.
	WriteRows = Action{"Microsoft.OperationalInsights/workspaces/tables/write", false, []identity.Audience{identity.Monitor, identity.LogAnalytics, identity.Management}}
)

// Manage is the action name on resources, through Resource Manager.
func Manage(name string) Action {
	return Action{Name: name, For: []identity.Audience{identity.Management}}
}

// Caller is who a request comes from.
type Caller struct{ identity.Principal }

// ForbiddenError says that a caller lacks an action on a scope. It is ErrForbidden.
type ForbiddenError struct {
	Caller Caller
	Action Action
	Scope  string
}

func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s'.",
		e.Caller.ClientID, e.Caller.ObjectID, e.Action.Name, e.Scope)
}

func (e *ForbiddenError) Unwrap() error { return ErrForbidden }

// Authenticate says who r comes from. Errors wrap identity.ErrUnauthenticated and are
// *identity.TokenErrors.
func (s *Store) Authenticate(r *http.Request, accepted ...identity.Audience) (Caller, error) {
	p, err := s.dir.Verify(identity.Bearer(r.Header.Get("Authorization")), accepted...)
	return Caller{p}, err
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

// Allow returns a *ForbiddenError if the caller may not do the action to scope.
func (s *Store) Allow(c Caller, a Action, scope string) error {
	all, err := List[RoleAssignment](s, "/")
	if err != nil {
		return err
	}
	if !allowed(all, c.ObjectID, a, scope) {
		return &ForbiddenError{c, a, scope}
	}
	return nil
}
