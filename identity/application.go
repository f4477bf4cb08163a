package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
)

// secretLife is how long a new secret can be used: Azure's longest.
const secretLife = 2 * 365 * 24 * time.Hour

// application is a client that can sign in, and its service principal.
type application struct {
	ClientID string   `json:"clientId"`
	ObjectID string   `json:"objectId"`
	Name     string   `json:"name"`
	Secrets  []secret `json:"secrets"`
}

// secret is what is kept of a client secret: enough to recognise it. A secret is 240
// random bits, so that a plain hash of it cannot be searched.
type secret struct {
	ID   string    `json:"id"`
	Hint string    `json:"hint"` // its first three characters, as Entra shows them
	Salt []byte    `json:"salt"`
	Hash []byte    `json:"hash"` // SHA-256 of salt and secret
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// AddApplication makes an application with a secret, which cannot be read again.
func (d *Directory) AddApplication(ctx context.Context, name string) (Principal, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := application{ClientID: uuid.NewString(), ObjectID: uuid.NewString(), Name: name}
	text, err := d.addSecret(ctx, &a)
	return d.principal(&a), text, err
}

// AddSecret gives an application one more secret. ErrNotFound: no such application.
func (d *Directory) AddSecret(ctx context.Context, clientID string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, err := d.application(clientID)
	if err != nil {
		return "", err
	}
	own := *a
	own.Secrets = slices.Clone(a.Secrets)
	return d.addSecret(ctx, &own)
}

// addSecret adds a secret to a, drops those that have expired for long, and writes a.
func (d *Directory) addSecret(ctx context.Context, a *application) (string, error) {
	raw := make([]byte, 30)
	rand.Read(raw)
	text := base64.RawURLEncoding.EncodeToString(raw)
	now := d.o.Now().UTC()
	s := secret{ID: uuid.NewString(), Hint: text[:3], Salt: make([]byte, 16), From: now, To: now.Add(secretLife)}
	rand.Read(s.Salt)
	s.Hash = s.hash(text)
	a.Secrets = slices.DeleteFunc(a.Secrets, func(s secret) bool { return now.Sub(s.To) > secretLife })
	a.Secrets = append(a.Secrets, s)
	doc, err := document(kindApplication, strings.ToLower(a.ClientID), a)
	if err != nil {
		return "", err
	}
	if err := d.cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}}); err != nil {
		return "", fmt.Errorf("identity: save application %s: %w", a.Name, err)
	}
	return text, nil
}

// application finds an application. What it returns is shared: it is decoded once for
// each version of its document, as every request asks for its caller's.
func (d *Directory) application(clientID string) (*application, error) {
	id := strings.ToLower(clientID)
	doc, ok := d.cat.View().Doc(kindApplication, id)
	if !ok {
		return nil, fmt.Errorf("%w: application %q", ErrNotFound, clientID)
	}
	if c, ok := d.decoded.Load(id); ok {
		if c := c.(*decodedApplication); c.version == doc.Version {
			return &c.application, nil
		}
	}
	c := &decodedApplication{version: doc.Version}
	if err := json.Unmarshal(doc.JSON, &c.application); err != nil {
		return nil, fmt.Errorf("identity: read application %s: %w", clientID, err)
	}
	d.decoded.Store(id, c)
	return &c.application, nil
}

type decodedApplication struct {
	version uint64
	application
}

func (d *Directory) principal(a *application) Principal {
	return Principal{Tenant: d.tenant, ObjectID: a.ObjectID, ClientID: a.ClientID, Name: a.Name, Type: ServicePrincipal}
}

func (s *secret) hash(text string) []byte {
	h := sha256.New()
	h.Write(s.Salt)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// check says whether text is one of the application's secrets. Every secret is
// compared, in constant time, whichever matches.
func (a *application) check(text string, now time.Time) (ok, expired bool) {
	for i := range a.Secrets {
		s := &a.Secrets[i]
		if subtle.ConstantTimeCompare(s.hash(text), s.Hash) == 1 {
			if s.From.After(now) || !s.To.After(now) {
				expired = true
			} else {
				ok = true
			}
		}
	}
	return ok, expired && !ok
}
