package receive

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

var ctx = context.Background()

// server is the protocols over a store in memory, behind HTTP.
type server struct {
	testing.TB
	st      *store.Store
	control *control.Store
	setup   control.Setup
	caller  control.Caller
	pipe    *ingest.Pipeline
	recv    *Receiver
	url     string
	now     time.Time
	fs      *vfs.Mem
	tokens  map[identity.Audience]string
}

func newServer(t testing.TB, o Options, io ingest.Options) *server {
	t.Helper()
	s := &server{TB: t, now: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), fs: vfs.NewMem(), tokens: map[identity.Audience]string{}}
	clock := func() time.Time { return s.now }
	var err error
	if s.st, err = store.Open(s.fs, "data", store.Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.st.Close() })
	dir, err := identity.Open(ctx, s.st.Catalog(), identity.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if s.control, s.setup, err = control.Open(ctx, s.st.Catalog(), dir, control.Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	p, err := dir.Application(s.setup.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	s.caller = control.Caller{Principal: p}
	for _, a := range []identity.Audience{identity.Monitor, identity.LogAnalytics} {
		if s.tokens[a], _, err = dir.Session(p, a); err != nil {
			t.Fatal(err)
		}
	}
	io.Now, o.Now = clock, clock
	o.Syslog.Workspace = s.setup.WorkspaceID
	if testing.Verbose() {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	s.pipe = ingest.New(s.st, s.control, io)
	s.recv = New(s.pipe, s.control, o)
	srv := httptest.NewServer(route.New(http.NotFound, s.recv.Routes()))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *server) ref(name string) table.Ref {
	return table.Ref{Workspace: s.setup.WorkspaceID, Table: name}
}

// table makes a custom table of "name:type …".
func (s *server) table(name, cols string) {
	s.Helper()
	if _, err := s.control.PutTable(ctx, s.caller, control.TableSpec{Ref: s.ref(name), Columns: schema(cols).Cols}); err != nil {
		s.Fatal(err)
	}
}

// rule makes a data collection rule from the JSON of its properties, in which $D is a
// destination "ws", and returns its immutable id.
func (s *server) rule(name, properties string) string {
	s.Helper()
	w, err := s.control.Workspace(s.setup.WorkspaceID)
	if err != nil {
		s.Fatal(err)
	}
	r := &control.DataCollectionRule{}
	r.ID = strings.TrimSuffix(w.ID, "Microsoft.OperationalInsights/workspaces/yagura") + r.ResourceType() + "/" + name
	properties = strings.ReplaceAll(properties, "$D", `"destinations":{"logAnalytics":[{"workspaceResourceId":"`+w.ID+`","name":"ws"}]}`)
	if err := json.Unmarshal([]byte(properties), &r.Properties); err != nil {
		s.Fatal(err)
	}
	if _, err := control.Put(ctx, s.control, s.caller, r); err != nil {
		s.Fatal(err)
	}
	return r.Properties.ImmutableID
}

// send posts a body; header values are pairs, of which an empty one removes.
func (s *server) send(path string, body io.Reader, header ...string) (*http.Response, string) {
	s.Helper()
	q, err := http.NewRequest(http.MethodPost, s.url+path, body)
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			q.Host = header[i+1]
		} else if q.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			q.Header.Del(header[i])
		}
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	return resp, string(text)
}

// rows reads a table, its rows as rowText writes them, in the order in which they came.
func (s *server) rows(name string) []string {
	s.Helper()
	snap, err := s.st.Snapshot(s.ref(name), table.Span{})
	if err != nil {
		s.Fatal(err)
	}
	defer snap.Release()
	var cols []string
	for _, c := range snap.Schema.Cols {
		if !slices.Contains([]string{table.TimeReceived, table.Seq, table.BilledSize}, c.Name) {
			cols = append(cols, c.Name)
		}
	}
	r := snap.Reader(cols)
	defer r.Close()
	b, err := table.ReadAll(ctx, r)
	if err != nil {
		s.Fatal(err)
	}
	out := make([]string, b.Rows)
	for i := range out {
		out[i] = rowText(b, i)
	}
	return out
}

func (s *server) wantRows(name string, want ...string) {
	s.Helper()
	got := s.rows(name)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.Errorf("%s has\n  %s\nwant\n  %s", name, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func gz(text string) *bytes.Buffer {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return &b
}

// zeros is a body of n blanks, made as it is read.
type zeros struct{ n, read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.read >= z.n {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n-z.read)
	for i := range p[:n] {
		p[i] = ' '
	}
	z.read += n
	return int(n), nil
}

// errorOf reads the code of an error's body, in either shape.
func errorOf(body string) string {
	var e struct {
		Error json.RawMessage
	}
	if json.Unmarshal([]byte(body), &e) != nil {
		return ""
	}
	var code string
	if json.Unmarshal(e.Error, &code) == nil {
		return code
	}
	var inner struct{ Code, Message string }
	if json.Unmarshal(e.Error, &inner) != nil || inner.Message == "" {
		return ""
	}
	return inner.Code
}

func describe(resp *http.Response, body string) string {
	return fmt.Sprintf("%d %s", resp.StatusCode, errorOf(body))
}
