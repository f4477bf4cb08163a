package identity

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// clientCredentials signs an application in as itself.
func (d *Directory) clientCredentials(a *attempt) error {
	if err := d.authenticate(a, true); err != nil {
		return err
	}
	a.principal = d.principal(a.client)
	return nil
}

// authenticate finds the application that asks, and checks what it proves who it is
// with: a secret, in the body or in an Authorization header of the Basic scheme (each
// encoded as in a form), or an assertion. A public client proves nothing, unless it must.
func (d *Directory) authenticate(a *attempt, must bool) error {
	text := a.form.Get("client_secret")
	if user, pass, ok := a.r.BasicAuth(); ok {
		var err1, err2 error
		a.clientID, err1 = url.QueryUnescape(user)
		text, err2 = url.QueryUnescape(pass)
		if err1 != nil || err2 != nil {
			return errBody("the Authorization header is not form-encoded")
		}
	}
	if a.clientID == "" {
		return errParameterMissing("client_id")
	}
	var err error
	a.client, err = d.application(a.clientID)
	switch {
	case errors.Is(err, ErrNotFound):
		return errApplicationUnknown(a.clientID, d.tenant)
	case err != nil:
		return err
	case a.client.Disabled:
		return errApplicationDisabled(a.clientID)
	}
	a.clientID = a.client.ClientID
	assertion := a.form.Get("client_assertion")
	switch {
	case assertion != "":
		return d.checkAssertion(a, assertion)
	case text != "":
		return d.checkClientSecret(a, text)
	case a.client.Public && !must:
		return nil
	}
	return errSecretMissing()
}

func (d *Directory) checkClientSecret(a *attempt, text string) error {
	id, ok, expired := a.client.check(text, a.at)
	a.by, a.key = credentialSecret, id
	switch {
	case expired:
		return errSecretExpired(a.clientID)
	case !ok:
		return errSecretWrong(a.clientID)
	}
	return nil
}

// Limits on assertions: their length in bytes, and how long they may be valid.
const (
	maxAssertion     = 16 << 10
	maxAssertionLife = 24 * time.Hour
	assertionType    = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// checkAssertion takes a token that the application has signed with the key of one of
// its certificates (RFC 7523).
func (d *Directory) checkAssertion(a *attempt, text string) error {
	a.by = credentialCertificate
	if t := a.form.Get("client_assertion_type"); t != assertionType {
		return errAssertionType(t)
	}
	if len(text) > maxAssertion {
		return errAssertion("it is too long")
	}
	t, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil || len(t.Headers) != 1 {
		return errAssertion("it is not a JSON web token signed with RS256 or PS256")
	}
	h := t.Headers[0]
	cert := a.certificateOf(h)
	if cert == nil {
		return errCertificateUnknown(a.clientID)
	}
	a.key = cert.ID
	_, sum := cert.thumbprints()
	a.thumbprint = upperHex(sum)
	key, err := cert.publicKey()
	if err != nil {
		return err
	}
	var c jwt.Claims
	if err := t.Claims(key, &c); err != nil {
		return errCertificateUnknown(a.clientID)
	}
	if cert.From.After(a.at) || !cert.To.After(a.at) {
		return errCertificateExpired(a.clientID)
	}
	return d.checkAssertionClaims(a, &c)
}

// certificateOf finds the certificate that a header names by its thumbprint: x5t#S256,
// x5t, or kid.
func (a *attempt) certificateOf(h jose.Header) *certificate {
	for _, name := range []jose.HeaderKey{"x5t#S256", "x5t"} {
		if text, ok := h.ExtraHeaders[name].(string); ok {
			return a.client.byThumbprint(text)
		}
	}
	return a.client.byThumbprint(h.KeyID)
}

func (d *Directory) checkAssertionClaims(a *attempt, c *jwt.Claims) error {
	switch {
	case !strings.EqualFold(c.Issuer, a.clientID) || !strings.EqualFold(c.Subject, a.clientID):
		return errAssertionClient(a.clientID)
	case !slices.ContainsFunc(c.Audience, func(aud string) bool { return d.isTokenEndpoint(a, aud) }):
		return errAssertionAudience(c.Audience)
	case c.Expiry == nil:
		return errAssertion("it has no 'exp'")
	}
	exp := c.Expiry.Time()
	from := exp.Add(-maxAssertionLife)
	if c.NotBefore != nil {
		from = c.NotBefore.Time()
	}
	if a.at.Add(leeway).Before(from) || a.at.Add(-leeway).After(exp) || exp.Sub(a.at) > maxAssertionLife {
		return errAssertionTime(a.at, from, exp)
	}
	if c.ID == "" || len(c.ID) > 256 {
		return errAssertion("it has no 'jti'")
	}
	// An assertion is for one token. MSAL for JavaScript sends the same one again for
	// another resource while it is valid, so it is once for each.
	use := strings.Join([]string{"assertion", a.clientID, c.ID, a.form.Get("scope"), a.form.Get("resource")}, "\x00")
	if first, err := d.once(a.r.Context(), use, exp.Add(leeway)); err != nil || !first {
		return errors.Join(err, errAssertionUsed())
	}
	return nil
}

// isTokenEndpoint reports whether an assertion's audience is this directory: one of its
// token endpoints, or its issuer, at the host that was asked.
func (d *Directory) isTokenEndpoint(a *attempt, aud string) bool {
	u, err := url.Parse(aud)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.EqualFold(u.Host, a.r.Host) {
		return false
	}
	switch strings.ToLower(strings.TrimRight(u.Path, "/")) {
	case "/" + d.tenant + "/oauth2/v2.0/token", "/" + d.tenant + "/oauth2/token", "/" + d.tenant + "/v2.0":
		return true
	}
	return false
}

// publicKey is the certificate's.
func (c *certificate) publicKey() (any, error) {
	parsed, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return nil, fmt.Errorf("identity: read certificate %s: %w", c.ID, err)
	}
	return parsed.PublicKey, nil
}
