package outside

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// noTables is a workspace without tables.
type noTables struct{}

func (noTables) Table(string) (table.Ref, *table.Schema, bool) { return table.Ref{}, nil, false }
func (noTables) Tables() []string                              { return nil }
func (noTables) Stored(string) (kql.Stored, bool)              { return kql.Stored{}, false }
func (noTables) Workspace(string) (kql.Env, bool)              { return nil, false }

// ask runs a query over what r reads, and writes its rows as JSON.
func ask(t *testing.T, r *Reader, query string) (string, error) {
	t.Helper()
	q, err := kql.Compile(query, noTables{}, kql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	in, err := eval.Run(ctx, q.Results[0].Root, func(_ context.Context, n plan.Node) (table.Reader, error) {
		switch n := n.(type) {
		case *plan.ExternalData:
			return r.ExternalData(n)
		case *plan.Plugin:
			return r.Plugin(n, "the query's id")
		}
		return nil, nil
	}, eval.Limits{})
	if err != nil {
		return "", err
	}
	defer in.Close()
	b, err := table.ReadAll(ctx, in)
	if err != nil {
		return "", err
	}
	var rows []string
	for i := range b.Rows {
		var cells []string
		for _, v := range b.Vecs {
			cells = append(cells, string(table.AppendJSON(nil, v.At(i))))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return strings.Join(rows, "\n"), nil
}

func list(t *testing.T, text string) List {
	t.Helper()
	l, err := ParseList(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestListAllows(t *testing.T) {
	l := list(t, " https://a.test/data/x , http://b.test:8080,https://*.c.test/p/,")
	for address, want := range map[string]bool{
		"https://a.test/data/x":           true,
		"https://A.test:443/data/x/y.csv": true,
		"https://a.test/data/x/../y":      false,
		"https://a.test/data/xy":          false,
		"https://a.test/data%2fx/y":       true,
		"http://a.test/data/x":            false,
		"https://a.test:8443/data/x":      false,
		"https://a.test.evil/data/x":      false,
		"https://user@a.test/data/x":      false,
		"http://b.test:8080/any":          true,
		"http://b.test/any":               false,
		"https://d.c.test/p/q":            true,
		"https://e.d.c.test/p":            true,
		"https://c.test/p":                false,
		"https://xc.test/p":               false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := l.allows(u); ok != want {
			t.Errorf("%s is allowed: %v", address, ok)
		}
	}
	for _, bad := range []string{"a.test", "ftp://a.test", "https://", "https://*", "https://a.*.test", "https://u@a.test", "https://a.test?x=1", "https://a test"} {
		if _, err := ParseList(bad); err == nil {
			t.Errorf("%q is an address", bad)
		}
	}
}

func TestReachable(t *testing.T) {
	networks, err := ParseNetworks("10.1.0.0/16, fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true,
		"10.1.2.3:443": true, "10.2.2.3:443": false, "[fd00::1]:443": true, "[fc00::1]:443": false,
		"127.0.0.1:80": false, "[::1]:80": false, "[::ffff:127.0.0.1]:80": false, "0.0.0.0:80": false, "169.254.169.254:80": false,
		"192.168.0.1:80": false, "100.64.0.1:80": false, "224.0.0.1:80": false, "[fe80::1%eth0]:80": false,
	} {
		if err := reachable(address, networks); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := ParseNetworks("10.0.0.1"); err == nil {
		t.Error("an address is a network")
	}
}

// TestNothingIsAllowed holds the empty lists, and a name that stands for an address of
// this machine, to what they promise.
func TestNothingIsAllowed(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	defer srv.Close()
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	named := New(Options{Files: list(t, "http://localhost.localdomain"+port+",http://*.localhost"+port)})
	for _, c := range []struct {
		r     *Reader
		query string
	}{
		{New(Options{}), fmt.Sprintf(`externaldata(a: string)["%s/a.csv"]`, srv.URL)},
		{New(Options{}), fmt.Sprintf(`evaluate http_request("%s")`, srv.URL)},
		{New(Options{}), fmt.Sprintf(`evaluate http_request_post("%s", dynamic({}), dynamic({}), "{}")`, srv.URL)},
		{New(Options{Files: list(t, srv.URL)}), fmt.Sprintf(`evaluate http_request("%s")`, srv.URL)},
		{New(Options{Requests: list(t, srv.URL)}), fmt.Sprintf(`externaldata(a: string)["%s/a.csv"]`, srv.URL)},
		{New(Options{Files: list(t, srv.URL)}), `externaldata(a: string)["file:///etc/passwd"]`},
		{named, fmt.Sprintf(`externaldata(a: string)["http://x.localhost%s/a.csv"]`, port)},
	} {
		if rows, err := ask(t, c.r, c.query); err == nil {
			t.Errorf("%s answers %s", c.query, rows)
		}
	}
	if _, err := ask(t, New(Options{}), fmt.Sprintf(`externaldata(a: string)["%s/a.csv?sig=secret"]`, srv.URL)); !errors.Is(err, ErrNotAllowed) || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

func TestExternalData(t *testing.T) {
	served := map[string]string{
		"/a.csv":        "\ufeffx,1\n\"y,z\",2\n",
		"/head.csv":     "Name,N\nx,1\n",
		"/a.tsv":        "x\t1\n",
		"/a.json":       `[{"Name":"x","N":1},{"N":2}]`,
		"/a.jsonl":      "{\"Name\":\"x\",\"N\":1}\n{\"Name\":\"y\",\"N\":\"no\"}\n",
		"/a.csv.gz":     zipped("x,1\n"),
		"/a.txt":        "one, two\nthree\n",
		"/bomb.csv.gz":  zipped(strings.Repeat("a", 5000)),
		"/long.csv":     strings.Repeat("a", 5000),
		"/open.csv":     "\"x,1\n",
		"/empty.csv":    "",
		"/nothing.what": "x,1\n",
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/to-a":
			http.Redirect(w, r, "/a.csv", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://127.0.0.2:1/a.csv", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			text, ok := served[r.URL.Path]
			if !ok {
				http.NotFound(w, r)
				return
			}
			_, _ = io.WriteString(w, text)
		}
	}))
	defer srv.Close()
	r := New(Options{Files: list(t, srv.URL), MaxBytes: 1000})
	for _, c := range []struct{ query, want string }{
		{`externaldata(Name: string, N: long)["%s/a.csv"]`, "\"x\" 1\n\"y,z\" 2"},
		{`externaldata(Name: string, N: long)["%s/head.csv"] with (ignoreFirstRecord=true)`, `"x" 1`},
		{`externaldata(Name: string, N: long)["%s/a.tsv"]`, `"x" 1`},
		{`externaldata(N: long, Name: string)["%s/a.json"]`, "1 \"x\"\n2 \"\""},
		{`externaldata(Name: string, N: long)["%s/a.jsonl"]`, "\"x\" 1\n\"y\" null"},
		{`externaldata(Name: string, N: long)["%s/a.jsonl"] with (format="multijson")`, "\"x\" 1\n\"y\" null"},
		{`externaldata(Name: string, N: long)["%s/a.csv.gz"]`, `"x" 1`},
		{`externaldata(Line: string)["%s/a.txt"]`, "\"one, two\"\n\"three\""},
		{`externaldata(Line: string)["%s/a.txt"] with (format="raw")`, `"one, two\nthree\n"`},
		{`externaldata(Name: string, N: long)["%[1]s/a.csv", "%[1]s/empty.csv", "%[1]s/a.tsv"] with (format=csv) | count`, "3"},
		{`externaldata(Name: string, N: long)["%s/nothing.what"]`, `"x" 1`},
		{`externaldata(Name: string, N: long)["%s/to-a"] | where N == 2`, `"y,z" 2`},
		{`externaldata(B: string)["%s/a.json"] with (format="json", ingestionMapping='[{"Column":"B","Properties":{"Path":"$.N"}}]')`, "\"1\"\n\"2\""},
		{`inline_external_table(Name: string, N: long) kind=storage dataformat=csv ("%s/head.csv") with (includeHeaders="All")`, `"x" 1`},
	} {
		query := fmt.Sprintf(c.query, srv.URL)
		if rows, err := ask(t, r, query); err != nil || rows != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", query, err, rows, c.want)
		}
	}
	for query, want := range map[string]string{
		`externaldata(a: string)["%s/none.csv"]`:                           "404",
		`externaldata(a: string)["%s/away"]`:                               "not allowed",
		`externaldata(a: string)["%s/loop"]`:                               "redirections",
		`externaldata(a: string)["%s/long.csv"]`:                           "larger than 1000",
		`externaldata(a: string)["%s/bomb.csv.gz"]`:                        "larger than 1000",
		`externaldata(a: string)["%s/open.csv"]`:                           "cannot be read",
		`externaldata(a: string)["%s/a.csv"] with (format="avro")`:         "avro",
		`externaldata(a: string)["%s/a.csv"] with (colour="red")`:          "colour",
		`externaldata(a: string)["%s/a.csv;impersonate"]`:                  "credentials",
		`externaldata(a: string)["%s/a.csv"] with (ingestionMapping="[]")`: "mapping",
		`inline_external_table(a: string) kind=delta ("%s/t")`:             "delta",
	} {
		if rows, err := ask(t, r, fmt.Sprintf(query, srv.URL)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", query, rows, err, want)
		}
	}
}

func TestHTTPRequest(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", fmt.Sprintf("%s %s %s %s %s %s", r.Method, r.Header.Get("Authorization"), r.Header.Get("x-ms-client-request-id"), r.Header.Get("x-ms-readonly"), r.Header.Get("Content-Type"), body))
		switch r.URL.Path {
		case "/json":
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, `{"a":[1,2]}`)
		case "/fails":
			w.WriteHeader(http.StatusTeapot)
		default:
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, `{"a":1}`)
		}
	}))
	defer srv.Close()
	r := New(Options{Requests: list(t, srv.URL), Transport: srv.Client().Transport.(*http.Transport)})
	for _, c := range []struct{ query, want string }{
		{`evaluate http_request("%s/json") | project ResponseBody.a[1]`, "2"},
		{`evaluate http_request("%s/text") | project ResponseBody`, `"{\"a\":1}"`},
		{`evaluate http_request("%s/json", dynamic({"Authorization": "Bearer x", "n": 1})) | project ResponseHeaders["X-Seen"]`, `"GET Bearer x the query's id true"`},
		{`evaluate http_request_post("%s/json", dynamic({}), dynamic({}), '{"b":2}') | project ResponseHeaders["X-Seen"]`, `"POST  the query's id true application/json {\"b\":2}"`},
		{`print x = 1 | where x in (toscalar(evaluate http_request("%s/json") | count))`, "1"},
	} {
		query := fmt.Sprintf(c.query, srv.URL)
		if rows, err := ask(t, r, query); err != nil || rows != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", query, err, rows, c.want)
		}
	}
	for query, want := range map[string]string{
		`evaluate http_request("%s/fails")`:                        "418",
		`evaluate http_request("%s/json", dynamic({"Host": "x"}))`: "Host",
		`evaluate http_request("%s/json", dynamic({"a b": "x"}))`:  "invalid header",
	} {
		if rows, err := ask(t, r, fmt.Sprintf(query, srv.URL)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", query, rows, err, want)
		}
	}
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer plain.Close()
	if _, err := ask(t, New(Options{Requests: list(t, plain.URL)}), fmt.Sprintf(`evaluate http_request("%s", dynamic({"Authorization": "x"}))`, plain.URL)); err == nil || !strings.Contains(err.Error(), "https only") {
		t.Errorf("a secret was sent in the clear: %v", err)
	}
}

// TestReadEnds holds a reader to stop when its query does.
func TestReadEnds(t *testing.T) {
	stop := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}))
	defer srv.Close()
	defer close(stop)
	in, err := New(Options{Files: list(t, srv.URL)}).ExternalData(&plan.ExternalData{Table: &table.Schema{Cols: []table.Column{{Name: "a", Type: table.String}}}, URIs: []string{srv.URL + "/a.csv"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if b, err := in.Next(ctx); err == nil {
		t.Errorf("it read %d rows", b.Rows)
	}
}

// compiled is the plugin of a query that is nothing else.
func compiled(t *testing.T, query string) *plan.Plugin {
	t.Helper()
	q, err := kql.Compile(query, noTables{}, kql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return q.Results[0].Root.(*plan.Plugin)
}

func TestInferStorageSchema(t *testing.T) {
	served := map[string]string{
		"/a.csv":    "x,1,2026-01-02T03:04:05Z,true\ny,2.5,2026-01-03,false\n",
		"/head.csv": "Name,a b,N\nx,00112233-4455-6677-8899-aabbccddeeff,7\n",
		"/a.json":   `{"s":"x","n":1,"d":{"a":1}}` + "\n" + `{"s":"y","n":2.5,"l":[1]}`,
		"/b.json":   `{"s":1,"more":true}`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, served[r.URL.Path]) }))
	defer srv.Close()
	r := New(Options{Files: list(t, srv.URL)})
	for options, want := range map[string]string{
		`"StorageContainers": ["%s/a.csv"], "DataFormat": "csv"`:                                                            "Column1:string, Column2:real, Column3:datetime, Column4:bool",
		`"StorageContainers": ["%s/head.csv"], "DataFormat": "csv", "InferenceOptions": {"UseFirstRowAsHeader": true}`:      "Name:string, ['a b']:guid, N:long",
		`"StorageContainers": ["%s/a.json"], "DataFormat": "json", "FileExtension": ".json"`:                                "s:string, n:real, d:dynamic, l:dynamic",
		`"StorageContainers": ["%[1]s/a.json", "%[1]s/b.json"], "DataFormat": "json", "Mode": "all"`:                        "s:string, n:real, d:dynamic, l:dynamic, more:bool",
		`"StorageContainers": ["%[1]s/a.json", "%[1]s/b.json"], "DataFormat": "json", "Mode": "any", "FileNamePrefix": "b"`: "s:long, more:bool",
	} {
		query := "evaluate infer_storage_schema(dynamic({" + fmt.Sprintf(options, srv.URL) + "}))"
		if got, err := ask(t, r, query); err != nil || got != `"`+want+`"` {
			t.Errorf("%s: %v\n%s\nwant\n%s", query, err, got, want)
		}
	}
	for options, want := range map[string]string{
		`"DataFormat": "csv"`: "are needed",
		`"StorageContainers": ["%s/a.csv"], "DataFormat": "avro"`:                          "avro",
		`"StorageContainers": ["%s/a.csv"], "DataFormat": "csv", "FileExtension": ".json"`: "no such file",
		`"StorageContainers": ["%s/a.csv"], "DataFormat": "csv", "Mode": "some"`:           "none of any",
		`"StorageContainers": ["%s/a.csv"], "DataFormat": "csv", "Colour": "red"`:          "no such option",
		`"StorageContainers": ["%s/c/x;impersonate"], "DataFormat": "csv"`:                 "impersonate",
		`"StorageContainers": ["http://127.0.0.2/c;secret"], "DataFormat": "csv"`:          "not allowed",
	} {
		query := "evaluate infer_storage_schema(dynamic({" + strings.ReplaceAll(options, "%s", srv.URL) + "}))"
		if got, err := ask(t, r, query); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %s, %v; want %q", query, got, err, want)
		}
	}
}
