package control

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
)

// Workspace is a Log Analytics workspace: a set of tables with one access boundary.
type Workspace struct {
	Meta
	Properties WorkspaceProperties `json:"properties"`
}

// WorkspaceProperties are those of a workspace's settings that matter here.
type WorkspaceProperties struct {
	CustomerID      string `json:"customerId"` // a guid; what clients call the workspace id
	RetentionInDays int    `json:"retentionInDays,omitempty"`
	Features        struct {
		ByResource   *bool `json:"enableLogAccessUsingOnlyResourcePermissions,omitempty"`
		NoSharedKeys bool  `json:"disableLocalAuth,omitempty"`
	} `json:"features"`
	IngestionAccess string `json:"publicNetworkAccessForIngestion,omitempty"`
	QueryAccess     string `json:"publicNetworkAccessForQuery,omitempty"`
}

// Retention in days: the default, and Azure's bounds for the interactive retention of
// tables and of workspaces, and for the total one.
const (
	defaultRetention      = 30
	minRetention          = 4
	minWorkspaceRetention = 30
	maxRetention          = 730
	maxTotalRetention     = 4383
)

const typeWorkspace = "Microsoft.OperationalInsights/workspaces"

var workspaceTypes = []*Type{{
	Name: typeWorkspace, in: inGroup, decide: decideWorkspace, with: workspaceKeys, dropped: dropTables,
	aliases: func(r *Resource) []string { return []string{strings.ToLower(r.Text("customerId"))} },
	edit:    retainByDefault,
}}

// ResourceType is Azure's name of the type.
func (*Workspace) ResourceType() string { return typeWorkspace }

// ByResource reports whether the right to read a resource's logs is enough to read them
// in the workspace, without a right to the workspace.
func (w *Workspace) ByResource() bool {
	f := w.Properties.Features.ByResource
	return f == nil || *f
}

func decideWorkspace(s *Store, r, old *Resource) error {
	now := stampText(s.o.Now())
	r.keep(old, "customerId", newID())
	r.keep(old, "createdDate", now)
	r.Properties["modifiedDate"] = now
	r.Properties["provisioningState"] = succeeded
	if r.Properties["retentionInDays"] == 0.0 {
		delete(r.Properties, "retentionInDays") // some clients write it when they say nothing
	}
	for name, v := range map[string]any{
		"sku": map[string]any{"name": "PerGB2018"}, "retentionInDays": float64(defaultRetention),
		"publicNetworkAccessForIngestion": "Enabled", "publicNetworkAccessForQuery": "Enabled",
		"workspaceCapping": map[string]any{"dailyQuotaGb": -1.0},
	} {
		r.initially(name, v)
	}
	f, _ := r.Properties["features"].(map[string]any)
	if f == nil {
		f = map[string]any{}
		r.Properties["features"] = f
	}
	if _, ok := f["enableLogAccessUsingOnlyResourcePermissions"]; !ok {
		f["enableLogAccessUsingOnlyResourcePermissions"] = true
	}
	if n := r.Name; len(n) < 4 || len(n) > 63 || strings.Trim(strings.ToLower(n), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || n[0] == '-' || n[len(n)-1] == '-' {
		return invalid("InvalidResourceName", "The workspace name '%s' is invalid: 4 to 63 letters, digits and hyphens, not at the ends.", n)
	}
	if d, _ := r.Properties["retentionInDays"].(float64); d < minWorkspaceRetention || d > maxRetention {
		return invalid("InvalidParameter", "retentionInDays is %v: it must be from %d to %d.", d, minWorkspaceRetention, maxRetention)
	}
	return tracked(r, old)
}

// workspaceKeys makes the keys of a new workspace, and drops those of one that goes, with
// what it has saved.
func workspaceKeys(s *Store, r, old *Resource) ([]Companion, error) {
	switch {
	case r == nil:
		gone := []Companion{{kindKeys, key(old.ID), nil}}
		for _, kind := range []string{kindSavedSearch, kindFunction} {
			s.cat.View().Docs(kind, func(d catalog.Doc) bool {
				if strings.HasPrefix(d.ID, old.Text("customerId")+"/") {
					gone = append(gone, Companion{kind, d.ID, nil})
				}
				return true
			})
		}
		return gone, nil
	case old == nil:
		return []Companion{{kindKeys, key(r.ID), Keys{newSharedKey(), newSharedKey()}}}, nil
	}
	return nil, nil
}

// retainByDefault tells the catalog how long rows are kept where a table says nothing.
func retainByDefault(r, old *Resource, e *catalog.Edit) {
	if r == nil {
		e.Retention = map[string]int{old.Text("customerId"): 0}
		return
	}
	days, _ := r.Properties["retentionInDays"].(float64)
	e.Retention = map[string]int{r.Text("customerId"): int(days)}
}

// dropTables removes the rows of a workspace that is about to be deleted.
func dropTables(ctx context.Context, s *Store, r *Resource) error {
	for _, t := range s.cat.View().Tables(r.Text("customerId")) {
		if s.o.DropTable == nil {
			return fmt.Errorf("control: delete workspace %s: no store to delete its rows from", r.Name)
		}
		if err := s.o.DropTable(ctx, t.Ref); err != nil {
			return fmt.Errorf("control: delete workspace %s: %w", r.Name, err)
		}
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

// ReadKeys shows a workspace's shared keys to a caller.
func (s *Store) ReadKeys(ctx context.Context, by Caller, w *Workspace) (Keys, error) {
	return s.Keys(w)
}

// NewKeys gives a workspace a new primary or secondary key, as which says, or both if it
// is "". Requests that are signed with what was there fail.
func (s *Store) NewKeys(ctx context.Context, by Caller, w *Workspace, which string) (Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.Keys(w)
	if err != nil {
		return k, err
	}
	switch which = strings.ToLower(which); which {
	case "", "both":
		k = Keys{newSharedKey(), newSharedKey()}
	case "primary":
		k.Primary = newSharedKey()
	case "secondary":
		k.Secondary = newSharedKey()
	default:
		return Keys{}, invalid("InvalidParameter", "'%s' is not a key: name primary or secondary.", which)
	}
	doc, err := document(kindKeys, key(w.ID), k)
	if err != nil {
		return k, err
	}
	if err := s.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}}); err != nil {
		return k, fmt.Errorf("control: save the keys of %s: %w", w.ID, err)
	}
	return k, nil
}

func newSharedKey() string {
	raw := make([]byte, 64)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}
