package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/mgmt"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// world is a server with one workspace, and someone who may query it.
type world struct {
	t       *testing.T
	handler http.Handler
	server  *Server
	setup   control.Setup
	token   string
	ctl     *control.Store
	st      *store.Store
	owner   identity.Principal
	now     time.Time
}

func newWorld(t *testing.T, o engine.Options) *world {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(vfs.NewMem(), "data", store.Options{})
	check(t, err)
	t.Cleanup(func() { _ = st.Close() })
	dir, err := identity.Open(ctx, st.Catalog(), identity.Options{})
	check(t, err)
	ctl, setup, err := control.Open(ctx, st.Catalog(), dir, control.Options{})
	check(t, err)
	o.Resolve = func(name string) (string, bool) {
		w, err := ctl.Workspace(name)
		if err != nil {
			return "", false
		}
		return w.Properties.CustomerID, true
	}
	o.Stored = ctl.Stored
	owner, err := dir.Application(setup.ClientID)
	check(t, err)
	token, _, err := dir.Session(owner, identity.LogAnalytics)
	check(t, err)

	at, err := table.ParseTime("2026-11-23T06:00:00.1234567Z")
	check(t, err)
	b := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "TimeGenerated", Type: table.Datetime}, {Name: "Computer", Type: table.String}, {Name: "ComputerPrivateIPs", Type: table.Dynamic}}})
	for i := range 5 {
		b.AppendRow(at+table.Time(i*table.TicksPerHour), fmt.Sprintf("c%d", i), table.NewDyn([]any{int64(i)}))
	}
	check(t, st.Append(ctx, "", store.Rows{Ref: table.Ref{Workspace: setup.WorkspaceID, Table: "Heartbeat"}, Batch: b}))

	eng := engine.New(st, nil, o)
	in := ingest.New(st, ctl, ingest.Options{})
	cmd := mgmt.New(eng, ctl, in, mgmt.Options{Version: "test"})
	s := New(eng, ctl, cmd, Options{Try: in.Try, Version: "test", Workspace: setup.WorkspaceID, Principal: owner, SignInKey: "the-key", Examples: []Example{{Words: Words{Title: "one"}}}})
	notFound := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	return &world{t, route.New(notFound, likeDescribed(t, s.Routes())), s, setup, token, ctl, st, owner, time.Now()}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// do sends a request with the token, unless edit takes it away.
func (w *world) do(method, path, body string, edit ...func(*http.Request)) (int, string) {
	w.t.Helper()
	r := httptest.NewRequest(method, strings.ReplaceAll(path, "{w}", w.setup.WorkspaceID), strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	for _, e := range edit {
		e(r)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

func header(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }

// TestRunning shows how far a query is, to who has sent it.
func TestRunning(t *testing.T) {
	w := newWorld(t, engine.Options{})
	other := w.analyst()
	other.grant("", "", "Microsoft.OperationalInsights/workspaces/read", "Microsoft.OperationalInsights/workspaces/query/read")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.do("POST", "/v1/workspaces/{w}/query", `{"query":"union Heartbeat, (range x from 1 to 100000000000 step 1) | count"}`, header("x-ms-client-request-id", "mine"),
			func(r *http.Request) { *r = *r.WithContext(ctx) })
	}()
	const path = "/ui/workspaces/{w}/running/"
	want := `{"answered":0,"bytes":0,"extents":0,"rows":5,"running":true,"skipped":0}`
	for deadline, got := time.Now().Add(time.Minute), ""; got != want; _, got = w.do("GET", path+"mine", "") {
		if time.Now().After(deadline) {
			t.Fatal(got)
		}
	}
	if status, got := w.do("GET", path+"other", ""); status != http.StatusOK || got != `{"running":false}` {
		t.Errorf("another query: %d %s", status, got)
	}
	if status, got := other.do("GET", path+"mine", ""); status != http.StatusOK || got != `{"running":false}` {
		t.Errorf("another caller: %d %s", status, got)
	}
	cancel()
	<-ended
	if _, got := w.do("GET", path+"mine", ""); got != `{"running":false}` {
		t.Errorf("afterwards: %s", got)
	}
}

// TestFull: where no place is free and nobody more may wait, clients are told to come
// again; who hangs up gives the place back.
func TestFull(t *testing.T) {
	w := newWorld(t, engine.Options{Concurrent: 1, Queue: 1})
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	running := func() (n int) {
		for _, a := range w.server.eng.Activities(w.setup.WorkspaceID) {
			if a.State == engine.InProgress {
				n++
			}
		}
		return n
	}
	until := func(want int) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); running() != want; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d queries run or wait, not %d", running(), want)
			}
		}
	}
	ctx, hangUp := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for i := range 2 { // one runs, one waits
		r, err := http.NewRequestWithContext(ctx, "POST", srv.URL+"/v1/workspaces/"+w.setup.WorkspaceID+"/query", strings.NewReader(`{"query":"range x from 1 to 100000000000 step 1 | count"}`))
		check(t, err)
		r.Header.Set("Authorization", "Bearer "+w.token)
		clients.Go(func() {
			if res, err := http.DefaultClient.Do(r); err == nil {
				res.Body.Close()
				t.Error("an endless query has an answer")
			}
		})
		until(i + 1)
	}
	for path, c := range map[string]struct{ body, want string }{
		"/v1/workspaces/" + w.setup.WorkspaceID + "/query": {`{"query":"print 1"}`, `"code":"ThrottledError"`},
		"/v2/rest/query": {`{"db":"` + w.setup.WorkspaceName + `","csl":"print 1"}`, `"@type":"Kusto.Data.Exceptions.KustoRequestThrottledException","code":"TooManyRequests"`},
	} {
		r, err := http.NewRequest("POST", srv.URL+path, strings.NewReader(c.body))
		check(t, err)
		r.Header.Set("Authorization", "Bearer "+w.token)
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		check(t, err)
		body, err := io.ReadAll(res.Body)
		check(t, errors.Join(err, res.Body.Close()))
		if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "5" || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: %d, Retry-After %q: %s", path, res.StatusCode, res.Header.Get("Retry-After"), body)
		}
	}
	hangUp()
	until(0)
	clients.Wait()
	if status, body := w.do("POST", "/v1/workspaces/{w}/query", `{"query":"print 1"}`); status != http.StatusOK {
		t.Errorf("afterwards: %d %s", status, body)
	}
}

func TestCompile(t *testing.T) {
	w := newWorld(t, engine.Options{})
	const path = "/ui/workspaces/{w}/compile"
	for queries, want := range map[string]string{
		`[]`: `^{"errors":\[\]}$`,
		`["Heartbeat | take 1","print x = 1 | render sankey"]`: `^{"errors":\[null,null\]}$`,
		`["Heartbeat | where Nope == 1","print 1"]`:            `^{"errors":\[{"code":"BadArgumentError".*"line":1,"pos":19,"token":"Nope".*},null\]}$`,
		`[" "]`: `"code":"SYN`,
	} {
		status, body := w.do("POST", path, `{"queries":`+queries+`}`)
		if status != http.StatusOK || !regexp.MustCompile(want).MatchString(body) {
			t.Errorf("%s: %d %s", queries, status, body)
		}
	}
	for _, body := range []string{`{`, `{"queries":[` + strings.Repeat(`"print 1",`, maxCompiled) + `"print 1"]}`} {
		if status, answer := w.do("POST", path, body); status != http.StatusBadRequest {
			t.Errorf("%.40s: %d %s", body, status, answer)
		}
	}
	other := w.analyst()
	if status, answer := other.do("POST", path, `{"queries":["Heartbeat"]}`); status != http.StatusForbidden {
		t.Errorf("without a role: %d %s", status, answer)
	}
	other.grant("", "", "Microsoft.OperationalInsights/workspaces/read", "Microsoft.OperationalInsights/workspaces/query/read")
	if status, answer := other.do("POST", path, `{"queries":["Heartbeat"]}`); status != http.StatusOK || !strings.Contains(answer, "InsufficientAccessError") {
		t.Errorf("a table that may not be read: %d %s", status, answer)
	}
}

func TestQuery(t *testing.T) {
	w := newWorld(t, engine.Options{})
	sub := "/subscriptions/" + w.setup.SubscriptionID + "/resourceGroups/" + w.setup.ResourceGroup + "/providers/Microsoft.OperationalInsights/workspaces/" + w.setup.WorkspaceName
	get := func(q, more string) string {
		return "/v1/workspaces/{w}/query?query=" + url.QueryEscape(q) + more
	}
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want                     string // a regular expression
	}{
		{"POST", "POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat | where Computer == 'c1' | project TimeGenerated, Computer, ComputerPrivateIPs, n=1, r=1.0, g=int(null)"}`, 200,
			`^{"tables":\[{"name":"PrimaryResult","columns":\[{"name":"TimeGenerated","type":"datetime"},{"name":"Computer","type":"string"},{"name":"ComputerPrivateIPs","type":"dynamic"},{"name":"n","type":"long"},{"name":"r","type":"real"},{"name":"g","type":"int"}\],"rows":\[\["2026-11-23T07:00:00.1234567Z","c1","\[1\]",1,1.0,null\]\]}\]}$`},
		{"GET", "GET", get("Heartbeat | count", ""), "", 200, `"rows":\[\[5\]\]`},
		{"timespan", "GET", get("Heartbeat | count", "&timespan=2026-11-23T07:00:00Z/2026-11-23T09:00:00Z"), "", 200, `"rows":\[\[2\]\]`},
		{"timespans of address and body meet", "POST", "/v1/workspaces/{w}/query?timespan=2026-11-23T06:30:00Z/2026-11-24", `{"query":"Heartbeat | count","timespan":"2026-11-22/2026-11-23T08:30:00Z"}`, 200, `"rows":\[\[2\]\]`},
		{"timespans that do not meet", "POST", "/v1/workspaces/{w}/query?timespan=2026-11-24/2026-11-25", `{"query":"Heartbeat | count","timespan":"2026-11-22/2026-11-23"}`, 200, `"rows":\[\[0\]\]`},
		{"an empty table", "GET", get("SigninLogs | project TimeGenerated, UserPrincipalName", ""), "", 200, `"rows":\[\]`},
		{"by the resource's id", "POST", "/v1/" + sub + "/query", `{"query":"Heartbeat | count"}`, 200, `"rows":\[\[5\]\]`},
		{"by Resource Manager's path", "POST", sub + "/api/query?api-version=2017-01-01-preview", `{"query":"Heartbeat | count"}`, 200, `"rows":\[\[5\]\]`},
		{"a second workspace that is the first", "POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat | count","workspaces":["` + w.setup.WorkspaceName + `"]}`, 200, `"rows":\[\[5\]\]`},
		{"a second workspace that is not there", "POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat | count","workspaces":["nowhere"]}`, 400, `FailedToResolveResource`},
		{"no such workspace", "POST", "/v1/workspaces/00000000-0000-0000-0000-000000000000/query", `{"query":"print 1"}`, 404, `PathNotFoundError`},
		{"syntax", "POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat | where"}`, 400, `"code":"BadArgumentError".*"innererror":{"code":"SyntaxError".*"line":1,"pos":\d+`},
		{"meaning", "POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat\n| where Komputer == 1 | where Kategory == 2"}`, 400, `"details":\[.*"innererror":{"code":"SemanticError".*SEM0100.*"line":2,"pos":9,"token":"Komputer"`},
		{"an address that is not allowed", "POST", "/v1/workspaces/{w}/query", `{"query":"externaldata(a: string)['https://example.test/a.csv']"}`, 400, `"innererror":{"code":"QueryExecutionError","message":"externaldata: no address is allowed here"`},
		{"no query", "POST", "/v1/workspaces/{w}/query", `{}`, 400, `MissingQueryError`},
		{"no JSON", "POST", "/v1/workspaces/{w}/query", `query=print 1`, 400, `InvalidJsonBody`},
		{"no timespan", "GET", get("print 1", "&timespan=soon"), "", 400, `InvalidTimespanError`},
		{"another method", "PUT", "/v1/workspaces/{w}/query", "", 405, ``},
		{"script in a value", "POST", "/v1/workspaces/{w}/query", `{"query":"print x='</script>\\u0000\"'"}`, 200, `"</script>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := w.do(c.method, c.path, c.body)
			if status != c.status || !regexp.MustCompile(c.want).MatchString(body) {
				t.Errorf("%d %s\nwant %d %s", status, body, c.status, c.want)
			}
			if c.status == 200 && !json.Valid([]byte(body)) {
				t.Errorf("not JSON: %s", body)
			}
		})
	}
}

func TestPrefer(t *testing.T) {
	w := newWorld(t, engine.Options{})
	_, body := w.do("POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat | summarize count() by bin(TimeGenerated, 1h) | render timechart with (title='t', ycolumns=count_)"}`,
		header("Prefer", "wait=600, include-statistics=true,include-render=true,include-dataSources=true,include-permissions=true"))
	var doc struct {
		Statistics struct {
			Query struct{ ExecutionTime float64 }
		}
		Render                   struct{ Visualization, Title, YColumns string }
		DataSources, Permissions any
	}
	check(t, json.Unmarshal([]byte(body), &doc))
	if doc.Render.Visualization != "timechart" || doc.Render.Title != "t" || doc.Render.YColumns != "count_" || doc.Statistics.Query.ExecutionTime <= 0 || doc.DataSources == nil || doc.Permissions == nil {
		t.Errorf("got %s", body)
	}
}

func TestPartial(t *testing.T) {
	w := newWorld(t, engine.Options{MaxRows: 3})
	status, body := w.do("POST", "/v1/workspaces/{w}/query", `{"query":"range x from 1 to 10 step 1"}`)
	var doc struct {
		Tables []struct{ Rows [][]any }
		Error  struct{ Code string }
	}
	check(t, json.Unmarshal([]byte(body), &doc))
	if status != 200 || len(doc.Tables[0].Rows) != 3 || doc.Error.Code != "PartialError" {
		t.Errorf("%d %s", status, body)
	}
}

func TestBatch(t *testing.T) {
	w := newWorld(t, engine.Options{})
	one := func(id, q string) string {
		return fmt.Sprintf(`{"id":%q,"method":"POST","path":"/query","workspace":"%s","headers":{"prefer":"include-render=true"},"body":{"query":%q}}`, id, w.setup.WorkspaceID, q)
	}
	status, body := w.do("POST", "/v1/$batch", `{"requests":[`+one("a", "Heartbeat | count")+`,`+one("b", "nonsense")+`]}`)
	var doc struct {
		Responses []struct {
			ID     string
			Status int
			Body   json.RawMessage
		}
	}
	check(t, json.Unmarshal([]byte(body), &doc))
	if status != 200 || len(doc.Responses) != 2 || doc.Responses[0].Status != 200 || !bytes.Contains(doc.Responses[0].Body, []byte(`[[5]]`)) || doc.Responses[1].Status != 400 {
		t.Errorf("%d %s", status, body)
	}
	for _, bad := range []string{`{"requests":[` + one("a", "print 1") + `,` + one("a", "print 1") + `]}`, `{"requests":[]}`, `{"requests":`} {
		if status, body := w.do("POST", "/v1/$batch", bad); status != 400 {
			t.Errorf("%s: %d %s", bad, status, body)
		}
	}
}

func TestAccess(t *testing.T) {
	w := newWorld(t, engine.Options{})
	query := `{"query":"print 1"}`
	for name, c := range map[string]struct {
		edit   func(*http.Request)
		status int
		code   string
	}{
		"no token": {func(r *http.Request) { r.Header.Del("Authorization") }, 401, "AuthenticationFailed"},
		"nonsense": {header("Authorization", "Bearer nonsense"), 403, "InvalidAuthenticationToken"},
		"changed":  {header("Authorization", "Bearer "+w.token[:len(w.token)-4]+"AAAA"), 403, "InvalidAuthenticationToken"},
		"cookie alone": {func(r *http.Request) {
			r.Header.Del("Authorization")
			r.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: w.token})
		}, 401, "AuthenticationFailed"},
		"cookie, header": {func(r *http.Request) {
			r.Header.Del("Authorization")
			r.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: w.token})
			r.Header.Set(identity.PageHeader, "1")
		}, 200, "PrimaryResult"},
	} {
		if status, body := w.do("POST", "/v1/workspaces/{w}/query", query, c.edit); status != c.status || !strings.Contains(body, c.code) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestPage(t *testing.T) {
	w := newWorld(t, engine.Options{})
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		return rec
	}
	for path, want := range map[string]int{"/": 200, "/logs?q=x": 200, "/../../etc/passwd": 400, "/assets/none.js": 404, "/ui/examples.json": 200, "/ui/functions.json": 200, "/healthz": 200} {
		if rec := get(path); rec.Code != want {
			t.Errorf("%s: %d, want %d", path, rec.Code, want)
		}
	}
	if csp := get("/").Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the page may be framed: %s", csp)
	}
	if rec := get("/?signin=wrong"); len(rec.Result().Cookies()) != 0 || rec.Code != http.StatusSeeOther {
		t.Error("a wrong key signs in")
	}
	rec := get("/?signin=the-key")
	if len(rec.Result().Cookies()) != 1 || !rec.Result().Cookies()[0].HttpOnly {
		t.Fatal("the key does not sign in")
	}
	status, body := w.do("GET", "/ui/session", "", func(r *http.Request) {
		r.Header.Del("Authorization")
		r.AddCookie(rec.Result().Cookies()[0])
	})
	if status != 200 || !strings.Contains(body, `"signedIn":true`) || !strings.Contains(body, w.setup.WorkspaceID) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := w.do("POST", "/ui/session", `{"clientId":"`+w.setup.ClientID+`","clientSecret":"`+w.setup.ClientSecret+`"}`, header(identity.PageHeader, "1")); status != 204 {
		t.Errorf("sign in by secret: %d %s", status, body)
	}
	if status, _ := w.do("POST", "/ui/session", `{"clientId":"`+w.setup.ClientID+`","clientSecret":"no"}`, header(identity.PageHeader, "1")); status != 401 {
		t.Errorf("sign in by a wrong secret: %d", status)
	}
}

func TestMetadata(t *testing.T) {
	w := newWorld(t, engine.Options{})
	status, body := w.do("GET", "/v1/workspaces/{w}/metadata", "")
	var doc struct {
		Tables []struct {
			Name    string
			HasData bool
			Columns []struct{ Name, Type string }
		}
	}
	check(t, json.Unmarshal([]byte(body), &doc))
	full := 0
	for _, tb := range doc.Tables {
		if tb.HasData {
			full++
			if tb.Name != "Heartbeat" || len(tb.Columns) < 30 {
				t.Errorf("%s has data and %d columns", tb.Name, len(tb.Columns))
			}
		}
	}
	if status != 200 || full != 1 || len(doc.Tables) < 900 {
		t.Errorf("%d: %d tables, %d with data", status, len(doc.Tables), full)
	}
}

// TestRate sends more queries than a caller may, 25 seconds before they may send more.
func TestRate(t *testing.T) {
	w := newWorld(t, engine.Options{})
	w.server.rate.limit = 3
	w.server.now = func() time.Time { return time.Date(2026, 11, 23, 6, 0, 5, 500_000_000, time.UTC) }
	for i := range 4 {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/v1/workspaces/"+w.setup.WorkspaceID+"/query?query=print+1", nil)
		r.Header.Set("Authorization", "Bearer "+w.token)
		w.handler.ServeHTTP(rec, r)
		switch {
		case i < 3 && rec.Code != 200:
			t.Errorf("query %d: %d %s", i, rec.Code, rec.Body)
		case i == 3 && (rec.Code != 429 || rec.Header().Get("Retry-After") != "25" || !strings.Contains(rec.Body.String(), `"code":"ThrottledError"`)):
			t.Errorf("query %d: %d %v %s", i, rec.Code, rec.Header(), rec.Body)
		}
	}
}
