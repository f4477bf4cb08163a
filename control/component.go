package control

import "strings"

// Application Insights components: a way to send an application's telemetry to a
// workspace.
var componentTypes = []*Type{
	{Name: "Microsoft.Insights/components", in: inGroup, decide: decideComponent, aliases: func(r *Resource) []string {
		return []string{strings.ToLower(r.Text("InstrumentationKey")), strings.ToLower(r.Text("AppId"))}
	}},
}

// Component is an Application Insights component.
type Component struct {
	Meta
	Properties struct {
		AppID               string `json:"AppId"`
		InstrumentationKey  string `json:"InstrumentationKey"`
		WorkspaceResourceID string `json:"WorkspaceResourceId"`
		ApplicationType     string `json:"Application_Type"`
		IngestionMode       string `json:"IngestionMode"`
		SamplingPercentage  float64
		DisableLocalAuth    bool
		DisableIPMasking    bool `json:"DisableIpMasking"`
	} `json:"properties"`
}

// ResourceType is Azure's name of the type.
func (*Component) ResourceType() string { return "Microsoft.Insights/components" }

func decideComponent(s *Store, r, old *Resource) error {
	if len(r.Name) > 255 {
		return invalid("InvalidResourceName", "The component's name has more than 255 characters.")
	}
	if r.Kind == "" {
		return invalid("BadRequest", "The property 'kind' is missing: say 'web' or what else the application is.")
	}
	if mode := r.Text("IngestionMode"); mode != "" && mode != "LogAnalytics" {
		return invalid("BadRequest", "IngestionMode '%s' is retired: components keep their rows in a workspace (LogAnalytics).", mode)
	}
	if r.Text("WorkspaceResourceId") == "" {
		switch {
		case old != nil:
			r.Properties["WorkspaceResourceId"] = old.Text("WorkspaceResourceId")
		default:
			w, err := s.setupWorkspace()
			if err != nil {
				return err
			}
			r.Properties["WorkspaceResourceId"] = w
		}
	}
	if err := s.refers(r.Text("WorkspaceResourceId"), "Microsoft.OperationalInsights/workspaces"); err != nil {
		return err
	}
	r.keep(old, "AppId", newID())
	r.keep(old, "InstrumentationKey", newID())
	r.keep(old, "CreationDate", stampText(s.o.Now()))
	r.Properties["ApplicationId"], r.Properties["Name"] = r.Name, r.Name
	r.Properties["TenantId"] = s.dir.Tenant()
	r.Properties["IngestionMode"] = "LogAnalytics"
	r.Properties["provisioningState"] = succeeded
	for name, v := range map[string]any{
		"Flow_Type": "Bluefield", "Request_Source": "rest", "RetentionInDays": 90.0, "publicNetworkAccessForIngestion": "Enabled", "publicNetworkAccessForQuery": "Enabled",
	} {
		r.initially(name, v)
	}
	return tracked(r, old)
}
