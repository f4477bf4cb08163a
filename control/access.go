package control

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Access is what a caller may read of a table.
type Access struct {
	Denied *ForbiddenError // nil: it may be read
	Where  string          // a predicate of KQL that rows must meet; "": all rows
}

// readData is the data action of roles that conditions narrow.
const readData = "Microsoft.OperationalInsights/workspaces/tables/data/read"

// directoryTables are the tables about people that only some directory roles read,
// whatever role one has in a workspace.
var directoryTables = []string{
	"SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs", "AADManagedIdentitySignInLogs", "AADProvisioningLogs",
	"ADFSSignInLogs", "AuditLogs", "AADRiskyUsers", "AADUserRiskEvents", "AADRiskyServicePrincipals", "AADServicePrincipalRiskEvents",
}

// Witnessed reports whether rows of one of Azure's tables tell what the server itself saw:
// of what was done to resources and in the directory.
func Witnessed(name string) bool {
	return name == ActivityTable || slices.Contains(directoryTables, name)
}

// Access says what a caller may read of a table of a workspace. With a resource, an id,
// it is what the caller may read of the rows about that resource.
//
// A table can be read by an action on it ("…/workspaces/query/Heartbeat/read", which
// "*/read" is too), or by the data action that conditions narrow; what several
// assignments give adds up. Both need the right to query the workspace.
func (s *Store) Access(c Caller, ref table.Ref, resource string) (Access, error) {
	if s.bare != nil {
		return Access{}, nil
	}
	ws, err := ByAlias[Workspace](s, strings.ToLower(ref.Workspace))
	if err != nil {
		return Access{}, err
	}
	grants, err := s.grantsOf(c)
	if err != nil {
		return Access{}, err
	}
	a := workspaceAccess(grants, ws.ID, ref.Table)
	if resource != "" {
		a = resourceAccess(grants, ws, ref.Table, resource, a)
	}
	if a.Denied == nil && slices.Contains(directoryTables, ref.Table) && !s.dir.ReadsReports(c.ObjectID) {
		a = Access{Denied: &ForbiddenError{Action: Action{Name: "microsoft.directory/signInReports/allProperties/read"}, Scope: "/"}}
		if strings.HasPrefix(ref.Table, "Audit") {
			a.Denied.Action.Name = "microsoft.directory/auditLogs/allProperties/read"
		}
	}
	if a.Denied != nil {
		a.Denied.Caller, a.Denied.Table = c, ref.Table
	}
	return a, nil
}

// AccessOf is Access for someone who is known by their object id only: for what runs on
// their behalf when they do not ask.
func (s *Store) AccessOf(objectID string, ref table.Ref) (Access, error) {
	var c Caller
	c.ObjectID = objectID
	return s.Access(c, ref, "")
}

// workspaceAccess is what grants give of a table of a workspace.
func workspaceAccess(grants []Grant, workspace, name string) Access {
	if !Decide(grants, QueryLogs, workspace) {
		return Access{Denied: &ForbiddenError{Action: QueryLogs, Scope: workspace}}
	}
	scope := workspace + "/tables/" + name
	read := Action{Name: "Microsoft.OperationalInsights/workspaces/query/" + name + "/read"}
	custom := Action{Name: "Microsoft.OperationalInsights/workspaces/query/Tables.Custom/read"}
	if Decide(grants, read, scope) {
		return Access{}
	}
	if strings.HasSuffix(name, customSuffix) {
		// All custom tables, but for those that the same role takes away by name.
		all := slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return anyMatches(g.Role.NotActions, read.Name) })
		if Decide(all, custom, scope) {
			return Access{}
		}
	}
	var where []string
	for _, g := range grants {
		if !within(scope, g.Scope) || !g.Role.allows(Action{Name: readData, Data: true}) {
			continue
		}
		if g.condition == nil {
			return Access{}
		}
		switch p := g.condition.on(readData, name); p {
		case "true":
			return Access{}
		case "false":
		default:
			where = append(where, p)
		}
	}
	if where == nil {
		return Access{Denied: &ForbiddenError{Action: read, Scope: scope}}
	}
	return Access{Where: strings.Join(where, " or ")}
}

// resourceAccess is what grants give of the rows of a table that are about a resource:
// by the right to read the resource's logs, unless the workspace wants its own rights
// asked, and else what they give of the workspace.
func resourceAccess(grants []Grant, ws *Workspace, name, resource string, ofWorkspace Access) Access {
	about := "(_ResourceId =~ " + quoteKQL(key(resource)) + " or _ResourceId startswith " + quoteKQL(key(resource)+"/") + ")"
	logs := Action{Name: "Microsoft.Insights/logs/" + name + "/read"}
	switch {
	case ws.ByResource() && Decide(grants, logs, resource):
		return Access{Where: about}
	case ofWorkspace.Denied != nil && ws.ByResource():
		return Access{Denied: &ForbiddenError{Action: logs, Scope: resource}}
	case ofWorkspace.Denied != nil:
		return ofWorkspace
	case ofWorkspace.Where != "":
		about += " and (" + ofWorkspace.Where + ")"
	}
	return Access{Where: about}
}
