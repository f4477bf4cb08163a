package serve

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/yagura/yagura/arm"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/internal/route"
)

// browser keeps cookies as a browser does, by name and path.
type browser struct {
	t       *testing.T
	handler http.Handler
	cookies map[string]*http.Cookie
}

func (w *world) browser() *browser {
	notFound := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	return &browser{w.t, route.New(notFound, w.ctl.Directory().Routes(), w.server.Routes(), arm.New(w.ctl, arm.Options{}).Routes()), map[string]*http.Cookie{}}
}

func (b *browser) do(method, target, body string, edit ...func(*http.Request)) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, c := range b.cookies {
		if strings.HasPrefix(r.URL.Path, c.Path) {
			r.AddCookie(c)
		}
	}
	for _, e := range edit {
		e(r)
	}
	rec := httptest.NewRecorder()
	b.handler.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
			b.t.Errorf("the cookie %s is for others too: %v", c.Name, c)
		}
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return rec
}

func (b *browser) goes(rec *httptest.ResponseRecorder) string {
	b.t.Helper()
	to := rec.Header().Get("Location")
	if to == "" {
		b.t.Fatalf("goes nowhere: %d %s", rec.Code, rec.Body)
	}
	return to
}

func post(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }

var fromPage = header(identity.PageHeader, "1")

func TestUserSignsIn(t *testing.T) {
	w := newWorld(t, engine.Options{})
	dir := w.ctl.Directory()
	u, err := dir.AddUser(context.Background(), "ada@example.com", "Ada", "correct horse")
	check(t, err)
	check(t, dir.AssignDirectoryRole(context.Background(), u.ObjectID, identity.GlobalAdministrator))
	b := w.browser()
	form := b.goes(b.do("GET", "/ui/signin?to="+url.QueryEscape("/manage/users?x=1"), ""))
	if rec := b.do("GET", form, ""); rec.Code != 200 || !strings.Contains(rec.Body.String(), `name="password"`) {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	if rec := b.do("POST", form, "username=ada@example.com&password=wrong", post); rec.Code != 401 || !strings.Contains(rec.Body.String(), "AADSTS50126") {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	code := b.goes(b.do("POST", form, "username=ada@example.com&password=correct+horse", post))
	if !strings.HasPrefix(code, identity.PageRedirect+"?") {
		t.Fatal(code)
	}
	// Another browser, or another state, cannot use the code.
	if to := b.goes(w.browser().do("GET", code, "")); !strings.HasPrefix(to, "/ui/signin") {
		t.Fatalf("a stranger goes to %s", to)
	}
	if to := b.goes(b.do("GET", regexp.MustCompile("state=[^&]*").ReplaceAllString(code, "state=x"), "")); !strings.HasPrefix(to, "/ui/signin") {
		t.Fatalf("with another state: %s", to)
	}
	if to := b.goes(b.do("GET", code, "")); to != "/manage/users?x=1" {
		t.Fatalf("then to %s", to)
	}
	if body := b.do("GET", "/ui/session", "").Body.String(); !strings.Contains(body, `"name":"ada@example.com"`) || !strings.Contains(body, `"directoryRoles":["Global Administrator"]`) || !strings.Contains(body, `"roles":[]`) {
		t.Fatal(body)
	}
	delete(b.cookies, identity.SessionCookie)
	if to := b.goes(b.do("GET", code, "")); !strings.HasPrefix(to, "/ui/signin") {
		t.Fatalf("the code again: %s", to)
	}
	for _, to := range []string{"//example.com", "https://example.com", `/\example.com`, "x"} {
		b.do("GET", "/ui/signin?to="+url.QueryEscape(to), "")
		if c := b.cookies[signInCookie].Value; !strings.HasSuffix(c, ".Lw") { // "/"
			t.Errorf("to %s: %s", to, c)
		}
	}
}

// TestCookieOnTheControlPlane shows that the page's cookie is taken where Azure's
// clients send tokens: to read as it is, to change with the page's header only.
func TestCookieOnTheControlPlane(t *testing.T) {
	w := newWorld(t, engine.Options{})
	b := w.browser()
	b.do("GET", "/?signin=the-key", "")
	group := "/subscriptions/" + w.setup.SubscriptionID + "/resourceGroups/"
	for _, c := range []struct {
		method, path, body string
		edit               []func(*http.Request)
		want               int
	}{
		{"GET", group + w.setup.ResourceGroup + "?api-version=2021-04-01", "", nil, 200},
		{"PUT", group + "other?api-version=2021-04-01", `{"location":"local"}`, nil, 401},
		{"PUT", group + "other?api-version=2021-04-01", `{"location":"local"}`, []func(*http.Request){fromPage}, 201},
		{"DELETE", group + "other?api-version=2021-04-01", "", nil, 401},
		{"GET", "/v1.0/users", "", nil, 200},
		{"POST", "/v1.0/groups", `{"displayName":"g"}`, nil, 401},
		{"POST", "/v1.0/groups", `{"displayName":"g"}`, []func(*http.Request){fromPage}, 201},
		{"POST", "/v1.0/groups", `{"displayName":"g"}`, []func(*http.Request){fromPage, header("Authorization", "Basic x")}, 401},
	} {
		if rec := b.do(c.method, c.path, c.body, c.edit...); rec.Code != c.want {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, rec.Code, rec.Body, c.want)
		}
	}
	// The token of the cookie is of no use for what the page does not call.
	if _, err := w.ctl.Directory().Verify(b.cookies[identity.SessionCookie].Value, identity.Monitor, identity.Kusto); err == nil {
		t.Error("it is for every API")
	}
	b.do("DELETE", "/ui/session", "", fromPage)
	if rec := b.do("GET", "/v1.0/users", ""); rec.Code != 401 {
		t.Errorf("signed out: %d", rec.Code)
	}
}

// TestPageComponent shows who is told the key of the component for the page's errors,
// and that deleting it ends them.
func TestPageComponent(t *testing.T) {
	w := newWorld(t, engine.Options{})
	b := w.browser()
	told := func() bool {
		return strings.Contains(b.do("GET", "/ui/session", "").Body.String(), "instrumentationKey")
	}
	if told() {
		t.Error("a stranger is told the key")
	}
	b.do("GET", "/?signin=the-key", "")
	if !told() {
		t.Error("who is signed in is not told the key")
	}
	component := "/subscriptions/" + w.setup.SubscriptionID + "/resourceGroups/" + w.setup.ResourceGroup + "/providers/Microsoft.Insights/components/yagura-page?api-version=2020-02-02"
	if rec := b.do("DELETE", component, "", fromPage); rec.Code != http.StatusOK {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	if told() {
		t.Error("the key outlives its component")
	}
}

// TestTransform tries transforms of a rule that nobody has made.
func TestTransform(t *testing.T) {
	w := newWorld(t, engine.Options{})
	const in = `{"stream":"Custom-App","columns":[{"name":"Level","type":"string"},{"name":"N","type":"int"}],"transformKql":%q,"rows":[{"Level":"Error","N":2},{"Level":"Info","N":"3","Other":1}]}`
	for query, want := range map[string]string{
		"source | where Level == 'Error' | extend TimeGenerated = datetime(2026-01-01), M = N * 2": `"columns":[{"name":"Level","type":"string"},{"name":"N","type":"int"},{"name":"TimeGenerated","type":"datetime"},{"name":"M","type":"long"}],"rows":[["Error",2,"2026-01-01T00:00:00Z",4]]`,
		"source":                               `"rows":[["Error",2],["Info",3]]`,
		"":                                     `"rows":[["Error",2],["Info",3]]`,
		"source | where Lvl == 'x'":            `"line":1,"pos":16`,
		"source | summarize count() by Level":  "cannot be used in a transform",
		"Heartbeat":                            "SemanticError",
		"source | extend x = toscalar(source)": "toscalar() cannot be used",
		"source | join kind=inner source on N": "cannot be used in a transform",
	} {
		if status, body := w.do("POST", "/ui/transform", fmt.Sprintf(in, query)); !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
	if status, body := w.do("POST", "/ui/transform", `{"stream":"Microsoft-Syslog","transformKql":"source | project Computer","rows":[{"Computer":"c1"}]}`); status != 200 || !strings.Contains(body, `"rows":[["c1"]]`) {
		t.Errorf("%d %s", status, body)
	}
	for _, body := range []string{`{`, `{"stream":"App","columns":[{"name":"a","type":"string"}]}`, `{"stream":"Custom-None"}`, `{"stream":"Microsoft-Syslog","rows":[1]}`,
		`{"stream":"Microsoft-Syslog","rows":[` + strings.Repeat(`{},`, maxTried) + `{}]}`} {
		if status, answer := w.do("POST", "/ui/transform", body); status != 400 {
			t.Errorf("%.80s: %d %s", body, status, answer)
		}
	}
	if status, _ := w.do("POST", "/ui/transform", fmt.Sprintf(in, "source"), func(r *http.Request) { r.Header.Del("Authorization") }); status != 401 {
		t.Errorf("of anyone: %d", status)
	}
}
