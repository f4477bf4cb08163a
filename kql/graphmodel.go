package kql

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// GraphModel says what a graph is made of:
// https://learn.microsoft.com/kusto/management/graph/graph-model-overview
type GraphModel struct {
	Schema     GraphSchema
	Definition struct{ Steps []GraphStep }
}

// GraphSchema has the properties of nodes and edges, with their types, by labels.
type GraphSchema struct {
	Nodes, Edges map[string]map[string]string
}

// GraphStep adds the nodes or the edges that a query gives.
type GraphStep struct {
	Kind         string // AddNodes, AddEdges
	Query        string
	NodeIdColumn string // of AddNodes
	SourceColumn string // of AddEdges
	TargetColumn string
	Labels       []string // of all that it adds
	LabelsColumn string   // of each: a label, or an array of some
}

// GraphSnapshot is what a graph was at a time: its model of then, with the rows that the
// queries of its steps gave.
type GraphSnapshot struct {
	Model *GraphModel
	Rows  []*table.Batch
	Of    []table.Ref // the tables that they came from, for who may read them
}

// ParseGraphModel reads a model, and says what is wrong with it but for its queries.
func ParseGraphModel(text string) (*GraphModel, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	m := &GraphModel{}
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("the model is no JSON of one: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something comes behind the model")
	}
	edges := 0
	for i, s := range m.Definition.Steps {
		wrong := func(why string, args ...any) error {
			return fmt.Errorf("step %d of the model %s", i+1, fmt.Sprintf(why, args...))
		}
		switch {
		case strings.TrimSpace(s.Query) == "":
			return nil, wrong("has no Query")
		case s.Kind == "AddNodes" && (s.NodeIdColumn == "" || s.SourceColumn+s.TargetColumn != ""):
			return nil, wrong("has Kind, Query, NodeIdColumn, and may have Labels and LabelsColumn")
		case s.Kind == "AddEdges" && (s.SourceColumn == "" || s.TargetColumn == "" || s.NodeIdColumn != ""):
			return nil, wrong("has Kind, Query, SourceColumn, TargetColumn, and may have Labels and LabelsColumn")
		case s.Kind == "AddEdges":
			edges++
		case s.Kind != "AddNodes":
			return nil, wrong("is of the kind %q: it is AddNodes or AddEdges", s.Kind)
		}
	}
	if edges == 0 {
		return nil, errors.New("the model has no step of the kind AddEdges")
	}
	for _, of := range []map[string]map[string]string{m.Schema.Nodes, m.Schema.Edges} {
		for label, props := range of {
			for name, t := range props {
				if _, ok := table.ParseType(t); !ok {
					return nil, fmt.Errorf("the property %s of %s is of no type: %q", name, label, t)
				}
			}
		}
	}
	return m, nil
}

// storedGraph binds graph("name"), graph("name", "snapshot") and graph("name", true): the
// latest snapshot of a model, one by its name, and what the model makes now.
// https://learn.microsoft.com/kusto/query/graph-function
func (b *binder) storedGraph(f *frame, x *syntax.Call, env Env) *rel {
	if !b.arity(x, 1, 2) {
		return badGraph()
	}
	name, ok := b.constText(x.Args[0])
	if !ok {
		return badGraph()
	}
	s, found := env.Stored(name)
	if !found || s.Kind != StoredGraph {
		b.fail(x.Args[0], codeTable, "no graph model named '%s'", name)
		return badGraph()
	}
	snapshot, transient, ok := b.snapshotOf(x)
	if !ok {
		return badGraph()
	}
	g := &modelGraph{b: b, f: f, at: x, name: name, env: env, model: s.Graph, g: &plan.Graph{Labels: true}}
	if !transient {
		snap, found := s.Snapshot(snapshot)
		switch {
		case !found && snapshot == "":
			b.failHint(x, "graph('"+name+"', true) makes the graph of what the model reads now", codeTable, "the graph model '%s' has no snapshot", name)
			return badGraph()
		case !found:
			b.fail(x.Args[1], codeTable, "the graph model '%s' has no snapshot named '%s'", name, snapshot)
			return badGraph()
		}
		g.model, g.snap = snap.Model, snap
	}
	return g.make()
}

func badGraph() *rel {
	n := badRel(table.Column{Name: "$"}).node
	return graphRel(&plan.Graph{Edges: n}, true)
}

// snapshotOf reads the second argument of graph(): a name, or whether there is to be none.
func (b *binder) snapshotOf(x *syntax.Call) (name string, transient, ok bool) {
	if len(x.Args) == 1 {
		return "", false, true
	}
	arg, want := x.Args[1], table.Type(0)
	if n, named := arg.(*syntax.Named); named && len(n.Names) == 1 {
		if want, ok = map[string]table.Type{"snapshot": table.String, "transient": table.Bool}[n.Names[0].Text]; !ok {
			b.fail(n.Names[0], codeNamedArg, "graph() has no argument named '%s': they are snapshot and transient", n.Names[0].Text)
			return "", false, false
		}
		arg = n.X
	}
	e := b.expr(noRow(), arg)
	if isBad(e) {
		return "", false, false
	}
	l, ok := e.(*plan.Lit)
	if !ok || l.Value == nil || e.Type() != table.String && e.Type() != table.Bool || want != 0 && e.Type() != want {
		b.fail(arg, codeConstant, "the name of a snapshot, or true or false, is expected here")
		return "", false, false
	}
	name, _ = l.Value.(string)
	transient, _ = l.Value.(bool)
	return name, transient, true
}

// modelGraph makes a graph of a model.
type modelGraph struct {
	b     *binder
	f     *frame
	at    spot
	name  string
	env   Env
	model *GraphModel
	snap  *GraphSnapshot // nil: of what the queries give now
	g     *plan.Graph
	id    table.Type // of all nodes' ids
	bad   bool
}

func (m *modelGraph) fail(code, format string, args ...any) {
	m.b.fail(m.at, code, "the graph model '%s': %s", m.name, fmt.Sprintf(format, args...))
	m.bad = true
}

// make binds the steps. A node that an edge has and no step of nodes is one without
// properties.
func (m *modelGraph) make() *rel {
	var edges []*rel
	for i, s := range m.model.Definition.Steps {
		r := m.rows(i, s)
		if r.graph != nil {
			m.fail(codeTabular, "step %d gives a graph, not a table", i+1)
			continue
		}
		m.bad = m.bad || r.bad
		if s.Kind == "AddNodes" {
			m.addNodes(i, s, r)
		} else if e := m.edges(i, s, r); e != nil {
			edges = append(edges, e)
		}
	}
	m.properties(m.model.Schema.Nodes, m.g.NodeCols, func(c table.Column) { m.g.NodeCols = append(m.g.NodeCols, c) })
	if len(edges) == 0 || m.bad {
		return badGraph()
	}
	m.unite(edges)
	return graphRel(m.g, m.bad)
}

// rows are those that a step's query gives, or gave.
func (m *modelGraph) rows(i int, s GraphStep) *rel {
	if m.snap != nil {
		return newRel(&plan.Values{Rows: m.snap.Rows[i], Of: m.snap.Of})
	}
	x, errs := declared("step", "() {\n"+s.Query+"\n}")
	lit, ok := x.(*syntax.FuncLit)
	if !ok {
		m.fail(codeFunction, "the query of step %d cannot be read: %s", i+1, errs[0].Msg)
		return badRel()
	}
	what := fmt.Sprintf("step %d of the graph model %s", i+1, m.name)
	v := m.b.invoke(m.f, m.at, &userFunc{name: what, label: what, body: lit.Body, env: m.env, stored: true}, nil, nil)
	if v.rel == nil {
		if !isBad(v.expr) {
			m.fail(codeTabular, "step %d gives a scalar, not a table", i+1)
		}
		return badRel()
	}
	return v.rel
}

// end finds the column of a step by which nodes are known.
func (m *modelGraph) end(i int, r *rel, name string) int {
	at := r.index(name)
	switch {
	case r.bad:
	case at < 0:
		m.fail(codeName, "step %d has no column named '%s'", i+1, name)
	case r.cols[at].Type == table.Dynamic:
		m.fail(codeType, "step %d: nodes cannot be known by a dynamic value, as '%s' has", i+1, name)
	case m.id == 0:
		m.id = r.cols[at].Type
	case r.cols[at].Type != m.id:
		m.fail(codeType, "step %d: nodes are known by a column of type %s, and not %s as '%s' is", i+1, m.id, r.cols[at].Type, name)
	}
	return at
}

// labelled are the columns of a step, and the labels of each row.
func (m *modelGraph) labelled(i int, s GraphStep, r *rel) []plan.Named {
	cols := r.all()
	text := "dynamic([" + literals(s.Labels) + "])"
	if s.LabelsColumn != "" {
		c, at := syntax.Bracketed(s.LabelsColumn), r.index(s.LabelsColumn)
		switch {
		case r.bad:
			return cols
		case at < 0:
			m.fail(codeName, "step %d has no column named '%s'", i+1, s.LabelsColumn)
			return cols
		case r.cols[at].Type == table.String:
			text = "array_concat(" + text + ", iff(isempty(" + c + "), dynamic([]), pack_array(" + c + ")))"
		case r.cols[at].Type == table.Dynamic:
			text = "array_concat(" + text + ", iff(gettype(" + c + ") == 'array', " + c + ", iff(isempty(" + c + "), dynamic([]), pack_array(" + c + "))))"
		default:
			m.fail(codeType, "step %d: labels are strings, or arrays of some, and '%s' is %s", i+1, s.LabelsColumn, r.cols[at].Type)
			return cols
		}
	}
	x, errs := declared("labels", text)
	if x == nil {
		panic("kql: labels: " + errs[0].Msg)
	}
	return append(cols, plan.Named{Name: "$labels", Expr: m.b.expr(row(r), x)})
}

func literals(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		text, _ := json.Marshal(t)
		out[i] = string(text)
	}
	return strings.Join(out, ", ")
}

func (m *modelGraph) addNodes(i int, s GraphStep, r *rel) {
	n := plan.GraphNodes{ID: m.end(i, r, s.NodeIdColumn), To: make([]int, len(r.cols))}
	n.In = &plan.Project{In: r.node, Cols: m.labelled(i, s, r)}
	for c, col := range r.cols {
		n.To[c] = nodeColumn(m.g, col)
	}
	m.g.Nodes = append(m.g.Nodes, n)
}

// edges are those of a step, with their ends and labels behind their properties; nil after
// a mistake.
func (m *modelGraph) edges(i int, s GraphStep, r *rel) *rel {
	from, to := m.end(i, r, s.SourceColumn), m.end(i, r, s.TargetColumn)
	cols := m.labelled(i, s, r)
	if m.bad {
		return nil
	}
	last := len(cols) - 1
	labels := cols[last]
	cols = append(cols[:last:last], plan.Named{Name: "$source", Expr: r.col(from)}, plan.Named{Name: "$target", Expr: r.col(to)}, labels)
	return r.from(&plan.Project{In: r.node, Cols: cols})
}

// unite makes one table of all edges.
func (m *modelGraph) unite(edges []*rel) {
	all := m.b.unite(edges, "", false)
	var cols []plan.Named
	hidden := [plan.GraphEdgeHidden]plan.Named{}
	own := []table.Column{}
	for i, c := range all.cols {
		n := plan.Named{Name: c.Name, Expr: all.col(i)}
		if at := slices.Index([]string{"$source", "$target", "$labels"}, c.Name); at >= 0 {
			hidden[at] = n
			continue
		}
		cols, own = append(cols, n), append(own, c)
	}
	m.properties(m.model.Schema.Edges, own, func(c table.Column) {
		missing := &plan.Lit{Of: c.Type}
		if c.Type == table.String {
			missing.Value = ""
		}
		cols = append(cols, plan.Named{Name: c.Name, Expr: missing})
	})
	m.g.Source, m.g.Target = len(cols)+plan.GraphSource, len(cols)+plan.GraphTarget
	m.g.Edges = &plan.Project{In: all.node, Cols: append(cols, hidden[:]...)}
}

// properties adds those that the schema has and no step.
func (m *modelGraph) properties(of map[string]map[string]string, has []table.Column, add func(table.Column)) {
	known := map[string]table.Type{}
	for _, c := range has {
		known[c.Name] = c.Type
	}
	for _, label := range slices.Sorted(maps.Keys(of)) {
		for _, name := range slices.Sorted(maps.Keys(of[label])) {
			t, _ := table.ParseType(of[label][name])
			switch was, there := known[name]; {
			case !there:
				known[name] = t
				add(table.Column{Name: name, Type: t})
			case was != t:
				m.fail(codeType, "the property '%s' of %s is of type %s in the schema, and %s is given", name, label, t, was)
			}
		}
	}
}
