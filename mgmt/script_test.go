package mgmt_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/kql/command"
	"github.com/yagura/yagura/mgmt"
	"github.com/yagura/yagura/purge"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
	"github.com/yagura/yagura/test/kqltest"
)

// world is a server's parts behind its APIs, over a store in memory.
type world struct {
	t     *testing.T
	store *store.Store
	ctl   *control.Store
	dir   *identity.Directory
	eng   *engine.Engine
	cmd   *mgmt.Runner
	setup control.Setup
	// record takes what the activity log would.
	record func(context.Context, table.Ref, map[string]any, string) error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{t: t}
	var err error
	w.store, err = store.Open(vfs.NewMem(), "data", store.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, w.store.Close()) })
	w.dir, err = identity.Open(ctx, w.store.Catalog(), identity.Options{})
	check(t, err)
	w.ctl, w.setup, err = control.Open(ctx, w.store.Catalog(), w.dir, control.Options{DropTable: w.store.DropTable, Record: func(ctx context.Context, ref table.Ref, row map[string]any, resource string) error {
		if w.record == nil {
			return nil
		}
		return w.record(ctx, ref, row, resource)
	}, Now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }})
	check(t, err)
	w.eng = engine.New(w.store, nil, engine.Options{Stored: w.ctl.Stored, Result: w.ctl.ResultRows, Resolve: func(name string) (string, bool) {
		ws, err := w.ctl.Workspace(name)
		if err != nil {
			return "", false
		}
		return ws.Properties.CustomerID, true
	}})
	in := ingest.New(w.store, w.ctl, ingest.Options{Update: func(ctx context.Context, from table.Ref, rows *table.Batch, u control.Update) (*table.Batch, error) {
		return w.cmd.RunUpdate(ctx, from, rows, u)
	}})
	w.cmd = mgmt.New(w.eng, w.ctl, in, mgmt.Options{Version: "1.2.3", Purger: purge.New(w.eng, w.store, purge.Options{Now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }})})
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// owner is who may do all.
func (w *world) owner() control.Caller {
	p, err := w.dir.Application(w.setup.ClientID)
	check(w.t, err)
	return control.Caller{Principal: p}
}

// run answers a command or a query, as text.
func (w *world) run(by control.Caller, text string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ws, err := w.ctl.Workspace(w.setup.WorkspaceID)
	check(w.t, err)
	q := engine.Request{Workspace: w.setup.WorkspaceID, Text: text, Caller: by.ObjectID}
	if !command.Is(text) {
		return w.query(ctx, q)
	}
	results, err := w.cmd.Run(ctx, mgmt.Request{Workspace: ws, Caller: by, Query: q})
	if err != nil {
		return guid.ReplaceAllString("error: "+err.Error(), "(guid)") + "\n"
	}
	out := ""
	for _, r := range results {
		out += kqltest.FormatTable(r.Rows, false)
	}
	return guid.ReplaceAllString(out, "(guid)")
}

// guid matches ids that are new each time.
var guid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func (w *world) query(ctx context.Context, q engine.Request) string {
	res, err := w.eng.Query(ctx, q)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	defer func() { check(w.t, res.Close()) }()
	out := ""
	for _, t := range res.Tables {
		b, err := table.ReadAll(ctx, t.Rows)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		out += kqltest.FormatTable(b, false)
	}
	return out
}

// TestScripts runs the scripts in testdata, each in a workspace of its own: "run" is a
// command or a query, "as-nobody" one by someone without rights, "flush" moves rows
// to extents.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := newWorld(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "run":
				return w.run(w.owner(), d.Input)
			case "as-nobody":
				return w.run(control.Caller{}, d.Input)
			case "flush":
				check(t, w.store.FlushAll(context.Background()))
				return ""
			}
			return fmt.Sprintf("no such step: %s\n", d.Cmd)
		})
	})
}
