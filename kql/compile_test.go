package kql_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// azure is a workspace with the tables that Azure Monitor defines.
type azure struct{}

func (azure) Table(name string) (table.Ref, *table.Schema, bool) {
	s, ok := table.Builtin(name)
	return table.Ref{Workspace: "w", Table: name}, s, ok
}
func (azure) Tables() []string {
	return []string{"Heartbeat", "Perf", "SecurityEvent", "Syslog", "Usage"}
}

// Stored has an external table and a graph, by their names in the scripts.
func (azure) Stored(name string) (kql.Stored, bool) {
	switch name {
	case "Sales":
		n := &plan.ExternalData{Table: &table.Schema{Cols: []table.Column{{Name: "Name", Type: table.String}, {Name: "N", Type: table.Long}}}, URIs: []string{"https://example.test/c"}}
		return kql.Stored{Kind: kql.StoredExternal, External: n, Mappings: map[string]string{"M": "[]"}}, true
	case "G":
		m, err := kql.ParseGraphModel(`{"Schema": {"Nodes": {"Person": {"Shoe": "int"}}}, "Definition": {"Steps": [
			{"Kind": "AddNodes", "Query": "Heartbeat | project Id = Computer, Name = OSType", "NodeIdColumn": "Id", "Labels": ["Person"], "LabelsColumn": "Name"},
			{"Kind": "AddEdges", "Query": "Syslog | project From = Computer, To = HostName", "SourceColumn": "From", "TargetColumn": "To", "Labels": ["Knows"]}]}}`)
		return kql.Stored{Kind: kql.StoredGraph, Graph: m, Snapshot: func(string) (*kql.GraphSnapshot, bool) { return nil, false }}, err == nil
	}
	return kql.Stored{}, false
}
func (azure) Workspace(string) (kql.Env, bool) { return azure{}, true }

// corpus are queries that use all of the language: those of the scripts.
func corpus(tb testing.TB) []string {
	tb.Helper()
	files, err := os.ReadDir("testdata")
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".kqlt") {
			continue
		}
		text, err := os.ReadFile("testdata/" + f.Name())
		if err != nil {
			tb.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			if q, ok := strings.CutPrefix(strings.TrimSpace(block), "kql\n"); ok {
				q, _, _ = strings.Cut(q, "\n----")
				out = append(out, q)
			}
		}
	}
	if len(out) < 100 {
		tb.Fatalf("only %d queries in the scripts", len(out))
	}
	return out
}

// FuzzCompile looks for texts on which Compile panics, that it reports no place of a
// mistake for, or whose plan has columns of no type.
func FuzzCompile(f *testing.F) {
	for _, q := range corpus(f) {
		f.Add(q)
		f.Add(strings.NewReplacer("L ", "Heartbeat ", "T ", "Syslog ").Replace(q))
	}
	f.Fuzz(func(t *testing.T, src string) {
		q, err := kql.Compile(src, azure{}, kql.Options{Now: 638_000_000_000_000_000, Extents: true})
		if err == nil {
			checkPlan(t, src, q)
			return
		}
		var list *kql.Error
		if !errors.As(err, &list) || len(list.List) == 0 {
			t.Fatalf("%q: %v", src, err)
		}
		for _, e := range list.List {
			if e.Pos < 0 || e.End < e.Pos || e.End > len(src) || e.Code == "" || e.Msg == "" {
				t.Errorf("%q: a mistake at %d to %d: %s %s", src, e.Pos, e.End, e.Code, e.Msg)
			}
		}
		list.Report()
	})
}

// checkPlan looks at each node of a plan.
func checkPlan(t *testing.T, src string, q *plan.Query) {
	t.Helper()
	if len(q.Results) == 0 {
		t.Errorf("%q: no result", src)
	}
	for _, r := range q.Results {
		plan.Walk(r.Root, func(n plan.Node) bool {
			for _, c := range n.Schema().Cols {
				if c.Type == 0 {
					t.Errorf("%q: %T: column %q has no type", src, n, c.Name)
				}
			}
			for _, e := range plan.Exprs(n) {
				plan.WalkExpr(e, func(e plan.Expr) bool {
					if e.Type() == 0 {
						t.Errorf("%q: %T: an expression has no type", src, n)
					}
					return true
				})
			}
			return true
		})
		if plan.String(r.Root) == "" {
			t.Errorf("%q: a plan without text", src)
		}
	}
}

// TestCompileIsPure compiles a query twice at once: what it reads is not changed.
func TestCompileIsPure(t *testing.T) {
	const src = "Heartbeat | where TimeGenerated > ago(1d) | summarize arg_max(TimeGenerated, *) by Computer | extend x = iff(isempty(OSType), 1, 2)"
	done := make(chan string)
	for range 4 {
		go func() {
			q, err := kql.Compile(src, azure{}, kql.Options{})
			if err != nil {
				done <- err.Error()
				return
			}
			done <- plan.String(q.Results[0].Root)
		}()
	}
	first := <-done
	for range 3 {
		if s := <-done; s != first {
			t.Errorf("the plans differ:\n%s\n%s", first, s)
		}
	}
}

// TestBounds compiles texts that would need too much.
func TestBounds(t *testing.T) {
	doubling := "let a0 = Heartbeat;"
	calls := "let f0 = () { 1 };"
	for i := range 40 {
		n, m := string(rune('a'+i/26))+string(rune('a'+i%26)), string(rune('a'+(i+1)/26))+string(rune('a'+(i+1)%26))
		if i == 0 {
			doubling += "let " + n + " = union a0, a0;"
			calls += "let " + n + "f = () { f0() + f0() };"
		}
		doubling += "let " + m + " = union " + n + ", " + n + ";"
		calls += "let " + m + "f = () { " + n + "f() + " + n + "f() };"
	}
	deep := strings.Repeat("T | join (", 400) + "T" + strings.Repeat(") on a", 400)
	for _, src := range []string{
		doubling + "bo",
		calls + "print bof()",
		deep,
		"print " + strings.Repeat("(", 10_000),
		"Heartbeat | where " + strings.Repeat("a == 1 or ", 50_000) + "true",
	} {
		if _, err := kql.Compile(src, azure{}, kql.Options{}); err == nil {
			t.Errorf("%.60s… compiles", src)
		} else if len(err.Error()) > 1000 {
			t.Errorf("%.60s…: an error of %d bytes", src, len(err.Error()))
		}
	}
}

// BenchmarkCompile compiles a query of middling length, and, if the suite is there,
// all real-world queries.
func BenchmarkCompile(b *testing.B) {
	const src = `SigninLogs
| where TimeGenerated > ago(30d) and ResultType == "50126"
| extend Country = tostring(LocationDetails.countryOrRegion), City = tostring(LocationDetails["city"])
| summarize Count = count(), Users = make_set(UserPrincipalName, 50), newest = max(TimeGenerated) by IPAddress, Country, bin(TimeGenerated, 1h)
| where Count > 10
| join kind=leftouter (SigninLogs | where ResultType == 0 | distinct IPAddress, AppDisplayName) on IPAddress
| project-away IPAddress1
| sort by Count desc`
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := kql.Compile(src, azure{}, kql.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("realworld", func(b *testing.B) {
		qs := realWorld(b)
		for b.Loop() {
			for _, q := range qs {
				_, _ = kql.Compile(q, azure{}, kql.Options{})
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(qs)), "µs/query")
	})
}

func realWorld(b *testing.B) []string {
	b.Helper()
	f, err := os.Open("../../shared/kql/realworld.jsonl")
	if err != nil {
		b.Skip("the suite ../shared/kql is not here")
	}
	defer f.Close()
	var out []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var q struct{ Query string }
		if err := json.Unmarshal(s.Bytes(), &q); err != nil {
			b.Fatal(err)
		}
		out = append(out, q.Query)
	}
	return slices.Clip(out)
}
