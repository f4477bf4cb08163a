package sqlgen

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// env is tables by name, and an Env whose SQL can be read.
type env map[string]*table.Schema

func (e env) Table(name string) (table.Ref, *table.Schema, bool) {
	s, ok := e[name]
	return table.Ref{Workspace: "w", Table: name}, s, ok
}

func (e env) Tables() (names []string) {
	for n := range e {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
func (env) Stored(string) (kql.Stored, bool)   { return kql.Stored{}, false }
func (e env) Workspace(string) (kql.Env, bool) { return e, true }

func (env) Scan(s *plan.Scan) (string, string, error) { return "TABLE " + s.Ref.Table, "", nil }

// Numbers takes a column's name for it.
func (env) Numbers(s *plan.Scan, i int) bool { return s.Table.Cols[i].Name == "number" }

func (env) Values(v *plan.Values) (string, error) {
	return fmt.Sprintf("VALUES %d", v.Rows.Rows), nil
}

func (env) Func(e plan.Expr, cols []table.Type, args []string) (string, error) {
	s := &table.Schema{}
	for i, t := range cols {
		s.Cols = append(s.Cols, table.Column{Name: fmt.Sprint("$", i+1), Type: t})
	}
	text := plan.String(&plan.Project{In: &plan.Values{Rows: table.NewBatch(s)}, Cols: []plan.Named{{Name: "go", Expr: e}}})
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "project "), "\n")
	return fmt.Sprintf("{%s}(%s)", text, strings.Join(args, ", ")), nil
}

func (env) Agg(c *plan.Call, args []string) (string, error) {
	return fmt.Sprintf("{%s}(%s)", c.Func.Name, strings.Join(args, ", ")), nil
}

// TestDuckDB shows the SQL of plans. Calls in Go are in braces.
func TestDuckDB(t *testing.T) {
	datadriven.Walk(t, "testdata/duckdb", func(t *testing.T, path string) {
		e := env{}
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
				e[d.CmdArgs[0].Key] = s
				return ""
			case "sql":
				now, err := table.ParseTime("2026-01-02T00:00:00Z")
				if err != nil {
					t.Fatal(err)
				}
				q, err := kql.Compile(d.Input, e, kql.Options{Now: now})
				if err != nil {
					return fmt.Sprintf("error: %v", err)
				}
				s, err := Generate(DuckDB, q.Results[0].Root, e)
				if err != nil {
					return "no: " + err.Error()
				}
				return strings.ReplaceAll(s, " FROM (", "\nFROM (")
			}
			d.Fatalf(t, "no command %s", d.Cmd)
			return ""
		})
	})
}

// TestWideUnions: a part that brings rows to thousands of columns stays in Go.
func TestWideUnions(t *testing.T) {
	scan := &plan.Scan{Ref: table.Ref{Table: "T"}, Table: &table.Schema{Cols: []table.Column{{Name: "a", Type: table.Long}}}}
	for _, c := range []struct {
		cols int
		want bool
	}{{100, true}, {10_000, false}} {
		s := &table.Schema{Cols: make([]table.Column, c.cols)}
		for i := range s.Cols {
			s.Cols[i] = table.Column{Name: fmt.Sprint("c", i), Type: table.String}
		}
		s.Cols[1].Type = table.Long
		err := Supports(DuckDB, &plan.Widen{In: scan, Table: s, To: []int{1}})
		if got := err == nil; got != c.want {
			t.Errorf("%d columns: Supports says %v", c.cols, err)
		}
	}
}
