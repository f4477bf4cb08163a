package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/yagura/yagura/internal/route"
)

// maxForm is the largest body that the token endpoint reads, in bytes.
const maxForm = 64 << 10

// Routes are the endpoints of the directory, for version 1 and 2 of its protocol.
func (d *Directory) Routes() []route.Route {
	routes := []route.Route{
		{Pattern: "POST /{tenant}/oauth2/v2.0/token", Handle: d.handle(d.token)},
		{Pattern: "POST /{tenant}/oauth2/token", Handle: d.handle(d.tokenV1)},
		{Pattern: "POST /{tenant}/oauth2/v2.0/devicecode", Handle: d.handle(d.deviceCode)},
		{Pattern: "GET|POST /{tenant}/oauth2/deviceauth", Handle: d.page(d.deviceAuth)},
		{Pattern: "GET|POST /{tenant}/oauth2/v2.0/authorize", Handle: d.page(d.authorize)},
		{Pattern: "GET /{tenant}/v2.0/.well-known/openid-configuration", Handle: d.handle(d.configuration)},
		{Pattern: "GET /{tenant}/.well-known/openid-configuration", Handle: d.handle(d.configuration)},
		{Pattern: "GET /{tenant}/discovery/v2.0/keys", Handle: d.handle(d.keySet)},
		{Pattern: "GET /{tenant}/discovery/keys", Handle: d.handle(d.keySet)},
		{Pattern: "GET /common/discovery/instance", Handle: d.handle(d.instance)},
	}
	return append(routes, d.graphRoutes()...)
}

func (d *Directory) handle(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			writeSignInError(w, r, signInErrorOf(err), d.o.Now())
		}
	}
}

func signInErrorOf(err error) *signInError {
	var s *signInError
	if !errors.As(err, &s) {
		s = &signInError{500, "server_error", 50000, "There was an error issuing a token."}
	}
	return s
}

// base is the address that r was sent to, as in "https://host:8443".
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// inTenant refuses a path that names another tenant; any is whether the names that
// stand for all tenants will do.
func (d *Directory) inTenant(r *http.Request, any bool) error {
	switch t := strings.ToLower(r.PathValue("tenant")); {
	case t == d.tenant:
		return nil
	case any && (t == "common" || t == "organizations"):
		return nil
	}
	return errTenantUnknown(r.PathValue("tenant"))
}

// form reads the parameters in the body of a token request.
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, errBody(err.Error())
	}
	return r.PostForm, nil
}

// attempt is one attempt to get a token: what it asked for, and what it came to. It ends
// as a row of one of the logs, whichever way it ends.
type attempt struct {
	r    *http.Request
	form url.Values
	at   time.Time
	flow flow

	clientID    string
	client      *application
	by          credential
	key         string // the id of the secret or certificate
	thumbprint  string
	user        *user
	principal   Principal
	scope       string // as it was asked for
	resource    string // the API
	nonce       string
	tokenID     string
	correlation string
	err         error
}

// flow is a kind of sign-ins, each with a log of its own.
type flow string

const (
	flowApplication flow = "ServicePrincipalSignInLogs"
	flowUser        flow = "SignInLogs"
	flowUserSilent  flow = "NonInteractiveUserSignInLogs"
	flowManaged     flow = "ManagedIdentitySignInLogs"
)

func (d *Directory) attempt(r *http.Request, f url.Values) *attempt {
	a := &attempt{r: r, form: f, at: d.o.Now(), flow: flowApplication, by: credentialNone, correlation: r.Header.Get("client-request-id")}
	if a.correlation == "" {
		a.correlation = f.Get("client-request-id")
	}
	if _, err := uuid.Parse(a.correlation); err != nil {
		a.correlation = uuid.NewString()
	}
	return a
}

// address is the client's.
func (a *attempt) address() string {
	host, _, err := net.SplitHostPort(a.r.RemoteAddr)
	if err != nil {
		return a.r.RemoteAddr
	}
	return host
}

// grants are the ways to get a token, by OAuth's grant_type.
var grants = map[string]func(*Directory, *attempt) error{
	"client_credentials": (*Directory).clientCredentials,
	"refresh_token":      (*Directory).refreshToken,
	"authorization_code": (*Directory).authorizationCode,
	"device_code":        (*Directory).deviceToken,
	"urn:ietf:params:oauth:grant-type:device_code": (*Directory).deviceToken,
}

// signIn checks who asks for a token.
func (d *Directory) signIn(a *attempt) error {
	kind := a.form.Get("grant_type")
	a.clientID = a.form.Get("client_id")
	// Users sign in through tools that name no tenant; applications are in one.
	if err := d.inTenant(a.r, kind != "client_credentials"); err != nil {
		return err
	}
	if kind == "" {
		return errParameterMissing("grant_type")
	}
	grant, ok := grants[kind]
	if !ok {
		return errGrantUnknown(kind)
	}
	return grant(d, a)
}

// token is the endpoint of version 2: a scope names the resource.
func (d *Directory) token(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	a := d.attempt(r, f)
	a.scope = f.Get("scope")
	out, err := d.grant(a, func() error { return d.resolveScope(a) })
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// tokenV1 is the endpoint of version 1: a resource is named, and numbers are text.
func (d *Directory) tokenV1(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	a := d.attempt(r, f)
	out, err := d.grant(a, func() error {
		if a.resource = f.Get("resource"); a.resource == "" {
			return errParameterMissing("resource")
		}
		if _, ok := audienceOf(a.resource); !ok {
			return errResourceUnknown(a.resource, d.tenant)
		}
		return nil
	})
	if err != nil {
		return err
	}
	life, _ := out["expires_in"].(int64)
	text := strconv.FormatInt(life, 10)
	out["expires_in"], out["ext_expires_in"], out["resource"] = text, text, a.resource
	out["expires_on"], out["not_before"] = strconv.FormatInt(a.at.Unix()+life+1, 10), strconv.FormatInt(a.at.Unix(), 10)
	writeJSON(w, http.StatusOK, out)
	return nil
}

// grant signs in, finds the resource, and makes the answer with the tokens. The attempt
// is logged, however it ends.
func (d *Directory) grant(a *attempt, resolve func() error) (out map[string]any, err error) {
	defer func() { a.err = err; d.logSignIn(a) }()
	if err := d.signIn(a); err != nil {
		return nil, err
	}
	if err := resolve(); err != nil {
		return nil, err
	}
	return d.answer(a)
}

// answer is what a token request gets.
func (d *Directory) answer(a *attempt) (map[string]any, error) {
	text, c, err := d.issue(base(a.r), a.resource, a.principal, a.by, d.o.TokenLife)
	if err != nil {
		return nil, err
	}
	a.tokenID = c.ID
	life := c.Expires - c.IssuedAt - 1
	out := map[string]any{"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": text}
	if a.user == nil {
		return out, nil
	}
	out["scope"] = strings.TrimSuffix(a.resource, "/") + "/user_impersonation " + strings.TrimSuffix(a.resource, "/") + "/.default"
	if hasScope(a.scope, "offline_access") || a.form.Get("grant_type") == "refresh_token" || a.form.Get("resource") != "" {
		if out["refresh_token"], err = d.newRefreshToken(a); err != nil {
			return nil, err
		}
	}
	if hasScope(a.scope, "openid") || hasScope(a.scope, "profile") {
		if out["id_token"], err = d.idToken(a); err != nil {
			return nil, err
		}
	}
	if a.form.Get("client_info") != "" {
		info, err := json.Marshal(map[string]string{"uid": a.user.ID, "utid": d.tenant})
		if err != nil {
			return nil, err
		}
		out["client_info"] = base64.RawURLEncoding.EncodeToString(info)
	}
	return out, nil
}

// idToken tells the client who has signed in.
func (d *Directory) idToken(a *attempt) (string, error) {
	c := map[string]any{
		"aud": a.clientID, "iss": d.issuer(base(a.r)), "iat": a.at.Unix(), "nbf": a.at.Unix(), "exp": a.at.Add(d.o.TokenLife).Unix(),
		"sub": a.user.ID, "oid": a.user.ID, "tid": d.tenant, "name": a.user.Name, "preferred_username": a.user.UPN, "ver": "2.0", "uti": uuid.NewString(),
	}
	if a.nonce != "" {
		c["nonce"] = a.nonce
	}
	return d.sign(c)
}

func hasScope(scope, want string) bool {
	for s := range strings.FieldsSeq(scope) {
		if strings.EqualFold(s, want) {
			return true
		}
	}
	return false
}

// resolveScope finds the resource that a scope names: "https://…/.default", or, for
// users, any permission of one. OpenID's own scopes may stand beside it, as MSAL sends
// them, and alone they are Graph's.
func (d *Directory) resolveScope(a *attempt) error {
	if strings.TrimSpace(a.scope) == "" {
		return errParameterMissing("scope")
	}
	resource := ""
	for s := range strings.FieldsSeq(a.scope) {
		switch strings.ToLower(s) {
		case "openid", "profile", "offline_access", "email":
			continue
		}
		r, ok := strings.CutSuffix(s, "/.default")
		if a.user != nil && !ok {
			if i := strings.LastIndexByte(s, '/'); strings.Contains(s, "://") && i > strings.Index(s, "://")+2 {
				r, ok = s[:i], true
			} else if !strings.Contains(s, "/") {
				r, ok = string(Graph), true // a permission of Graph, by its short name
			}
		}
		if !ok || r == "" || resource != "" && resource != r {
			return errScope(a.scope)
		}
		resource = r
	}
	if resource == "" && a.user != nil {
		resource = string(Graph)
	}
	if resource == "" {
		return errScope(a.scope)
	}
	if _, ok := audienceOf(resource); !ok {
		return errResourceUnknown(resource, d.tenant)
	}
	a.resource = resource
	return nil
}

// configuration is OpenID Connect's discovery document.
func (d *Directory) configuration(w http.ResponseWriter, r *http.Request) error {
	if err := d.inTenant(r, true); err != nil {
		return err
	}
	at := base(r)
	own := at + "/" + d.tenant
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                d.issuer(at),
		"token_endpoint":                        own + "/oauth2/v2.0/token",
		"authorization_endpoint":                own + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint":         own + "/oauth2/v2.0/devicecode",
		"jwks_uri":                              own + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic", "private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"RS256", "PS256"},
		"grant_types_supported":                            []string{"client_credentials", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"},
		"response_types_supported":                         []string{"code"},
		"response_modes_supported":                         []string{"query", "fragment", "form_post"},
		"code_challenge_methods_supported":                 []string{"S256"},
		"subject_types_supported":                          []string{"pairwise"},
		"id_token_signing_alg_values_supported":            []string{"RS256"},
		"scopes_supported":                                 []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                                 []string{"aud", "iss", "iat", "nbf", "exp", "appid", "oid", "sub", "tid", "uti", "ver", "name", "preferred_username", "nonce"},
		"tenant_region_scope":                              "WW",
		"cloud_instance_name":                              r.Host,
	})
	return nil
}

// keySet is the public halves of the signing keys.
func (d *Directory) keySet(w http.ResponseWriter, r *http.Request) error {
	if err := d.inTenant(r, true); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: d.keys.Load().public})
	return nil
}

// instance is how MSAL finds out whether it can trust a host.
func (d *Directory) instance(w http.ResponseWriter, r *http.Request) error {
	writeJSON(w, http.StatusOK, map[string]any{
		"api-version":               "1.1",
		"tenant_discovery_endpoint": base(r) + "/" + d.tenant + "/v2.0/.well-known/openid-configuration",
		"metadata": []map[string]any{{
			"preferred_network": r.Host, "preferred_cache": r.Host, "aliases": []string{r.Host},
		}},
	})
	return nil
}
