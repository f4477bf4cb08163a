package identity

import (
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

// loadKeys reads all signing keys. It is called before the directory is shared.
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
	ring := keyRing{byID: map[string]*rsa.PublicKey{}}
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
	d.keys = ring
	return nil
}
