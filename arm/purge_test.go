package arm

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// TestPurge asks for rows to be deleted, and for how far that is.
func TestPurge(t *testing.T) {
	s := newServer(t)
	w := s.group + workspacePath + "/yagura"
	s.want("PUT", w+"/tables/App_CL", `{"properties":{"schema":{"name":"App_CL","columns":[{"name":"Who","type":"string"},{"name":"N","type":"long"},{"name":"Ok","type":"boolean"},{"name":"Props","type":"dynamic"}]}}}`, 200, "")
	ref := table.Ref{Workspace: s.setup.WorkspaceID, Table: "App_CL"}
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{
		{Name: "TimeGenerated", Type: table.Datetime}, {Name: "Who", Type: table.String}, {Name: "N", Type: table.Long}, {Name: "Ok", Type: table.Bool}, {Name: "Props", Type: table.Dynamic},
	}})
	const n = 24
	for i := range n {
		rows.AppendRow(table.UnixTicks+table.Time(i)*table.TicksPerDay, []string{"Alice", "bob", `o"neil`}[i%3], int64(i), i%2 == 0, table.NewDyn(table.Raw(fmt.Sprintf(`{"id":"k%d"}`, i))))
	}
	if err := s.st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: rows}); err != nil {
		t.Fatal(err)
	}
	left := func() int {
		snap, err := s.st.Snapshot(ref, table.Span{})
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Release()
		b, err := table.ReadAll(t.Context(), snap.Reader([]string{"N"}))
		if err != nil {
			t.Fatal(err)
		}
		return b.Rows
	}
	have := n
	for _, c := range []struct {
		filters string
		gone    int
	}{
		{`{"column":"Who","operator":"==","value":"alice"}`, 0},
		{`{"column":"Who","operator":"=~","value":"alice"},{"column":"N","operator":"<","value":9}`, 3},
		{`{"column":"Who","operator":"in","value":["bob","nobody"]},{"column":"N","operator":">=","value":"19"}`, 2},
		{`{"column":"Who","operator":"in~","value":["O\"NEIL"]},{"column":"N","operator":"<=","value":2}`, 1},
		{`{"column":"Ok","operator":"==","value":true},{"column":"N","operator":"between","value":[4,8]}`, 2},
		{`{"column":"Props","operator":"==","key":"id","value":"k11"}`, 1},
		{`{"column":"TimeGenerated","operator":">","value":"1970-01-23T00:00:00Z"}`, 1},
		{`{"column":"N","operator":">","value":100}`, 0},
	} {
		res := s.send("POST", w+"/purge", `{"table":"App_CL","filters":[`+c.filters+`]}`)
		if res.StatusCode != http.StatusAccepted {
			t.Fatalf("%s: %d", c.filters, res.StatusCode)
		}
		at := strings.TrimPrefix(res.Header.Get("x-ms-status-location"), s.url)
		if !strings.HasPrefix(at, w+"/operations/purge-") || left() != have {
			t.Fatalf("%s: at %q, %d rows", c.filters, at, left())
		}
		if st := s.want("GET", at, "", 200, ""); st["status"] != "pending" {
			t.Errorf("%s: %v", c.filters, st)
		}
		select {
		case <-s.purger.Wake():
		default:
			t.Error("nobody was woken")
		}
		if err := s.purger.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if st := s.want("GET", at, "", 200, ""); st["status"] != "completed" {
			t.Errorf("%s: %v", c.filters, st)
		}
		if have -= c.gone; left() != have {
			t.Fatalf("%s: %d rows are left, want %d", c.filters, left(), have)
		}
	}
	for _, bad := range []string{
		`{`, `{"table":"App_CL","filters":[]}`, `{"table":"No_CL","filters":[{"column":"N","operator":"==","value":1}]}`, `{"table":"App_CL","filter":[]}`,
		`{"table":"App_CL","filters":[{"column":"No","operator":"==","value":1}]}`, `{"table":"App_CL","filters":[{"column":"N","operator":"has","value":1}]}`,
		`{"table":"App_CL","filters":[{"column":"N","operator":"==","value":"1) or (true"}]}`, `{"table":"App_CL","filters":[{"column":"N","operator":"==","value":1,"key":"k"}]}`,
		`{"table":"App_CL","filters":[{"column":"N","operator":"between","value":[1]}]}`, `{"table":"App_CL","filters":[{"column":"TimeGenerated","operator":"<","value":"now()"}]}`,
		`{"table":"App_CL","filters":[{"column":"Ok","operator":"==","value":"maybe"}]}`, `{"table":"App_CL","filters":[{"column":"N","operator":"in","value":[]}]}`,
	} {
		if res := s.send("POST", w+"/purge", bad); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, res.StatusCode)
		}
	}
	s.want("GET", w+"/operations/purge-"+uuid.NewString(), "", 404, "ResourceNotFound")
	s.want("GET", w+"/operations/other", "", 404, "ResourceNotFound")
	s.want("POST", w+"x/purge", `{}`, 404, "ResourceNotFound")
	for range 50 {
		if res := s.send("POST", w+"/purge", `{"table":"App_CL","filters":[{"column":"N","operator":"==","value":1}]}`); res.StatusCode == http.StatusTooManyRequests {
			if res.Header.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
			return
		}
	}
	t.Error("more than 50 purges within an hour")
}

// send sends a request, and returns the answer without its body.
func (s *server) send(method, path, body string) *http.Response {
	s.Helper()
	q, err := http.NewRequest(method, s.url+path+"?api-version=2020-08-01", strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		s.Fatal(err)
	}
	res.Body.Close()
	return res
}

// TestActivityLogStays shows that nobody deletes rows of the activity log, or has them
// expire early.
func TestActivityLogStays(t *testing.T) {
	s := newServer(t)
	w := s.group + workspacePath + "/yagura"
	log := w + "/tables/AzureActivity"
	days := func() any { return at(s.want("GET", log, "", 200, ""), "properties.retentionInDays") }
	s.want("POST", w+"/purge", `{"table":"AzureActivity","filters":[{"column":"Caller","operator":"==","value":"me"}]}`, 400, "InvalidParameter")
	s.want("DELETE", log, "", 400, "InvalidParameter")
	for _, d := range []string{"4", "30", "89"} {
		s.want("PUT", log, `{"properties":{"retentionInDays":`+d+`}}`, 400, "InvalidParameter")
		s.want("PATCH", log, `{"properties":{"retentionInDays":`+d+`,"totalRetentionInDays":`+d+`}}`, 400, "InvalidParameter")
	}
	s.want("PATCH", w, `{"properties":{"retentionInDays":30}}`, 200, "")
	if d := days(); d != 90.0 {
		t.Errorf("by default: %v days", d)
	}
	s.want("PATCH", log, `{"properties":{"retentionInDays":-1,"totalRetentionInDays":-1}}`, 200, "")
	if d := days(); d != 90.0 {
		t.Errorf("by default, said so: %v days", d)
	}
	s.want("PATCH", w, `{"properties":{"retentionInDays":180}}`, 200, "")
	if d := days(); d != 180.0 {
		t.Errorf("with the workspace's: %v days", d)
	}
	s.want("PATCH", log, `{"properties":{"retentionInDays":90}}`, 200, "")
	if d := days(); d != 90.0 {
		t.Errorf("by itself: %v days", d)
	}
}
