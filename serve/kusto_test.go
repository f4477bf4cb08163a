package serve

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
)

// csl sends a query or command of Kusto's protocol.
func (w *world) csl(path, text, options string) (int, string) {
	w.t.Helper()
	quoted, err := json.Marshal(text)
	check(w.t, err)
	if options == "" {
		options = "{}"
	}
	return w.do("POST", path, fmt.Sprintf(`{"db":%q,"csl":%s,"properties":{"Options":%s,"Parameters":{"n":"2"}}}`, w.setup.WorkspaceName, quoted, options))
}

func TestKustoV1(t *testing.T) {
	w := newWorld(t, engine.Options{})
	status, body := w.csl("/v1/rest/query", "Heartbeat | order by TimeGenerated asc | take 1 | project TimeGenerated, Computer, ok=true, ComputerPrivateIPs, t=90s", "")
	var doc struct {
		Tables []struct {
			TableName string
			Columns   []struct{ ColumnName, DataType, ColumnType string }
			Rows      [][]any
		}
	}
	check(t, json.Unmarshal([]byte(body), &doc))
	if status != 200 || len(doc.Tables) != 4 || fmt.Sprint(doc.Tables[0].Rows) != "[[2026-11-23T06:00:00.1234567Z c0 1 [0] 00:01:30]]" || doc.Tables[0].Columns[2].DataType != "SByte" {
		t.Errorf("%d %s", status, body)
	}
	if toc := doc.Tables[3]; len(toc.Rows) != 3 || toc.Rows[0][1] != "QueryResult" || toc.Rows[2][1] != "QueryStatus" {
		t.Errorf("contents: %v", doc.Tables[3])
	}
	status, body = w.do("GET", "/v1/rest/query?db="+w.setup.WorkspaceName+"&csl=print+x%3D1", "")
	if status != 200 || !strings.Contains(body, `"Rows":[[1]]`) {
		t.Errorf("GET: %d %s", status, body)
	}
}

func TestKustoV2(t *testing.T) {
	w := newWorld(t, engine.Options{})
	frames := func(options string) ([]map[string]any, string) {
		status, body := w.csl("/v2/rest/query", "declare query_parameters(n:long); Heartbeat | take n | project Computer, ok=true", options)
		var all []map[string]any
		if err := json.Unmarshal([]byte(body), &all); err != nil || status != 200 {
			t.Fatalf("%d %v %s", status, err, body)
		}
		var kinds []string
		for _, f := range all {
			kinds = append(kinds, f["FrameType"].(string))
		}
		return all, strings.Join(kinds, " ")
	}
	all, kinds := frames("")
	if kinds != "DataSetHeader DataTable DataTable DataTable DataSetCompletion" {
		t.Errorf("got %s", kinds)
	}
	if rows := all[2]["Rows"].([]any); len(rows) != 2 || rows[0].([]any)[1] != true || all[4]["HasErrors"] != false {
		t.Errorf("got %v", all)
	}
	if _, kinds := frames(`{"results_progressive_enabled":true,"results_v2_newlines_between_frames":true}`); kinds != "DataSetHeader DataTable TableHeader TableFragment TableProgress TableCompletion DataTable DataSetCompletion" {
		t.Errorf("got %s", kinds)
	}
	all, _ = frames(`{"truncationmaxrecords":1}`)
	if rows := all[2]["Rows"].([]any); len(rows) != 1 || all[4]["HasErrors"] != true {
		t.Errorf("got %v", all)
	}
	all, _ = frames(`{"query_datetimescope_from":"2026-11-23T09:30:00Z","query_datetimescope_to":"2026-11-24"}`)
	if rows := all[2]["Rows"].([]any); len(rows) != 1 {
		t.Errorf("got %v", all)
	}
}

func TestKustoErrors(t *testing.T) {
	w := newWorld(t, engine.Options{})
	for _, c := range []struct{ path, csl, options, want string }{
		{"/v2/rest/query", "Heartbeat | where Nothing == 1", "", `"@errorCode":"SEM0100"`},
		{"/v2/rest/query", "print 1", `{"no_such_option":1}`, `no_such_option`},
		{"/v2/rest/query", "print 1", `{"query_language":"sql"}`, `query_language`},
		{"/v1/rest/mgmt", ".create materialized-view V on table T { T }", "", `.create materialized-view V on is not supported`},
		{"/v2/rest/query", "", "", `csl`},
	} {
		status, body := w.csl(c.path, c.csl, c.options)
		if status != 400 || !strings.Contains(body, c.want) || !strings.Contains(body, `"@permanent":true`) {
			t.Errorf("%s: %d %s", c.csl, status, body)
		}
	}
	status, body := w.do("POST", "/v2/rest/query", `{"db":"nowhere","csl":"print 1"}`)
	if status != 404 || !strings.Contains(body, "nowhere") {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := w.do("POST", "/v2/rest/query", `{"db":"yagura","csl":"print 1"}`, header("Authorization", "")); status != 401 {
		t.Errorf("without a token: %d", status)
	}
}

func TestKustoCommands(t *testing.T) {
	w := newWorld(t, engine.Options{})
	for csl, want := range map[string]string{
		".show version":                        `"Engine"`,
		".show databases":                      `"yagura"`,
		".show tables":                         `"Heartbeat"`,
		".show table Heartbeat cslschema":      `TimeGenerated:datetime`,
		".show database yagura schema as json": `OrderedColumns`,
		".show  schema":                        `"System.DateTime"`,
		".show functions;":                     `"Rows":[]`,
		".create function f(n:long = 1) { n }": `"(n:long = 1)"`,
	} {
		if status, body := w.csl("/v1/rest/mgmt", csl, ""); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.300s", csl, status, body)
		}
	}
	if status, body := w.do("GET", "/v1/workspaces/{w}/metadata", ""); status != 200 || !strings.Contains(body, `"functions":[{"id":"f/f","name":"f","parameters":"n:long = 1"`) {
		t.Errorf("%d %.300s", status, body)
	}
	if status, body := w.do("GET", "/v1/rest/auth/metadata", ""); status != 200 || !strings.Contains(body, "KustoServiceResourceId") {
		t.Errorf("%d %s", status, body)
	}
}
