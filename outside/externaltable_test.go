package outside

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// blobs is a container of Azure's storage that lists and gives its files.
func blobs(t *testing.T, files map[string]string) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("sig") != "token" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/shop/goods/")
		if r.URL.Query().Get("comp") != "list" {
			text, ok := files[name]
			if !ok {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			_, _ = io.WriteString(w, text)
			return
		}
		if r.URL.Query().Get("prefix") == "secret" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `<?xml version="1.0"?><EnumerationResults><Blobs>`)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if strings.HasPrefix(name, r.URL.Query().Get("prefix")) {
				fmt.Fprint(w, "<Blob><Name>")
				_ = xml.EscapeText(w, []byte(name))
				fmt.Fprintf(w, "</Name><Properties><Content-Length>%d</Content-Length></Properties></Blob>", len(files[name]))
			}
		}
		fmt.Fprint(w, "</Blobs></EnumerationResults>")
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestExternalTable(t *testing.T) {
	srv := blobs(t, map[string]string{
		"in/a.csv":                       "Name,N\ntea,1\n",
		"in/b.csv":                       "Name,N\npot,2\n",
		"in/c.json":                      `{"Name":"cup","N":3}`,
		"in/empty":                       "",
		"inner/d.csv":                    "Name,N\nno,9\n",
		"secret":                         "tea,5\n",
		"by/2026/01/02/x_y/p.csv":        "tea,1\n",
		"by/2026/01/03/x_z/deep/p.csv":   "pot,2\n",
		"by/2026/02/30/x_y/p.csv":        "never,9\n",
		"by/2026/01/02/p.csv":            "never,9\n",
		"hive/day=2026-03-04/7/q.csv":    "tea,1\n",
		"hive/day=2026-03-05/x/q.csv":    "never,9\n",
		"hive/day=2026-03-05T06/7/q.csv": "never,9\n",
		"twice/a/a/p.csv":                "tea,1\n",
		"twice/a/b/p.csv":                "never,9\n",
	})
	at := srv.URL + "/shop/goods"
	r := New(Options{Files: list(t, srv.URL)})
	table := func(rest, path string) string {
		return "inline_external_table (Name: string, N: long) kind=storage " + rest + " ('" + at + path + "?sig=token')"
	}
	for _, c := range []struct{ query, want string }{
		{table("dataformat=csv", "/in") + ` with (includeHeaders="All", fileExtension=".csv")`, "\"tea\" 1\n\"pot\" 2"},
		{table("dataformat=csv", "/in/") + ` with (includeHeaders="FirstFile", fileExtension=".csv", namePrefix="b")`, `"pot" 2`},
		{table("dataformat=csv", "/in") + ` with (includeHeaders="FirstFile", fileExtension=".csv")`, "\"tea\" 1\n\"Name\" null\n\"pot\" 2"},
		{table("dataformat=json", "/in/c.json"), `"cup" 3`},
		{table("dataformat=csv", "/secret"), `"tea" 5`}, // which may be read and not listed
		{table("partition by (Day: datetime, Kind: string, Part: string) pathformat=(datetime_pattern('yyyy/MM/dd', Day) '/' Kind '_' Part) dataformat=csv", "/by"),
			"\"tea\" 1 \"2026-01-02T00:00:00Z\" \"x\" \"y\"\n\"pot\" 2 \"2026-01-03T00:00:00Z\" \"x\" \"z\""},
		{table("partition by (Day: datetime) pathformat=(datetime_pattern('yyyy', Day) '/' datetime_pattern('MM', Day)) dataformat=csv", "/by") + ` | where N < 9 | summarize count() by Day`, `"2026-01-01T00:00:00Z" 2`},
		{table("partition by (Day: datetime, Part: long = hash(Name, 10)) pathformat=(datetime_pattern(\"'day='yyyy-MM-dd\", Day) '/' Part) dataformat=csv", "/hive"), `"tea" 1 "2026-03-04T00:00:00Z"`},
		{table("partition by (P: string) pathformat=(P '/' P) dataformat=csv", "/twice"), `"tea" 1 "a"`},
		{table("partition by (Q: string = Name, P: string) dataformat=csv", "/twice") + " | where P == 'b'", `"never" 9 "b"`},
	} {
		if rows, err := ask(t, r, c.query); err != nil || rows != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", c.query, err, rows, c.want)
		}
	}
	for query, want := range map[string]string{
		table("dataformat=csv", "/in") + ` with (includeHeaders="Some")`:                                                       "includeHeaders",
		table("partition by (D: datetime) pathformat=(datetime_pattern('yyyy MMM', D)) dataformat=csv", "/in"):                 `"MMM"`,
		table("partition by (D: datetime) pathformat=(datetime_pattern(\"'yyyy\", D)) dataformat=csv", "/in"):                  "not closed",
		`inline_external_table (a: string) kind=storage partition by (P: string) dataformat=csv ('` + srv.URL + `/plain.csv')`: "no container",
		`inline_external_table (a: string) kind=storage dataformat=csv ('https://other.blob.core.windows.net/c;c2VjcmV0')`:     "not allowed",
		`inline_external_table (a: string) kind=storage dataformat=csv ('abfss://c@other.dfs.core.windows.net/c;c2VjcmV0')`:    "https://other.dfs.core.windows.net/c/c",
	} {
		if rows, err := ask(t, r, query); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("%s: %q, %v; want an error with %q", query, rows, err, want)
		}
	}
}

func TestArtifacts(t *testing.T) {
	srv := blobs(t, map[string]string{"by/7/p.csv": "tea,1\n", "by/8/p.csv": "tea,1\n"})
	n := &plan.ExternalData{
		Table: &table.Schema{}, URIs: []string{srv.URL + "/shop/goods/by?sig=token"}, Props: map[string]string{"kind": "storage", "dataformat": "csv"}, Folders: true,
		Partitions: []plan.FilePartition{{Name: "P", Type: table.Long, Of: "hash(a, 10)"}}, Path: []plan.PathPart{{Partition: "P"}},
	}
	r := New(Options{Files: list(t, srv.URL)})
	for most, want := range map[int]int{0: 2, 1: 1, 5: 2} {
		b, err := r.Artifacts(t.Context(), n, most)
		if err != nil || b.Rows != want || b.Vecs[0].At(0) != srv.URL+"/shop/goods/by/7/p.csv" || b.Vecs[1].At(0).(table.Dyn).String() != `{"P":7}` || b.Vecs[2].At(0) != int64(6) {
			t.Errorf("%d: %v, %v", most, b, err)
		}
	}
	if b, err := New(Options{}).Artifacts(t.Context(), n, 0); err == nil {
		t.Errorf("nothing is allowed, and there are %d files", b.Rows)
	}
}

// TestSQLTableNotListed holds external tables of other databases to the list of servers.
func TestSQLTableNotListed(t *testing.T) {
	n := &plan.ExternalData{Table: &table.Schema{Cols: []table.Column{{Name: "a", Type: table.Long}}}, URIs: []string{"Server=db.test;Uid=u;Pwd=secret"}, Source: []string{"T"}, Props: map[string]string{"kind": "sql", "sqldialect": "mysql"}}
	if _, err := New(Options{}).ExternalData(n); err == nil || !strings.Contains(err.Error(), "sql-servers") || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
}
