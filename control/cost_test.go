package control_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/duck"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/mgmt"
	"github.com/yagura/yagura/receive"
	"github.com/yagura/yagura/serve"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// twin is a server of its own, on files, over HTTP.
type twin struct {
	b            *testing.B
	url          string
	token, query string // for sending, for asking
	rule         string // where rows go
	workspace    string
	st           *store.Store
	took         map[string][]time.Duration
}

func newTwin(b *testing.B, bare bool) *twin {
	b.Helper()
	ctx, dir := context.Background(), b.TempDir()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	st, err := store.Open(vfs.OS, dir, store.Options{})
	must(err)
	b.Cleanup(func() { must(st.Close()) })
	d, err := identity.Open(ctx, st.Catalog(), identity.Options{})
	must(err)
	c, setup, err := control.Open(ctx, st.Catalog(), d, control.Options{DropTable: st.DropTable})
	must(err)
	p, err := d.Application(setup.ClientID)
	must(err)
	by := control.Caller{Principal: p}
	ref := table.Ref{Workspace: setup.WorkspaceID, Table: "App_CL"}
	_, err = c.PutTable(ctx, by, control.TableSpec{Ref: ref, Columns: []table.Column{{Name: "Level", Type: table.String}, {Name: "Ms", Type: table.Long}, {Name: "Message", Type: table.String}}})
	must(err)
	group := "/subscriptions/" + setup.SubscriptionID + "/resourceGroups/" + setup.ResourceGroup
	columns := []any{}
	for _, col := range [][2]string{{"TimeGenerated", "datetime"}, {"Level", "string"}, {"Ms", "long"}, {"Message", "string"}} {
		columns = append(columns, map[string]any{"name": col[0], "type": col[1]})
	}
	rule := &control.Resource{Properties: map[string]any{
		"streamDeclarations": map[string]any{"Custom-App": map[string]any{"columns": columns}},
		"destinations":       map[string]any{"logAnalytics": []any{map[string]any{"name": "ws", "workspaceResourceId": group + "/providers/Microsoft.OperationalInsights/workspaces/" + setup.WorkspaceName}}},
		"dataFlows":          []any{map[string]any{"streams": []any{"Custom-App"}, "destinations": []any{"ws"}, "transformKql": "source", "outputStream": "Custom-App_CL"}},
	}}
	rule.ID, rule.Location = group+"/providers/Microsoft.Insights/dataCollectionRules/app", "local"
	_, err = c.Put(ctx, by, rule, control.Match{})
	must(err)
	id, _ := control.ParseID(rule.ID)
	kept, err := c.Resource(id)
	must(err)
	db, err := duck.Open(duck.Options{Dir: dir + "/" + store.ExtentDir, MemoryLimit: "512MiB", Threads: 1})
	must(err)
	b.Cleanup(func() { must(db.Close()) })
	eng := engine.New(st, db, engine.Options{})
	in := ingest.New(st, c, ingest.Options{})
	routes := route.New(http.NotFound, d.Routes(), receive.New(in, c, receive.Options{}).Routes(), serve.New(eng, c, mgmt.New(eng, c, in, mgmt.Options{}), serve.Options{}).Routes())
	srv := httptest.NewServer(routes)
	b.Cleanup(srv.Close)
	w := &twin{b: b, url: srv.URL, st: st, workspace: setup.WorkspaceID, rule: kept.Text("immutableId"), took: map[string][]time.Duration{}}
	w.token, _, err = d.Session(p, identity.Monitor)
	must(err)
	w.query, _, err = d.Session(p, identity.LogAnalytics)
	must(err)
	if bare {
		c.Bare(by)
	}
	return w
}

// do sends a request and keeps how long its answer took.
func (w *twin) do(kind, token, path string, body []byte, status int) {
	w.b.Helper()
	q, err := http.NewRequest(http.MethodPost, w.url+path, bytes.NewReader(body))
	if err != nil {
		w.b.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/json")
	began := time.Now()
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		w.b.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	res.Body.Close()
	w.took[kind] = append(w.took[kind], time.Since(began))
	if err != nil || res.StatusCode != status {
		w.b.Fatalf("%s: %d %s %v", kind, res.StatusCode, text, err)
	}
}

func (w *twin) round(rows []byte) {
	w.do("ingest", w.token, "/dataCollectionRules/"+w.rule+"/streams/Custom-App?api-version=2023-01-01", rows, http.StatusNoContent)
	w.do("query", w.query, "/v1/workspaces/"+w.workspace+"/query", []byte(`{"query":"App_CL | where Ms > 10 | summarize count(), avg(Ms) by Level"}`), http.StatusOK)
}

func median(all []time.Duration) float64 {
	s := slices.Sorted(slices.Values(all))
	return float64(s[len(s)/2])
}

// BenchmarkCostOfAuthorization sends the same requests, by turns, to a server and to
// one that asks nobody who they are, and reports how much longer the former takes, by
// the median of the differences: 1.03 is 3 %.
func BenchmarkCostOfAuthorization(b *testing.B) {
	with, without := newTwin(b, false), newTwin(b, true)
	body := bytes.NewBufferString("[")
	for i := range 200 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(body, `{"TimeGenerated":"%s","Level":"Error","Ms":%d,"Message":"connection to database at 10.0.%d.%d refused after 3 attempts"}`,
			time.Now().UTC().Format(time.RFC3339Nano), i*37, i%256, i%13)
	}
	body.WriteByte(']')
	for range 50 { // warm up
		with.round(body.Bytes())
		without.round(body.Bytes())
	}
	clear(with.took)
	clear(without.took)
	n := 0
	for b.Loop() {
		if n++; n%2 == 0 {
			with.round(body.Bytes())
			without.round(body.Bytes())
		} else {
			without.round(body.Bytes())
			with.round(body.Bytes())
		}
		if n%100 == 0 {
			b.StopTimer()
			for _, w := range []*twin{with, without} {
				if err := w.st.FlushAll(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
		}
	}
	for _, kind := range []string{"ingest", "query"} {
		more := slices.Clone(with.took[kind])
		for i := range more {
			more[i] -= without.took[kind][i] // of the same round, so that what else the machine does is in both
		}
		b.ReportMetric(1+median(more)/median(without.took[kind]), kind+"-ratio")
		b.ReportMetric(median(with.took[kind])/1e3, kind+"-µs")
	}
}
