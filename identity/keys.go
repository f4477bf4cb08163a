package identity

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
)

// signingKey is an RSA key as a document.
type signingKey struct {
	ID      string          `json:"id"` // its kid
	Created time.Time       `json:"created"`
	Key     jose.JSONWebKey `json:"key"` // private
}

// keyRing is the keys whose signatures are accepted; the newest signs.
type keyRing struct {
	public []jose.JSONWebKey
	byID   map[string]*rsa.PublicKey
	signer jose.Signer
}

func newKey(now time.Time) (signingKey, error) {
	priv, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return signingKey{}, fmt.Errorf("identity: make a signing key: %w", err)
	}
	id := uuid.NewString()
	return signingKey{id, now.UTC(), jose.JSONWebKey{Key: priv, KeyID: id, Algorithm: string(jose.RS256), Use: "sig"}}, nil
}

// How long a key signs, and how long after it was made its signatures are taken: until
// the last token that it signed has expired, the page's sign-in included.
const (
	keyLife   = 30 * 24 * time.Hour
	keyLinger = keyLife + 2*24*time.Hour
)

// Rotate makes a new signing key if the newest is too old, and forgets those whose
// tokens have all expired, and which assertions were used that have expired too.
func (d *Directory) Rotate(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.forget(ctx); err != nil {
		return err
	}
	now := d.o.Now()
	var e catalog.Edit
	newest := time.Time{}
	d.cat.View().Docs(kindKey, func(doc catalog.Doc) bool {
		var k signingKey
		if json.Unmarshal(doc.JSON, &k) == nil {
			if k.Created.After(newest) {
				newest = k.Created
			}
			if now.Sub(k.Created) > keyLinger {
				e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: kindKey, ID: doc.ID})
			}
		}
		return true
	})
	if now.Sub(newest) >= keyLife {
		k, err := newKey(now)
		if err != nil {
			return err
		}
		doc, err := document(kindKey, k.ID, k)
		if err != nil {
			return err
		}
		e.PutDocs = append(e.PutDocs, doc)
	}
	if len(e.PutDocs)+len(e.DropDocs) == 0 {
		return nil
	}
	if err := d.commit(ctx, e); err != nil {
		return err
	}
	return d.loadKeys()
}

// loadKeys reads all signing keys.
func (d *Directory) loadKeys() error {
	var keys []signingKey
	var bad error
	d.cat.View().Docs(kindKey, func(doc catalog.Doc) bool {
		var k signingKey
		if bad = json.Unmarshal(doc.JSON, &k); bad != nil {
			bad = fmt.Errorf("identity: read signing key %s: %w", doc.ID, bad)
			return false
		}
		keys = append(keys, k)
		return true
	})
	if bad != nil {
		return bad
	}
	if len(keys) == 0 {
		return fmt.Errorf("identity: the catalog has a tenant but no signing key")
	}
	slices.SortFunc(keys, func(a, b signingKey) int { return b.Created.Compare(a.Created) })
	ring := &keyRing{byID: map[string]*rsa.PublicKey{}}
	for _, k := range keys {
		pub := k.Key.Public()
		rsaKey, ok := pub.Key.(*rsa.PublicKey)
		if !ok {
			return fmt.Errorf("identity: signing key %s is %T, not RSA", k.ID, pub.Key)
		}
		ring.public = append(ring.public, pub)
		ring.byID[k.ID] = rsaKey
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: keys[0].Key},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return fmt.Errorf("identity: use signing key %s: %w", keys[0].ID, err)
	}
	ring.signer = signer
	d.keys.Store(ring)
	return nil
}
