package identity

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// keyPair is a certificate with its key.
type keyPair struct {
	key *rsa.PrivateKey
	der []byte
}

func newKeyPair(t *testing.T, from, to time.Time) *keyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &keyPair{key, der}
}

// assertion signs claims with the pair, after edit changed them.
func (k *keyPair) assertion(t *testing.T, f *fixture, edit func(c map[string]any, h map[jose.HeaderKey]any) jose.SignatureAlgorithm) string {
	t.Helper()
	sum := sha256.Sum256(k.der)
	c := map[string]any{
		"aud": f.url + "/" + f.Tenant() + "/oauth2/v2.0/token", "iss": f.app.ClientID, "sub": f.app.ClientID, "jti": uuid.NewString(),
		"nbf": f.now.Unix(), "exp": f.now.Add(10 * time.Minute).Unix(),
	}
	h := map[jose.HeaderKey]any{"x5t#S256": base64.StdEncoding.EncodeToString(sum[:])}
	alg := jose.PS256
	if edit != nil {
		if a := edit(c, h); a != "" {
			alg = a
		}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k.key}, &jose.SignerOptions{ExtraHeaders: h})
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(c).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (f *fixture) assert(t *testing.T, text string, more ...string) (int, string) {
	t.Helper()
	status, body := f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials(append([]string{"client_secret", "", "client_assertion_type", assertionType, "client_assertion", text}, more...)...))
	if status == 200 {
		return status, ""
	}
	return status, fmt.Sprint(body["error_codes"].([]any)[0])
}

func TestAssertions(t *testing.T) {
	f := newFixture(t)
	k := newKeyPair(t, f.now.Add(-time.Hour), f.now.Add(time.Hour))
	old := newKeyPair(t, f.now.Add(-2*time.Hour), f.now.Add(-time.Hour))
	stranger := newKeyPair(t, f.now.Add(-time.Hour), f.now.Add(time.Hour))
	for _, p := range []*keyPair{k, old} {
		if err := f.AddCertificate(context.Background(), f.app.ClientID, p.der); err != nil {
			t.Fatal(err)
		}
	}
	type claims = map[string]any
	type headers = map[jose.HeaderKey]any
	sum := sha256.Sum256(k.der)
	for _, c := range []struct {
		name string
		pair *keyPair
		edit func(c claims, h headers) jose.SignatureAlgorithm
		code string
	}{
		{"good", k, nil, ""},
		{"RS256, base64url", k, func(_ claims, h headers) jose.SignatureAlgorithm {
			h["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum[:])
			return jose.RS256
		}, ""},
		{"version 1's endpoint", k, func(c claims, _ headers) jose.SignatureAlgorithm {
			c["aud"] = f.url + "/" + f.Tenant() + "/oauth2/token"
			return ""
		}, ""},
		{"another host's", k, func(c claims, _ headers) jose.SignatureAlgorithm {
			c["aud"] = "https://login.example.com/" + f.Tenant() + "/oauth2/v2.0/token"
			return ""
		}, "700023"},
		{"another tenant's", k, func(c claims, _ headers) jose.SignatureAlgorithm {
			c["aud"] = f.url + "/other/oauth2/v2.0/token"
			return ""
		}, "700023"},
		{"another client", k, func(c claims, _ headers) jose.SignatureAlgorithm { c["sub"] = uuid.NewString(); return "" }, "700021"},
		{"another issuer", k, func(c claims, _ headers) jose.SignatureAlgorithm { c["iss"] = "x"; return "" }, "700021"},
		{"expired", k, func(c claims, _ headers) jose.SignatureAlgorithm {
			c["exp"] = f.now.Add(-leeway - time.Second).Unix()
			return ""
		}, "700024"},
		{"not yet valid", k, func(c claims, _ headers) jose.SignatureAlgorithm {
			c["nbf"] = f.now.Add(leeway + time.Second).Unix()
			return ""
		}, "700024"},
		{"valid for ever", k, func(c claims, _ headers) jose.SignatureAlgorithm {
			c["exp"] = f.now.Add(25 * time.Hour).Unix()
			return ""
		}, "700024"},
		{"without end", k, func(c claims, _ headers) jose.SignatureAlgorithm { delete(c, "exp"); return "" }, "50027"},
		{"without id", k, func(c claims, _ headers) jose.SignatureAlgorithm { delete(c, "jti"); return "" }, "50027"},
		{"an expired certificate", old, nil, "700027"},
		{"a certificate that is not registered", stranger, nil, "700027"},
		{"another key under a registered name", stranger, func(_ claims, h headers) jose.SignatureAlgorithm {
			h["x5t#S256"] = base64.StdEncoding.EncodeToString(sum[:])
			return ""
		}, "700027"},
		{"no name of a key", k, func(_ claims, h headers) jose.SignatureAlgorithm { delete(h, "x5t#S256"); return "" }, "700027"},
	} {
		if _, code := f.assert(t, c.pair.assertion(t, f, c.edit)); code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
	}
	part := strings.Split(k.assertion(t, f, nil), ".")
	for name, text := range map[string]string{
		"alg none": base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + part[1] + ".", "no token": "x", "long": strings.Repeat("x", maxAssertion+1),
	} {
		if _, code := f.assert(t, text); code != "50027" {
			t.Errorf("%s: %s", name, code)
		}
	}
	once := k.assertion(t, f, nil)
	for i, want := range []string{"", "50027"} {
		if _, code := f.assert(t, once); code != want {
			t.Errorf("use %d: %q", i+1, code)
		}
	}
	if _, code := f.assert(t, once, "scope", "https://management.azure.com/.default"); code != "" {
		t.Errorf("for another resource: %s", code)
	}
	again, err := Open(context.Background(), f.cat, f.o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(route.New(http.NotFound, again.Routes()))
	defer srv.Close()
	replay := &fixture{Directory: again, now: f.now, app: f.app, secret: f.secret, url: srv.URL}
	at := replay.url
	replay.url = f.url
	text := k.assertion(t, replay, func(c claims, _ headers) jose.SignatureAlgorithm {
		c["aud"] = at + "/" + f.Tenant() + "/oauth2/v2.0/token"
		return ""
	})
	replay.url = at
	for i, want := range []string{"", "50027"} {
		if _, code := replay.assert(t, text); code != want {
			t.Errorf("after a restart, use %d: %q", i+1, code)
		}
	}
}

const password1 = "correct horse"

func (f *fixture) addUser(t *testing.T, upn string) Principal {
	t.Helper()
	u, err := f.AddUser(context.Background(), upn, "Ada", password1)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

const azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// browser follows the sign-in of a user to where the code is sent.
func (f *fixture) authorize(t *testing.T, edit func(url.Values), user, pass string) (status int, to *url.URL, page string) {
	t.Helper()
	sum := sha256.Sum256([]byte("the verifier"))
	q := url.Values{
		"client_id": {azureCLI}, "response_type": {"code"}, "redirect_uri": {"http://localhost:1234/"}, "state": {"s&t"}, "nonce": {"n"},
		"scope": {"https://management.azure.com/.default openid offline_access"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if edit != nil {
		edit(q)
	}
	r, err := http.NewRequest("POST", f.url+"/common/oauth2/v2.0/authorize?"+q.Encode(), strings.NewReader(url.Values{"username": {user}, "password": {pass}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if _, err := fmt.Fprint(&b, resp.Status); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 64<<10)
	n, _ := resp.Body.Read(raw)
	to, _ = resp.Location()
	return resp.StatusCode, to, string(raw[:n])
}

func (f *fixture) exchange(t *testing.T, code string, more ...string) (int, map[string]any) {
	t.Helper()
	v := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {azureCLI}, "code": {code}, "redirect_uri": {"http://localhost:1234/"}, "code_verifier": {"the verifier"}, "client_info": {"1"},
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return f.post(t, "/organizations/oauth2/v2.0/token", v)
}

func TestAuthorizationCode(t *testing.T) {
	f := newFixture(t)
	ada := f.addUser(t, "ada@example.com")
	signIn := func() string {
		status, to, page := f.authorize(t, nil, "Ada@Example.com", password1)
		if status != http.StatusFound || to.Query().Get("state") != "s&t" || to.Host != "localhost:1234" {
			t.Fatalf("%d %v %s", status, to, page)
		}
		return to.Query().Get("code")
	}
	code := signIn()
	status, out := f.exchange(t, code)
	if status != 200 || out["refresh_token"] == nil || out["client_info"] == nil {
		t.Fatalf("%d %v", status, out)
	}
	p, err := f.Verify(out["access_token"].(string), Management)
	if err != nil || p.ObjectID != ada.ObjectID || p.Type != User || p.ClientID != azureCLI {
		t.Errorf("%+v, %v", p, err)
	}
	id, err := jwt.ParseSigned(out["id_token"].(string), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := id.Claims(f.keys.Load().byID[id.Headers[0].KeyID], &claims); err != nil || claims["nonce"] != "n" || claims["aud"] != azureCLI || claims["iss"] != f.url+"/"+f.Tenant()+"/v2.0" {
		t.Errorf("%v, %v", claims, err)
	}
	refused := func(what string, want float64, status int, out map[string]any) {
		t.Helper()
		codes, _ := out["error_codes"].([]any)
		if status == 200 || len(codes) != 1 || codes[0] != want {
			t.Errorf("%s: %d %v", what, status, out)
		}
	}
	s, o := f.exchange(t, code)
	refused("a code twice", 54005, s, o)
	s, o = f.exchange(t, "x")
	refused("no code", 70000, s, o)
	s, o = f.exchange(t, signIn(), "code_verifier", "another")
	refused("another verifier", 501481, s, o)
	s, o = f.exchange(t, signIn(), "redirect_uri", "http://localhost:1/")
	refused("another address", 50011, s, o)
	s, o = f.exchange(t, signIn(), "client_id", "1950a258-227b-4e31-a9cf-717495945fc2")
	refused("another client", 700005, s, o)
	late := signIn()
	f.now = f.now.Add(codeLife)
	s, o = f.exchange(t, late)
	refused("a code too late", 70008, s, o)

	for _, c := range []struct {
		name   string
		edit   func(url.Values)
		status int
		says   string
	}{
		{"an address that is not registered", func(q url.Values) { q.Set("redirect_uri", "https://evil.example/") }, 400, "AADSTS50011"},
		{"an address that looks like this machine's", func(q url.Values) { q.Set("redirect_uri", "http://localhost.evil.example/") }, 400, "AADSTS50011"},
		{"a user in the address", func(q url.Values) { q.Set("redirect_uri", "http://localhost@evil.example/") }, 400, "AADSTS50011"},
		{"a script as address", func(q url.Values) { q.Set("redirect_uri", "javascript:alert(1)") }, 400, "AADSTS50011"},
		{"no client", func(q url.Values) { q.Del("client_id") }, 400, "AADSTS900144"},
		{"an unknown client", func(q url.Values) { q.Set("client_id", "<script>") }, 400, "&lt;script&gt;"},
	} {
		status, to, page := f.authorize(t, c.edit, "ada@example.com", password1)
		if status != c.status || to != nil || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d %v %s", c.name, status, to, page)
		}
	}
	for name, edit := range map[string]func(url.Values){
		"no challenge": func(q url.Values) { q.Del("code_challenge") }, "a plain challenge": func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"a token at once": func(q url.Values) { q.Set("response_type", "token") },
	} {
		if status, to, _ := f.authorize(t, edit, "ada@example.com", password1); status != http.StatusFound || to.Query().Get("error") == "" || to.Query().Get("code") != "" {
			t.Errorf("%s: %d %v", name, status, to)
		}
	}
	if status, to, _ := f.authorize(t, func(q url.Values) { q.Set("response_mode", "fragment") }, "ada@example.com", password1); status != 302 || !strings.Contains(to.Fragment, "code=") {
		t.Errorf("fragment: %d %v", status, to)
	}
	if status, _, page := f.authorize(t, func(q url.Values) { q.Set("response_mode", "form_post") }, "ada@example.com", password1); status != 200 || !strings.Contains(page, `name="code"`) {
		t.Errorf("form_post: %d %s", status, page)
	}
}

// TestPageSessions shows that a new password ends the page's sessions, and that nobody
// can ask for the page's tokens.
func TestPageSessions(t *testing.T) {
	f := newFixture(t)
	ada := f.addUser(t, "ada@example.com")
	text, _, err := f.Session(ada, Page)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.Verify(text, Management); err != nil || p.ObjectID != ada.ObjectID {
		t.Errorf("%+v, %v", p, err)
	}
	for _, api := range []Audience{Monitor, Kusto, Prometheus} {
		if _, err := f.Verify(text, api); err == nil {
			t.Errorf("the page's token is for %s", api)
		}
	}
	if _, ok := audienceOf(string(Page)); ok {
		t.Error("a client can ask for the page's tokens")
	}
	f.newPassword(t, ada.ObjectID)
	if _, err := f.Verify(text, Management); err == nil {
		t.Error("a session from before the password")
	}
}

// newPassword is as if a user had another password since an hour from now, which it then is.
func (f *fixture) newPassword(t *testing.T, id string) user {
	t.Helper()
	f.now = f.now.Add(time.Hour)
	u, err := f.user(id)
	if err != nil {
		t.Fatal(err)
	}
	own := *u
	own.Since = f.now
	if err := f.saveUser(context.Background(), &own); err != nil {
		t.Fatal(err)
	}
	return own
}

func TestPasswords(t *testing.T) {
	f := newFixture(t)
	f.addUser(t, "ada@example.com")
	for name, pass := range map[string]string{"ada@example.com": "wrong", "nobody@example.com": password1} {
		status, _, page := f.authorize(t, nil, name, pass)
		if status != 401 || !strings.Contains(page, "AADSTS50126") || strings.Contains(page, pass) {
			t.Errorf("%s: %d %s", name, status, page)
		}
	}
	for range maxGuesses {
		f.authorize(t, nil, "ada@example.com", "wrong")
	}
	if _, _, page := f.authorize(t, nil, "ada@example.com", password1); !strings.Contains(page, "AADSTS50053") {
		t.Errorf("after many guesses: %s", page)
	}
	f.now = f.now.Add(lockTime)
	if status, _, page := f.authorize(t, nil, "ada@example.com", password1); status != 302 {
		t.Errorf("a minute later: %d %s", status, page)
	}
	if _, err := f.AddUser(context.Background(), "ADA@example.com", "x", password1); err == nil {
		t.Error("two users have one name")
	}
	if _, err := f.AddUser(context.Background(), "bob@example.com", "x", "short"); err == nil {
		t.Error("a short password")
	}
}

func TestRefresh(t *testing.T) {
	f := newFixture(t)
	ada := f.addUser(t, "ada@example.com")
	_, to, _ := f.authorize(t, nil, "ada@example.com", password1)
	_, out := f.exchange(t, to.Query().Get("code"))
	refresh := func(text string, more ...string) (int, map[string]any) {
		v := url.Values{"grant_type": {"refresh_token"}, "client_id": {azureCLI}, "refresh_token": {text}, "scope": {"https://api.loganalytics.io/.default openid"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", v)
	}
	text := out["refresh_token"].(string)
	status, next := refresh(text)
	if status != 200 || next["refresh_token"] == nil {
		t.Fatalf("%d %v", status, next)
	}
	if p, err := f.Verify(next["access_token"].(string), LogAnalytics); err != nil || p.ObjectID != ada.ObjectID {
		t.Errorf("%v, %v", p, err)
	}
	for _, c := range []struct {
		name string
		code float64
		text string
		more []string
	}{
		{"changed", 9002313, text[:len(text)-4] + "AAAA", nil},
		{"a code", 9002313, to.Query().Get("code"), nil},
		{"an access token", 9002313, out["access_token"].(string), nil},
		{"another client's", 700005, text, []string{"client_id", "1950a258-227b-4e31-a9cf-717495945fc2"}},
	} {
		if status, out := refresh(c.text, c.more...); status == 200 || out["error_codes"].([]any)[0] != c.code {
			t.Errorf("%s: %d %v", c.name, status, out)
		}
	}
	own := f.newPassword(t, ada.ObjectID)
	if _, out := refresh(text); out["error_codes"].([]any)[0] != 50173.0 {
		t.Errorf("after a new password: %v", out)
	}
	own.Disabled = true
	if err := f.saveUser(context.Background(), &own); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Verify(next["access_token"].(string), LogAnalytics); err == nil {
		t.Error("the token of a disabled user is taken")
	}
}

func TestDeviceCode(t *testing.T) {
	f := newFixture(t)
	ada := f.addUser(t, "ada@example.com")
	begin := func() map[string]any {
		status, out := f.post(t, "/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {azureCLI}, "scope": {"https://management.azure.com/.default offline_access openid"}})
		if status != 200 || !regexp.MustCompile(`^[A-Z2-9]{9}$`).MatchString(out["user_code"].(string)) {
			t.Fatalf("%d %v", status, out)
		}
		return out
	}
	poll := func(code any) (int, map[string]any) {
		return f.post(t, "/organizations/oauth2/v2.0/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {azureCLI}, "device_code": {fmt.Sprint(code)}, "client_info": {"1"}})
	}
	approve := func(code any, pass string) int {
		resp, err := http.PostForm(f.url+"/common/oauth2/deviceauth", url.Values{"code": {strings.ToLower(fmt.Sprint(code))}, "username": {"ada@example.com"}, "password": {pass}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	one := begin()
	if status, out := poll(one["device_code"]); status != 400 || out["error"] != "authorization_pending" {
		t.Errorf("before: %d %v", status, out)
	}
	if status := approve(one["user_code"], "wrong"); status != 401 {
		t.Errorf("a wrong password: %d", status)
	}
	if status := approve(one["device_code"], password1); status != 401 {
		t.Errorf("the device's own code: %d", status)
	}
	if status := approve(one["user_code"], password1); status != 200 {
		t.Errorf("approve: %d", status)
	}
	if status := approve(one["user_code"], password1); status != 401 {
		t.Errorf("approve twice: %d", status)
	}
	if status, out := poll(one["user_code"]); status == 200 {
		t.Errorf("by the code that is typed: %v", out)
	}
	status, out := poll(one["device_code"])
	if status != 200 {
		t.Fatalf("after: %d %v", status, out)
	}
	if p, err := f.Verify(out["access_token"].(string), Management); err != nil || p.ObjectID != ada.ObjectID {
		t.Errorf("%v, %v", p, err)
	}
	if status, out := poll(one["device_code"]); status == 200 {
		t.Errorf("twice: %v", out)
	}
	two := begin()
	f.now = f.now.Add(deviceLife)
	if status := approve(two["user_code"], password1); status != 401 {
		t.Errorf("approve too late: %d", status)
	}
	if _, out := poll(two["device_code"]); out["error"] != "expired_token" {
		t.Errorf("too late: %v", out)
	}
}

func TestRotation(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	rotate := func(after time.Duration, keys int) {
		t.Helper()
		f.now = f.now.Add(after)
		if err := f.Rotate(ctx); err != nil {
			t.Fatal(err)
		}
		if n := len(f.keys.Load().public); n != keys {
			t.Errorf("%d keys, not %d", n, keys)
		}
	}
	first, _, err := f.issue("https://host", string(Monitor), f.app, credentialSecret, 40*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	rotate(keyLife-time.Second, 1)
	rotate(time.Second, 2)
	if _, err := f.Verify(first, Monitor); err != nil {
		t.Errorf("a token of the older key: %v", err)
	}
	second, _, err := f.issue("https://host", string(Monitor), f.app, credentialSecret, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	rotate(keyLinger-keyLife+time.Second, 1)
	f.now = f.now.Add(-keyLinger + keyLife)
	if _, err := f.Verify(second, Monitor); err != nil {
		t.Errorf("a token of the newer key: %v", err)
	}
	again, err := Open(ctx, f.cat, f.o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Verify(first, Monitor); err == nil {
		t.Error("a token of a key that is gone is taken")
	}
}

func TestManagedIdentity(t *testing.T) {
	f := newFixture(t)
	p, err := f.AddManaged(context.Background(), "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web", "web")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(f.ManagedIdentity(p.ClientID, "the header"))
	defer srv.Close()
	get := func(path string, header ...string) (int, map[string]any) {
		q, _ := http.NewRequest("GET", srv.URL+path, nil)
		for i := 0; i < len(header); i += 2 {
			q.Header.Set(header[i], header[i+1])
		}
		return do(t, q)
	}
	const imds = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor.azure.com"
	const app = "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmonitor.azure.com"
	for _, c := range []struct {
		name, path string
		header     []string
		status     int
	}{
		{"a machine", imds, []string{"Metadata", "true"}, 200},
		{"by its client id", imds + "&client_id=" + p.ClientID, []string{"Metadata", "True"}, 200},
		{"another identity", imds + "&client_id=" + f.app.ClientID, []string{"Metadata", "true"}, 400},
		{"without the header", imds, nil, 400},
		{"through a proxy", imds, []string{"Metadata", "true", "X-Forwarded-For", "10.0.0.1"}, 400},
		{"without a version", "/metadata/identity/oauth2/token?resource=x", []string{"Metadata", "true"}, 400},
		{"another resource", strings.Replace(imds, "monitor.azure.com", "example.com", 1), []string{"Metadata", "true"}, 400},
		{"an app", app, []string{"X-IDENTITY-HEADER", "the header"}, 200},
		{"an app with another header", app, []string{"X-IDENTITY-HEADER", "The header"}, 401},
		{"an app without a header", app, nil, 401},
	} {
		status, out := get(c.path, c.header...)
		if status != c.status {
			t.Errorf("%s: %d %v", c.name, status, out)
		}
		if status == 200 {
			if got, err := f.Verify(out["access_token"].(string), Monitor); err != nil || got.ObjectID != p.ObjectID {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
		}
	}
	if status, _ := f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials("client_id", p.ClientID)); status == 200 {
		t.Error("a managed identity signs in with a secret")
	}
}

// provider is another OpenID Connect provider.
func provider(t *testing.T) (string, func(map[string]any) string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"issuer": srv.URL, "jwks_uri": srv.URL + "/keys", "authorization_endpoint": srv.URL, "token_endpoint": srv.URL, "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return srv.URL, func(c map[string]any) string {
		text, err := jwt.Signed(signer).Claims(c).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

func TestTrustedIssuer(t *testing.T) {
	f := newFixture(t)
	at, sign := provider(t)
	o := f.o
	o.Issuers = []Issuer{{URL: at, Audiences: []string{"api://yagura"}, Claim: "email", Principals: map[string]string{"ci@example.com": f.app.ObjectID, "": f.app.ObjectID}}}
	d, err := Open(context.Background(), f.cat, o)
	if err != nil {
		t.Fatal(err)
	}
	claims := func(more ...any) map[string]any {
		c := map[string]any{"iss": at, "sub": "s", "aud": "api://yagura", "email": "ci@example.com", "iat": f.now.Unix(), "exp": f.now.Add(time.Hour).Unix()}
		for i := 0; i < len(more); i += 2 {
			c[more[i].(string)] = more[i+1]
		}
		return c
	}
	if p, err := d.Verify(sign(claims()), Monitor); err != nil || p != f.app {
		t.Errorf("%v, %v", p, err)
	}
	other, _ := provider(t)
	_, forge := provider(t)
	for name, text := range map[string]string{
		"another audience": sign(claims("aud", "api://other")), "someone who is not named": sign(claims("email", "eve@example.com")), "nobody": sign(claims("email", "")),
		"expired": sign(claims("exp", f.now.Add(-time.Hour).Unix())), "another issuer": sign(claims("iss", other)), "another key": forge(claims()), "a list": sign(claims("email", []string{"ci@example.com"})),
	} {
		if p, err := d.Verify(text, Monitor); err == nil {
			t.Errorf("%s: %v", name, p)
		}
	}
	for _, bad := range []Issuer{{URL: "http://x", Audiences: []string{"a"}, Principals: map[string]string{"a": "b"}}, {URL: "https://x"}, {URL: "https://x", Audiences: []string{"a"}}} {
		if bad.Check() == nil {
			t.Errorf("%+v is trusted", bad)
		}
	}
}

func TestGraph(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	admin, plain := f.app, Principal{}
	plain, _, err := f.AddApplication(ctx, "plain")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AssignDirectoryRole(ctx, admin.ObjectID, GlobalAdministrator); err != nil {
		t.Fatal(err)
	}
	call := func(as Principal, method, path, body string) (int, map[string]any) {
		t.Helper()
		token, _, err := f.issue(f.url, string(Graph), as, credentialSecret, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		q, _ := http.NewRequest(method, f.url+"/v1.0"+path, strings.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		out := map[string]any{}
		if resp.StatusCode != http.StatusNoContent {
			if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
		}
		return resp.StatusCode, out
	}
	status, app := call(admin, "POST", "/applications", `{"displayName":"ci"}`)
	if status != 201 {
		t.Fatalf("%d %v", status, app)
	}
	id := app["id"].(string)
	status, secret := call(admin, "POST", "/applications/"+id+"/addPassword", `{"passwordCredential":{"displayName":"one"}}`)
	if status != 200 || secret["secretText"] == "" {
		t.Fatalf("%d %v", status, secret)
	}
	if status, _ := f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials("client_id", app["appId"].(string), "client_secret", secret["secretText"].(string))); status != 200 {
		t.Errorf("the new secret: %d", status)
	}
	if _, got := call(plain, "GET", "/applications/"+id, ""); strings.Contains(fmt.Sprint(got), secret["secretText"].(string)) {
		t.Error("the secret can be read again")
	}
	status, sp := call(admin, "POST", "/servicePrincipals", `{"appId":"`+app["appId"].(string)+`"}`)
	if kind, ok := f.PrincipalType(fmt.Sprint(sp["id"])); status != 201 || !ok || kind != ServicePrincipal {
		t.Errorf("%d %v", status, sp)
	}
	status, u := call(admin, "POST", "/users", `{"accountEnabled":true,"displayName":"Bob","mailNickname":"bob","userPrincipalName":"bob@example.com","passwordProfile":{"password":"`+password1+`"}}`)
	if status != 201 {
		t.Fatalf("%d %v", status, u)
	}
	_, g := call(admin, "POST", "/groups", `{"displayName":"ops","mailEnabled":false,"mailNickname":"ops","securityEnabled":true}`)
	if status, out := call(admin, "POST", "/groups/"+fmt.Sprint(g["id"])+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+fmt.Sprint(u["id"])+`"}`); status != 204 {
		t.Errorf("%d %v", status, out)
	}
	if groups := f.GroupsOf(fmt.Sprint(u["id"])); len(groups) != 1 || groups[0] != g["id"] {
		t.Errorf("%v", groups)
	}
	if status, out := call(admin, "POST", "/roleManagement/directory/roleAssignments", `{"principalId":"`+fmt.Sprint(g["id"])+`","roleDefinitionId":"f2ef992c-3afb-46b9-b7cf-a126ee74c451","directoryScopeId":"/"}`); status != 201 {
		t.Errorf("%d %v", status, out)
	}
	if !f.ReadsReports(fmt.Sprint(u["id"])) || f.ReadsReports(plain.ObjectID) {
		t.Error("who reads reports")
	}
	if _, all := call(plain, "GET", "/users?$filter=userPrincipalName+eq+'BOB@example.com'", ""); len(all["value"].([]any)) != 1 {
		t.Errorf("%v", all)
	}
	if _, one := call(plain, "GET", "/applications(appId='"+app["appId"].(string)+"')", ""); one["id"] != id {
		t.Errorf("%v", one)
	}
	// Someone who may change applications may not become an administrator by it.
	if err := f.AssignDirectoryRole(ctx, plain.ObjectID, "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/applications/" + id + "/addPassword", `{}`, 200},
		{"POST", "/applications/" + admin.ClientID + "/addPassword", `{}`, 403},
		{"PATCH", "/applications/" + admin.ClientID, `{"keyCredentials":[]}`, 403},
		{"DELETE", "/applications/" + admin.ClientID, ``, 403},
		{"POST", "/roleManagement/directory/roleAssignments", `{"principalId":"` + plain.ObjectID + `","roleDefinitionId":"` + GlobalAdministrator + `"}`, 403},
		{"POST", "/users", `{}`, 403},
		{"PATCH", "/applications/" + id, `{"web":{"redirectUris":["http://evil.example/"]}}`, 400},
		{"PATCH", "/applications/" + id, `{"colour":"red"}`, 400},
		{"GET", "/users?$filter=startswith(displayName,'B')", "", 400},
		{"GET", "/nothing", "", 404},
		{"DELETE", "/applications/" + id, "", 204},
		{"GET", "/applications/" + id, "", 404},
	} {
		if status, out := call(plain, c.method, c.path, c.body); status != c.status {
			t.Errorf("%s %s: %d %v", c.method, c.path, status, out)
		}
	}
}

// TestLogs collects what the directory tells of sign-ins and of changes.
func TestLogs(t *testing.T) {
	f := newFixture(t)
	var logs []string
	rows := map[string]map[string]any{}
	f.o.Log = func(_ context.Context, name string, row map[string]any) {
		logs = append(logs, fmt.Sprintf("%s %v %v", name, row["ResultType"], row["ServicePrincipalName"]))
		rows[name] = row
		azure, ok := table.Builtin(name)
		for column := range row {
			if !ok || azure.Index(column) < 0 {
				t.Errorf("%s has no column %s", name, column)
			}
		}
		if strings.Contains(fmt.Sprint(row), f.secret) || strings.Contains(fmt.Sprint(row), password1) {
			t.Errorf("a secret is in the log: %v", row)
		}
	}
	f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials())
	f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials("client_secret", "wrong"))
	f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", f.credentials("client_id", "00000000-1111-2222-3333-444444444444"))
	f.addUser(t, "ada@example.com")
	f.authorize(t, nil, "ada@example.com", "wrong")
	_, to, _ := f.authorize(t, nil, "ada@example.com", password1)
	_, out := f.exchange(t, to.Query().Get("code"))
	f.post(t, "/"+f.Tenant()+"/oauth2/v2.0/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {azureCLI}, "refresh_token": {fmt.Sprint(out["refresh_token"])}})
	srv := httptest.NewServer(f.ManagedIdentity("", ""))
	defer srv.Close()
	p, err := f.AddManaged(context.Background(), "/subscriptions/s/x", "web")
	if err != nil {
		t.Fatal(err)
	}
	q, _ := http.NewRequest("GET", srv.URL+"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor.azure.com&client_id="+p.ClientID, nil)
	q.Header.Set("Metadata", "true")
	do(t, q)
	f.logChange(context.Background(), f.app, "127.0.0.1", "c", change{activity: "Add user"})
	want := []string{
		"AADServicePrincipalSignInLogs 0 app", "AADServicePrincipalSignInLogs 7000215 app", "AADServicePrincipalSignInLogs 700016 <nil>",
		"SigninLogs 50126 Microsoft Azure CLI", "SigninLogs 0 Microsoft Azure CLI", "AADNonInteractiveUserSignInLogs 0 <nil>",
		"AADManagedIdentitySignInLogs 0 web", "AuditLogs  <nil>",
	}
	if strings.Join(logs, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(logs, "\n"), strings.Join(want, "\n"))
	}
	if r := rows["SigninLogs"]; r["UserPrincipalName"] != "ada@example.com" || r["IsInteractive"] != true || r["ResourceDisplayName"] != "Windows Azure Service Management API" || r["IPAddress"] != "127.0.0.1" {
		t.Errorf("%v", r)
	}
}

// FuzzTokenRequest sends any form to the token endpoint: it answers, and lets nobody in
// who does not know the secret.
func FuzzTokenRequest(f *testing.F) {
	fx := newFixtureOf(f)
	f.Add("grant_type=client_credentials&client_id=" + fx.app.ClientID + "&client_secret=x&scope=https%3A%2F%2Fmonitor.azure.com%2F.default")
	f.Add("grant_type=client_credentials&client_assertion_type=urn%3Aietf&client_assertion=a.b.c&client_id=" + fx.app.ClientID)
	f.Add("grant_type=refresh_token&refresh_token=0.AAAA&client_id=" + azureCLI)
	f.Add("grant_type=authorization_code&code=x&client_id=" + azureCLI)
	h := route.New(http.NotFound, fx.Routes())
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/"+fx.Tenant()+"/oauth2/v2.0/token", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == 200 || w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
