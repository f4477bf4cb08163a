package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// schemas is an Env of tables without rows.
type schemas map[string]*table.Schema

func (s schemas) Table(name string) (table.Ref, *table.Schema, bool) {
	sc, ok := s[name]
	return table.Ref{Workspace: "w", Table: name}, sc, ok
}

func (s schemas) Tables() (names []string) {
	for n := range s {
		names = append(names, n)
	}
	return names
}
func (schemas) Stored(string) (kql.Stored, bool)   { return kql.Stored{}, false }
func (s schemas) Workspace(string) (kql.Env, bool) { return s, true }

// TestOptimise shows what becomes of plans: "table" declares one, "optimise" prints the
// plan before and after.
func TestOptimise(t *testing.T) {
	datadriven.Walk(t, "testdata/optimise", func(t *testing.T, path string) {
		env := schemas{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "table":
				s := &table.Schema{}
				for f := range strings.FieldsSeq(d.Input) {
					name, typ, _ := strings.Cut(f, ":")
					ct, ok := table.ParseType(typ)
					if !ok {
						d.Fatalf(t, "no type %s", typ)
					}
					s.Cols = append(s.Cols, table.Column{Name: name, Type: ct})
				}
				env[d.CmdArgs[0].Key] = s
				return ""
			case "optimise":
				now, err := table.ParseTime("2026-01-02T00:00:00Z")
				if err != nil {
					t.Fatal(err)
				}
				q, err := kql.Compile(d.Input, env, kql.Options{Now: now})
				if err != nil {
					return fmt.Sprintf("error: %v", err)
				}
				n := q.Results[0].Root
				got := optimise(n)
				if a, b := n.Schema().String(), got.Schema().String(); a != b {
					d.Fatalf(t, "the schema was %s and is %s", a, b)
				}
				return plan.String(n) + "=>\n" + plan.String(got)
			}
			d.Fatalf(t, "no command %s", d.Cmd)
			return ""
		})
	})
}
