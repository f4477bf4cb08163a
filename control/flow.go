package control

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Flow carries the rows of one stream to one table.
type Flow struct {
	Stream    string
	In        *table.Schema // of the stream
	To        table.Ref
	transform string
	plan      plan.Node // nil: rows stay as they are
	timed     bool      // the plan depends on the time at which it was compiled
}

// source is the name by which a transform calls its rows.
const source = "source"

// compiledRule is a version of a rule with its transforms compiled.
type compiledRule struct {
	etag  string
	flows map[string][]*Flow // by stream
}

// StreamSchema returns the columns of a stream of the rule, and whether the rule has
// a flow for it.
func (s *Store) StreamSchema(r *DataCollectionRule, stream string) (*table.Schema, bool, error) {
	fs, err := s.Flows(r, stream)
	if err != nil || len(fs) == 0 {
		return nil, false, err
	}
	return fs[0].In, true, nil
}

// Flows returns the flows of one stream of a rule; none if the rule does not have it.
// Transforms are compiled the first time that a version of the rule is asked for.
func (s *Store) Flows(r *DataCollectionRule, stream string) ([]*Flow, error) {
	k := key(r.ID)
	if c, ok := s.flows.Load(k); ok {
		if c := c.(*compiledRule); c.etag == r.Etag {
			return c.flows[stream], nil
		}
	}
	c, err := s.compile(r)
	if err != nil {
		return nil, err
	}
	s.flows.Store(k, c)
	return c.flows[stream], nil
}

func (s *Store) compile(r *DataCollectionRule) (*compiledRule, error) {
	c := &compiledRule{etag: r.Etag, flows: map[string][]*Flow{}}
	for i := range r.Properties.DataFlows {
		f := &r.Properties.DataFlows[i]
		for _, stream := range f.Streams {
			in, err := r.streamSchema(stream)
			if err != nil {
				return nil, err
			}
			out := f.OutputStream
			if out == "" {
				out = stream
			}
			one := Flow{Stream: stream, In: in, transform: f.TransformKql}
			if err := one.compile(s.now()); err != nil {
				return nil, invalid("InvalidTransformQuery", "The transform of stream '%s' is invalid: %s", stream, describe(err))
			}
			for _, name := range f.Destinations {
				for _, d := range r.Properties.Destinations.LogAnalytics {
					if d.Name == name {
						flow := one
						flow.To = table.Ref{Workspace: d.WorkspaceID, Table: tableOfStream(out)}
						c.flows[stream] = append(c.flows[stream], &flow)
					}
				}
			}
		}
	}
	return c, nil
}

// TryFlow compiles a transform of a stream that no rule has yet: with columns as a rule
// declares them, or none for one of Azure's streams. Errors: *InvalidError, and the
// compiler's *kql.Error with the places of the mistakes.
func (s *Store) TryFlow(stream string, columns []StreamColumn, transform string) (*Flow, error) {
	r := &DataCollectionRule{}
	if len(columns) > 0 {
		decl := StreamDeclaration{Columns: columns}
		if err := decl.validate(stream); err != nil {
			return nil, err
		}
		r.Properties.StreamDeclarations = map[string]StreamDeclaration{stream: decl}
	}
	in, err := r.streamSchema(stream)
	if err != nil {
		return nil, err
	}
	f := &Flow{Stream: stream, In: in, transform: transform}
	switch err := f.compile(s.now()); {
	case errors.As(err, new(*kql.Error)):
		return nil, err
	case err != nil:
		return nil, invalid("InvalidTransformQuery", "The transform of stream '%s' is invalid: %s", stream, err)
	}
	return f, nil
}

// streamSchema finds the columns of a stream: declared by the rule, or those of one of
// Azure's tables.
func (r *DataCollectionRule) streamSchema(stream string) (*table.Schema, error) {
	if decl, ok := r.Properties.StreamDeclarations[stream]; ok {
		in := &table.Schema{}
		for _, c := range decl.Columns {
			in.Cols = append(in.Cols, table.Column{Name: c.Name, Type: streamTypes[strings.ToLower(c.Type)]})
		}
		return in, nil
	}
	if strings.HasPrefix(stream, microsoftStream) {
		if in, ok := table.Builtin(tableOfStream(stream)); ok {
			return in, nil
		}
	}
	return nil, invalid("InvalidDataFlow", "The data flow's stream '%s' is not declared by the rule, nor one of Azure's.", stream)
}

// compile sets the plan. It is made at two times: if the plans differ, the query asks
// for the time, and Plan makes it anew.
func (f *Flow) compile(now table.Time) error {
	if t := strings.TrimSpace(f.transform); t == "" || t == source {
		return nil
	}
	n, err := f.planAt(now)
	if err != nil {
		return err
	}
	later, err := f.planAt(now + 1)
	if err != nil {
		return err
	}
	f.plan, f.timed = n, !reflect.DeepEqual(n, later)
	return nil
}

// Plan returns the transform as it is at a time: a plan whose one Scan is the stream.
// It is nil if rows stay as they are.
func (f *Flow) Plan(now table.Time) (plan.Node, error) {
	if f.timed {
		return f.planAt(now)
	}
	return f.plan, nil
}

// Out returns the columns that the flow gives.
func (f *Flow) Out() *table.Schema {
	if f.plan == nil {
		return f.In
	}
	return f.plan.Schema()
}

func (f *Flow) planAt(now table.Time) (plan.Node, error) {
	q, err := kql.Compile(f.transform, transformEnv{f.In}, kql.Options{Now: now})
	if err != nil {
		return nil, err
	}
	if len(q.Results) != 1 || q.Render != nil {
		return nil, errors.New("it must give one table, and draw nothing")
	}
	if err := checkTransform(q.Results[0].Root); err != nil {
		return nil, err
	}
	return q.Results[0].Root, nil
}

// describe lists all mistakes of a query with their places.
func describe(err error) string {
	var ke *kql.Error
	if !errors.As(err, &ke) {
		return err.Error()
	}
	var b strings.Builder
	for i, e := range ke.List {
		if i > 0 {
			b.WriteString("; ")
		}
		line := 1 + strings.Count(ke.Src[:e.Pos], "\n")
		col := e.Pos - strings.LastIndexByte(ke.Src[:e.Pos], '\n')
		fmt.Fprintf(&b, "%s (line %d, position %d)", e.Msg, line, col)
	}
	return b.String()
}

// checkTransform refuses the operators that Azure does not allow in a transform: those
// that look at more than one row at a time.
func checkTransform(n plan.Node) error {
	var err error
	expr := func(e plan.Expr) {
		plan.RewriteExpr(e, func(e plan.Expr) plan.Expr {
			switch e := e.(type) {
			case *plan.Scalar:
				err = errors.New("toscalar() cannot be used in a transform")
			case *plan.InRows:
				if _, ok := e.Root.(*plan.Values); !ok {
					err = errors.New("a query inside of an expression cannot be used in a transform")
				}
			}
			return e
		})
	}
	switch n := n.(type) {
	case *plan.Scan, *plan.Values:
	case *plan.Filter:
		expr(n.Cond)
	case *plan.Project:
		if n.Window {
			return errors.New("functions over several rows cannot be used in a transform")
		}
		for _, c := range n.Cols {
			expr(c.Expr)
		}
	case *plan.Parse:
		expr(n.Text)
	default:
		return fmt.Errorf("the operator '%s' cannot be used in a transform: it may use where, extend, project, project-away, project-keep, project-rename, project-reorder, parse, parse-where, print and datatable",
			strings.ToLower(reflect.TypeOf(n).Elem().Name()))
	}
	for _, in := range n.Inputs() {
		if err == nil {
			err = checkTransform(in)
		}
	}
	return err
}

// transformEnv is all that a transform can refer to.
type transformEnv struct{ in *table.Schema }

func (e transformEnv) Table(name string) (table.Ref, *table.Schema, bool) {
	return table.Ref{Table: source}, e.in, name == source
}
func (transformEnv) Tables() []string                 { return []string{source} }
func (transformEnv) Stored(string) (kql.Stored, bool) { return kql.Stored{}, false }
func (transformEnv) Workspace(string) (kql.Env, bool) { return nil, false }

// checkOutputs refuses a rule whose rows do not fit the tables that they go to.
func (s *Store) checkOutputs(c *compiledRule) error {
	for _, fs := range c.flows {
		for _, f := range fs {
			t, err := s.Table(f.To)
			if err != nil {
				return invalid("InvalidOutputTable", "Table for output stream '%s' is not available for destination '%s'.", f.To.Table, f.To.Workspace)
			}
			var bad []string
			for _, col := range f.Out().Cols {
				if i := t.Schema.Index(col.Name); i >= 0 && !fits(col.Type, t.Schema.Cols[i].Type) {
					bad = append(bad, fmt.Sprintf("%s [produced:'%s', output:'%s']", col.Name, col.Type, t.Schema.Cols[i].Type))
				}
			}
			if bad != nil {
				return invalid("InvalidTransformOutput", "Types of transform output columns do not match the ones defined by the output stream: %s", strings.Join(bad, ", "))
			}
		}
	}
	return nil
}

// fits reports whether a column of a stream can go to a table's column of another
// type: without loss, or because a stream's columns cannot have the table's type.
func fits(from, to table.Type) bool {
	switch {
	case from == to:
		return true
	case from.Numeric() && to.Numeric():
		return from < to
	case from == table.String:
		return to == table.Guid || to == table.Timespan || to == table.Decimal
	}
	return false
}

func (s *Store) now() table.Time { return table.FromGo(s.o.Now()) }
