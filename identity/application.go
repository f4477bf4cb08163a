package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
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
	ClientID     string        `json:"clientId"`
	ObjectID     string        `json:"objectId"`     // of the service principal
	ID           string        `json:"id,omitempty"` // of the application itself
	Name         string        `json:"name"`
	Secrets      []secret      `json:"secrets"`
	Certificates []certificate `json:"certificates,omitempty"`
	Redirects    []string      `json:"redirects,omitempty"` // where codes may be sent
	Public       bool          `json:"public,omitempty"`    // it keeps no secret
	Managed      string        `json:"managed,omitempty"`   // the resource whose identity it is
	Disabled     bool          `json:"disabled,omitempty"`
	Created      time.Time     `json:"created"`
}

// secret is what is kept of a client secret: enough to recognise it. A secret is 240
// random bits, so that a plain hash of it cannot be searched.
type secret struct {
	ID   string    `json:"id"`
	Name string    `json:"name,omitempty"`
	Hint string    `json:"hint"` // its first three characters, as Entra shows them
	Salt []byte    `json:"salt"`
	Hash []byte    `json:"hash"` // SHA-256 of salt and secret
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// certificate is the public half of a key with which an application signs assertions.
type certificate struct {
	ID   string    `json:"id"`
	Name string    `json:"name,omitempty"`
	DER  []byte    `json:"der"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// thumbprints are the hashes by which assertions name a certificate.
func (c *certificate) thumbprints() (sha1Sum, sha256Sum []byte) {
	a, b := sha1.Sum(c.DER), sha256.Sum256(c.DER)
	return a[:], b[:]
}

// publicClients are Azure's own tools, which keep no secret: users sign in through them.
var publicClients = []application{
	{ClientID: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", Name: "Microsoft Azure CLI", Public: true},
	{ClientID: "1950a258-227b-4e31-a9cf-717495945fc2", Name: "Microsoft Azure PowerShell", Public: true},
	{ClientID: "aebc6443-996d-45c2-90f0-388ff96faa56", Name: "Visual Studio Code", Public: true},
	{ClientID: "872cd9fa-d31f-45e0-9eab-6e460a02d1f1", Name: "Visual Studio", Public: true},
	{ClientID: PageClient, Name: "Yagura", Public: true},
}

// AddApplication makes an application with a secret, which cannot be read again.
func (d *Directory) AddApplication(ctx context.Context, name string) (Principal, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.newApplication(name)
	text := a.addSecret("", d.o.Now(), time.Time{})
	return d.principal(a), text, d.saveApplication(ctx, a)
}

// AddManaged makes the identity of a resource: an application without credentials of
// its own, that gets tokens from the endpoint for managed identities.
func (d *Directory) AddManaged(ctx context.Context, resource, name string) (Principal, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.newApplication(name)
	a.Managed = resource
	return d.principal(a), d.saveApplication(ctx, a)
}

func (d *Directory) newApplication(name string) *application {
	return &application{ClientID: uuid.NewString(), ObjectID: uuid.NewString(), ID: uuid.NewString(), Name: name, Created: d.o.Now().UTC()}
}

// AddSecret gives an application one more secret. ErrNotFound: no such application.
func (d *Directory) AddSecret(ctx context.Context, clientID string) (string, error) {
	text := ""
	err := d.changeApplication(ctx, clientID, func(a *application) error {
		text = a.addSecret("", d.o.Now(), time.Time{})
		return nil
	})
	return text, err
}

// AddCertificate lets an application sign in with assertions that the key of a
// certificate, in PEM or DER, has signed.
func (d *Directory) AddCertificate(ctx context.Context, clientID string, data []byte) error {
	return d.changeApplication(ctx, clientID, func(a *application) error {
		c, err := newCertificate("", data)
		if err == nil {
			a.Certificates = append(a.Certificates, c)
		}
		return err
	})
}

// RemoveApplication removes an application. It reports whether there was one.
func (d *Directory) RemoveApplication(ctx context.Context, clientID string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := strings.ToLower(clientID)
	if _, ok := d.cat.View().Doc(kindApplication, id); !ok {
		return false, nil
	}
	return true, d.commit(ctx, catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindApplication, ID: id}}})
}

// changeApplication changes a copy of an application and keeps it.
func (d *Directory) changeApplication(ctx context.Context, clientID string, change func(*application) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, err := d.application(clientID)
	if err != nil {
		return err
	}
	own := *a
	own.Secrets, own.Certificates, own.Redirects = slices.Clone(a.Secrets), slices.Clone(a.Certificates), slices.Clone(a.Redirects)
	if err := change(&own); err != nil {
		return err
	}
	return d.saveApplication(ctx, &own)
}

func (d *Directory) saveApplication(ctx context.Context, a *application) error {
	doc, err := document(kindApplication, strings.ToLower(a.ClientID), a)
	if err != nil {
		return err
	}
	return d.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}})
}

// addSecret adds a secret until a time, or as long as one may be, and drops those that
// have expired for long.
func (a *application) addSecret(name string, now, to time.Time) string {
	text := newSecret()
	now = now.UTC()
	if to.IsZero() || to.After(now.Add(secretLife)) {
		to = now.Add(secretLife)
	}
	s := secret{ID: uuid.NewString(), Name: name, Hint: text[:3], Salt: make([]byte, 16), From: now, To: to.UTC()}
	rand.Read(s.Salt)
	s.Hash = s.hash(text)
	a.Secrets = slices.DeleteFunc(a.Secrets, func(s secret) bool { return now.Sub(s.To) > secretLife })
	a.Secrets = append(a.Secrets, s)
	return text
}

// newSecret is a random text. It does not begin with '-', which command lines take for a
// flag.
func newSecret() string {
	for {
		raw := make([]byte, 30)
		rand.Read(raw)
		if text := base64.RawURLEncoding.EncodeToString(raw); text[0] != '-' {
			return text
		}
	}
}

// newCertificate reads a certificate in PEM or DER.
func newCertificate(name string, data []byte) (certificate, error) {
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	c, err := x509.ParseCertificate(data)
	if err != nil {
		return certificate{}, fmt.Errorf("identity: read a certificate: %w", err)
	}
	return certificate{ID: uuid.NewString(), Name: name, DER: c.Raw, From: c.NotBefore, To: c.NotAfter}, nil
}

// application finds an application. What it returns is shared: it is decoded once for
// each version of its document, as every request asks for its caller's.
func (d *Directory) application(clientID string) (*application, error) {
	id := strings.ToLower(clientID)
	doc, ok := d.cat.View().Doc(kindApplication, id)
	if !ok {
		for i := range publicClients {
			if publicClients[i].ClientID == id {
				return &publicClients[i], nil
			}
		}
		return nil, fmt.Errorf("%w: application %q", ErrNotFound, clientID)
	}
	a := &application{}
	if err := d.decode(doc, a, func(v any) { a = v.(*application) }); err != nil {
		return nil, err
	}
	return a, nil
}

// applications yields all applications that are kept here.
func (d *Directory) applications(yield func(*application) bool) {
	d.cat.View().Docs(kindApplication, func(doc catalog.Doc) bool {
		a := &application{}
		return d.decode(doc, a, func(v any) { a = v.(*application) }) != nil || yield(a)
	})
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

// check finds which of the application's secrets text is. Every secret is compared, in
// constant time, whichever matches.
func (a *application) check(text string, now time.Time) (id string, ok, expired bool) {
	for i := range a.Secrets {
		s := &a.Secrets[i]
		if subtle.ConstantTimeCompare(s.hash(text), s.Hash) == 1 {
			if s.From.After(now) || !s.To.After(now) {
				expired = true
			} else {
				ok, id = true, s.ID
			}
		}
	}
	return id, ok, expired && !ok
}

// byThumbprint finds the certificate that an assertion's header names, by either hash,
// which clients write in either alphabet of base64 or in hex.
func (a *application) byThumbprint(header string) *certificate {
	for i := range a.Certificates {
		c := &a.Certificates[i]
		for _, sum := range func() [][]byte { x, y := c.thumbprints(); return [][]byte{x, y} }() {
			for _, enc := range []string{
				base64.StdEncoding.EncodeToString(sum), base64.RawURLEncoding.EncodeToString(sum), base64.URLEncoding.EncodeToString(sum), strings.ToUpper(hex.EncodeToString(sum)),
			} {
				if header == enc || strings.EqualFold(header, hex.EncodeToString(sum)) {
					return c
				}
			}
		}
	}
	return nil
}

// decode reads a document into v once for each of its versions, and hands out what was
// read before.
func (d *Directory) decode(doc catalog.Doc, v any, use func(any)) error {
	k := doc.Kind + "\x00" + doc.ID
	if c, ok := d.decoded.Load(k); ok {
		if c := c.(*decodedDoc); c.version == doc.Version {
			use(c.v)
			return nil
		}
	}
	if err := json.Unmarshal(doc.JSON, v); err != nil {
		return fmt.Errorf("identity: read %s %s: %w", doc.Kind, doc.ID, err)
	}
	d.decoded.Store(k, &decodedDoc{doc.Version, v})
	return nil
}

type decodedDoc struct {
	version uint64
	v       any
}
