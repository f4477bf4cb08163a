package receive

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
)

// component makes a component of the server's workspace and returns its key.
func (s *server) component(properties string) *control.Component {
	s.Helper()
	w, err := s.control.Workspace(s.setup.WorkspaceID)
	if err != nil {
		s.Fatal(err)
	}
	c := &control.Component{}
	c.ID = strings.TrimSuffix(w.ID, "Microsoft.OperationalInsights/workspaces/yagura") + c.ResourceType() + "/shop"
	c.Kind, c.Location = "web", w.Location
	if err := json.Unmarshal([]byte(properties), &c.Properties); err != nil {
		s.Fatal(err)
	}
	c.Properties.ApplicationType, c.Properties.IngestionMode, c.Properties.WorkspaceResourceID = "web", "LogAnalytics", w.ID
	if _, err := control.Put(ctx, s.control, s.caller, c); err != nil {
		s.Fatal(err)
	}
	return c
}

// item is an envelope of the time that the server has.
func (s *server) item(c *control.Component, kind, data, more string) string {
	return fmt.Sprintf(`{"ver":1,"time":"%s","iKey":"%s","tags":{"ai.cloud.role":"web","ai.operation.id":"op","ai.user.id":"u"}%s,"data":{"baseType":"%s","baseData":%s}}`,
		s.now.UTC().Format(time.RFC3339Nano), c.Properties.InstrumentationKey, more, kind, data)
}

func (s *server) track(body string, header ...string) (int, trackAnswer) {
	s.Helper()
	resp, text := s.send("/v2/track", strings.NewReader(body), header...)
	var a trackAnswer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	return resp.StatusCode, a
}

func TestTrackFillsTables(t *testing.T) {
	for table, c := range map[string]struct{ kind, data, more, want string }{
		"AppTraces": {"MessageData", `{"message":"hello","severityLevel":"Warning","properties":{"a":"b","n":1},"measurements":{"m":1.5,"no":"x"}}`, `,"sampleRate":25`,
			`Message=hello SeverityLevel=2 Properties={"a":"b","n":"1"} Measurements={"m":1.5}`},
		"AppEvents": {"EventData", `{"name":"clicked"}`, ``, `Name=clicked`},
		"AppRequests": {"RequestData", `{"id":"r1","name":"GET /","duration":"1.00:00:01.5","success":"false","responseCode":502,"url":"http://shop/"}`, ``,
			`Id=r1 Name=GET / Url=http://shop/ Success=false ResultCode=502 DurationMs=86401500`},
		"AppDependencies": {"RemoteDependencyData", `{"id":"d1","name":"SELECT","data":"select 1","type":"SQL","target":"db","duration":"00:00:00.0123","success":true,"resultCode":"0"}`, ``,
			`Id=d1 Target=db DependencyType=SQL Name=SELECT Data=select 1 Success=true ResultCode=0 DurationMs=12.3`},
		"AppMetrics": {"MetricData", `{"metrics":[{"name":"queue","value":12,"count":3,"min":1,"max":8},{"name":"second","value":1}]}`, ``,
			`Name=queue ItemCount=3 Sum=12 Min=1 Max=8`},
		"AppPageViews": {"PageViewData", `{"id":"p","name":"Home","url":"http://shop/","duration":"00:00:00.100"}`, ``, `Id=p Name=Home Url=http://shop/ DurationMs=100`},
		"AppBrowserTimings": {"PageViewPerfData", `{"name":"Home","url":"http://shop/","perfTotal":"00:00:00.010","networkConnect":"00:00:00.001","sentRequest":"00:00:00.002","receivedResponse":"00:00:00.003","domProcessing":"00:00:00.004"}`, ``,
			`Name=Home Url=http://shop/ NetworkDurationMs=1 SendDurationMs=2 ReceiveDurationMs=3 ProcessingDurationMs=4 TotalDurationMs=10`},
		"AppAvailabilityResults": {"AvailabilityData", `{"id":"a","name":"ping","runLocation":"Tokyo","success":true,"message":"ok","duration":"00:00:01"}`, ``,
			`Id=a Name=ping Location=Tokyo Success=true Message=ok DurationMs=1000`},
		"AppExceptions": {"ExceptionData", `{"exceptions":[{"id":1,"typeName":"Outer","message":"o","parsedStack":[{"level":0,"method":"f","assembly":"a","line":3}]},{"id":2,"outerId":1,"typeName":"Inner","message":"i","stack":"s"}],"severityLevel":3}`, ``,
			`ProblemId=Outer at f ExceptionType=Outer Message=o Assembly=a Method=f OuterType=Outer OuterMessage=o OuterAssembly=a OuterMethod=f InnermostType=Inner InnermostMessage=i SeverityLevel=3 Details=[{"id":"1","message":"o","parsedStack":[{"assembly":"a","fileName":"","level":0,"line":3,"method":"f"}],"type":"Outer"},{"id":"2","message":"i","outerId":"1","parsedStack":[],"rawStack":"s","type":"Inner"}]`},
	} {
		t.Run(table, func(t *testing.T) {
			s := newServer(t, Options{}, ingest.Options{})
			app := s.component(`{}`)
			status, a := s.track(s.item(app, c.kind, c.data, c.more))
			if status != 200 || a.Received != 1 || a.Accepted != 1 || len(a.Errors) != 0 || a.AppID != app.Properties.AppID {
				t.Fatalf("%d %+v", status, a)
			}
			rows := s.rows(table)
			if len(rows) != 1 {
				t.Fatalf("rows: %q", rows)
			}
			count := "ItemCount=1"
			if table == "AppMetrics" {
				count = "ItemCount=3"
			} else if c.more != "" {
				count = "ItemCount=4"
			}
			for _, want := range append(strings.Split(c.want, " "), count, "OperationId=op", "UserId=u", "AppRoleName=web", "ClientType=PC", "ClientIP=0.0.0.0", "ResourceGUID="+app.Properties.AppID, "IKey="+app.Properties.InstrumentationKey) {
				if !strings.Contains(rows[0], want) {
					t.Errorf("%s lacks %q", rows[0], want)
				}
			}
		})
	}
}

func TestTrackForms(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	c := s.component(`{}`)
	one := s.item(c, "EventData", `{"name":"a"}`, "")
	for name, send := range map[string]func() (*http.Response, string){
		"array": func() (*http.Response, string) { return s.send("/v2/track", strings.NewReader("["+one+","+one+"]")) },
		"lines": func() (*http.Response, string) { return s.send("/v2.1/track", strings.NewReader(one+"\n"+one+"\n")) },
		"gzip": func() (*http.Response, string) {
			return s.send("/v2.1/track", gz(one+"\n"+one), "Content-Encoding", "gzip")
		},
		"spaces": func() (*http.Response, string) {
			return s.send("/v2/track", strings.NewReader("\ufeff\n"+one+"\r\n\n"+one))
		},
	} {
		resp, body := send()
		if want := `{"itemsReceived":2,"itemsAccepted":2,"errors":[],"appId":"` + c.Properties.AppID + "\"}\n"; resp.StatusCode != 200 || body != want {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
		if resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: pages of other origins cannot send", name)
		}
	}
	if n := len(s.rows("AppEvents")); n != 8 {
		t.Errorf("%d rows", n)
	}
	q, _ := http.NewRequest(http.MethodOptions, s.url+"/v2/track", nil)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Methods") != "POST" {
		t.Errorf("preflight: %d %v", resp.StatusCode, resp.Header)
	}
}

func TestTrackRefuses(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	c := s.component(`{}`)
	good := s.item(c, "EventData", `{"name":"a"}`, "")
	for name, bad := range map[string]struct{ item, message string }{
		"no JSON":     {`{"time":`, "Invalid JSON"},
		"two":         {`{"time":""} {}`, "Invalid JSON"},
		"key":         {strings.Replace(good, c.Properties.InstrumentationKey, "00000000-0000-0000-0000-000000000000", 1), "Invalid instrumentation key"},
		"app id":      {strings.Replace(good, c.Properties.InstrumentationKey, c.Properties.AppID, 1), "Invalid instrumentation key"},
		"kind":        {s.item(c, "Other", `{}`, ""), "'baseType'"},
		"no name":     {s.item(c, "EventData", `{}`, ""), "Field 'name' on type 'EventData' is required"},
		"no metric":   {s.item(c, "MetricData", `{"metrics":[]}`, ""), "'metrics'"},
		"no value":    {s.item(c, "MetricData", `{"metrics":[{"name":"x"}]}`, ""), "'value'"},
		"no cause":    {s.item(c, "ExceptionData", `{}`, ""), "'exceptions'"},
		"level":       {s.item(c, "MessageData", `{"message":"m","severityLevel":9}`, ""), "'severityLevel'"},
		"duration":    {s.item(c, "RequestData", `{"id":"x","duration":"soon"}`, ""), "'duration'"},
		"old":         {strings.Replace(good, s.now.UTC().Format("2006-01-02"), "2026-11-20", 1), "older than the allowed min date"},
		"early":       {strings.Replace(good, s.now.UTC().Format("2006-01-02"), "2026-11-24", 1), "newer than the allowed max date"},
		"no time":     {strings.Replace(good, `"time"`, `"when"`, 1), "'time'"},
		"large":       {s.item(c, "EventData", `{"name":"`+strings.Repeat("x", 64<<10)+`"}`, ""), "must not exceed 65536"},
		"not a table": {s.item(c, "MessageData", `[]`, ""), "Invalid JSON"},
	} {
		status, a := s.track(good + "\n" + bad.item + "\n" + good)
		if status != 206 || a.Received != 3 || a.Accepted != 2 || len(a.Errors) != 1 || a.Errors[0].Index != 1 || a.Errors[0].Status != 400 || !strings.Contains(a.Errors[0].Message, bad.message) {
			t.Errorf("%s: %d %+v", name, status, a)
		}
		if status, a := s.track(bad.item); status != 400 || a.Accepted != 0 {
			t.Errorf("%s alone: %d %+v", name, status, a)
		}
	}
	for name, body := range map[string]string{"empty": "", "no array": "[1,", "blank": " \n "} {
		if resp, text := s.send("/v2/track", strings.NewReader(body)); resp.StatusCode != 400 || !strings.Contains(text, `"itemsAccepted":0`) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, text)
		}
	}
	if status, _ := s.track(strings.Repeat("1\n", maxItems+1)); status != 413 {
		t.Errorf("too many items: %d", status)
	}
}

func TestTrackBusy(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{MaxBytes: 100})
	c := s.component(`{}`)
	resp, body := s.send("/v2/track", strings.NewReader(s.item(c, "EventData", `{"name":"a"}`, "")))
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, `"itemsAccepted":0`) {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	if rows := s.rows("AppEvents"); len(rows) != 0 {
		t.Errorf("rows: %q", rows)
	}
}

// A component that does not take its key alone wants a token of one who may write.
func TestTrackWithoutLocalAuth(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	c := s.component(`{"DisableLocalAuth":true,"DisableIpMasking":true}`)
	one := s.item(c, "EventData", `{"name":"a"}`, "")
	if status, a := s.track(one); status != 401 || a.Accepted != 0 {
		t.Errorf("with the key alone: %d %+v", status, a)
	}
	if status, a := s.track(one, "Authorization", "Bearer "+s.tokens[identity.LogAnalytics]); status != 401 {
		t.Errorf("with a token for something else: %d %+v", status, a)
	}
	if status, a := s.track(one, "Authorization", "Bearer "+s.tokens[identity.Monitor]); status != 200 {
		t.Errorf("with a token: %d %+v", status, a)
	}
	if rows := s.rows("AppEvents"); len(rows) != 1 || !strings.Contains(rows[0], "ClientIP=127.0.0.1") {
		t.Errorf("rows: %q", rows)
	}
}

// FuzzTrack: whatever is sent, an item is refused with 400 or makes a row whose values
// all have their columns' types.
func FuzzTrack(f *testing.F) {
	now := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	envelope := func(kind, data string) string {
		return fmt.Sprintf(`{"time":"2026-11-23T06:00:00Z","iKey":"k","tags":{"ai.device.os":"x"},"data":{"baseType":"%s","baseData":%s}}`, kind, data)
	}
	f.Add(envelope("MessageData", `{"message":"m","severityLevel":1,"properties":{"a":[1,{"b":null}]}}`))
	f.Add(envelope("RequestData", `{"id":"i","duration":"1.02:03:04.5678901","success":0,"responseCode":200}`))
	f.Add("[" + envelope("MetricData", `{"metrics":[{"name":"n","value":1e308,"count":"7"}]}`) + "," + envelope("EventData", `{"name":""}`) + "]")
	f.Add(envelope("ExceptionData", `{"exceptions":[{"typeName":"T","parsedStack":[{"line":1e999}]}]}`))
	f.Add(envelope("PageViewPerfData", `{"perfTotal":"NaN","domProcessing":-1}`) + "\n{\n[")
	s := newServer(f, Options{}, ingest.Options{})
	f.Fuzz(func(t *testing.T, body string) {
		items, err := splitItems([]byte(body))
		if err != nil {
			return
		}
		for _, text := range items {
			e, err := readEnvelope(text)
			if err != nil {
				continue
			}
			name, row, err := e.row(now, true, nil)
			if err != nil {
				if f := appInsights.fault(err); f.status != 400 {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			line, err := json.Marshal(row)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			table, err := s.control.Table(s.ref(name))
			if err != nil {
				t.Fatal(err)
			}
			rows, nulled, err := decodeLines(line, table.Schema)
			if err != nil || nulled > 0 || rows.Rows != 1 {
				t.Fatalf("%q makes %s: %d values lost, %v", text, line, nulled, err)
			}
		}
	})
}
