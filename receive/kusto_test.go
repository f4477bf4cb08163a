package receive

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

func TestKustoStreaming(t *testing.T) {
	s := newServer(t, Options{MaxStream: 1000}, ingest.Options{})
	ref := table.Ref{Workspace: s.setup.WorkspaceID, Table: "my table"}
	schema, err := format.ParseSchema("Id:long, Type:string, D:dynamic")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.control.PutTable(ctx, s.caller, control.TableSpec{Ref: ref, Columns: schema.Cols, Bare: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.control.PutMapping(ctx, ref, &control.IngestionMapping{Name: "m", Kind: "JSON", Text: `[{"column":"Id","path":"$.a.b"}]`}); err != nil {
		t.Fatal(err)
	}
	path := "/v1/rest/ingest/" + s.setup.WorkspaceName + "/my%20table"
	big := strings.Repeat("1,x,\n", 300)
	rows := 0
	for _, c := range []struct {
		name, path, body string
		header           []string
		want             string
		rows             int
	}{
		{"csv by default", path, "1,a,{}\n2,b,\n", nil, "", 2},
		{"csv in gzip", path + "?streamFormat=Csv", gz(big).String(), []string{"Content-Encoding", "gzip"}, "", 300},
		{"json lines", path + "?streamFormat=Json", `{"Id":3,"Type":"c","D":{"k":1}}` + "\n" + `{"Id":4}`, nil, "", 2},
		{"an array", path + "?streamFormat=MultiJson", `[{"Id":5},{"Id":6}]`, []string{"Content-Type", "application/json"}, "", 2},
		{"a mapping", path + "?streamFormat=json&mappingName=m", `{"a":{"b":7}}`, nil, "", 1},
		{"one of Azure's tables", strings.Replace(path, "my%20table", "Syslog", 1) + "?streamFormat=json", `{"SyslogMessage":"hello"}`, nil, "", 1},
		{"a mapping of another kind", path + "?streamFormat=csv&mappingName=m", "1", nil, "BadRequest_MappingReferenceWasNotFound", 0},
		{"a format that is not read", path + "?streamFormat=Avro", "x", nil, "BadRequest_FormatNotSupported", 0},
		{"an address", path + "?sourceKind=uri", `{"SourceUri":"https://example.com/x.csv"}`, nil, "BadRequest_NotSupported", 0},
		{"no table", path + "x", "1", nil, "BadRequest_TableNotExist", 0},
		{"no database", "/v1/rest/ingest/nowhere/t", "1", nil, "BadRequest_DatabaseNotExist", 0},
		{"no rows", path, "", nil, "Stream_NoDataToIngest", 0},
		{"an open quote", path, `1,"a`, nil, "Stream_ClosingQuoteMissing", 0},
		{"too long", path, big, nil, "Stream_InputStreamTooLarge", 0},
		{"too long once decompressed", path, gz(strings.Repeat(big, 10)).String(), []string{"Content-Encoding", "gzip"}, "Stream_InputStreamTooLarge", 0},
		{"not gzip", path, "1,a", []string{"Content-Encoding", "gzip"}, "BadRequest_InvalidArchive", 0},
		{"no token", path, "1,a", []string{"Authorization", ""}, "AuthenticationFailed", 0},
	} {
		resp, body := s.send(c.path, strings.NewReader(c.body), append([]string{
			"Authorization", "Bearer " + s.tokens[identity.Monitor], "x-ms-client-request-id", "KGC.executeStreaming;1",
		}, c.header...)...)
		if c.want == "" {
			if resp.StatusCode != 200 || !strings.Contains(body, "ConsumptionMode") {
				t.Errorf("%s: %d %s", c.name, resp.StatusCode, body)
			}
		} else {
			var e struct {
				Error struct {
					Code      string
					Permanent bool                             `json:"@permanent"`
					Context   struct{ ClientRequestID string } `json:"@context"`
				}
			}
			if err := json.Unmarshal([]byte(body), &e); err != nil || resp.StatusCode < 400 || e.Error.Code != c.want || !e.Error.Permanent || e.Error.Context.ClientRequestID != "KGC.executeStreaming;1" {
				t.Errorf("%s: %d %s, want %s", c.name, resp.StatusCode, body, c.want)
			}
		}
		if !strings.Contains(c.path, "Syslog") {
			rows += c.rows
		}
		snap, err := s.st.Snapshot(ref, table.Span{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for r := snap.Reader([]string{"Id"}); ; {
			b, err := r.Next(ctx)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n += b.Rows
		}
		snap.Release()
		if n != rows {
			t.Fatalf("%s: the table has %d rows, want %d", c.name, n, rows)
		}
	}
}
