package control

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
)

// Workspace is a Log Analytics workspace: a set of tables with one access boundary.
type Workspace struct {
	Meta
	Properties WorkspaceProperties `json:"properties"`
}

// WorkspaceProperties are a workspace's settings.
type WorkspaceProperties struct {
	CustomerID        string          `json:"customerId"` // a guid; what clients call the workspace id
	ProvisioningState string          `json:"provisioningState"`
	SKU               *WorkspaceSKU   `json:"sku,omitempty"`
	RetentionInDays   int             `json:"retentionInDays,omitempty"`
	Capping           json.RawMessage `json:"workspaceCapping,omitempty"`
	Features          json.RawMessage `json:"features,omitempty"`
	IngestionAccess   string          `json:"publicNetworkAccessForIngestion,omitempty"`
	QueryAccess       string          `json:"publicNetworkAccessForQuery,omitempty"`
	CreatedDate       time.Time       `json:"createdDate"`
	ModifiedDate      time.Time       `json:"modifiedDate"`
}

// WorkspaceSKU is a workspace's pricing tier, kept for clients' sake.
type WorkspaceSKU struct {
	Name     string `json:"name"`
	Capacity int    `json:"capacityReservationLevel,omitempty"`
}

// Retention in days: the default, and Azure's bounds for interactive retention.
const (
	defaultRetention = 30
	minRetention     = 4
	maxRetention     = 730
)

// ResourceType is Azure's name of the type.
func (*Workspace) ResourceType() string { return "Microsoft.OperationalInsights/workspaces" }

func (w *Workspace) aliases() []string { return []string{strings.ToLower(w.Properties.CustomerID)} }

func (w *Workspace) settle(s *Store, old Resource) {
	p, now := &w.Properties, s.o.Now().UTC()
	p.CustomerID, p.CreatedDate, p.ModifiedDate = uuid.NewString(), now, now
	if o, ok := old.(*Workspace); ok {
		p.CustomerID, p.CreatedDate = o.Properties.CustomerID, o.Properties.CreatedDate
	}
	p.ProvisioningState = "Succeeded"
	if p.SKU == nil {
		p.SKU = &WorkspaceSKU{Name: "PerGB2018"}
	}
	if p.RetentionInDays == 0 {
		p.RetentionInDays = defaultRetention
	}
	for _, access := range []*string{&p.IngestionAccess, &p.QueryAccess} {
		if *access == "" {
			*access = "Enabled"
		}
	}
}

func (w *Workspace) validate(*Store) error {
	if n := w.Name; len(n) < 4 || len(n) > 63 || strings.Trim(strings.ToLower(n), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || n[0] == '-' || n[len(n)-1] == '-' {
		return invalid("InvalidResourceName", "The workspace name '%s' is invalid: 4 to 63 letters, digits and hyphens, not at the ends.", n)
	}
	if d := w.Properties.RetentionInDays; d < minRetention || d > maxRetention {
		return invalid("InvalidParameter", "retentionInDays is %d: it must be from %d to %d.", d, minRetention, maxRetention)
	}
	return nil
}

// Workspace finds a workspace by any of its names: its customer id, its resource id,
// "subscription/group/name", "group/name", or its name if no other has the same.
func (s *Store) Workspace(name string) (*Workspace, error) {
	if _, err := uuid.Parse(name); err == nil && len(name) == 36 {
		return ByAlias[Workspace](s, strings.ToLower(name))
	}
	if id, ok := ParseID(name); ok {
		return Get[Workspace](s, id.String())
	}
	all, err := List[Workspace](s, "/")
	if err != nil {
		return nil, err
	}
	var found *Workspace
	for _, w := range all {
		id, _ := ParseID(w.ID)
		switch strings.ToLower(name) {
		case strings.ToLower(id.Name), strings.ToLower(id.Group + "/" + id.Name), strings.ToLower(id.Subscription + "/" + id.Group + "/" + id.Name):
			if found != nil {
				return nil, invalid("AmbiguousWorkspace", "More than one workspace is named '%s': name it by its id.", name)
			}
			found = w
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%w: workspace %q", ErrNotFound, name)
	}
	return found, nil
}

// Keys are what signs requests of the HTTP Data Collector API: 64 bytes each, in
// base64. Either is good, so that one can be changed while the other is in use.
type Keys struct {
	Primary   string `json:"primarySharedKey"`
	Secondary string `json:"secondarySharedKey"`
}

const kindKeys = "control.workspaceKeys"

// Keys returns a workspace's shared keys.
func (s *Store) Keys(w *Workspace) (Keys, error) {
	var k Keys
	doc, ok := s.cat.View().Doc(kindKeys, key(w.ID))
	if !ok {
		return k, fmt.Errorf("%w: keys of %s", ErrNotFound, w.ID)
	}
	if err := json.Unmarshal(doc.JSON, &k); err != nil {
		return k, fmt.Errorf("control: read the keys of %s: %w", w.ID, err)
	}
	return k, nil
}

// NewKeys gives a workspace two new keys; requests signed with the old ones fail.
func (s *Store) NewKeys(ctx context.Context, w *Workspace) (Keys, error) {
	k := Keys{newSharedKey(), newSharedKey()}
	doc, err := document(kindKeys, key(w.ID), k)
	if err != nil {
		return k, err
	}
	if err := s.cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}}); err != nil {
		return k, fmt.Errorf("control: save the keys of %s: %w", w.ID, err)
	}
	return k, nil
}

func newSharedKey() string {
	raw := make([]byte, 64)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}
