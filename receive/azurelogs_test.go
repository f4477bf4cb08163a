package receive

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

const appStream = `"streamDeclarations":{"Custom-App":{"columns":[
	{"name":"TimeGenerated","type":"datetime"},{"name":"Level","type":"string"},{"name":"Ms","type":"long"},{"name":"Props","type":"dynamic"}]}}`

// appServer has a rule that leads stream Custom-App to table App_CL as it is.
func appServer(t *testing.T, o Options, i ingest.Options) (s *server, path string) {
	s = newServer(t, o, i)
	s.table("App_CL", "Level:string Ms:long Props:dynamic")
	id := s.rule("app", `{`+appStream+`,$D,"dataFlows":[{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-App_CL"}]}`)
	return s, "/dataCollectionRules/" + id + "/streams/Custom-App?api-version=2023-01-01"
}

func (s *server) logs(path, body string, header ...string) (*http.Response, string) {
	s.Helper()
	return s.send(path, strings.NewReader(body), append([]string{
		"Authorization", "Bearer " + s.tokens[identity.Monitor], "Content-Type", "application/json",
	}, header...)...)
}

func TestAzureLogsTakesRows(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{})
	resp, body := s.logs(path, `[{"TimeGenerated":"2026-11-23T05:00:00.1234567Z","Level":"Error","Ms":9007199254740993,"Props":{"a":[1]},"Other":1},{"Level":"Info"}]`,
		"x-ms-client-request-id", "my-id")
	if resp.StatusCode != 204 || body != "" || resp.Header.Get("x-ms-client-request-id") != "my-id" || resp.Header.Get("x-ms-request-id") == "" {
		t.Fatalf("%s, %v", describe(resp, body), resp.Header)
	}
	s.wantRows("App_CL",
		`TimeGenerated=2026-11-23T05:00:00.1234567Z Level=Error Ms=9007199254740993 Props={"a":[1]}`,
		`TimeGenerated=2026-11-23T06:00:00.0000000Z Level=Info`)
}

func TestAzureLogsForms(t *testing.T) {
	for name, send := range map[string]func(s *server, path string) (*http.Response, string){
		"gzip": func(s *server, path string) (*http.Response, string) {
			return s.logs(path, gz(`[{"Level":"x"}]`).String(), "Content-Encoding", "gzip")
		},
		"charset": func(s *server, path string) (*http.Response, string) {
			return s.logs(path, `[{"Level":"x"}]`, "Content-Type", "application/json; charset=utf-8")
		},
		"old version": func(s *server, path string) (*http.Response, string) {
			return s.logs(strings.Replace(path, "2023-01-01", "2021-11-01-preview", 1), `[{"Level":"x"}]`)
		},
		"path": func(s *server, path string) (*http.Response, string) {
			return s.logs("/"+strings.Replace(strings.Replace(path, "api-version", "api%2Dversion", 1), "dataCollectionRules", "datacollectionrules", 1), `[{"Level":"x"}]`)
		},
		"chunked": func(s *server, path string) (*http.Response, string) {
			return s.send(path, io.MultiReader(strings.NewReader(`[{"Level":`), strings.NewReader(`"x"}]`)),
				"Authorization", "Bearer "+s.tokens[identity.Monitor], "Content-Type", "application/json")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, path := appServer(t, Options{}, ingest.Options{})
			if resp, body := send(s, path); resp.StatusCode != 204 {
				t.Errorf("%s: %s", describe(resp, body), body)
			}
			s.wantRows("App_CL", `TimeGenerated=2026-11-23T06:00:00.0000000Z Level=x`)
		})
	}
}

func TestAzureLogsRefuses(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{})
	good := `[{"Level":"x"}]`
	large := `[{"Level":"` + strings.Repeat("x", 1<<20) + `"}]`
	random := make([]byte, 1<<20)
	rand.Read(random)
	for _, c := range []struct {
		name, path, body string
		header           []string
		want             string
	}{
		{"no token", path, good, []string{"Authorization", ""}, "401 AuthenticationFailed"},
		{"a token that is none", path, good, []string{"Authorization", "Bearer x"}, "401 InvalidAuthenticationToken"},
		{"a token for queries", path, good, []string{"Authorization", "Bearer " + s.tokens[identity.LogAnalytics]}, "401 InvalidAuthenticationTokenAudience"},
		{"a key", path, good, []string{"Authorization", "SharedKey a:b"}, "401 AuthenticationFailed"},
		{"no version", strings.Split(path, "?")[0], good, nil, "400 MissingApiVersionParameter"},
		{"no rule", "/dataCollectionRules/dcr-00000000000000000000000000000000/streams/Custom-App?api-version=2023-01-01", good, nil, "404 NotFound"},
		{"a name with NUL", "/dataCollectionRules/%00/streams/Custom-App?api-version=2023-01-01", good, nil, "404 NotFound"},
		{"no stream", strings.Replace(path, "Custom-App", "Custom-Other", 1), good, nil, "400 InvalidStream"},
		{"no content type", path, good, []string{"Content-Type", ""}, "415 UnsupportedMediaType"},
		{"another content type", path, good, []string{"Content-Type", "text/plain"}, "415 UnsupportedMediaType"},
		{"another encoding", path, good, []string{"Content-Encoding", "br"}, "415 UnsupportedContentEncoding"},
		{"empty", path, "", nil, "400 InvalidRequestContent"},
		{"an object", path, `{"Level":"x"}`, nil, "400 InvalidRequestContent"},
		{"not JSON", path, `[{"Level":"x"]`, nil, "400 InvalidRequestContent"},
		{"not UTF-8", path, "[{\"Level\":\"\xff\"}]", nil, "400 InvalidRequestContent"},
		{"nested", path, `[{"Props":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}]`, nil, "400 InvalidRequestContent"},
		{"not gzip", path, good, []string{"Content-Encoding", "gzip"}, "400 InvalidRequestContent"},
		{"half of gzip", path, gz(large).String()[:500], []string{"Content-Encoding", "gzip"}, "400 InvalidRequestContent"},
		{"too large", path, large, nil, "413 ContentLengthLimitExceeded"},
		{"too large in gzip", path, gz(large).String(), []string{"Content-Encoding", "gzip"}, "413 ContentLengthLimitExceeded"},
		{"too large as gzip", path, gz(string(random)).String(), []string{"Content-Encoding", "gzip"}, "413 ContentLengthLimitExceeded"},
	} {
		resp, body := s.logs(c.path, c.body, c.header...)
		if got := describe(resp, body); got != c.want {
			t.Errorf("%s: %s, want %s: %.300s", c.name, got, c.want, body)
		}
		if resp.StatusCode == 401 && resp.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", c.name)
		}
	}
	s.wantRows("App_CL")
	if n := s.pipe.InFlight(); n != 0 {
		t.Errorf("%d bytes are still counted as in flight", n)
	}
}

// TestLargeBodies sends much more than is allowed: what the server reads of it, and the
// memory that it takes, must not grow with it.
func TestLargeBodies(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{})
	auth := []string{"Authorization", "Bearer " + s.tokens[identity.Monitor], "Content-Type", "application/json"}

	t.Run("length", func(t *testing.T) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		head := "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\nContent-Type: application/json\r\nAuthorization: " + auth[1] + "\r\n\r\n"
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 12)
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 413" {
			t.Errorf("%q, %v: it must be refused before the body comes", answer, err)
		}
	})
	t.Run("chunked", func(t *testing.T) {
		z := &zeros{n: 1 << 30}
		q, _ := http.NewRequest(http.MethodPost, s.url+path, z)
		q.Header.Set("Authorization", auth[1])
		q.Header.Set("Content-Type", auth[3])
		resp, err := http.DefaultClient.Do(q)
		if err == nil { // else the server closed the connection while the client wrote
			resp.Body.Close()
			if resp.StatusCode != 413 {
				t.Errorf("status %d", resp.StatusCode)
			}
		}
		if z.read > 64<<20 {
			t.Errorf("%d bytes were read", z.read)
		}
	})
	t.Run("bomb", func(t *testing.T) {
		bomb := gz(strings.Repeat(" ", 100<<20)) // 100 KB
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		resp, body := s.send(path, bomb, append(auth, "Content-Encoding", "gzip")...)
		runtime.ReadMemStats(&after)
		if got := describe(resp, body); got != "413 ContentLengthLimitExceeded" {
			t.Error(got)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
			t.Errorf("%d bytes were allocated", grown)
		}
	})
}

func TestClientHangsUp(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{})
	c, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	q, _ := http.NewRequestWithContext(c, http.MethodPost, s.url+path, r)
	q.Header.Set("Authorization", "Bearer "+s.tokens[identity.Monitor])
	q.Header.Set("Content-Type", "application/json")
	go func() {
		io.WriteString(w, `[{"Level":"x"},`)
		cancel()
	}()
	if resp, err := http.DefaultClient.Do(q); err == nil {
		resp.Body.Close()
		t.Errorf("status %d", resp.StatusCode)
	}
	for deadline := time.Now().Add(5 * time.Second); s.pipe.InFlight() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are still counted as in flight", s.pipe.InFlight())
		}
	}
	s.wantRows("App_CL")
	if resp, _ := s.logs(path, `[{"Level":"y"}]`); resp.StatusCode != 204 {
		t.Errorf("the next request: %d", resp.StatusCode)
	}
}

func TestAzureLogsBusy(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{MaxBytes: 100 << 10})
	resp, body := s.logs(path, `[{"Level":"`+strings.Repeat("x", 200<<10)+`"}]`)
	if got := describe(resp, body); got != "429 TooManyRequests" || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("%s, Retry-After %q", got, resp.Header.Get("Retry-After"))
	}
	if resp, body := s.logs(path, `[{"Level":"x"}]`); resp.StatusCode != 204 {
		t.Error(describe(resp, body))
	}
}

func TestAzureLogsRates(t *testing.T) {
	s, path := appServer(t, Options{RuleRequests: 3, RuleBytes: 1000}, ingest.Options{})
	for i, want := range []string{"204 ", "204 ", "204 ", "429 TooManyRequests"} {
		resp, body := s.logs(path, `[{"Level":"x"}]`)
		if got := describe(resp, body); got != want {
			t.Errorf("request %d: %s, want %s", i, got, want)
		}
		if resp.StatusCode == 429 && resp.Header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After %s", resp.Header.Get("Retry-After"))
		}
	}
	s.now = s.now.Add(time.Minute)
	if resp, body := s.logs(path, `[{"Level":"`+strings.Repeat("x", 1000)+`"}]`); resp.StatusCode != 429 {
		t.Errorf("more bytes than in a minute: %s", describe(resp, body))
	}
	s.now = s.now.Add(time.Minute)
	if resp, body := s.logs(path, `[{"Level":"x"}]`); resp.StatusCode != 204 {
		t.Errorf("a minute later: %s", describe(resp, body))
	}
}

func TestAzureLogsCutsFields(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{})
	body := `[{"Level":"` + strings.Repeat("é", 40<<10) + `","Props":{"a":"` + strings.Repeat("x", 70<<10) + `"}}]`
	if resp, text := s.logs(path, body); resp.StatusCode != 204 {
		t.Fatal(describe(resp, text))
	}
	level, props, _ := strings.Cut(strings.TrimPrefix(s.rows("App_CL")[0], "TimeGenerated=2026-11-23T06:00:00.0000000Z Level="), " Props=")
	if level != strings.Repeat("é", 32<<10) || len(props) != 64<<10 || !strings.HasPrefix(props, `{"a":"x`) {
		t.Errorf("Level has %d bytes, Props %d", len(level), len(props))
	}
}

func TestAzureLogsFlowsAreOneAppend(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	s.table("A_CL", "Level:string")
	s.table("B_CL", "Level:string Ms:real")
	id := s.rule("two", `{`+appStream+`,$D,"dataFlows":[
		{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-A_CL"},
		{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-B_CL"}]}`)
	path := "/dataCollectionRules/" + id + "/streams/Custom-App?api-version=2023-01-01"
	if resp, body := s.logs(path, `[{"Level":"x","Ms":7}]`); resp.StatusCode != 204 {
		t.Fatal(describe(resp, body))
	}
	s.wantRows("A_CL", "TimeGenerated=2026-11-23T06:00:00.0000000Z Level=x")
	s.wantRows("B_CL", "TimeGenerated=2026-11-23T06:00:00.0000000Z Level=x Ms=7")
	s.fs.SetRoom(0)
	resp, body := s.logs(path, `[{"Level":"y","Ms":8}]`)
	if got := describe(resp, body); got != "429 TooManyRequests" {
		t.Errorf("with a full disk: %s", got)
	}
	s.wantRows("A_CL", "TimeGenerated=2026-11-23T06:00:00.0000000Z Level=x")
}

func TestAzureLogsForbidden(t *testing.T) {
	s, path := appServer(t, Options{}, ingest.Options{})
	p, _, err := s.control.Directory().AddApplication(ctx, "stranger")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.control.Directory().Session(p, identity.Monitor)
	if err != nil {
		t.Fatal(err)
	}
	resp, body := s.logs(path, `[{"Level":"x"}]`, "Authorization", "Bearer "+token)
	if got := describe(resp, body); got != "403 OperationForbidden" || !strings.Contains(body, "Microsoft.Insights/Telemetry/Write") {
		t.Errorf("%s: %s", got, body)
	}
}

// TestEventsOfOtherClouds posts what was done in another cloud to the activity log, as
// its rule translates it, and tries to pass it for what the server itself has seen.
func TestEventsOfOtherClouds(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	id := s.rule("trail", `{"streamDeclarations":{"Custom-Trail":{"columns":[{"name":"eventTime","type":"datetime"},{"name":"eventName","type":"string"},{"name":"who","type":"string"},{"name":"SourceSystem","type":"string"}]}},$D,"dataFlows":[
		{"streams":["Custom-Trail"],"destinations":["ws"],"outputStream":"Microsoft-AzureActivity","transformKql":"source | project TimeGenerated = eventTime, OperationName = eventName, Caller = who, SourceSystem"}]}`)
	path := "/dataCollectionRules/" + id + "/streams/Custom-Trail?api-version=2023-01-01"
	if resp, body := s.logs(path, `[{"eventTime":"2026-11-23T05:00:00Z","eventName":"ec2:RunInstances","who":"alice","SourceSystem":"Azure"},{"eventTime":"2026-11-23T05:00:01Z","eventName":"vcenter:PowerOff","who":"bob"}]`); resp.StatusCode != 204 {
		t.Fatal(describe(resp, body))
	}
	if err := s.pipe.Record(ctx, s.ref("AzureActivity"), map[string]any{"TimeGenerated": "2026-11-23T05:00:02Z", "OperationName": "own", "SourceSystem": "Azure"}, ingest.Facts{}); err != nil {
		t.Fatal(err)
	}
	snap, err := s.st.Snapshot(s.ref("AzureActivity"), table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	b, err := table.ReadAll(ctx, snap.Reader([]string{"OperationName", "Caller", "SourceSystem"}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range b.Rows {
		got = append(got, fmt.Sprint(b.Vecs[0].At(i), " ", b.Vecs[1].At(i), " ", b.Vecs[2].At(i)))
	}
	slices.Sort(got)
	if want := []string{"ec2:RunInstances alice RestAPI", "own  Azure", "vcenter:PowerOff bob RestAPI"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}
