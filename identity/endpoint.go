package identity

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/yagura/yagura/internal/route"
)

// maxForm is the largest body that the token endpoint reads, in bytes.
const maxForm = 64 << 10

// grants are the ways to get a token, by OAuth's grant_type.
var grants = map[string]func(*Directory, *http.Request, url.Values) (Principal, error){
	"client_credentials": (*Directory).clientCredentials,
}

// Routes are the endpoints of the directory, for version 1 and 2 of its protocol.
func (d *Directory) Routes() []route.Route {
	return []route.Route{
		{Pattern: "POST /{tenant}/oauth2/v2.0/token", Handle: d.handle(d.token)},
		{Pattern: "POST /{tenant}/oauth2/token", Handle: d.handle(d.tokenV1)},
		{Pattern: "GET /{tenant}/v2.0/.well-known/openid-configuration", Handle: d.handle(d.configuration)},
		{Pattern: "GET /{tenant}/.well-known/openid-configuration", Handle: d.handle(d.configuration)},
		{Pattern: "GET /{tenant}/discovery/v2.0/keys", Handle: d.handle(d.keySet)},
		{Pattern: "GET /{tenant}/discovery/keys", Handle: d.handle(d.keySet)},
		{Pattern: "GET /common/discovery/instance", Handle: d.handle(d.instance)},
	}
}

func (d *Directory) handle(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		var s *signInError
		if !errors.As(err, &s) {
			s = &signInError{500, "server_error", 50000, "There was an error issuing a token."}
		}
		writeSignInError(w, r, s, d.o.Now())
	}
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

// token is the endpoint of version 2: a scope names the resource.
func (d *Directory) token(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	p, err := d.signIn(r, f)
	if err != nil {
		return err
	}
	resource, err := resourceOfScope(f.Get("scope"))
	if err != nil {
		return err
	}
	text, c, err := d.grantToken(r, resource, p)
	if err != nil {
		return err
	}
	life := c.Expires - c.IssuedAt - 1
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": text,
	})
	return nil
}

// tokenV1 is the endpoint of version 1: its numbers are text.
func (d *Directory) tokenV1(w http.ResponseWriter, r *http.Request) error {
	f, err := form(w, r)
	if err != nil {
		return err
	}
	p, err := d.signIn(r, f)
	if err != nil {
		return err
	}
	resource := f.Get("resource")
	if resource == "" {
		return errParameterMissing("resource")
	}
	text, c, err := d.grantToken(r, resource, p)
	if err != nil {
		return err
	}
	life := strconv.FormatInt(c.Expires-c.IssuedAt-1, 10)
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": life, "ext_expires_in": life,
		"expires_on": strconv.FormatInt(c.Expires, 10), "not_before": strconv.FormatInt(c.NotBefore, 10),
		"resource": resource, "access_token": text,
	})
	return nil
}

// resourceOfScope takes "/.default" from a scope. OpenID's own scopes may stand
// beside it, as MSAL sends them.
func resourceOfScope(scope string) (string, error) {
	if strings.TrimSpace(scope) == "" {
		return "", errParameterMissing("scope")
	}
	resource := ""
	for s := range strings.FieldsSeq(scope) {
		switch strings.ToLower(s) {
		case "openid", "profile", "offline_access", "email":
			continue
		}
		r, ok := strings.CutSuffix(s, "/.default")
		if !ok || r == "" || resource != "" {
			return "", errScope(scope)
		}
		resource = r
	}
	if resource == "" {
		return "", errScope(scope)
	}
	return resource, nil
}

func (d *Directory) grantToken(r *http.Request, resource string, p Principal) (string, claims, error) {
	if _, ok := audienceOf(resource); !ok {
		return "", claims{}, errResourceUnknown(resource, d.tenant)
	}
	return d.issue(base(r), resource, p, d.o.TokenLife)
}

// signIn checks who asks for a token.
func (d *Directory) signIn(r *http.Request, f url.Values) (Principal, error) {
	if err := d.inTenant(r, false); err != nil {
		return Principal{}, err
	}
	kind := f.Get("grant_type")
	if kind == "" {
		return Principal{}, errParameterMissing("grant_type")
	}
	grant, ok := grants[kind]
	if !ok {
		return Principal{}, errGrantUnknown(kind)
	}
	return grant(d, r, f)
}

// clientCredentials signs an application in by its id and secret, which stand in the
// body or in an Authorization header of the Basic scheme, each encoded as in a form.
func (d *Directory) clientCredentials(r *http.Request, f url.Values) (Principal, error) {
	id, text := f.Get("client_id"), f.Get("client_secret")
	if user, pass, ok := r.BasicAuth(); ok {
		var err1, err2 error
		id, err1 = url.QueryUnescape(user)
		text, err2 = url.QueryUnescape(pass)
		if err1 != nil || err2 != nil {
			return Principal{}, errBody("the Authorization header is not form-encoded")
		}
	}
	if id == "" {
		return Principal{}, errParameterMissing("client_id")
	}
	if text == "" {
		return Principal{}, errSecretMissing()
	}
	return d.CheckSecret(id, text)
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
		"jwks_uri":                              own + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
		"grant_types_supported":                 []string{"client_credentials"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                      []string{"aud", "iss", "iat", "nbf", "exp", "appid", "oid", "sub", "tid", "uti", "ver"},
		"tenant_region_scope":                   "WW",
		"cloud_instance_name":                   r.Host,
	})
	return nil
}

// keySet is the public halves of the signing keys.
func (d *Directory) keySet(w http.ResponseWriter, r *http.Request) error {
	if err := d.inTenant(r, true); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: d.keys.public})
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
