package control

import (
	"context"
	"fmt"
	"strings"
)

// What applications are known by: components, by which they send telemetry to a
// workspace, and managed identities.
var componentTypes = []*Type{
	{Name: "Microsoft.Insights/components", in: inGroup, decide: decideComponent, aliases: func(r *Resource) []string {
		return []string{strings.ToLower(r.Text("InstrumentationKey")), strings.ToLower(r.Text("AppId"))}
	}},
	{Name: "Microsoft.ManagedIdentity/userAssignedIdentities", in: inGroup, decide: decideIdentity, dropped: dropIdentity},
}

// decideIdentity gives a managed identity its principal in the directory. It has no
// credentials, so one that is left behind by a write that fails can do nothing.
func decideIdentity(s *Store, r, old *Resource) error {
	if err := tracked(r, old); err != nil {
		return err
	}
	if old == nil {
		p, err := s.dir.AddManaged(context.Background(), r.ID, r.Name)
		if err != nil {
			return err
		}
		r.Properties["principalId"], r.Properties["clientId"] = p.ObjectID, p.ClientID
	} else {
		r.keep(old, "principalId", "")
		r.keep(old, "clientId", "")
	}
	r.Properties["tenantId"] = s.dir.Tenant()
	return nil
}

func dropIdentity(ctx context.Context, s *Store, r *Resource) error {
	_, err := s.dir.RemoveApplication(ctx, r.Text("clientId"))
	return err
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

// PageComponent is the component by which the page sends its own errors: "yagura-page"
// beside the workspace with the resource id. Where somebody has deleted it, the error
// wraps ErrNotFound, and the page sends nothing.
func (s *Store) PageComponent(workspace string) (*Component, error) {
	id, err := pageComponent(workspace)
	if err != nil {
		return nil, err
	}
	return Get[Component](s, id.String())
}

func pageComponent(workspace string) (ID, error) {
	w, ok := ParseID(workspace)
	if !ok {
		return ID{}, fmt.Errorf("control: '%s' is not the id of a workspace", workspace)
	}
	return ID{Subscription: w.Subscription, Group: w.Group, Type: (*Component)(nil).ResourceType(), Name: setupPage}, nil
}
