package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
)

type fixture struct {
	*Directory
	cat    *catalog.Catalog
	now    time.Time
	app    Principal
	secret string
	url    string
}

func newFixture(t *testing.T) *fixture { return newFixtureOf(t) }

func newFixtureOf(t testing.TB) *fixture {
	t.Helper()
	cat, err := catalog.Open(vfs.NewMem(), "catalog", catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cat.Close() })
	f := &fixture{cat: cat, now: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)}
	if f.Directory, err = Open(context.Background(), cat, Options{Now: func() time.Time { return f.now }}); err != nil {
		t.Fatal(err)
	}
	if f.app, f.secret, err = f.AddApplication(context.Background(), "app"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(route.New(http.NotFound, f.Routes()))
	t.Cleanup(srv.Close)
	f.url = srv.URL
	return f
}

func (f *fixture) post(t *testing.T, path string, form url.Values, header ...string) (int, map[string]any) {
	t.Helper()
	q, err := http.NewRequest(http.MethodPost, f.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	return do(t, q)
}

func do(t *testing.T, q *http.Request) (int, map[string]any) {
	t.Helper()
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatalf("%s: %v", q.URL, err)
	}
	return resp.StatusCode, body
}

func (f *fixture) credentials(more ...string) url.Values {
	v := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {f.app.ClientID}, "client_secret": {f.secret},
		"scope": {"https://monitor.azure.com/.default"},
	}
	for i := 0; i < len(more); i += 2 {
		if more[i+1] == "" {
			v.Del(more[i])
		} else {
			v.Set(more[i], more[i+1])
		}
	}
	return v
}

func TestTokenIsForItsAudience(t *testing.T) {
	f := newFixture(t)
	for scope, is := range map[string]Audience{
		"https://monitor.azure.com/.default":                      Monitor,
		"https://monitor.azure.com//.default":                     Monitor,
		"https://api.loganalytics.io/.default":                    LogAnalytics,
		"https://api.loganalytics.azure.com/.default":             LogAnalytics,
		"https://management.core.windows.net//.default":           Management,
		"https://management.azure.com/.default openid":            Management,
		"https://mycluster.westeurope.kusto.windows.net/.default": Kusto,
	} {
		status, body := f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials("scope", scope))
		token, _ := body["access_token"].(string)
		if status != 200 || body["token_type"] != "Bearer" || body["expires_in"] != 3599.0 {
			t.Fatalf("%s: %d %v", scope, status, body)
		}
		for _, a := range []Audience{Monitor, LogAnalytics, Management, Kusto, Graph} {
			p, err := f.Verify(token, a)
			var te *TokenError
			switch {
			case a == is && (err != nil || p != f.app):
				t.Errorf("%s for %s: %v, %v", scope, a, p, err)
			case a != is && (!errors.As(err, &te) || te.Code != CodeAudience):
				t.Errorf("%s was taken for %s: %v", scope, a, err)
			}
		}
	}
}

func TestTokenByBasicAndV1(t *testing.T) {
	f := newFixture(t)
	q, _ := http.NewRequest(http.MethodPost, f.url+"/"+strings.ToUpper(f.Tenant())+"/oauth2/token",
		strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "resource": {"https://management.azure.com/"}}.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.SetBasicAuth(url.QueryEscape(f.app.ClientID), url.QueryEscape(f.secret))
	status, body := do(t, q)
	if status != 200 || body["expires_in"] != "3599" || body["resource"] != "https://management.azure.com/" {
		t.Fatalf("%d %v", status, body)
	}
	if _, err := f.Verify(body["access_token"].(string), Management); err != nil {
		t.Error(err)
	}
}

func TestTokenRefusals(t *testing.T) {
	f := newFixture(t)
	other := "00000000-1111-2222-3333-444444444444"
	for _, c := range []struct {
		name, tenant string
		form         url.Values
		status       int
		oauth        string
		code         float64
	}{
		{"tenant", other, f.credentials(), 400, "invalid_request", 90002},
		{"common", "common", f.credentials(), 400, "invalid_request", 90002},
		{"no grant", "", f.credentials("grant_type", ""), 400, "invalid_request", 900144},
		{"grant", "", f.credentials("grant_type", "password"), 400, "unsupported_grant_type", 70003},
		{"no client", "", f.credentials("client_id", ""), 400, "invalid_request", 900144},
		{"client", "", f.credentials("client_id", other), 400, "unauthorized_client", 700016},
		{"no secret", "", f.credentials("client_secret", ""), 401, "invalid_client", 7000218},
		{"secret", "", f.credentials("client_secret", f.secret+"x"), 401, "invalid_client", 7000215},
		{"no scope", "", f.credentials("scope", ""), 400, "invalid_request", 900144},
		{"scope", "", f.credentials("scope", "https://monitor.azure.com/read"), 400, "invalid_scope", 1002012},
		{"two scopes", "", f.credentials("scope", "https://monitor.azure.com/.default https://graph.microsoft.com/.default"), 400, "invalid_scope", 1002012},
		{"resource", "", f.credentials("scope", "https://example.com/.default"), 400, "invalid_resource", 500011},
		{"large", "", f.credentials("x", strings.Repeat("x", maxForm)), 400, "invalid_request", 90015},
	} {
		tenant := c.tenant
		if tenant == "" {
			tenant = f.Tenant()
		}
		id := "5b1f7e2c-0000-4000-8000-00000000000a"
		status, body := f.post(t, "/"+tenant+"/oauth2/v2.0/token", c.form, "client-request-id", id)
		codes, _ := body["error_codes"].([]any)
		if status != c.status || body["error"] != c.oauth || len(codes) != 1 || codes[0] != c.code || body["correlation_id"] != id {
			t.Errorf("%s: %d %v", c.name, status, body)
		}
		if text, _ := body["error_description"].(string); strings.Contains(text, f.secret) {
			t.Errorf("%s: the secret is in the answer", c.name)
		}
	}
}

func TestSecretExpires(t *testing.T) {
	f := newFixture(t)
	f.now = f.now.Add(secretLife)
	status, body := f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials())
	if status != 401 || body["error_codes"].([]any)[0] != 7000222.0 {
		t.Fatalf("%d %v", status, body)
	}
	fresh, err := f.AddSecret(context.Background(), f.app.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	if status, body = f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials("client_secret", fresh)); status != 200 {
		t.Errorf("%d %v", status, body)
	}
}

func TestSecretsAreNotKept(t *testing.T) {
	f := newFixture(t)
	f.cat.View().Docs(kindApplication, func(d catalog.Doc) bool {
		if strings.Contains(string(d.JSON), f.secret) {
			t.Errorf("the document holds the secret: %s", d.JSON)
		}
		return true
	})
}

// TestVerifyRefuses changes a good token in every way in which it can be wrong.
func TestVerifyRefuses(t *testing.T) {
	f := newFixture(t)
	good, c, err := f.issue("https://host", string(Monitor), f.app, credentialSecret, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(change func(*claims)) string {
		c := c
		change(&c)
		s, err := jwt.Signed(f.keys.Load().signer).Claims(c).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	stranger, err := newKey(f.now)
	if err != nil {
		t.Fatal(err)
	}
	foreign := func(kid string) string {
		key := stranger.Key
		key.KeyID = kid
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := jwt.Signed(signer).Claims(c).Serialize()
		return s
	}
	hmacSigned := func() string {
		pub, err := f.keys.Load().public[0].MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: pub, KeyID: f.keys.Load().public[0].KeyID}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := jwt.Signed(signer).Claims(c).Serialize()
		return s
	}
	part := strings.Split(good, ".")
	none := "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + part[1] + "."
	for name, c := range map[string]struct{ token, code string }{
		"missing":                 {"", CodeMissing},
		"not a token":             {"x.y.z", CodeInvalid},
		"alg none":                {none, CodeInvalid},
		"public key as HMAC key":  {hmacSigned(), CodeInvalid},
		"another key":             {foreign(stranger.ID), CodeInvalid},
		"another key with our id": {foreign(f.keys.Load().public[0].KeyID), CodeInvalid},
		"a changed byte":          {good[:len(good)-10] + "AAAA" + good[len(good)-6:], CodeInvalid},
		"other claims":            {part[0] + "." + strings.Split(sign(func(c *claims) { c.AppID = "x" }), ".")[1] + "." + part[2], CodeInvalid},
		"too long":                {strings.Repeat("x", maxToken+1), CodeInvalid},
		"tenant":                  {sign(func(c *claims) { c.Tenant = "00000000-1111-2222-3333-444444444444" }), CodeTenant},
		"issuer":                  {sign(func(c *claims) { c.Issuer = "https://sts.example.com/" }), CodeTenant},
		"issuer's tenant":         {sign(func(c *claims) { c.Issuer = "https://host/other/v2.0" }), CodeTenant},
		"audience":                {sign(func(c *claims) { c.Audience = string(Graph) }), CodeAudience},
		"no audience":             {sign(func(c *claims) { c.Audience = "" }), CodeAudience},
		"expired":                 {sign(func(c *claims) { c.Expires = f.now.Add(-leeway - time.Second).Unix() }), CodeExpired},
		"not yet valid":           {sign(func(c *claims) { c.NotBefore = f.now.Add(leeway + time.Second).Unix() }), CodeInvalid},
		"no principal":            {sign(func(c *claims) { c.AppID = "00000000-1111-2222-3333-444444444444" }), CodeInvalid},
		"another principal":       {sign(func(c *claims) { c.ObjectID = "00000000-1111-2222-3333-444444444444" }), CodeInvalid},
	} {
		p, err := f.Verify(c.token, Monitor)
		var te *TokenError
		if !errors.As(err, &te) || te.Code != c.code || !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	for range 2 { // the second time from what is remembered
		if _, err := f.Verify(good, Monitor); err != nil {
			t.Error(err)
		}
	}
	f.now = f.now.Add(time.Hour + leeway + time.Second)
	var te *TokenError
	if _, err := f.Verify(good, Monitor); !errors.As(err, &te) || te.Code != CodeExpired {
		t.Errorf("an hour later: %v", err)
	}
}

func TestDiscovery(t *testing.T) {
	f := newFixture(t)
	get := func(path string) map[string]any {
		q, _ := http.NewRequest(http.MethodGet, f.url+path, nil)
		status, body := do(t, q)
		if status != 200 {
			t.Fatalf("%s: %d %v", path, status, body)
		}
		return body
	}
	for _, path := range []string{"/" + f.Tenant() + "/v2.0/.well-known/openid-configuration", "/common/v2.0/.well-known/openid-configuration"} {
		c := get(path)
		if c["issuer"] != f.url+"/"+f.Tenant()+"/v2.0" || c["token_endpoint"] != f.url+"/"+f.Tenant()+"/oauth2/v2.0/token" {
			t.Errorf("%s: %v", path, c)
		}
		keys := get(strings.TrimPrefix(c["jwks_uri"].(string), f.url))["keys"].([]any)
		if k := keys[0].(map[string]any); k["kty"] != "RSA" || k["d"] != nil || k["kid"] == nil {
			t.Errorf("keys: %v", keys)
		}
	}
	if i := get("/common/discovery/instance?api-version=1.1"); i["tenant_discovery_endpoint"] == nil || i["metadata"] == nil {
		t.Errorf("instance: %v", i)
	}
}

func TestReopenKeepsKeysAndSecrets(t *testing.T) {
	f := newFixture(t)
	token, _, err := f.issue("https://host", string(Monitor), f.app, credentialSecret, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), f.cat, f.o)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := again.Verify(token, Monitor); err != nil || p != f.app || again.Tenant() != f.Tenant() {
		t.Errorf("%v, %v", p, err)
	}
}

func FuzzVerify(f *testing.F) {
	cat, err := catalog.Open(vfs.NewMem(), "catalog", catalog.Options{})
	if err != nil {
		f.Fatal(err)
	}
	d, err := Open(context.Background(), cat, Options{})
	if err != nil {
		f.Fatal(err)
	}
	p, _, err := d.AddApplication(context.Background(), "app")
	if err != nil {
		f.Fatal(err)
	}
	good, _, err := d.issue("https://host", string(Monitor), p, credentialSecret, time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0..")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := d.Verify(token, Monitor)
		if err == nil && (token != good || got != p) {
			t.Fatalf("%q was taken", token)
		}
		if err != nil && !errors.Is(err, ErrUnauthenticated) {
			t.Fatalf("%q: %v", token, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	cat, err := catalog.Open(vfs.NewMem(), "catalog", catalog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	d, _ := Open(context.Background(), cat, Options{})
	p, _, _ := d.AddApplication(context.Background(), "app")
	token, _, _ := d.issue("https://host", string(Monitor), p, credentialSecret, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Verify(token, Monitor); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSecretsAreNoFlags(t *testing.T) {
	for range 2000 {
		if s := newSecret(); s[0] == '-' {
			t.Fatalf("%s is taken for a flag by command lines", s)
		}
	}
}
