package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Issuer is another OpenID Connect provider whose tokens are taken, such as Entra ID
// itself or Keycloak. A token of it speaks for one of this directory's principals, and
// only for those that are named here: who may do what is decided by their roles.
type Issuer struct {
	// URL is the issuer as its tokens name it; its keys are found from there.
	URL string `json:"issuer"`
	// Audiences are those of its tokens that are taken.
	Audiences []string `json:"audiences"`
	// Claim is the claim that tells principals apart; "" is "sub".
	Claim string `json:"claim"`
	// Principals are the object ids of this directory's users and applications, by the
	// value of the claim.
	Principals map[string]string `json:"principals"`
}

// Check says why an issuer cannot be trusted as it is described.
func (i *Issuer) Check() error {
	switch {
	case !strings.HasPrefix(i.URL, "https://"):
		return fmt.Errorf("identity: the issuer %q must be an https address", i.URL)
	case len(i.Audiences) == 0:
		return fmt.Errorf("identity: the issuer %s has no audiences", i.URL)
	case len(i.Principals) == 0:
		return fmt.Errorf("identity: the issuer %s has no principals", i.URL)
	}
	return nil
}

// foreignIssuer is an issuer whose keys are read when its first token comes.
type foreignIssuer struct {
	Issuer
	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
}

// keys finds the issuer's keys, once.
func (i *foreignIssuer) keys(d *Directory) (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	p, err := oidc.NewProvider(context.Background(), i.URL)
	if err != nil {
		return nil, fmt.Errorf("identity: ask %s for its keys: %w", i.URL, err)
	}
	i.verifier = p.Verifier(&oidc.Config{
		SkipClientIDCheck: true, Now: d.o.Now,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA},
	})
	return i.verifier, nil
}

// foreignTo finds the issuer that a token says it is from. Whether it is, verifyForeign
// finds out.
func (d *Directory) foreignTo(token string) *foreignIssuer {
	if len(d.foreign) == 0 || len(token) > maxToken {
		return nil
	}
	_, rest, ok := strings.Cut(token, ".")
	payload, _, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return nil
	}
	var c struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(raw, &c) != nil {
		return nil
	}
	for _, i := range d.foreign {
		if i.URL == c.Issuer {
			return i
		}
	}
	return nil
}

// verifyForeign returns the principal that a token of another issuer speaks for.
func (d *Directory) verifyForeign(i *foreignIssuer, token string) (Principal, error) {
	v, err := i.keys(d)
	if err != nil {
		return Principal{}, refused(CodeInvalid, "The access token is from %s, whose keys cannot be had now.", i.URL)
	}
	t, err := v.Verify(context.Background(), token)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return Principal{}, refused(CodeExpired, "The access token of %s expired at %s.", i.URL, clock(expired.Expiry))
	case err != nil:
		return Principal{}, refused(CodeInvalid, "The access token of %s is invalid: its signature or its claims are wrong.", i.URL)
	case !slices.ContainsFunc(t.Audience, func(a string) bool { return slices.Contains(i.Audiences, a) }):
		return Principal{}, refused(CodeAudience, "The access token of %s has been obtained for wrong audience %q.", i.URL, t.Audience)
	}
	all := map[string]any{}
	if err := t.Claims(&all); err != nil {
		return Principal{}, refused(CodeInvalid, "The claims of the access token of %s cannot be read.", i.URL)
	}
	claim := i.Claim
	if claim == "" {
		claim = "sub"
	}
	who, _ := all[claim].(string)
	id, ok := i.Principals[who]
	if !ok || who == "" {
		return Principal{}, refused(CodeInvalid, "The access token of %s is for '%s', who is no principal of this directory.", i.URL, who)
	}
	return d.principalByID(id)
}

// principalByID finds a user or an application by its object id.
func (d *Directory) principalByID(id string) (Principal, error) {
	if u, err := d.user(id); err == nil && !u.Disabled {
		return d.userPrincipal(u, ""), nil
	}
	for a := range d.applications {
		if a.ObjectID == id && !a.Disabled {
			return d.principal(a), nil
		}
	}
	return Principal{}, refused(CodeInvalid, "The principal of the access token is not in this directory.")
}
