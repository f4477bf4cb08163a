package identity

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
)

// maxToken is the longest token that is looked at, in bytes.
const maxToken = 16 << 10

// leeway is how far the clocks of issuer and verifier may differ.
const leeway = 5 * time.Minute

// ErrUnauthenticated marks every error of Verify.
var ErrUnauthenticated = errors.New("identity: not authenticated")

// TokenError says why a token is refused. Code is Azure's.
type TokenError struct{ Code, Message string }

func (e *TokenError) Error() string { return e.Code + ": " + e.Message }
func (e *TokenError) Unwrap() error { return ErrUnauthenticated }

// The codes of TokenError.
const (
	CodeMissing  = "AuthenticationFailed"
	CodeInvalid  = "InvalidAuthenticationToken"
	CodeExpired  = "ExpiredAuthenticationToken"
	CodeTenant   = "InvalidAuthenticationTokenTenant"
	CodeAudience = "InvalidAuthenticationTokenAudience"
)

func refused(code, format string, args ...any) error {
	return &TokenError{code, fmt.Sprintf(format, args...)}
}

// claims is what stands in an access token: a subset of Entra ID's v1 claims.
type claims struct {
	Audience  string `json:"aud"`
	Issuer    string `json:"iss"`
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf"`
	Expires   int64  `json:"exp"`
	AppID     string `json:"appid,omitempty"`
	AppIDACR  string `json:"appidacr,omitempty"` // how the application signed in
	IDType    string `json:"idtyp"`
	ObjectID  string `json:"oid"`
	Subject   string `json:"sub"`
	Tenant    string `json:"tid"`
	ID        string `json:"uti"`
	Version   string `json:"ver"`
	Name      string `json:"name,omitempty"` // of a user, as are the next
	UPN       string `json:"upn,omitempty"`
	Scope     string `json:"scp,omitempty"`
	Resource  string `json:"xms_mirid,omitempty"` // whose managed identity it is
}

// issuer is the iss of tokens asked for at base, an address like "https://host:8443".
func (d *Directory) issuer(base string) string { return base + "/" + d.tenant + "/v2.0" }

// How an application proved who it is, as tokens and logs say it.
type credential struct {
	acr  string // "0" is by nothing, "1" by a secret, "2" by a certificate
	name string // in the logs
}

var (
	credentialNone        = credential{"0", "none"}
	credentialSecret      = credential{"1", "clientSecret"}
	credentialCertificate = credential{"2", "clientAssertion"}
	credentialManaged     = credential{"2", "managedIdentity"}
	credentialSession     = credential{"1", "none"}
)

// issue signs a token for resource, which names a known audience.
func (d *Directory) issue(base, resource string, p Principal, by credential, life time.Duration) (string, claims, error) {
	now := d.o.Now()
	c := claims{
		Audience: resource, Issuer: d.issuer(base),
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(life).Unix(),
		AppID: p.ClientID, AppIDACR: by.acr, IDType: "app", ObjectID: p.ObjectID, Subject: p.ObjectID,
		Tenant: d.tenant, ID: uuid.NewString(), Version: "1.0",
	}
	if p.Type == User {
		c.IDType, c.UPN, c.Scope = "user", p.Name, "user_impersonation"
		if u, err := d.user(p.ObjectID); err == nil {
			c.Name = u.Name
		}
	} else if a, err := d.application(p.ClientID); err == nil {
		c.Resource = a.Managed
	}
	text, err := d.sign(c)
	return text, c, err
}

func (d *Directory) sign(claims any) (string, error) {
	text, err := jwt.Signed(d.keys.Load().signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("identity: sign a token: %w", err)
	}
	return text, nil
}

// Verify returns the principal of a token that is valid now and for one of the
// accepted audiences. Its errors are *TokenErrors, except when the catalog is broken.
func (d *Directory) Verify(token string, accepted ...Audience) (Principal, error) {
	if i := d.foreignTo(token); i != nil {
		return d.verifyForeign(i, token)
	}
	c, err := d.signed(token)
	if err != nil {
		return Principal{}, err
	}
	now := d.o.Now()
	switch {
	case c.Tenant != d.tenant:
		return Principal{}, refused(CodeTenant, "The access token is from the wrong tenant %q. It must match the tenant %q.", c.Tenant, d.tenant)
	case !d.ours(c.Issuer):
		return Principal{}, refused(CodeTenant, "The access token is from the wrong issuer %q.", c.Issuer)
	case now.Add(leeway).Before(time.Unix(c.NotBefore, 0)):
		return Principal{}, refused(CodeInvalid, "The access token is not valid yet. Current time %s, not before %s.", clock(now), clock(time.Unix(c.NotBefore, 0)))
	case now.Add(-leeway).After(time.Unix(c.Expires, 0)):
		return Principal{}, refused(CodeExpired, "The access token expired at %s. Current time %s.", clock(time.Unix(c.Expires, 0)), clock(now))
	}
	if !isFor(c.Audience, accepted) {
		return Principal{}, refused(CodeAudience, "The access token has been obtained for wrong audience or resource %q. It should exactly match with one of the allowed audiences %q.", c.Audience, accepted)
	}
	return d.holder(&c)
}

// holder is the principal that a token speaks for, if it is still in the directory.
func (d *Directory) holder(c *claims) (Principal, error) {
	gone := refused(CodeInvalid, "The principal of the access token is not in this directory.")
	if c.IDType == "user" {
		u, err := d.user(c.ObjectID)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && u.Disabled:
			return Principal{}, gone
		case err == nil && c.Audience == string(Page) && time.Unix(c.IssuedAt, 0).Before(u.Since):
			return Principal{}, refused(CodeExpired, "The password was changed since: sign in again.")
		case err != nil:
			return Principal{}, err
		}
		return d.userPrincipal(u, c.AppID), nil
	}
	a, err := d.application(c.AppID)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && (a.ObjectID != c.ObjectID || a.Disabled || a.ObjectID == ""):
		return Principal{}, gone
	case err != nil:
		return Principal{}, err
	}
	return d.principal(a), nil
}

// ours reports whether iss is what this directory writes, whichever host it was
// asked at; that the token is its own, the signature has shown.
func (d *Directory) ours(iss string) bool {
	u, err := url.Parse(iss)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" && u.Path == "/"+d.tenant+"/v2.0"
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// signed returns the claims of a token with a good signature.
func (d *Directory) signed(token string) (claims, error) {
	if token == "" {
		return claims{}, refused(CodeMissing, "Authentication failed. The 'Authorization' header is missing.")
	}
	if len(token) > maxToken {
		return claims{}, refused(CodeInvalid, "The access token is longer than %d bytes.", maxToken)
	}
	sum := sha256.Sum256([]byte(token))
	if c, ok := d.verified.get(sum); ok {
		return c, nil
	}
	// Only RS256 is parsed: a token with alg none, or signed with a public key as if
	// it were a shared one, ends here.
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(t.Headers) != 1 {
		return claims{}, refused(CodeInvalid, "The access token is invalid: it is not a JSON web token signed with RS256.")
	}
	key := d.keys.Load().byID[t.Headers[0].KeyID]
	if key == nil {
		return claims{}, refused(CodeInvalid, "The access token is invalid: it was not signed by this directory's keys.")
	}
	var c claims
	if err := t.Claims(key, &c); err != nil {
		return claims{}, refused(CodeInvalid, "The access token is invalid: its signature or its claims are wrong.")
	}
	d.verified.put(sum, c)
	return c, nil
}

// verifiedTokens remembers the claims of tokens whose signature was checked, as
// clients send the same one with each request. It forgets all when it is full.
type verifiedTokens struct {
	mu sync.RWMutex
	m  map[[32]byte]claims
}

const maxVerified = 4096

func (v *verifiedTokens) get(sum [32]byte) (claims, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	c, ok := v.m[sum]
	return c, ok
}

func (v *verifiedTokens) put(sum [32]byte, c claims) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.m == nil || len(v.m) >= maxVerified {
		v.m = make(map[[32]byte]claims)
	}
	v.m[sum] = c
}

// Bearer returns the token of an Authorization header; "" if it has none.
func Bearer(header string) string {
	scheme, token, ok := strings.Cut(strings.TrimSpace(header), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
