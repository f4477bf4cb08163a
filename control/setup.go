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
)

// setupDoc remembers what the first start made.
type setupDoc struct {
	SubscriptionID string `json:"subscriptionId"`
	Workspace      string `json:"workspace"` // its resource id
	ClientID       string `json:"clientId"`
}

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

// create makes the workspace and gives the principal all rights in its subscription.
func (s *Store) create(ctx context.Context, p identity.Principal) (setupDoc, error) {
	sub := uuid.NewString()
	none := func(*catalog.View, string) (Resource, bool, error) { return nil, false, nil }
	w := &Workspace{Meta: Meta{Location: setupLocation}}
	w.ID = ID{sub, setupGroup, w.ResourceType(), setupWorkspace}.String()
	all := []Resource{w}
	for i := range builtinRoles {
		scope := "/subscriptions/" + sub
		as := &RoleAssignment{
			Properties: RoleAssignmentProperties{
				RoleDefinitionID: scope + "/providers/Microsoft.Authorization/roleDefinitions/" + builtinRoles[i].ID,
				PrincipalID:      p.ObjectID, PrincipalType: "ServicePrincipal", Scope: scope,
			},
		}
		as.ID = ID{Subscription: sub, Type: as.ResourceType(), Name: uuid.NewString()}.String()
		all = append(all, as)
	}
	var edit catalog.Edit
	for _, r := range all {
		e, _, err := s.put(r, Caller{p}, none)
		if err != nil {
			return setupDoc{}, err
		}
		edit.PutDocs = append(edit.PutDocs, e.PutDocs...)
	}
	d := setupDoc{SubscriptionID: sub, Workspace: w.ID, ClientID: p.ClientID}
	keys, err := document(kindKeys, key(w.ID), Keys{newSharedKey(), newSharedKey()})
	if err != nil {
		return d, err
	}
	done, err := document(kindSetup, kindSetup, d)
	if err != nil {
		return d, err
	}
	edit.PutDocs = append(edit.PutDocs, keys, done)
	return d, s.cat.Commit(ctx, edit)
}
