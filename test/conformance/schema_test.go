package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// oracle is what Microsoft's language library says of a query.
type oracle struct {
	OK          bool
	Result      string
	Schema      []column
	Diagnostics []struct{ Code, Severity, Message string }
}

// query is a case of any family, as far as compiling goes.
type query struct {
	ID, Query, Setup, Repo string
	Needs                  []string
	Oracle                 oracle
	Schema                 []column // docs
	Golden                 *struct{ Columns []column }
	Expected               *struct{ Columns json.RawMessage }
	Unresolved             []string
	Binder                 json.RawMessage `json:"binder_differs"`
}

func (q *query) text() string {
	if q.Setup != "" {
		return q.Setup + "\n" + q.Query
	}
	return q.Query
}

// want returns the columns that the result must have; nil if nobody says.
func (q *query) want() []column {
	switch {
	case q.Golden != nil:
		return q.Golden.Columns
	case q.Schema != nil:
		return q.Schema
	}
	return q.Oracle.Schema
}

// verdict says how a query compiled.
type verdict struct {
	good bool
	why  string // if not
}

// judge compiles a query and compares what comes with what the oracle says.
func judge(q *query, env kql.Env) (v verdict) {
	defer func() {
		if r := recover(); r != nil {
			v = verdict{false, fmt.Sprintf("panic: %v", r)}
		}
	}()
	now, err := table.ParseTime("2026-01-01T00:00:00Z")
	if err != nil {
		return verdict{false, err.Error()}
	}
	if q.Needs != nil && len(q.Needs) == 0 {
		env = alone{env}
	}
	p, err := kql.Compile(q.text(), env, kql.Options{Now: now, Params: map[string]string{"URI": "https://example.org/x"}, Columns: columnsOnEmpty})
	var list *kql.Error
	switch {
	case errors.As(err, &list):
		if q.Golden == nil && (!q.Oracle.OK || slices.ContainsFunc(list.List, assertion)) {
			return verdict{good: true}
		}
		return verdict{false, strings.SplitN(list.Report(), "\n", 2)[0]}
	case err != nil:
		return verdict{false, err.Error()}
	case !q.Oracle.OK && q.Golden == nil:
		for _, d := range q.Oracle.Diagnostics {
			if d.Severity == "Error" {
				return verdict{false, "accepted, but: " + d.Code + " " + d.Message}
			}
		}
		return verdict{good: true}
	}
	return compareSchema(q, p)
}

// assertion tells the mistake of an assertion that does not hold, which ends a query whose
// types are right: the oracle knows no more of it.
func assertion(e *syntax.Error) bool { return e.Code == "YAG0003" }

// compareSchema compares the columns of a result. What the oracle does not know may
// be anything; getschema's ordinal is int in the engine and long in the oracle.
func compareSchema(q *query, p *plan.Query) verdict {
	want := q.want()
	if want == nil || q.Oracle.Result == "other" {
		return verdict{good: true}
	}
	got := p.Results[0].Root.Schema().Cols
	same := slices.EqualFunc(got, want, func(g table.Column, w column) bool {
		return g.Name == w.Name && (g.Type.String() == w.Type || w.Type == "unknown" || g.Name == "ColumnOrdinal" && w.Type == "long")
	})
	if same {
		return verdict{good: true}
	}
	return verdict{false, "columns: " + diffColumns(got, want)}
}

// diffColumns shows where two lists of columns part.
func diffColumns(got []table.Column, want []column) string {
	i := 0
	for i < len(got) && i < len(want) && got[i].Name == want[i].Name && got[i].Type.String() == want[i].Type {
		i++
	}
	show := func(n int, at func(int) string) string {
		var s []string
		for j := i; j < min(n, i+4); j++ {
			s = append(s, at(j))
		}
		return strings.Join(s, ", ")
	}
	return fmt.Sprintf("at %d (%d, want %d): got %s; want %s", i, len(got), len(want),
		show(len(got), func(j int) string { return got[j].Name + ":" + got[j].Type.String() }),
		show(len(want), func(j int) string { return want[j].Name + ":" + want[j].Type }))
}

// families are the sets of queries, and the file that each is in.
var families = []struct {
	name, file, repo string
}{
	{"AzureMonitorCommunity", "realworld.jsonl", "microsoft/AzureMonitorCommunity"},
	{"Sentinel-Queries", "realworld.jsonl", "reprise99/Sentinel-Queries"},
	{"Hunting-Queries", "realworld.jsonl", "Bert-JanP/Hunting-Queries-Detection-Rules"},
	{"docs", "docs.jsonl", ""},
	{"loco", "loco.jsonl", ""},
}

// TestSchemas compiles every query of the suite. The counts of those that agree with
// the oracle are kept in floor.json and may only rise.
func TestSchemas(t *testing.T) {
	env, err := suiteTables()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the suite ../shared/kql is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	floors := readFloors(t)
	files := map[string][]query{}
	report := &strings.Builder{}
	fmt.Fprintf(report, "\n%-24s %7s %7s %7s\n", "compiles as the oracle", "agree", "of", "floor")
	for _, f := range families {
		if files[f.file] == nil {
			if files[f.file], err = readLines[query](f.file); err != nil {
				t.Fatal(err)
			}
		}
		good, all := 0, 0
		for i := range files[f.file] {
			q := &files[f.file][i]
			if f.repo != "" && q.Repo != f.repo {
				continue
			}
			all++
			v := judge(q, env)
			if v.good {
				good++
			} else {
				t.Logf("%s: %s: %s", f.name, q.ID, v.why)
			}
		}
		floor := floors["schema/"+f.name]
		fmt.Fprintf(report, "%-24s %7d %7d %7d\n", f.name, good, all, floor)
		if good < floor {
			t.Errorf("%s: %d queries agree with the oracle, fewer than the %d before", f.name, good, floor)
		}
		floors["schema/"+f.name] = max(floor, good)
	}
	t.Log(report)
	if os.Getenv("YAGURA_FLOOR") == "raise" {
		writeFloors(t, floors)
	}
}

const floorFile = "floor.json"

func readFloors(t *testing.T) map[string]int {
	t.Helper()
	floors := map[string]int{}
	text, err := os.ReadFile(floorFile)
	if errors.Is(err, fs.ErrNotExist) {
		return floors
	}
	if err == nil {
		err = json.Unmarshal(text, &floors)
	}
	if err != nil {
		t.Fatalf("read %s: %v", floorFile, err)
	}
	return floors
}

func writeFloors(t *testing.T, floors map[string]int) {
	t.Helper()
	text, err := json.MarshalIndent(floors, "", "  ")
	if err == nil {
		err = os.WriteFile(floorFile, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatalf("write %s: %v", floorFile, err)
	}
}
