package engine_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// world is what a test's queries find outside of the server: a file of one row, a
// plugin that fails, and a place of one address.
type world struct{ id string }

var errAway = errors.New("nobody answers")

func (w *world) ExternalData(n *plan.ExternalData) (table.Reader, error) {
	b := table.NewBatch(n.Table)
	b.AppendRow(n.URIs[0])
	return table.NewReader(n.Table, b), nil
}

func (w *world) Plugin(_ *plan.Plugin, id string) (table.Reader, error) {
	w.id = id
	return nil, errAway
}

func (w *world) Columns(context.Context, *plan.Plugin) ([]table.Column, error) { return nil, errAway }

func (w *world) Locate(ip netip.Addr) (fn.Location, bool, error) {
	return fn.Location{Country: "Atlantis"}, ip == netip.MustParseAddr("192.0.2.1"), nil
}

// rows runs a query without a store and returns its first table.
func rows(t *testing.T, o engine.Options, text string) (*table.Batch, error, error) {
	t.Helper()
	res, err := engine.New(nil, nil, o).Query(t.Context(), engine.Request{Text: text, Activity: "the query's"})
	if err != nil {
		return nil, nil, err
	}
	defer res.Close()
	b, err := table.ReadAll(t.Context(), res.Tables[0].Rows)
	return b, res.Partial, err
}

func TestOutside(t *testing.T) {
	w := &world{}
	o := engine.Options{Outside: w, Locations: w}
	for query, want := range map[string]string{
		`externaldata(a: string)["https://example.test/x"] | extend b = strlen(a) | where b > 3 | project a`: "https://example.test/x",
		`print a = tostring(geo_info_from_ip_address("192.0.2.1").country)`:                                  "Atlantis",
		`print a = tostring(geo_info_from_ip_address("::ffff:192.0.2.1").country)`:                           "Atlantis",
		`print a = tostring(geo_info_from_ip_address("192.0.2.2"))`:                                          "",
	} {
		b, _, err := rows(t, o, query)
		if err != nil || b.Rows != 1 || b.Vecs[0].At(0) != want {
			t.Errorf("%s: %v, %v", query, b, err)
		}
	}
	var told *engine.QueryError
	if _, _, err := rows(t, o, `evaluate http_request("https://example.test/")`); !errors.As(err, &told) || !errors.Is(err, errAway) || w.id != "the query's" {
		t.Errorf("the error is %v, the id %q", err, w.id)
	}
	for _, query := range []string{
		`externaldata(a: string)["https://example.test/x"]`, `evaluate http_request("https://example.test/")`, `print geo_info_from_ip_address("192.0.2.1")`,
	} {
		if _, _, err := rows(t, engine.Options{}, query); !errors.As(err, &told) {
			t.Errorf("%s without anything outside: %v", query, err)
		}
	}
	w.id = ""
	for _, query := range []string{`evaluate cosmosdb_sql_request("a", "b")`, `evaluate cosmosdb_sql_request("a", "b") : (c: long) | count`} {
		if _, _, err := rows(t, o, query); !errors.As(err, &told) || !strings.Contains(err.Error(), "it needs a connection to Azure Cosmos DB") || w.id != "" {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestKeptElsewhereAccess holds external tables and snapshots of graphs to what their
// readers may read.
func TestKeptElsewhereAccess(t *testing.T) {
	n := &plan.ExternalData{Table: &table.Schema{Cols: []table.Column{{Name: "a", Type: table.String}}}, URIs: []string{"https://example.test/x"}, Folders: true, Of: table.Ref{Workspace: "w", Table: "Far"}}
	model, err := kql.ParseGraphModel(`{"Definition": {"Steps": [{"Kind": "AddEdges", "Query": "print a = 1", "SourceColumn": "a", "TargetColumn": "a"}]}}`)
	if err != nil {
		t.Fatal(err)
	}
	was := table.NewBatch(n.Table)
	was.AppendRow("https://example.test/x")
	o := engine.Options{Outside: &world{}, Stored: func(_, name string) (kql.Stored, bool) {
		if name == "G" {
			return kql.Stored{Kind: kql.StoredGraph, Graph: model, Snapshot: func(string) (*kql.GraphSnapshot, bool) {
				return &kql.GraphSnapshot{Model: model, Rows: []*table.Batch{was}, Of: []table.Ref{n.Of}}, true
			}}, true
		}
		return kql.Stored{Kind: kql.StoredExternal, External: n}, name == "Far"
	}}
	errNo := errors.New("no")
	ask := func(text string, may engine.Access) (*table.Batch, error) {
		q := engine.Request{Workspace: "w", Text: "print b = 1 | extend a = toscalar(" + text + " | take 1)", Access: func(ref table.Ref) (engine.Access, error) {
			if ref == n.Of {
				return may, nil
			}
			return engine.Access{Denied: errNo}, nil
		}}
		res, err := engine.New(nil, nil, o).Query(t.Context(), q)
		if err != nil {
			return nil, err
		}
		defer res.Close()
		return table.ReadAll(t.Context(), res.Tables[0].Rows)
	}
	for _, text := range []string{`external_table("Far")`, `graph("G") | graph-to-table edges`} {
		if b, err := ask(text, engine.Access{}); err != nil || b.Vecs[1].At(0) != "https://example.test/x" {
			t.Errorf("%s: %v, %v", text, b, err)
		}
		if b, err := ask(text, engine.Access{Denied: errNo}); !errors.Is(err, errNo) {
			t.Errorf("%s: %v, %v", text, b, err)
		}
		if b, err := ask(text, engine.Access{Where: "a == 'x'"}); !errors.Is(err, engine.ErrConditional) {
			t.Errorf("%s: %v, %v", text, b, err)
		}
	}
}

// TestLimitsOfQuery holds the limits that a query sets to go before those of the engine.
func TestLimitsOfQuery(t *testing.T) {
	o := engine.Options{MaxRows: 5}
	for query, want := range map[string]int{
		"range x from 1 to 10 step 1":                                 5,
		"set truncationmaxrecords = 7; range x from 1 to 10 step 1":   7,
		"set notruncation; range x from 1 to 10 step 1":               10,
		"set query_take_max_records = 3; range x from 1 to 10 step 1": 3,
	} {
		b, partial, err := rows(t, o, query)
		cut := want == 5 || want == 7
		if err != nil || b.Rows != want || errors.Is(partial, engine.ErrRows) != cut {
			t.Errorf("%s: %d rows, %v, %v", query, b.Rows, partial, err)
		}
	}
	if b, partial, err := rows(t, o, "set truncationmaxsize = 1; range x from 1 to 3 step 1"); err != nil || !errors.Is(partial, engine.ErrBytes) {
		t.Errorf("%d rows, %v, %v", b.Rows, partial, err)
	}
}
