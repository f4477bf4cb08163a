package route

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRouter(t *testing.T) {
	show := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s|%s|%s", name, r.PathValue("a"), r.PathValue("b"), r.PathValue("rest"))
		}
	}
	r := New(show("none"), []Route{
		{Pattern: "POST /dataCollectionRules/{a}/streams/{b}", Handle: show("logs")},
		{Pattern: "GET|POST /v1/workspaces/{a}/query", Handle: show("query")},
		{Pattern: "POST /v1/$batch", Handle: show("batch")},
		{Pattern: "POST /{a}/oauth2/v2.0/token", Handle: show("token")},
		{Pattern: "POST /api/logs", Hosts: []string{"ods.opinsights.azure.com"}, Handle: show("collector")},
		{Pattern: "GET /v1/subscriptions/{rest...}", Handle: show("resource")},
		{Pattern: "GET /{rest...}", Handle: show("page")},
	})
	for _, c := range []struct {
		method, target string
		status         int
		want           string
	}{
		{"POST", "/dataCollectionRules/dcr-1/streams/Custom-A?api%2Dversion=2023-01-01", 200, "logs dcr-1|Custom-A|"},
		{"POST", "/datacollectionrules/dcr-1/STREAMS/Custom-A", 200, "logs dcr-1|Custom-A|"},
		{"POST", "//dataCollectionRules//dcr-1/streams/a%2Fb", 200, "logs dcr-1|a/b|"},
		{"GET", "/v1/workspaces/w/query", 200, "query w||"},
		{"HEAD", "/v1/workspaces/w/query", 200, ""},
		{"PUT", "/v1/workspaces/w/query", 405, "method not allowed\n"},
		{"POST", "/v1/$batch", 200, "batch ||"},
		{"POST", "/tenant/oauth2/v2.0/token", 200, "token tenant||"},
		{"GET", "/v1//subscriptions/s/resourceGroups/g/query", 200, "resource ||s/resourceGroups/g/query"},
		{"POST", "http://w1.ods.opinsights.azure.com:443/api/logs", 200, "collector ||"},
		{"POST", "http://127.0.0.1/api/logs", 405, "method not allowed\n"},
		{"GET", "/", 200, "page ||"},
		{"GET", "/logs/x.js", 200, "page ||logs/x.js"},
		{"POST", "/nothing", 405, "method not allowed\n"},
	} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(c.method, c.target, nil))
		got := w.Body.String()
		if c.method == "HEAD" {
			got = ""
		}
		if w.Code != c.status || got != c.want {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.target, w.Code, got, c.status, c.want)
		}
	}
}

func FuzzRouter(f *testing.F) {
	r := New(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, []Route{
		{Pattern: "GET /a/{b}/c", Handle: func(http.ResponseWriter, *http.Request) {}},
		{Pattern: "GET /a/{b...}", Handle: func(http.ResponseWriter, *http.Request) {}},
	})
	f.Add("/a//b/%2e%2e/c")
	f.Fuzz(func(t *testing.T, path string) {
		req, err := http.NewRequest("GET", "http://h", nil)
		if err != nil {
			t.Skip()
		}
		req.URL.Path = path
		r.ServeHTTP(httptest.NewRecorder(), req)
	})
}
