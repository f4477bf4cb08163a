package control

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/store/catalog"
)

// Setup is what the first start made: all that one needs to use the server.
type Setup struct {
	TenantID       string `json:"tenantId"`
	SubscriptionID string `json:"subscriptionId"`
	ResourceGroup  string `json:"resourceGroup"`
	WorkspaceName  string `json:"workspaceName"`
	WorkspaceID    string `json:"workspaceId"` // its customer id
	SharedKey      string `json:"sharedKey"`   // the primary one
	ClientID       string `json:"clientId"`
	// ClientSecret is set when Open has just made it: it cannot be read again. Whoever
	// has lost it makes another with identity.Directory.AddSecret.
	ClientSecret string `json:"clientSecret,omitempty"`
}

// The names of what the first start makes.
const (
	setupGroup     = "yagura"
	setupWorkspace = "yagura"
	setupClient    = "yagura-admin"
	setupLocation  = "local"
	setupPage      = "yagura-page"
)

// setupDoc remembers what the first start made.
type setupDoc struct {
	SubscriptionID string `json:"subscriptionId"`
	Workspace      string `json:"workspace"` // its resource id
	ClientID       string `json:"clientId"`
	// Version grows with what the first start makes; upgrade adds what is missing.
	Version int `json:"version,omitempty"`
}

const setupVersion = 2

const kindSetup = "control.setup"

// setUp makes what is missing and returns what there is. The document that says that
// all is there is written in one edit with the resources themselves, so a start that
// is interrupted begins again.
func (s *Store) setUp(ctx context.Context) (Setup, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var d setupDoc
	secret := ""
	if doc, ok := s.cat.View().Doc(kindSetup, kindSetup); ok {
		if err := json.Unmarshal(doc.JSON, &d); err != nil {
			return Setup{}, fmt.Errorf("read what was set up: %w", err)
		}
	} else {
		p, text, err := s.dir.AddApplication(ctx, setupClient)
		if err != nil {
			return Setup{}, err
		}
		if d, err = s.create(ctx, p); err != nil {
			return Setup{}, err
		}
		secret = text
	}
	if err := s.upgrade(ctx, &d); err != nil {
		return Setup{}, err
	}
	if err := s.ensureRetention(ctx); err != nil {
		return Setup{}, err
	}
	w, err := Get[Workspace](s, d.Workspace)
	if err != nil {
		return Setup{}, err
	}
	keys, err := s.Keys(w)
	if err != nil {
		return Setup{}, err
	}
	id, _ := ParseID(w.ID)
	return Setup{
		TenantID: s.dir.Tenant(), SubscriptionID: d.SubscriptionID, ResourceGroup: id.Group,
		WorkspaceName: w.Name, WorkspaceID: w.Properties.CustomerID, SharedKey: keys.Primary,
		ClientID: d.ClientID, ClientSecret: secret,
	}, nil
}

// create makes the subscription with its group and workspace, and gives the principal
// all rights in it.
func (s *Store) create(ctx context.Context, p identity.Principal) (setupDoc, error) {
	sub := uuid.NewString()
	scope := "/subscriptions/" + sub
	w := &Resource{}
	w.ID, w.Location = ID{Subscription: sub, Group: setupGroup, Type: typeWorkspace, Name: setupWorkspace}.String(), setupLocation
	all := []*Resource{newSubscription(sub, setupGroup), newGroup(sub, setupGroup, setupLocation), w}
	for _, role := range []string{roleOwner, roleMetricsPublisher} {
		as := &Resource{Properties: map[string]any{
			"roleDefinitionId": scope + "/providers/Microsoft.Authorization/roleDefinitions/" + role, "principalId": p.ObjectID,
		}}
		as.ID = ID{Subscription: sub, Type: typeRoleAssignment, Name: uuid.NewString()}.String()
		all = append(all, as)
	}
	var edit catalog.Edit
	for _, r := range all {
		e, err := s.first(p, r)
		if err != nil {
			return setupDoc{}, err
		}
		edit.PutDocs = append(edit.PutDocs, e.PutDocs...)
		edit.Retain(e.Retention)
	}
	d := setupDoc{SubscriptionID: sub, Workspace: w.ID, ClientID: p.ClientID}
	done, err := document(kindSetup, kindSetup, d)
	if err != nil {
		return d, err
	}
	edit.PutDocs = append(edit.PutDocs, done)
	return d, s.commit(ctx, edit)
}

// first prepares the edit that writes one of the resources that are made together, so
// that what it is in need not be there before.
func (s *Store) first(p identity.Principal, r *Resource) (catalog.Edit, error) {
	id, ok := ParseID(r.ID)
	t, known := TypeOf(id.Type)
	if !ok || !known {
		return catalog.Edit{}, fmt.Errorf("control: set up: %s is no resource", r.ID)
	}
	r.Name, r.Type = id.Leaf(), t.Name
	if r.Properties == nil {
		r.Properties = map[string]any{}
	}
	r.stamp(Caller{Principal: p}, nil, s.o.Now().UTC())
	if err := t.decide(s, r, nil); err != nil {
		return catalog.Edit{}, err
	}
	return s.documents(t, r, nil)
}

// upgrade adds what the first start makes besides, also after one of an earlier version.
func (s *Store) upgrade(ctx context.Context, d *setupDoc) error {
	if d.Version >= setupVersion {
		return nil
	}
	for _, step := range []struct {
		version int
		do      func(context.Context, *setupDoc) error
	}{{1, s.ensureScopes}, {1, s.ensureAdministrator}, {1, s.ensureLogs}, {2, s.ensurePage}} {
		// What an earlier version made, and somebody took away since, stays away.
		if step.version <= d.Version {
			continue
		}
		if err := step.do(ctx, d); err != nil {
			return err
		}
	}
	d.Version = setupVersion
	doc, err := document(kindSetup, kindSetup, d)
	if err != nil {
		return err
	}
	return s.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}})
}

// ensureLogs sends the activity log of the subscription, and the logs of the directory,
// to the workspace.
func (s *Store) ensureLogs(ctx context.Context, d *setupDoc) error {
	p, err := s.dir.Application(d.ClientID)
	if err != nil {
		return err
	}
	for _, id := range []ID{{Subscription: d.SubscriptionID, Type: TypeDiagnostic, Name: setupGroup}, {Type: TypeDirectoryDiagnostic, Name: setupGroup}} {
		r := &Resource{Properties: map[string]any{
			"workspaceId": d.Workspace, "logs": []any{map[string]any{"categoryGroup": "allLogs", "enabled": true}},
		}}
		r.ID = id.String()
		if _, err := s.write(ctx, Caller{Principal: p}, r, Match{}); err != nil {
			return err
		}
	}
	return nil
}

// ensurePage makes the component by which the page sends its own errors.
func (s *Store) ensurePage(ctx context.Context, d *setupDoc) error {
	p, err := s.dir.Application(d.ClientID)
	if err != nil {
		return err
	}
	id, err := pageComponent(d.Workspace)
	if err != nil {
		return err
	}
	r := &Resource{Properties: map[string]any{"Application_Type": "web", "WorkspaceResourceId": d.Workspace}}
	r.ID, r.Location, r.Kind = id.String(), setupLocation, "web"
	_, err = s.write(ctx, Caller{Principal: p}, r, Match{})
	return err
}

// ensureRetention tells the catalog what an earlier version did not: how long workspaces
// keep rows.
func (s *Store) ensureRetention(ctx context.Context) error {
	all, err := List[Workspace](s, "/")
	if err != nil {
		return err
	}
	var e catalog.Edit
	for _, w := range all {
		id, days := w.Properties.CustomerID, w.Properties.RetentionInDays
		if s.cat.View().DefaultRetention(id) != days {
			e.Retain(map[string]int{id: days})
		}
	}
	if e.Retention == nil {
		return nil
	}
	return s.commit(ctx, e)
}

// ensureScopes makes the subscription and the group that an earlier version's first
// start did not keep as resources.
func (s *Store) ensureScopes(ctx context.Context, d *setupDoc) error {
	id, ok := ParseID(d.Workspace)
	if !ok {
		return fmt.Errorf("control: '%s' is not the id of a workspace", d.Workspace)
	}
	p, err := s.dir.Application(d.ClientID)
	if err != nil {
		return err
	}
	for _, r := range []*Resource{newSubscription(d.SubscriptionID, setupGroup), newGroup(d.SubscriptionID, id.Group, setupLocation)} {
		own, _ := ParseID(r.ID)
		if _, ok, err := s.find(own); err != nil || ok {
			if err != nil {
				return err
			}
			continue
		}
		e, err := s.first(p, r)
		if err != nil {
			return err
		}
		if err := s.commit(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// ensureAdministrator makes the first client the directory's administrator, if there is
// none: else nobody could make one.
func (s *Store) ensureAdministrator(ctx context.Context, d *setupDoc) error {
	if s.dir.HasDirectoryRoles() {
		return nil
	}
	p, err := s.dir.Application(d.ClientID)
	if err != nil {
		return err
	}
	return s.dir.AssignDirectoryRole(ctx, p.ObjectID, identity.GlobalAdministrator)
}

// setupWorkspace is the id of the workspace that the first start made.
func (s *Store) setupWorkspace() (string, error) {
	var d setupDoc
	doc, ok := s.cat.View().Doc(kindSetup, kindSetup)
	if !ok {
		return "", fmt.Errorf("%w: the workspace of the first start", ErrNotFound)
	}
	if err := json.Unmarshal(doc.JSON, &d); err != nil {
		return "", fmt.Errorf("control: read what was set up: %w", err)
	}
	return d.Workspace, nil
}
