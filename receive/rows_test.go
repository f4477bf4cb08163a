package receive

import (
	"net/url"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
)

func TestRows(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	s.table("App_CL", "Level:string Ms:long")
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	path := func(table, schema, create string) string {
		q := url.Values{}
		if schema != "" {
			q.Set("schema", schema)
		}
		if create != "" {
			q.Set("create", create)
		}
		return "/yagura/v1/workspaces/" + s.setup.WorkspaceID + "/tables/" + table + "/rows?" + q.Encode()
	}
	lines := "{\"Level\":\"a\",\"Ms\":1}\n{\"Level\":\"b\"}\n"
	for _, c := range []struct {
		name, path, body string
		header           []string
		want             string
	}{
		{"the table's schema", path("App_CL", "", ""), lines, nil, `200 {"rows":2}`},
		{"a key", path("App_CL", "", ""), `{"Ms":10}`, []string{"Idempotency-Key", "k1"}, `200 {"rows":1}`},
		{"the key again", path("App_CL", "", ""), `{"Ms":10}`, []string{"Idempotency-Key", "k1"}, `200 {"rows":1}`},
		{"gzip", path("App_CL", "", ""), gz(`{"Ms":11}`).String(), []string{"Content-Encoding", "gzip"}, `200 {"rows":1}`},
		{"zstd", path("App_CL", "", ""), string(enc.EncodeAll([]byte(`{"Ms":12}`), nil)), []string{"Content-Encoding", "zstd"}, `200 {"rows":1}`},
		{"broken zstd", path("App_CL", "", ""), "\x28\xb5\x2f\xfdxxxxxx", []string{"Content-Encoding", "zstd"}, "400 InvalidRequestContent"},
		{"a new table", path("New_CL", "TimeGenerated:datetime, D:decimal, G:guid, T:timespan", "true"),
			`{"TimeGenerated":"1999-01-01T00:00:00Z","D":1.10,"G":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","T":"00:00:01"}`, nil, `200 {"rows":1}`},
		{"a new column", path("New_CL", "D:decimal, X:string", "true"), `{"X":"x"}`, nil, `200 {"rows":1}`},
		{"a resource", path("New_CL", "", ""), `{"X":"y"}`, []string{"x-ms-AzureResourceId", "/A/b"}, `200 {"rows":1}`},
		{"an unknown column", path("New_CL", "Y:string", ""), `{"Y":"x"}`, nil, "400 InvalidParameter"},
		{"another type", path("New_CL", "D:real", "true"), `{"D":1}`, nil, "400 InvalidParameter"},
		{"no table", path("Other_CL", "", ""), `{}`, nil, "404 NotFound"},
		{"no table and no schema", path("Other_CL", "", "true"), `{}`, nil, "400 InvalidParameter"},
		{"a bad schema", path("Other_CL", "a:blob", "true"), `{}`, nil, "400 InvalidParameter"},
		{"a bad name", path("O%2Fther_CL", "a:long", "true"), `{}`, nil, "400 InvalidParameter"},
		{"no workspace", strings.Replace(path("App_CL", "", ""), s.setup.WorkspaceID, "nowhere", 1), `{}`, nil, "404 NotFound"},
		{"a value of another type", path("App_CL", "", ""), `{"Ms":"x"}`, nil, "400 TypeMismatch"},
		{"not JSON", path("App_CL", "", ""), `{"Ms":1}{"Ms":`, nil, "400 InvalidRequestContent"},
		{"an array", path("App_CL", "", ""), `[{"Ms":1}]`, nil, "400 InvalidRequestContent"},
		{"a content type", path("App_CL", "", ""), `{}`, []string{"Content-Type", "text/csv"}, "415 UnsupportedMediaType"},
		{"a long key", path("App_CL", "", ""), `{}`, []string{"Idempotency-Key", strings.Repeat("k", 300)}, "400 InvalidIdempotencyKey"},
		{"no token", path("App_CL", "", ""), `{}`, []string{"Authorization", ""}, "401 AuthenticationFailed"},
	} {
		resp, body := s.send(c.path, strings.NewReader(c.body), append([]string{
			"Authorization", "Bearer " + s.tokens[identity.Monitor], "Content-Type", "application/x-ndjson",
		}, c.header...)...)
		got := describe(resp, body)
		if resp.StatusCode == 200 {
			got = "200 " + body
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s: %.300s", c.name, got, c.want, body)
		}
	}
	const now = "TimeGenerated=2026-11-23T06:00:00.0000000Z"
	s.wantRows("App_CL", now+" Level=a Ms=1", now+" Level=b", now+" Ms=10", now+" Ms=11", now+" Ms=12")
	s.wantRows("New_CL", "TimeGenerated=1999-01-01T00:00:00.0000000Z D=1.10 G=6f9619ff-8b86-d011-b42d-00cf4fc964ff T=00:00:01",
		now+" X=x", now+" X=y _ResourceId=/a/b")
}
