// Package kqltest runs KQL scripts: files with tables, queries and what these
// answer. Another engine proves itself by running the same scripts.
//
// A script is a list of blocks: a command, its input, a line ----, and its output.
//
//	table App_CL            columns (name:type), then a row a line
//	function twice          the text of a stored function
//	external-table T        an inline_external_table, which is kept as T
//	graph G                 a model of a graph, as JSON
//	kql                     a query; its output is the table, or the mistakes
//	plan                    a query; its output is the plan
//
// Cells are parted by white space; strings stand in double quotes, dynamic values
// are JSON, null is null. Rows are in the order that the query asks for, else sorted
// as text. Columns of the output are aligned. "go test -rewrite" writes the outputs.
package kqltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Engine runs a plan over the tables of a script.
type Engine func(ctx context.Context, root plan.Node, tables map[string]*table.Batch) (table.Reader, error)

// Eval is the reference: kql/eval.
func Eval(ctx context.Context, root plan.Node, tables map[string]*table.Batch) (table.Reader, error) {
	return eval.Run(ctx, root, source(tables), eval.Limits{})
}

// source reads the tables of a script.
func source(tables map[string]*table.Batch) eval.Source {
	return func(_ context.Context, n plan.Node) (table.Reader, error) {
		s, ok := n.(*plan.Scan)
		if !ok {
			return nil, nil
		}
		b, ok := tables[s.Ref.Table]
		if !ok {
			return nil, fmt.Errorf("no table %s", s.Ref.Table)
		}
		return table.NewReader(b.Schema, Within(b, s.Span)), nil
	}
}

// Within keeps the rows of b whose TimeGenerated is in a span.
func Within(b *table.Batch, span table.Span) *table.Batch {
	i := b.Schema.Index(table.TimeGenerated)
	if span.All() || i < 0 {
		return b
	}
	var keep []int
	for r := range b.Rows {
		if t, ok := b.Vecs[i].At(r).(table.Time); ok && span.Contains(t) {
			keep = append(keep, r)
		}
	}
	return b.Gather(keep)
}

// Now is the time at which scripts run.
const Now = "2026-01-02T00:00:00Z"

// Run runs the scripts in a folder.
func Run(t *testing.T, dir string, e Engine) {
	datadriven.Walk(t, dir, func(t *testing.T, path string) {
		if !strings.HasSuffix(path, ".kqlt") {
			return
		}
		s := &script{engine: e, tables: map[string]*table.Batch{}, stored: map[string]kql.Stored{}}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out, err := s.block(t.Context(), d)
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			return out
		})
	})
}

// script is a script being run. It is the Env of its queries.
type script struct {
	engine Engine
	tables map[string]*table.Batch
	stored map[string]kql.Stored
}

func (s *script) Table(name string) (table.Ref, *table.Schema, bool) {
	b, ok := s.tables[name]
	if !ok {
		return table.Ref{}, nil, false
	}
	return table.Ref{Workspace: "test", Table: name}, b.Schema, true
}

func (s *script) Tables() []string {
	var names []string
	for n := range s.tables {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (s *script) Stored(name string) (kql.Stored, bool) { x, ok := s.stored[name]; return x, ok }

func (s *script) Workspace(name string) (kql.Env, bool) { return s, name == "other" }

func (s *script) block(ctx context.Context, d *datadriven.TestData) (string, error) {
	switch d.Cmd {
	case "table":
		b, err := ParseTable(d.Input)
		if err != nil {
			return "", err
		}
		s.tables[d.CmdArgs[0].Key] = b
		return "", nil
	case "function", "view", "entity-group":
		kind := map[string]kql.StoredKind{"function": kql.StoredFunction, "view": kql.StoredView, "entity-group": kql.StoredGroup}[d.Cmd]
		s.stored[d.CmdArgs[0].Key] = kql.Stored{Kind: kind, Text: d.Input}
		return "", nil
	case "external-table":
		return "", s.external(d)
	case "graph":
		return "", s.graph(d)
	case "kql", "plan":
		return s.query(ctx, d)
	}
	return "", fmt.Errorf("no command %s", d.Cmd)
}

// external keeps what an inline_external_table describes, with a mapping M.
func (s *script) external(d *datadriven.TestData) error {
	q, err := kql.Compile(d.Input, s, kql.Options{})
	if err != nil {
		return err
	}
	n := *q.Results[0].Root.(*plan.ExternalData)
	n.Of = table.Ref{Workspace: "test", Table: d.CmdArgs[0].Key}
	s.stored[n.Of.Table] = kql.Stored{Kind: kql.StoredExternal, External: &n, Mappings: map[string]string{"M": "[]"}}
	return nil
}

// graph keeps a model of a graph.
func (s *script) graph(d *datadriven.TestData) error {
	m, err := kql.ParseGraphModel(d.Input)
	if err != nil {
		return err
	}
	s.stored[d.CmdArgs[0].Key] = kql.Stored{Kind: kql.StoredGraph, Graph: m, Snapshot: func(string) (*kql.GraphSnapshot, bool) { return nil, false }}
	return nil
}

func (s *script) query(ctx context.Context, d *datadriven.TestData) (string, error) {
	o, err := s.options(d)
	if err != nil {
		return "", err
	}
	q, err := kql.Compile(d.Input, s, o)
	var list *kql.Error
	switch {
	case errors.As(err, &list):
		return list.Report(), nil
	case err != nil:
		return "", err
	}
	var out strings.Builder
	for _, r := range q.Results {
		if len(q.Results) > 1 {
			fmt.Fprintf(&out, "[%s]\n", r.Name)
		}
		if d.Cmd == "plan" {
			out.WriteString(plan.String(r.Root))
			continue
		}
		text, err := s.answer(ctx, r.Root)
		if err != nil {
			text = "error: " + err.Error() + "\n"
		}
		out.WriteString(text)
	}
	if q.Render != nil {
		fmt.Fprintf(&out, "render %s\n", q.Render.Kind)
	}
	return out.String(), nil
}

// options reads the arguments of a block: span=(start,end), or name=(value) for a
// query parameter.
func (s *script) options(d *datadriven.TestData) (kql.Options, error) {
	now, err := table.ParseTime(Now)
	if err != nil {
		return kql.Options{}, err
	}
	o := kql.Options{Now: now, Params: map[string]string{}}
	for _, a := range d.CmdArgs {
		if a.Key != "span" {
			o.Params[a.Key] = strings.Join(a.Vals, ",")
			continue
		}
		if o.Span.Start, err = table.ParseTime(a.Vals[0]); err != nil {
			return o, err
		}
		if o.Span.End, err = table.ParseTime(a.Vals[1]); err != nil {
			return o, err
		}
	}
	o.Columns = func(n *plan.Plugin) ([]table.Column, bool, error) {
		return eval.Columns(context.Background(), n, source(s.tables), eval.Limits{})
	}
	return o, nil
}

func (s *script) answer(ctx context.Context, root plan.Node) (string, error) {
	r, err := s.engine(ctx, root, s.tables)
	if err != nil {
		return "", err
	}
	b, err := table.ReadAll(ctx, r)
	if cerr := r.Close(); err == nil && cerr != nil && !errors.Is(cerr, io.EOF) {
		err = cerr
	}
	if err != nil {
		return "", err
	}
	return FormatTable(b, !Ordered(root)), nil
}

// Ordered reports whether the order of a plan's rows means something.
func Ordered(n plan.Node) bool {
	switch x := n.(type) {
	case *plan.Sort, *plan.Top, *plan.TopNested, *plan.Range:
		return true
	case *plan.Values:
		return true
	case *plan.Filter, *plan.Project, *plan.Limit, *plan.Parse, *plan.ParseKv, *plan.MvExpand, *plan.MvApply, *plan.Cache:
		return Ordered(x.Inputs()[0])
	}
	return false
}
