package identity

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// sessionLife is how long the page's sign-in lasts.
const sessionLife = 12 * time.Hour

// The page signs in with a cookie that carries a token for the APIs that it calls. A
// request that changes something, or reads by POST, must carry a header too, which no
// other site can make a browser send.
const (
	SessionCookie = "yagura_session"
	PageHeader    = "X-Yagura"
)

// Users sign in to the page as to any application, with an authorization code: this is
// the page's id, and where the code goes.
const (
	PageClient   = "7c1b6b2e-5a0f-4c39-9d55-6f2f0d9e3a41"
	PageRedirect = "/ui/signed-in"
)

// Credential is the token that a request carries: in its Authorization header or, from
// the page, in its cookie; "" if there is none.
func Credential(r *http.Request) string {
	if h := r.Header.Get("Authorization"); h != "" {
		return Bearer(h)
	}
	c, err := r.Cookie(SessionCookie)
	if err != nil || r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get(PageHeader) == "" {
		return ""
	}
	return c.Value
}

// ExchangePageCode says who has signed in to the page, by the code that it was sent and
// the verifier of the challenge with which it asked. Errors say why in Entra ID's words
// and wrap ErrUnauthenticated, except when the catalog is broken.
func (d *Directory) ExchangePageCode(r *http.Request, code, verifier string) (Principal, error) {
	a := d.attempt(r, url.Values{"client_id": {PageClient}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {PageRedirect}})
	a.clientID = PageClient
	a.err = d.authorizationCode(a)
	d.logSignIn(a)
	return a.principal, a.err
}

// RolesOf are the names of the directory roles that a principal has.
func (d *Directory) RolesOf(objectID string) []string {
	names := []string{}
	for _, r := range d.directoryRoles(objectID) {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// SignInBySecret signs an application in to the page by its id and secret. Errors say
// why in Entra ID's words and wrap ErrUnauthenticated, except when the catalog is broken.
func (d *Directory) SignInBySecret(r *http.Request, clientID, text string) (Principal, error) {
	a := d.attempt(r, url.Values{"client_id": {clientID}, "client_secret": {text}})
	a.clientID = clientID
	if text == "" {
		a.err = errParameterMissing("client_secret")
	} else {
		a.err = d.clientCredentials(a)
	}
	d.logSignIn(a)
	return a.principal, a.err
}

// Session signs a token with which the page calls an API on behalf of p, and says how
// long it is valid.
func (d *Directory) Session(p Principal, api Audience) (string, time.Duration, error) {
	text, _, err := d.issue("https://localhost", string(api), p, credentialSession, sessionLife)
	return text, sessionLife, err
}

// Application returns the principal of an application. ErrNotFound: there is none.
func (d *Directory) Application(clientID string) (Principal, error) {
	a, err := d.application(clientID)
	if err != nil {
		return Principal{}, err
	}
	return d.principal(a), nil
}
