package receive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

// sign is what a client of the Data Collector API does.
func (s *server) sign(length int, date string) string {
	key, err := base64.StdEncoding.DecodeString(s.setup.SharedKey)
	if err != nil {
		s.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("POST\n" + strconv.Itoa(length) + "\napplication/json\nx-ms-date:" + date + "\n/api/logs"))
	return "SharedKey " + s.setup.WorkspaceID + ":" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const collectorPath = "/api/logs?api-version=2016-04-01"

func (s *server) collect(body string, header ...string) (*http.Response, string) {
	s.Helper()
	date := s.now.UTC().Format(http.TimeFormat)
	return s.send(collectorPath, strings.NewReader(body), append([]string{
		"Authorization", s.sign(len(body), date), "Content-Type", "application/json", "Log-Type", "MyLog", "x-ms-date", date,
	}, header...)...)
}

func TestCollectorMakesAndExtendsTables(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	for _, c := range []struct {
		body   string
		header []string
	}{
		{`[{"name":"a","count":1,"ok":true}]`, nil},
		{`{"name":"b","count":"2","extra":{"x":[1]}}`, []string{"Host", s.setup.WorkspaceID + ".ods.opinsights.azure.com"}},
		{`[{"count":"many","at":"2026-11-20T01:02:03.1234567Z"}]`, []string{"time-generated-field", "at", "x-ms-AzureResourceId", "/subscriptions/S/resourceGroups/G"}},
		{`[]`, nil},
	} {
		resp, body := s.collect(c.body, c.header...)
		if resp.StatusCode != 200 || body != "" {
			t.Errorf("%s: %s %s", c.body, describe(resp, body), body)
		}
	}
	const now = "TimeGenerated=2026-11-23T06:00:00.0000000Z"
	s.wantRows("MyLog_CL",
		now+" name_s=a count_d=1 ok_b=true",
		now+` name_s=b count_d=2 extra_s={"x":[1]}`,
		"TimeGenerated=2026-11-20T01:02:03.1234567Z count_s=many at_t=2026-11-20T01:02:03.1234567Z _ResourceId=/subscriptions/s/resourcegroups/g")
	tab, err := s.control.Table(s.ref("MyLog_CL"))
	if err != nil || tab.SubType != "Classic" || tab.Schema.Index("RawData") < 0 {
		t.Errorf("%+v, %v", tab, err)
	}
}

func TestCollectorRefusesRequests(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	if resp, body := s.collect(`{"a":1}`); resp.StatusCode != 200 {
		t.Fatal(describe(resp, body))
	}
	date := func(d time.Duration) string { return s.now.Add(d).UTC().Format(http.TimeFormat) }
	good := `{"a":2}`
	n := len(good)
	other := "00000000-1111-2222-3333-444444444444"
	flipped := []byte(s.sign(n, date(0)))
	flipped[len(flipped)-5] ^= 1
	wide := make([]string, 501)
	for i := range wide {
		wide[i] = fmt.Sprintf(`"p%d":1`, i)
	}
	for _, c := range []struct {
		name, path, body string
		header           []string
		want             string
	}{
		{"no version", "/api/logs", good, nil, "400 MissingApiVersion"},
		{"another version", "/api/logs?api-version=2015-01-01", good, nil, "400 InvalidApiVersion"},
		{"no signature", "", good, []string{"Authorization", ""}, "403 InvalidAuthorization"},
		{"a token", "", good, []string{"Authorization", "Bearer x"}, "403 InvalidAuthorization"},
		{"a signature off by a bit", "", good, []string{"Authorization", string(flipped)}, "403 InvalidAuthorization"},
		{"the signature of another length", "", good, []string{"Authorization", s.sign(n+1, date(0))}, "403 InvalidAuthorization"},
		{"not base64", "", good, []string{"Authorization", "SharedKey " + s.setup.WorkspaceID + ":%%%"}, "403 InvalidAuthorization"},
		{"no date", "", good, []string{"x-ms-date", ""}, "403 InvalidAuthorization"},
		{"another date", "", good, []string{"x-ms-date", date(time.Second)}, "403 InvalidAuthorization"},
		{"16 minutes ago", "", good, []string{"x-ms-date", date(-16 * time.Minute), "Authorization", s.sign(n, date(-16*time.Minute))}, "403 InvalidAuthorization"},
		{"in 16 minutes", "", good, []string{"x-ms-date", date(16 * time.Minute), "Authorization", s.sign(n, date(16*time.Minute))}, "403 InvalidAuthorization"},
		{"a workspace that is none", "", good, []string{"Authorization", strings.Replace(s.sign(n, date(0)), s.setup.WorkspaceID, other, 1)}, "400 InvalidCustomerId"},
		{"a workspace that is no guid", "", good, []string{"Authorization", strings.Replace(s.sign(n, date(0)), s.setup.WorkspaceID, "x", 1)}, "400 InvalidCustomerId"},
		{"a host that is none", "", good, []string{"Host", other + ".ods.opinsights.azure.com"}, "400 InvalidCustomerId"},
		{"no content type", "", good, []string{"Content-Type", ""}, "400 MissingContentType"},
		{"another content type", "", good, []string{"Content-Type", "text/plain"}, "400 UnsupportedContentType"},
		{"no log type", "", good, []string{"Log-Type", ""}, "400 MissingLogType"},
		{"a log type with a dot", "", good, []string{"Log-Type", "my.log"}, "400 InvalidLogType"},
		{"a long log type", "", good, []string{"Log-Type", strings.Repeat("x", 101)}, "400 InvalidLogType"},
		{"not JSON", "", `{"a":`, nil, "400 InvalidDataFormat"},
		{"not UTF-8", "", "{\"a\":\"\xff\"}", nil, "400 InvalidDataFormat"},
		{"nested", "", `{"a":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, nil, "400 InvalidDataFormat"},
		{"a long name", "", `{"` + strings.Repeat("n", 46) + `":1}`, nil, "400 InvalidDataFormat"},
		{"too many columns", "", "{" + strings.Join(wide, ",") + "}", nil, "400 InvalidDataFormat"},
	} {
		path := c.path
		if path == "" {
			path = collectorPath
		}
		d := date(0)
		resp, body := s.send(path, strings.NewReader(c.body), append([]string{
			"Authorization", s.sign(len(c.body), d), "Content-Type", "application/json", "Log-Type", "MyLog", "x-ms-date", d,
		}, c.header...)...)
		if got := describe(resp, body); got != c.want {
			t.Errorf("%s: %s, want %s: %.200s", c.name, got, c.want, body)
		}
	}
	s.wantRows("MyLog_CL", "TimeGenerated=2026-11-23T06:00:00.0000000Z a_d=1")
	if n := s.pipe.InFlight(); n != 0 {
		t.Errorf("%d bytes are still counted as in flight", n)
	}
}

// TestCollectorBodyCannotChooseWorkspace shows that rows are where the signature says,
// whatever they say themselves.
func TestCollectorBodyCannotChooseWorkspace(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	other := "00000000-1111-2222-3333-444444444444"
	resp, body := s.collect(`{"a":1,"TenantId":"` + other + `","WorkspaceId":"` + other + `","Type":"Syslog","_BilledSize":0,"CustomerId":"` + other + `"}`)
	if resp.StatusCode != 200 {
		t.Fatal(describe(resp, body))
	}
	tab, err := s.control.Table(s.ref("MyLog_CL"))
	if err != nil {
		t.Fatal(err)
	}
	if tab.Schema.Index("a_d") < 0 {
		t.Errorf("%+v", tab)
	}
	if _, ok := s.st.Catalog().View().Table(table.Ref{Workspace: other, Table: "MyLog_CL"}); ok {
		t.Error("the other workspace has the table")
	}
}

func TestCollectorTooLarge(t *testing.T) {
	s := newServer(t, Options{MaxCollector: 1000}, ingest.Options{})
	if resp, body := s.collect(`{"a":"` + strings.Repeat("x", 1000) + `"}`); resp.StatusCode != 404 || errorOf(body) == "" {
		t.Errorf("%s: %s", describe(resp, body), body)
	}
}

func TestCollectorSecondaryKeyAndChunks(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	w, err := s.control.Workspace(s.setup.WorkspaceID)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := s.control.Keys(w)
	if err != nil {
		t.Fatal(err)
	}
	s.setup.SharedKey = keys.Secondary
	date := s.now.UTC().Format(http.TimeFormat)
	for body, want := range map[string]int{`{"a":1}`: 200, `{"a":12}`: 403} {
		resp, text := s.send(collectorPath, io.MultiReader(strings.NewReader(body[:2]), strings.NewReader(body[2:])),
			"Authorization", s.sign(len(`{"a":1}`), date), "Content-Type", "application/json; charset=utf-8", "Log-Type", "MyLog", "x-ms-date", date)
		if resp.StatusCode != want {
			t.Errorf("%s: %s", body, describe(resp, text))
		}
	}
	if _, err := s.control.NewKeys(ctx, s.caller, w, ""); err != nil {
		t.Fatal(err)
	}
	if resp, text := s.collect(`{"a":1}`); resp.StatusCode != 403 {
		t.Errorf("with an old key: %s", describe(resp, text))
	}
}

// TestCollectorAtOnce sends records of other shapes from many clients to one table that
// is not there: each record must be stored with all its values.
func TestCollectorAtOnce(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	const clients = 24
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			if resp, body := s.collect(fmt.Sprintf(`{"id":%d,"own%d":"x"}`, i, i)); resp.StatusCode != 200 {
				t.Errorf("client %d: %s", i, describe(resp, body))
			}
		})
	}
	wg.Wait()
	var want []string
	for i := range clients {
		want = append(want, fmt.Sprintf("TimeGenerated=2026-11-23T06:00:00.0000000Z id_d=%d own%d_s=x", i, i))
	}
	s.wantRows("MyLog_CL", want...)
}
