package serve

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
)

// dashboardCall sends a request with header pairs and returns the answer.
func dashboardCall(w *world, token, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

func TestDashboards(t *testing.T) {
	w := newWorld(t, engine.Options{})
	const path = "/ui/dashboards/3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	expect := func(rec *httptest.ResponseRecorder, status int) *httptest.ResponseRecorder {
		t.Helper()
		if rec.Code != status {
			t.Fatalf("%d %s, want %d", rec.Code, rec.Body, status)
		}
		return rec
	}
	put := func(title string, headers ...string) *httptest.ResponseRecorder {
		return dashboardCall(w, w.token, "PUT", path, `{"title":"`+title+`","content":"{\"items\":[]}"}`, headers...)
	}
	expect(put("a"), http.StatusPreconditionRequired)
	first := expect(put("a", "If-None-Match", "*"), http.StatusCreated).Header().Get("ETag")
	expect(put("b", "If-None-Match", "*"), http.StatusPreconditionFailed)
	second := expect(put("b", "If-Match", first), http.StatusOK).Header().Get("ETag")
	expect(put("c", "If-Match", first), http.StatusPreconditionFailed)
	expect(dashboardCall(w, w.token, "PUT", path, `{"title":"d","content":"no JSON"}`, "If-Match", second), http.StatusBadRequest)

	var item dashboardItem
	check(t, json.Unmarshal(expect(dashboardCall(w, w.token, "GET", path, ""), http.StatusOK).Body.Bytes(), &item))
	if item.Title != "b" || item.Content != `{"items":[]}` || item.Etag != second {
		t.Errorf("read %+v", item)
	}
	var revisions []dashboardItem
	check(t, json.Unmarshal(expect(dashboardCall(w, w.token, "GET", path+"/revisions", ""), http.StatusOK).Body.Bytes(), &revisions))
	if len(revisions) != 1 || revisions[0].Title != "a" {
		t.Errorf("revisions %+v", revisions)
	}
	if list := expect(dashboardCall(w, w.token, "GET", "/ui/dashboards", ""), http.StatusOK).Body.String(); !strings.Contains(list, `"title":"b"`) {
		t.Errorf("list %s", list)
	}
	// Azure's own API sees it as a workbook.
	if all, err := control.List[control.Workbook](w.ctl, "/"); err != nil || len(all) != 1 {
		t.Errorf("workbooks %v, %v", all, err)
	}
	expect(dashboardCall(w, w.token, "DELETE", path, "", "If-Match", first), http.StatusPreconditionFailed)
	expect(dashboardCall(w, w.token, "DELETE", path, "", "If-Match", second), http.StatusNoContent)
	expect(dashboardCall(w, w.token, "GET", path, ""), http.StatusNotFound)
	expect(dashboardCall(w, "nobody", "GET", "/ui/dashboards", ""), http.StatusForbidden)
	expect(dashboardCall(w, w.token, "GET", "/ui/dashboards/not-a-uuid", ""), http.StatusNotFound)
}
