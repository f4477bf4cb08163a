package arm

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/purge"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

type server struct {
	*testing.T
	control *control.Store
	st      *store.Store
	setup   control.Setup
	url     string
	token   string
	group   string // the path of the resource group
	object  string // the id of the principal
	who     identity.Principal
	purger  *purge.Purger
	record  func(table.Ref, map[string]any) // takes what the activity log would; nil: nothing does
}

func newServer(t *testing.T) *server {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(vfs.NewMem(), "data", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	dir, err := identity.Open(ctx, st.Catalog(), identity.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{T: t}
	c, setup, err := control.Open(ctx, st.Catalog(), dir, control.Options{DropTable: st.DropTable, Record: func(_ context.Context, ref table.Ref, row map[string]any, _ string) error {
		if s.record != nil {
			s.record(ref, row)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := dir.Application(setup.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := dir.Session(p, identity.Management)
	if err != nil {
		t.Fatal(err)
	}
	purger := purge.New(engine.New(st, nil, engine.Options{}), st, purge.Options{})
	srv := httptest.NewServer(route.New(http.NotFound, New(c, Options{Purger: purger}).Routes()))
	t.Cleanup(srv.Close)
	s.control, s.st, s.setup, s.url, s.token, s.object, s.who, s.purger = c, st, setup, srv.URL, token, p.ObjectID, p, purger
	s.group = "/subscriptions/" + setup.SubscriptionID + "/resourceGroups/" + setup.ResourceGroup
	return s
}

func (s *server) do(method, path, body string) (int, map[string]any) {
	s.Helper()
	if !strings.Contains(path, "?") {
		path += "?api-version=2023-03-11"
	}
	q, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if s.token != "" {
		q.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	var out map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			s.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
		}
	}
	if resp.Header.Get("x-ms-request-id") == "" || resp.Header.Get("x-ms-correlation-request-id") == "" {
		s.Errorf("%s %s: no request ids", method, path)
	}
	return resp.StatusCode, out
}

// at walks a JSON value: names of properties, joined by dots.
func at(v any, path string) any {
	for p := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func (s *server) want(method, path, body string, status int, code string) map[string]any {
	s.Helper()
	got, out := s.do(method, path, body)
	errorCode, _ := at(out, "error.code").(string)
	if got != status || errorCode != code {
		s.Errorf("%s %s: %d %v, want %d %s", method, path, got, out, status, code)
	}
	return out
}

const workspacePath = "/providers/Microsoft.OperationalInsights/workspaces"

func TestWorkspaces(t *testing.T) {
	s := newServer(t)
	one := s.want("GET", s.group+workspacePath+"/yagura", "", 200, "")
	if at(one, "properties.customerId") != s.setup.WorkspaceID || at(one, "name") != "yagura" || at(one, "properties.provisioningState") != "Succeeded" {
		t.Errorf("%v", one)
	}
	for _, scope := range []string{s.group, strings.ToUpper(s.group), "/subscriptions/" + s.setup.SubscriptionID} {
		if all := s.want("GET", scope+workspacePath, "", 200, ""); len(all["value"].([]any)) != 1 {
			t.Errorf("%s: %v", scope, all)
		}
	}
	keys := s.want("POST", s.group+workspacePath+"/yagura/sharedKeys", "", 200, "")
	if keys["primarySharedKey"] != s.setup.SharedKey || keys["secondarySharedKey"] == "" {
		t.Errorf("%v", keys)
	}
	s.want("GET", s.group+workspacePath+"/other", "", 404, "ResourceNotFound")
	s.want("POST", s.group+workspacePath+"/other/sharedKeys", "", 404, "ResourceNotFound")
}

func TestTables(t *testing.T) {
	s := newServer(t)
	path := s.group + workspacePath + "/yagura/tables/"
	const columns = `{"name":"TimeGenerated","type":"dateTime"},{"name":"Level","type":"string","description":"how bad"},{"name":"Ok","type":"boolean"}`
	put := func(columns string) string {
		return `{"properties":{"plan":"Analytics","retentionInDays":60,"totalRetentionInDays":-1,"schema":{"name":"App_CL","columns":[` + columns + `]}}}`
	}
	one := s.want("PUT", path+"App_CL", put(columns), 200, "")
	if at(one, "properties.retentionInDays") != 60.0 || at(one, "properties.schema.tableType") != "CustomLog" || at(one, "id") == nil {
		t.Errorf("%v", one)
	}
	cols := at(one, "properties.schema.columns").([]any)
	if len(cols) != 3 || at(cols[2], "type") != "boolean" || at(cols[0], "type") != "dateTime" {
		t.Errorf("%v", cols)
	}
	again, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	s.want("PUT", path+"App_CL", string(again), 200, "") // what was got can be put
	s.want("PATCH", path+"App_CL", put(`{"name":"More","type":"guid"}`), 200, "")
	s.want("PUT", path+"App_CL", put(columns), 400, "InvalidParameter") // without More
	s.want("PUT", path+"App_CL", put(columns+`,{"name":"More","type":"long"}`), 400, "InvalidParameter")
	s.want("PUT", path+"App_CL", put(columns+`,{"name":"Odd","type":"blob"}`), 400, "InvalidParameter")
	s.want("PUT", path+"Other_CL", put(columns), 400, "InvalidParameter") // another name in the schema
	s.want("PUT", path+"App_CL", strings.Replace(put(columns), "Analytics", "Basic", 1), 400, "InvalidParameter")
	s.want("PUT", path+"App", strings.Replace(put(columns), "App_CL", "App", 1), 400, "InvalidParameter")
	s.want("PUT", path+"App_CL", `{"properties":{"colour":"red"}}`, 400, "InvalidRequestContent")
	s.want("PUT", path+"App_CL", `{`, 400, "InvalidRequestContent")

	azure := s.want("GET", path+"Heartbeat", "", 200, "")
	if at(azure, "properties.schema.tableType") != "Microsoft" || len(at(azure, "properties.schema.standardColumns").([]any)) < 20 || len(at(azure, "properties.schema.columns").([]any)) != 0 {
		t.Errorf("%v", azure)
	}
	if all := s.want("GET", strings.TrimSuffix(path, "/"), "", 200, "")["value"].([]any); len(all) != len(table.Builtins())+1 {
		t.Errorf("%d tables", len(all))
	}
	s.want("DELETE", path+"Heartbeat", "", 400, "InvalidParameter")
	s.want("DELETE", path+"App_CL", "", 200, "")
	s.want("DELETE", path+"App_CL", "", 204, "")
	s.want("GET", path+"App_CL", "", 404, "ResourceNotFound")
	s.want("GET", strings.Replace(path, "/yagura/tables", "/other/tables", 1)+"Heartbeat", "", 404, "ResourceNotFound")
}

// TestRetention: a table's retention is its own or follows the workspace's, and the total one
// is not shorter.
func TestRetention(t *testing.T) {
	s := newServer(t)
	w := s.group + workspacePath + "/yagura"
	path := w + "/tables/Heartbeat"
	want := func(days, total float64, byDefault, totalByDefault bool) {
		t.Helper()
		p := at(s.want("GET", path, "", 200, ""), "properties").(map[string]any)
		if p["retentionInDays"] != days || p["totalRetentionInDays"] != total || p["archiveRetentionInDays"] != total-days ||
			p["retentionInDaysAsDefault"] != byDefault || p["totalRetentionInDaysAsDefault"] != totalByDefault {
			t.Errorf("%v", p)
		}
	}
	set := func(days, total, status int) {
		t.Helper()
		code := ""
		if status != 200 {
			code = "InvalidParameter"
		}
		s.want("PATCH", path, fmt.Sprintf(`{"properties":{"retentionInDays":%d,"totalRetentionInDays":%d}}`, days, total), status, code)
	}
	want(30, 30, true, true)
	s.want("PATCH", w, `{"properties":{"retentionInDays":90}}`, 200, "")
	want(90, 90, true, true)
	set(4, 4383, 200)
	want(4, 4383, false, false)
	s.want("PATCH", path, `{"properties":{"plan":"Analytics"}}`, 200, "")
	want(4, 4383, false, false)
	for _, bad := range [][2]int{{3, 4383}, {731, 4383}, {60, 59}, {60, 4384}, {0, 60}, {-1, 60}, {-2, 90}} {
		set(bad[0], bad[1], 400)
	}
	want(4, 4383, false, false)
	set(-1, 365, 200)
	want(90, 365, true, false)
	s.want("PATCH", w, `{"properties":{"retentionInDays":400}}`, 200, "")
	want(400, 400, true, false)
	set(-1, -1, 200)
	want(400, 400, true, true)
}

func TestRules(t *testing.T) {
	s := newServer(t)
	s.want("PUT", s.group+workspacePath+"/yagura/tables/App_CL", `{"properties":{"schema":{"name":"App_CL","columns":[{"name":"Level","type":"string"}]}}}`, 200, "")
	path := s.group + "/providers/Microsoft.Insights/dataCollectionRules/app"
	body := `{"location":"local","kind":"Direct","tags":{"a":"b"},"properties":{
		"streamDeclarations":{"Custom-App":{"columns":[{"name":"Level","type":"string"}]}},
		"destinations":{"logAnalytics":[{"name":"ws","workspaceResourceId":"` + s.group + workspacePath + `/yagura"}]},
		"dataFlows":[{"streams":["Custom-App"],"destinations":["ws"],"transformKql":"source","outputStream":"Custom-App_CL"}]}}`
	one := s.want("PUT", path, body, 201, "")
	id, _ := at(one, "properties.immutableId").(string)
	if !strings.HasPrefix(id, "dcr-") || at(one, "properties.endpoints.logsIngestion") != s.url || at(one, "tags.a") != "b" || at(one, "type") != "Microsoft.Insights/dataCollectionRules" {
		t.Errorf("%v", one)
	}
	again, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	if two := s.want("PUT", strings.ToUpper(path), string(again), 200, ""); at(two, "properties.immutableId") != id || at(two, "etag") == at(one, "etag") {
		t.Errorf("%v", two)
	}
	s.want("PUT", path, strings.Replace(body, `"Custom-App_CL"`, `"Custom-None_CL"`, 1), 400, "InvalidOutputTable")
	s.want("PUT", path, strings.Replace(body, `"logAnalytics"`, `"eventHubs"`, 1), 400, "InvalidRequestContent")
	s.want("PUT", path+"%2e%00", body, 400, "InvalidResourceId")
	s.want("PUT", path, `{"properties":"`+strings.Repeat("x", maxBody)+`"}`, 413, "RequestContentTooLarge")
	if all := s.want("GET", "/subscriptions/"+s.setup.SubscriptionID+"/providers/microsoft.insights/datacollectionrules", "", 200, "")["value"].([]any); len(all) != 1 {
		t.Errorf("%v", all)
	}
	s.want("DELETE", path, "", 200, "")
	s.want("DELETE", path, "", 204, "")
	s.want("GET", path, "", 404, "ResourceNotFound")
	if all := s.want("GET", s.group+"/providers/Microsoft.Insights/dataCollectionRules", "", 200, "")["value"].([]any); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

func TestRefusals(t *testing.T) {
	s := newServer(t)
	path := s.group + workspacePath + "/yagura"
	s.want("GET", path+"?x=1", "", 400, "MissingApiVersionParameter")
	s.want("GET", path+"?api-version=latest", "", 400, "InvalidApiVersionParameter")
	s.want("GET", path+"?api%2Dversion=2015-11-01-preview", "", 200, "")
	s.want("GET", strings.Replace(path, s.setup.SubscriptionID, "00000000-1111-2222-3333-444444444444", 1), "", 403, "AuthorizationFailed")
	good := s.token
	s.token = ""
	s.want("GET", path, "", 401, "AuthenticationFailed")
	p, err := s.control.Directory().Application(s.setup.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	if s.token, _, err = s.control.Directory().Session(p, identity.Monitor); err != nil {
		t.Fatal(err)
	}
	s.want("GET", path, "", 401, "InvalidAuthenticationTokenAudience")
	stranger, _, err := s.control.Directory().AddApplication(context.Background(), "stranger")
	if err != nil {
		t.Fatal(err)
	}
	if s.token, _, err = s.control.Directory().Session(stranger, identity.Management); err != nil {
		t.Fatal(err)
	}
	out := s.want("POST", path+"/sharedKeys", "", 403, "AuthorizationFailed")
	if text, _ := at(out, "error.message").(string); !strings.Contains(text, "Microsoft.OperationalInsights/workspaces/sharedKeys/action") {
		t.Errorf("%v", out)
	}
	s.token = good
	s.want("GET", path, "", 200, "")
}
