// Package identity is the directory: the tenant, the applications, users and groups in
// it, and the tokens that say who a request comes from. It speaks Entra ID's token
// protocol, so that Azure's own clients sign in unchanged, and as much of Microsoft
// Graph as it takes to manage the directory. What happens in it goes to the logs that
// Entra ID has.
//
// What a principal may do is not decided here but in control.
package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
)

var (
	// ErrNotFound is returned for what the directory does not have.
	ErrNotFound = errors.New("identity: not found")
	// ErrExists is returned for what it has already.
	ErrExists = errors.New("identity: exists already")
)

// The kinds of documents that the directory keeps in the catalog.
const (
	kindTenant      = "identity.tenant"
	kindApplication = "identity.application"
	kindKey         = "identity.signingKey"
	kindSeal        = "identity.sealKey"
	kindUser        = "identity.user"
	kindGroup       = "identity.group"
	kindUsed        = "identity.used"
	kindRole        = "identity.directoryRole"
)

// Options are the directory's settings. The zero value works.
type Options struct {
	Now       func() time.Time // nil: time.Now
	TokenLife time.Duration    // how long an access token is valid; 0: one hour
	// Log takes a row of one of the directory's logs: the table's name, and its columns
	// with values as JSON has them. nil: they are not kept.
	Log func(ctx context.Context, table string, row map[string]any)
	// Issuers are other OpenID Connect providers whose tokens are taken.
	Issuers []Issuer
}

// Directory is one tenant. Its methods may be called concurrently.
type Directory struct {
	cat    *catalog.Catalog
	o      Options
	tenant string

	mu       sync.Mutex // held while documents are read, changed and written back
	keys     atomic.Pointer[keyRing]
	verified verifiedTokens
	decoded  sync.Map // a document's kind and id → *decodedDoc
	seal     sealer
	codes    codes // that wait to be exchanged or approved
	guesses  *guesses
	foreign  []*foreignIssuer
}

// Principal is who a request comes from.
type Principal struct {
	Tenant   string
	ObjectID string // of the service principal; role assignments name it
	ClientID string // of the application; for a user, of the one through which it signed in
	Name     string
	Type     PrincipalType
}

// PrincipalType is a kind of principals, by the name that role assignments have for it.
type PrincipalType string

// The kinds of principals.
const (
	ServicePrincipal PrincipalType = "ServicePrincipal"
	User             PrincipalType = "User"
	Group            PrincipalType = "Group"
)

type tenantDoc struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
}

// Open reads the directory from the catalog. The first time it makes a tenant and a
// signing key.
func Open(ctx context.Context, cat *catalog.Catalog, o Options) (*Directory, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenLife == 0 {
		o.TokenLife = time.Hour
	}
	d := &Directory{cat: cat, o: o, guesses: newGuesses()}
	var t tenantDoc
	switch found, err := d.read(kindTenant, "tenant", &t); {
	case err != nil:
		return nil, err
	case !found:
		t = tenantDoc{ID: uuid.NewString(), Created: o.Now().UTC()}
		doc, err := document(kindTenant, "tenant", t)
		if err != nil {
			return nil, err
		}
		key, err := newKey(o.Now())
		if err != nil {
			return nil, err
		}
		keyDoc, err := document(kindKey, key.ID, key)
		if err != nil {
			return nil, err
		}
		if err := cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc, keyDoc}}); err != nil {
			return nil, fmt.Errorf("identity: create the tenant: %w", err)
		}
	}
	d.tenant = t.ID
	if err := d.loadKeys(); err != nil {
		return nil, err
	}
	if err := d.openSeal(ctx); err != nil {
		return nil, err
	}
	for _, i := range o.Issuers {
		d.foreign = append(d.foreign, &foreignIssuer{Issuer: i})
	}
	return d, nil
}

// commit makes an edit durable.
func (d *Directory) commit(ctx context.Context, e catalog.Edit) error {
	if err := d.cat.Commit(ctx, e); err != nil {
		return fmt.Errorf("identity: save: %w", err)
	}
	return nil
}

// Tenant returns the tenant's id, a guid.
func (d *Directory) Tenant() string { return d.tenant }

// read decodes a document into into; false means that there is none.
func (d *Directory) read(kind, id string, into any) (bool, error) {
	doc, ok := d.cat.View().Doc(kind, id)
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(doc.JSON, into); err != nil {
		return false, fmt.Errorf("identity: read %s %s: %w", kind, id, err)
	}
	return true, nil
}

func document(kind, id string, v any) (catalog.Doc, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return catalog.Doc{}, fmt.Errorf("identity: write %s %s: %w", kind, id, err)
	}
	return catalog.Doc{Kind: kind, ID: id, JSON: text}, nil
}
