// Package demo asks the demo's data questions: those with which the page greets a
// newcomer, and those of the public AzureMonitorCommunity collection, which stands
// beside the checkout.
package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/demo"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/duck"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

const workspace = "6f0f3c5e-0b8d-4f1c-9f57-0c8f5c1f7a11"

// now is when the questions are asked: the end of the day.
var now = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// shop is an engine over a day of the demo.
func shop(t *testing.T) *engine.Engine {
	t.Helper()
	dir := t.TempDir()
	st, err := store.Open(vfs.OS, dir, store.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, st.Close()) })
	scenario, byTable := demo.New(1), map[string]*table.Batch{}
	for m := now.Add(-24 * time.Hour); m.Before(now); m = m.Add(time.Minute) {
		for _, rows := range scenario.Minute(m) {
			add(t, byTable, rows)
		}
	}
	for name, b := range byTable {
		check(t, st.Append(context.Background(), "", store.Rows{Ref: table.Ref{Workspace: workspace, Table: name}, Batch: b}))
	}
	check(t, st.Flush(context.Background()))
	db, err := duck.Open(duck.Options{Dir: filepath.Join(dir, store.ExtentDir), TempDir: t.TempDir()})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	return engine.New(st, db, engine.Options{})
}

func add(t *testing.T, byTable map[string]*table.Batch, rows demo.Rows) {
	t.Helper()
	b := byTable[rows.Table]
	if b == nil {
		logical, _ := table.Builtin(rows.Table)
		s := table.Stored(logical)
		s.Cols = s.Cols[:len(s.Cols)-1] // the store adds _Seq
		b = table.NewBatch(s)
		byTable[rows.Table] = b
	}
	for _, r := range rows.Records {
		text, err := json.Marshal(r)
		check(t, err)
		tree, err := table.ParseTree(string(text))
		check(t, err)
		bag := tree.(*table.Bag)
		row, dropped, err := format.Shape(format.Record{Names: bag.Keys, Values: bag.Vals}, b.Schema)
		if err != nil || len(dropped) > 0 {
			t.Fatalf("%s: %v, dropped %v", rows.Table, err, dropped)
		}
		b.AppendRow(row...)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask runs a query to its end.
func ask(e *engine.Engine, text string) (*table.Batch, error) {
	ctx := context.Background()
	res, err := e.Query(ctx, engine.Request{Workspace: workspace, Text: text, Now: now})
	if err != nil {
		return nil, err
	}
	var first *table.Batch
	for i, tb := range res.Tables {
		b, err := table.ReadAll(ctx, tb.Rows)
		if err != nil {
			return nil, errors.Join(err, res.Close())
		}
		if i == 0 {
			first = b
		}
	}
	return first, res.Close()
}

func TestQuestions(t *testing.T) {
	e := shop(t)
	t.Run("examples", func(t *testing.T) { examples(t, e) })
	t.Run("community", func(t *testing.T) { community(t, e) })
}

// examples checks that each example finds its story.
func examples(t *testing.T, e *engine.Engine) {
	for _, ex := range demo.Examples {
		for _, w := range []demo.Words{ex.Words, ex.Japanese} {
			if w.Title == "" || w.Description == "" {
				t.Errorf("%s: %+v lacks words", ex.Title, w)
			}
		}
		b, err := ask(e, ex.Query)
		if err != nil {
			t.Errorf("%s: %v", ex.Title, err)
			continue
		}
		if b.Rows == 0 {
			t.Errorf("%s: no rows", ex.Title)
			continue
		}
		t.Logf("%s: %d rows: %s", ex.Title, b.Rows, b.Schema)
	}
	for query, want := range map[string]string{
		`AppDependencies | where ResultCode == "-2" | summarize t = min(bin(TimeGenerated, 10m))`:                                               "2026-11-22T14:20:00.0000000Z",
		`SigninLogs | where IPAddress startswith "185.220." and ResultType == "0" | project UserPrincipalName | take 1`:                         "m.tanaka@shop.example.com",
		`AADServicePrincipalSignInLogs | where ResultType == "7000222" | project ServicePrincipalName | take 1`:                                 "shop-deployer",
		`KubePodInventory | where PodStatus == "Pending" and isempty(Computer) | distinct ServiceName`:                                          "recommend",
		`Heartbeat | where Computer endswith "vmss000001" | serialize gap = TimeGenerated - prev(TimeGenerated) | summarize toint(max(gap)/1m)`: "10",
	} {
		b, err := ask(e, query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if b.Rows != 1 || table.Text(b.Vecs[0].At(0)) != want {
			t.Errorf("%s: %d rows, %v; want %s", query, b.Rows, b.Row(0), want)
		}
	}
}

// community runs the queries that the binder of the original accepts.
func community(t *testing.T, e *engine.Engine) {
	f, err := os.Open("../../../shared/kql/realworld.jsonl")
	if err != nil {
		t.Skip("the shared KQL suite is not beside the checkout")
	}
	defer f.Close()
	ran, failed := 0, 0
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<20), 16<<20)
	for sc.Scan() {
		var q struct {
			ID, Repo, Query string
			Oracle          struct{ OK bool }
		}
		check(t, json.Unmarshal(sc.Bytes(), &q))
		if !strings.Contains(q.Repo, "AzureMonitorCommunity") || !q.Oracle.OK {
			continue
		}
		ran++
		if _, err := ask(e, q.Query); err != nil {
			failed++
			t.Errorf("%s: %v", q.ID, err)
		}
	}
	check(t, sc.Err())
	t.Logf("%d of %d queries ran", ran-failed, ran)
}
