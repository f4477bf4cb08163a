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
	if rows := all[2]["Rows"].([]any); len(rows) != 2 || all[4]["HasErrors"] != true {
		t.Errorf("got %v", all)
	}
	all, _ = frames(`{"query_datetimescope_from":"2026-11-23T09:30:00Z","query_datetimescope_to":"2026-11-24"}`)
	if rows := all[2]["Rows"].([]any); len(rows) != 1 {
		t.Errorf("got %v", all)
	}
}

// TestKustoFailures cuts an answer at a limit, and looks for where it says so.
func TestKustoFailures(t *testing.T) {
	w := newWorld(t, engine.Options{MaxRows: 3})
	const limit = `"truncationmaxrecords":"2"`
	for _, c := range []struct {
		name, path, options string
		want                []string
	}{
		{"in the data", "/v2/rest/query", "{" + limit + "}", []string{`"ErrorReportingPlacement":"InData"`, `"c1"],{"OneApiErrors":[{"error":{"@context"`, `E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003`, `"HasErrors":true`, `exceed the set limit of 2 records`}},
		{"at the end of the table", "/v2/rest/query", "{" + limit + `,"results_v2_fragment_primary_tables":true,"results_error_reporting_placement":"end_of_table"}`,
			[]string{`"IsProgressive":false,"Version":"v2.0","IsFragmented":true,"ErrorReportingPlacement":"EndOfTable"`, `"RowCount":2,"OneApiErrors":[`, `"HasErrors":true,"Cancelled":false,"OneApiErrors":[`}},
		{"at the end", "/v2/rest/query", "{" + limit + `,"results_error_reporting_placement":"end_of_dataset"}`, []string{`"c1"]]}`, `"HasErrors":true,"Cancelled":false,"OneApiErrors":[`}},
		{"deferred", "/v2/rest/query", "{" + limit + `,"deferpartialqueryfailures":true}`, []string{`"c1"]]}`, `"E_QUERY_RESULT_SET_TOO_LARGE",4,"QueryInfo"`, `"HasErrors":false`}},
		{"version 1", "/v1/rest/query", "{" + limit + "}", []string{`"c1"],{"Exceptions":["Query execution has exceeded the allowed limits (80DA0003)`, `,"Exceptions":["Query execution`}},
		{"set in the text", "/v2/rest/query", "set truncationmaxrecords=1;", []string{`"c0"],{"OneApiErrors"`}},
		{"suppressed", "/v2/rest/query", `{"notruncation":true}`, []string{`"HasErrors":false`, `"c4"`}},
		{"few taken", "/v2/rest/query", `{"query_take_max_records":2}`, []string{`"HasErrors":false`, `"c1"]]}`}},
	} {
		text, options := "Heartbeat | order by TimeGenerated asc | project Computer", c.options
		if !strings.HasPrefix(options, "{") {
			text, options = options+text, ""
		}
		status, body := w.csl(c.path, text, options)
		if status != 200 || !json.Valid([]byte(body)) {
			t.Fatalf("%s: %d %s", c.name, status, body)
		}
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %s in %s", c.name, want, body)
			}
		}
	}
	status, body := w.csl("/v2/rest/query", "Heartbeat | summarize make_list(Computer) by Computer", `{"maxmemoryconsumptionperiterator":10}`)
	if status != 400 || !strings.Contains(body, "E_RUNAWAY_QUERY, 0x80DA0001") || !strings.Contains(body, `"code":"LimitsExceeded"`) {
		t.Errorf("memory: %d %s", status, body)
	}
}

// TestKustoLines is what a client sees that reads a frame a line.
func TestKustoLines(t *testing.T) {
	w := newWorld(t, engine.Options{})
	_, body := w.csl("/v2/rest/query", "print d = dynamic({\"a\":[1]}), n = int(null), r = real(nan), m = decimal(1.50), l = 9223372036854775807, s = \"\", t = 1.5s", `{"results_v2_newlines_between_frames":true,"results_v2_fragment_primary_tables":true}`)
	lines := strings.Split(body, "\n")
	if last := lines[len(lines)-1]; last != "]" || len(lines) != 8 {
		t.Fatalf("%d lines, the last is %q", len(lines), last)
	}
	for i, line := range lines[:len(lines)-1] {
		if first := ",["[min(1, 1-min(i, 1))]; line[0] != first || !json.Valid([]byte(line[1:])) {
			t.Errorf("line %d: %s", i, line)
		}
	}
	if want := `"Rows":[[{"a":[1]},null,"NaN","1.50",9223372036854775807,"","00:00:01.5000000"]]`; !strings.Contains(body, want) {
		t.Errorf("no %s in %s", want, body)
	}
}

// TestKustoOptions sends every option of the language that Kusto documents, and what
// clients send beside.
func TestKustoOptions(t *testing.T) {
	w := newWorld(t, engine.Options{})
	for _, c := range []struct{ options, text, want string }{
		{`{"query_now":"2026-01-02T00:00:00Z"}`, "print now()", `"2026-01-02T00:00:00Z"`},
		{`{"query_now":"datetime(2026-01-02)"}`, "print now()", `"2026-01-02T00:00:00Z"`},
		{`{"query_datetimescope_from":"2026-11-23T09:30:00Z"}`, "Heartbeat | count", `"Rows":[[1]]`},
		{`{"query_datetimescope_to":"2026-11-23T06:30:00Z","query_datetimescope_column":"TimeGenerated"}`, "Heartbeat | count", `"Rows":[[1]]`},
		{`{"query_datetimescope_column":"Other"}`, "print 1", "only TimeGenerated can bound a query"},
		{`{"query_results_apply_getschema":true}`, "print x = 1", `"System.Int64"`},
		{`{"maxoutputcolumns":1}`, "print 1, 2", "maxoutputcolumns"},
		{`{"best_effort":true}`, "union Heartbeat, Nowhere_CL | count", `"Rows":[[5]]`},
		{`{"request_remote_entities_disabled":true}`, "workspace('yagura').Heartbeat", "request_remote_entities_disabled"},
		{`{"query_language":"sql"}`, "print 1", "language 'sql'"},
		{`{"queryconsistency":"weakconsistency","query_results_cache_max_age":"00:05:00","query_fanout_threads_percent":50,"client_max_redirect_count":5,"ClientVersion":"x"}`, "print 1", `"Rows":[[1]]`},
		{`{"servertimeout":"00:10:00","norequesttimeout":true}`, "print 1", `"Rows":[[1]]`},
		{`{"servertimeout":"soon"}`, "print 1", "servertimeout"},
		{`{"validate_permissions":true}`, "print 1", "validate_permissions"},
		{`{"validatepermissions":"true"}`, "print 1", "validate_permissions"},
		{`{"validatepermissions":false,"query_optimize_fts_at_relop":true,"materialized_view_shuffle_query":[{"Name":"V"}],"client_results_reader_allow_varying_row_widths":true}`, "print 1", `"Rows":[[1]]`},
		{`{"truncation_max_records":"2"}`, "range x from 1 to 5 step 1", "E_QUERY_RESULT_SET_TOO_LARGE"},
		{`{"truncation_max_size":1}`, "range x from 1 to 5 step 1", "E_QUERY_RESULT_SET_TOO_LARGE"},
		{`{"results_error_reporting_placement":"nowhere"}`, "print 1", "results_error_reporting_placement"},
		{`{"no_such_option":1}`, "print 1", "no_such_option"},
	} {
		if _, body := w.csl("/v2/rest/query", c.text, c.options); !strings.Contains(body, c.want) {
			t.Errorf("%s %s: no %s in %s", c.options, c.text, c.want, body)
		}
	}
	if status, body := w.csl("/v1/rest/mgmt", ".create table T (a:long)", `{"request_readonly":true}`); status != 400 || !strings.Contains(body, "request_readonly") {
		t.Errorf("read only: %d %s", status, body)
	}
}

func TestKustoErrors(t *testing.T) {
	w := newWorld(t, engine.Options{})
	for _, c := range []struct{ path, csl, options, want string }{
		{"/v2/rest/query", "Heartbeat | where Nothing == 1", "", `"@errorCode":"SEM0100"`},
		{"/v2/rest/query", "Heartbeat | where Komputer == 1 | where Nothing == 1", "", `"details":[{"@errorCode":"SEM0100",`},
		{"/v2/rest/query", "Heartbeat | where Komputer == 1 | where Nothing == 1", "", `"@hint":"did you mean 'Computer'?"`},
		{"/v2/rest/query", "Heartbeat | where Komputer == 1 | where Nothing == 1", "", `"@token":"Nothing"`},
		{"/v2/rest/query", "print 1", `{"no_such_option":1}`, `no_such_option`},
		{"/v1/rest/mgmt", ".show workload_groups", "", `.show workload_groups is not supported`},
		{"/v2/rest/query", "", "", `csl`},
	} {
		status, body := w.csl(c.path, c.csl, c.options)
		if status != 400 || !strings.Contains(body, c.want) || !strings.Contains(body, `"@permanent":true`) {
			t.Errorf("%s: %d %s", c.csl, status, body)
		}
	}
	status, body := w.do("POST", "/v2/rest/query", `{"db":"nowhere","csl":"print 1"}`)
	if status != 404 || !strings.Contains(body, `"@message":"Entity ID 'nowhere' of kind 'Database' was not found."`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := w.do("POST", "/v2/rest/query", `{"db":"yagura","csl":"print 1"}`, header("Authorization", "")); status != 401 {
		t.Errorf("without a token: %d", status)
	}
}

func TestKustoCommands(t *testing.T) {
	w := newWorld(t, engine.Options{})
	for _, c := range []struct{ csl, want string }{
		{".show version", `"Engine"`},
		{".show databases", `"yagura"`},
		{".show tables", `"Heartbeat"`},
		{".show table Heartbeat cslschema", `TimeGenerated:datetime`},
		{".show database yagura schema as json", `OrderedColumns`},
		{".show  schema", `"System.DateTime"`},
		{".show functions;", `"Rows":[]`},
		{".create external table E (a:long) kind=storage dataformat=csv ('https://example.test/a.csv')", `"Blob"`},
		{".create function f(n:long = 1) { n }", `"(n:long = 1)"`},
		{".create table Got (a:long, b:string)", `"Got"`},
		{".create materialized-view with (backfill=true) Most on table Got { Got | summarize max(a) by b }", `"Most"`},
		{`.create entity_group Both (cluster("x").database("y"))`, `"Both"`},
	} {
		if status, body := w.csl("/v1/rest/mgmt", c.csl, ""); status != 200 || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %.300s", c.csl, status, body)
		}
	}
	if status, body := w.do("GET", "/v1/workspaces/{w}/metadata", ""); status != 200 || !strings.Contains(body, `"functions":[{"id":"f/f","name":"f","parameters":"n:long = 1"`) ||
		!strings.Contains(body, `"externalTables":[{"id":"e/E","name":"E","hasData":false,"columns":[{"name":"a","type":"long"}]}]`) ||
		!strings.Contains(body, `"materializedViews":[{"id":"v/Most","name":"Most","hasData":false,"columns":[{"name":"b","type":"string"},{"name":"max_a","type":"long"}]}]`) ||
		!strings.Contains(body, `"entityGroups":[{"id":"g/Both","name":"Both","entities":["cluster(\"x\").database(\"y\")"]}]`) {
		t.Errorf("%d %.300s", status, body)
	}
	if status, body := w.do("GET", "/v1/rest/auth/metadata", ""); status != 200 || !strings.Contains(body, "KustoServiceResourceId") {
		t.Errorf("%d %s", status, body)
	}
}
