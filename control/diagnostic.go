package control

import (
	"slices"
	"strings"
)

// Diagnostic settings say where a resource's own logs go: a resource's, a
// subscription's (its activity log), and the directory's (its sign-ins).
var diagnosticTypes = []*Type{
	{Name: TypeDiagnostic, in: anywhere &^ inTenant, decide: decideDiagnostic},
	{Name: TypeDirectoryDiagnostic, in: inTenant, decide: decideDiagnostic},
}

// The types of diagnostic settings.
const (
	TypeDiagnostic          = "Microsoft.Insights/diagnosticSettings"
	TypeDirectoryDiagnostic = "microsoft.aadiam/diagnosticSettings"
)

// Category is a kind of logs or metrics of a resource.
type Category struct {
	Name   string
	Metric bool
	Groups []string // of categories that it belongs to
}

// categories are the categories of the types that have logs of their own. Resources of
// other types are not here, and say themselves what they send.
var categories = map[string][]Category{
	"microsoft.resources/subscriptions": logCategories("", "Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy", "Autoscale", "ResourceHealth"),
	"microsoft.operationalinsights/workspaces": append(logCategories("audit", "Audit"),
		append(logCategories("", "SummaryLogs", "Jobs"), Category{Name: "AllMetrics", Metric: true})...),
	"microsoft.insights/components": append(logCategories("", "AppAvailabilityResults", "AppBrowserTimings", "AppEvents", "AppMetrics", "AppDependencies", "AppExceptions", "AppPageViews",
		"AppPerformanceCounters", "AppRequests", "AppSystemEvents", "AppTraces", "OTelEvents", "OTelLogs", "OTelTraces"), Category{Name: "AllMetrics", Metric: true}),
	"microsoft.insights/datacollectionrules": append(logCategories("", "LogErrors", "LogTroubleshooting"), Category{Name: "AllMetrics", Metric: true}),
	"microsoft.aadiam": logCategories("", "AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs", "ProvisioningLogs", "ADFSSignInLogs",
		"RiskyUsers", "UserRiskEvents", "NetworkAccessTrafficLogs", "RiskyServicePrincipals", "ServicePrincipalRiskEvents", "EnrichedOffice365AuditLogs", "MicrosoftGraphActivityLogs",
		"RemoteNetworkHealthLogs", "NetworkAccessAlerts", "NetworkAccessConnectionEvents", "MicrosoftServicePrincipalSignInLogs", "AzureADGraphActivityLogs", "B2CRequestLogs",
		"NetworkAccessGenerativeAIInsights", "GraphNotificationsActivityLogs"),
}

func logCategories(group string, names ...string) []Category {
	var out []Category
	for _, n := range names {
		groups := []string{"allLogs"}
		if group != "" {
			groups = append(groups, group)
		}
		out = append(out, Category{Name: n, Groups: groups})
	}
	return out
}

// Categories lists the categories of what a diagnostic setting is on, by its type.
// known is false for the types of resources that are kept elsewhere.
func Categories(resourceType string) (all []Category, known bool) {
	all, known = categories[strings.ToLower(resourceType)]
	return all, known
}

// maxDiagnostic is how many settings one resource may have.
const maxDiagnostic = 5

func decideDiagnostic(s *Store, r, old *Resource) error {
	id, _ := ParseID(r.ID)
	t, _ := TypeOf(r.Type)
	if all, err := s.on(t, id.Scope()); err != nil {
		return err
	} else if old == nil && len(all) >= maxDiagnostic {
		return invalid("Conflict", "A resource may have %d diagnostic settings.", maxDiagnostic)
	}
	for _, p := range []string{"storageAccountId", "eventHubAuthorizationRuleId", "eventHubName", "serviceBusRuleId", "marketplacePartnerId"} {
		if r.Text(p) != "" {
			return invalid("BadRequest", "The destination '%s' is not supported yet: logs can be sent to a workspace (workspaceId).", p)
		}
	}
	w := r.Text("workspaceId")
	if w == "" {
		return invalid("BadRequest", "At least one data sink needs to be specified.")
	}
	if err := s.refers(w, "Microsoft.OperationalInsights/workspaces"); err != nil {
		return err
	}
	if err := checkCategories(r, diagnosed(id)); err != nil {
		return err
	}
	for _, l := range r.list("metrics") {
		if on, _ := l["enabled"].(bool); on {
			r.limited("Platform metrics are not sent to workspaces yet.")
		}
	}
	return nil
}

// diagnosed is the type of what a diagnostic setting is on.
func diagnosed(id ID) string {
	if strings.EqualFold(id.Type, TypeDirectoryDiagnostic) {
		return "microsoft.aadiam"
	}
	on, _ := ParseID(id.Scope())
	return on.Type
}

// on lists the resources of a type that are in or extend exactly a scope.
func (s *Store) on(t *Type, scope string) ([]*Resource, error) {
	all, err := s.Resources(t, scope)
	return slices.DeleteFunc(all, func(r *Resource) bool {
		id, ok := ParseID(r.ID)
		return !ok || key(id.Scope()) != key(scope)
	}), err
}

func checkCategories(r *Resource, resourceType string) error {
	all, known := Categories(resourceType)
	logs, metrics := r.list("logs"), r.list("metrics")
	if len(logs)+len(metrics) == 0 {
		return invalid("BadRequest", "A diagnostic setting needs logs or metrics.")
	}
	byGroup, byName := false, false
	for _, l := range logs {
		name, _ := l["category"].(string)
		group, _ := l["categoryGroup"].(string)
		switch {
		case (name == "") == (group == ""):
			return invalid("BadRequest", "Each of the logs has either a category or a categoryGroup.")
		case known && !slices.ContainsFunc(all, func(c Category) bool { return !c.Metric && c.has(name, group) }):
			return invalid("BadRequest", "Category '%s' is not supported.", name+group)
		}
		byGroup, byName = byGroup || group != "", byName || name != ""
	}
	if byGroup && byName {
		return invalid("BadRequest", "Diagnostic settings have either categories or groups of them, not both.")
	}
	for _, m := range metrics {
		if name, _ := m["category"].(string); known && !slices.ContainsFunc(all, func(c Category) bool { return c.Metric && c.has(name, "") }) {
			return invalid("BadRequest", "Metric category '%s' is not supported.", name)
		}
	}
	return nil
}

func (c Category) has(name, group string) bool {
	return name != "" && strings.EqualFold(c.Name, name) ||
		group != "" && slices.ContainsFunc(c.Groups, func(g string) bool { return strings.EqualFold(g, group) })
}

// Diagnosed returns the workspaces to which a scope's logs of a category go, by their
// customer ids. The scope is a resource's id; "" is the directory.
func (s *Store) Diagnosed(scope, category string) ([]string, error) {
	name := TypeDiagnostic
	if scope == "" {
		name = TypeDirectoryDiagnostic
	}
	t, _ := TypeOf(name)
	all, err := s.on(t, scope)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all {
		id, _ := ParseID(r.ID)
		if !r.sends(category, diagnosed(id)) {
			continue
		}
		w, err := Get[Workspace](s, r.Text("workspaceId"))
		if IsNotFound(err) {
			continue // it was deleted since
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, w.Properties.CustomerID) {
			out = append(out, w.Properties.CustomerID)
		}
	}
	return out, nil
}

// sends reports whether a diagnostic setting has a category of logs switched on.
func (r *Resource) sends(category, resourceType string) bool {
	all, _ := Categories(resourceType)
	return slices.ContainsFunc(r.list("logs"), func(l map[string]any) bool {
		on, _ := l["enabled"].(bool)
		name, _ := l["category"].(string)
		group, _ := l["categoryGroup"].(string)
		return on && (strings.EqualFold(name, category) || slices.ContainsFunc(all, func(c Category) bool {
			return c.Name == category && group != "" && c.has("", group)
		}))
	})
}
