package mgmt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// Models of graphs and their snapshots:
// https://learn.microsoft.com/kusto/management/graph/graph-persistent-overview
var graphCommands = []entry{
	change(`.create-or-alter graph_model <name> <text>`, &control.WriteSearches, (*call).putGraph),
	change(`.drop graph_model <name>`, &control.DeleteSearches, (*call).dropGraph),
	show(`.show graph_models [<with>]`, (*call).showGraphs),
	show(`.show graph_models details [<with>]`, (*call).showGraphDetails),
	show(`.show graph_model <name> [<with>]`, (*call).showGraphs),
	show(`.show graph_model <name> details`, (*call).showGraphDetails),
	change(`.make [async] graph_snapshot <name:snapshot> from <name>`, &control.WriteSearches, (*call).makeSnapshot),
	change(`.drop graph_snapshot <path:snapshot>`, &control.DeleteSearches, (*call).dropSnapshot),
	change(`.drop graph_snapshots <name>`, &control.DeleteSearches, (*call).dropSnapshots),
	show(`.show graph_snapshots *`, (*call).showSnapshots),
	show(`.show graph_snapshots <name>`, (*call).showSnapshots),
	show(`.show graph_snapshot <path:snapshot>`, (*call).showSnapshot),
	show(`.show graph_snapshot <path:snapshot> details`, (*call).showSnapshotDetails),
}

// kept is the retention of graphs: until they are dropped.
const kept = `{"SoftDeletePeriod":"365000.00:00:00"}`

// graph finds the model that the command names.
func (c *call) graph(name string) (*control.GraphModel, error) {
	m, err := c.ctl.GraphModel(c.id(), name)
	if control.IsNotFound(err) {
		return nil, notFound("GraphModel", name)
	}
	return m, err
}

// graphs are those that the command is about.
func (c *call) graphs() ([]*control.GraphModel, error) {
	if err := c.with("id", "showall"); err != nil {
		return nil, err
	}
	if c.Text["name"] == "" {
		return c.ctl.GraphModels(c.id())
	}
	m, err := c.graph(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if id, ok := c.With["id"]; ok && id != "*" && id != m.ID.String() {
		return nil, fail(codeNotFound, "The graph model '%s' is not kept in the version '%s': only the latest is.", m.Name, id)
	}
	return []*control.GraphModel{m}, nil
}

func (c *call) showGraphs(context.Context) (*table.Batch, error) {
	all, err := c.graphs()
	b := columns("Name:string CreationTime:datetime Id:guid")
	for _, m := range all {
		b.AppendRow(m.Name, table.FromGo(m.Created), table.UUID(m.ID))
	}
	return b, err
}

func (c *call) showGraphDetails(context.Context) (*table.Batch, error) {
	all, err := c.graphs()
	if err != nil {
		return nil, err
	}
	b := columns("Name:string CreationTime:datetime Id:guid SnapshotsCount:long Model:dynamic AuthorizedPrincipals:dynamic RetentionPolicy:dynamic")
	for _, m := range all {
		snaps, err := c.ctl.GraphSnapshots(c.id(), m.Name)
		if err != nil {
			return nil, err
		}
		b.AppendRow(m.Name, table.FromGo(m.Created), table.UUID(m.ID), int64(len(snaps)), table.NewDyn(table.Raw(m.Model)), table.DynValue([]any{}), table.NewDyn(table.Raw(kept)))
	}
	return b, nil
}

// putGraph keeps a model whose graph can be made.
func (c *call) putGraph(ctx context.Context) (*table.Batch, error) {
	model, err := kql.ParseGraphModel(c.Text["text"])
	if err != nil {
		return nil, fail(codeInvalid, "The graph model '%s' cannot be read: %v.", c.Text["name"], err)
	}
	m := &control.GraphModel{Name: c.Text["name"], Model: json.RawMessage(c.Text["text"])}
	q := c.Query
	q.Known = map[string]kql.Stored{m.Name: {Kind: kql.StoredGraph, Graph: model}}
	q.Text = "graph(" + literal(m.Name) + ", true) | graph-to-table nodes"
	_, err = c.eng.Compile(q)
	var mistakes *kql.Error
	if errors.As(err, &mistakes) {
		return nil, fmt.Errorf("validate the graph model %s: %w", m.Name, err)
	}
	if err != nil {
		return nil, err
	}
	if err := c.ctl.PutGraphModel(ctx, c.id(), m); err != nil {
		return nil, err
	}
	snaps, err := c.ctl.GraphSnapshots(c.id(), m.Name)
	if err != nil {
		return nil, err
	}
	b := columns("Name:string CreationTime:datetime Id:guid SnapshotsCount:int Model:string AuthorizedPrincipals:string RetentionPolicy:string")
	b.AppendRow(m.Name, table.FromGo(m.Created), table.UUID(m.ID), int32(len(snaps)), string(m.Model), "[]", kept)
	return b, nil
}

func (c *call) dropGraph(ctx context.Context) (*table.Batch, error) {
	m, err := c.graph(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if err := c.ctl.DeleteGraphModel(ctx, c.id(), m.Name); err != nil {
		return nil, err
	}
	b := columns("Name:string CreationTime:datetime Id:guid")
	b.AppendRow(m.Name, table.FromGo(m.Created), table.UUID(m.ID))
	return b, nil
}

// makeSnapshot runs the queries of a model's steps, all at one moment, and keeps what they
// give.
func (c *call) makeSnapshot(ctx context.Context) (*table.Batch, error) {
	m, err := c.graph(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if _, err := c.ctl.GraphSnapshot(c.id(), m.Name, c.Text["snapshot"]); err == nil {
		return nil, fail(codeExists, "Entity '%s.%s' of kind 'GraphSnapshot' already exists.", m.Name, c.Text["snapshot"])
	}
	model, err := kql.ParseGraphModel(string(m.Model))
	if err != nil {
		return nil, err
	}
	snap := &kql.GraphSnapshot{Model: model}
	if snap.Rows, snap.Of, err = c.steps(ctx, model); err != nil {
		return nil, fmt.Errorf("make the snapshot %s of %s: %w", c.Text["snapshot"], m.Name, err)
	}
	g := &control.GraphSnapshot{Name: c.Text["snapshot"], Time: c.o.Now().UTC(), Of: m.Name, ModelID: m.ID, Created: m.Created, Model: m.Model, Tables: snap.Of}
	for i, s := range model.Definition.Steps {
		if s.Kind == "AddEdges" {
			g.Edges += int64(snap.Rows[i].Rows)
		}
	}
	q := c.Query
	q.Known = map[string]kql.Stored{m.Name: {Kind: kql.StoredGraph, Graph: model, Snapshot: func(string) (*kql.GraphSnapshot, bool) { return snap, true }}}
	q.Text = "graph(" + literal(m.Name) + ") | graph-to-table nodes | count"
	n, err := c.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("make the snapshot %s of %s: %w", g.Name, m.Name, err)
	}
	g.Nodes, _ = n[0].Rows.Vecs[0].At(0).(int64)
	if err := c.ctl.PutGraphSnapshot(ctx, c.id(), g, snap.Rows); err != nil {
		return nil, err
	}
	b := columns("Name:string SnapshotTime:datetime ModelName:string ModelId:guid ModelCreationTime:datetime NodesCount:long EdgesCount:long RetentionPolicy:string")
	b.AppendRow(g.Name, table.FromGo(g.Time), g.Of, table.UUID(g.ModelID), table.FromGo(g.Created), g.Nodes, g.Edges, kept)
	return b, nil
}

// steps runs the queries of a model's steps, and tells what they read.
func (c *call) steps(ctx context.Context, model *kql.GraphModel) ([]*table.Batch, []table.Ref, error) {
	var declare, run strings.Builder
	for i, s := range model.Definition.Steps {
		name := syntax.Bracketed(fmt.Sprintf("step %d", i+1))
		fmt.Fprintf(&declare, "let %s = () {\n%s\n};\n", name, s.Query)
		fmt.Fprintf(&run, "%s;\n", name)
	}
	q := c.Query
	q.Text = declare.String() + run.String()
	q.MaxRows, q.MaxBytes = maxWritten, maxWrittenBytes
	p, err := c.eng.Compile(q)
	if err != nil {
		return nil, nil, err
	}
	results, err := c.query(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	if len(results) != len(model.Definition.Steps) {
		return nil, nil, fail(codeInvalid, "The steps have %d results.", len(results))
	}
	rows := make([]*table.Batch, len(results))
	for i, r := range results {
		rows[i] = r.Rows
	}
	return rows, readBy(p), nil
}

// readBy lists the tables that a query reads.
func readBy(p *plan.Query) []table.Ref {
	var refs []table.Ref
	add := func(list ...table.Ref) {
		for _, ref := range list {
			if ref.Table != "" && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	for _, r := range p.Results {
		plan.RewriteAll(r.Root, func(n plan.Node) plan.Node {
			switch n := n.(type) {
			case *plan.Scan:
				add(n.Ref)
			case *plan.ExternalData:
				add(n.Of)
			case *plan.Values:
				add(n.Of...)
			}
			return n
		})
	}
	return refs
}

// snapshot finds the snapshot that the command names, Model.Snapshot.
func (c *call) snapshot() (*control.GraphSnapshot, error) {
	path := c.Names["snapshot"]
	if len(path) != 2 {
		return nil, fail(codeSyntax, "Syntax error: a graph snapshot is named Model.Snapshot")
	}
	g, err := c.ctl.GraphSnapshot(c.id(), path[0], path[1])
	if control.IsNotFound(err) {
		return nil, notFound("GraphSnapshot", strings.Join(path, "."))
	}
	return g, err
}

func snapshotTable(list ...*control.GraphSnapshot) *table.Batch {
	b := columns("Name:string SnapshotTime:datetime ModelName:string ModelId:guid ModelCreationTime:datetime")
	for _, g := range list {
		b.AppendRow(g.Name, table.FromGo(g.Time), g.Of, table.UUID(g.ModelID), table.FromGo(g.Created))
	}
	return b
}

func (c *call) showSnapshots(context.Context) (*table.Batch, error) {
	if name := c.Text["name"]; name != "" {
		if _, err := c.graph(name); err != nil {
			return nil, err
		}
	}
	all, err := c.ctl.GraphSnapshots(c.id(), c.Text["name"])
	return snapshotTable(all...), err
}

func (c *call) showSnapshot(context.Context) (*table.Batch, error) {
	g, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return snapshotTable(g), nil
}

func (c *call) showSnapshotDetails(context.Context) (*table.Batch, error) {
	g, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	b := columns("Name:string SnapshotTime:datetime ModelName:string ModelId:guid ModelCreationTime:datetime NodesCount:long EdgesCount:long RetentionPolicy:dynamic")
	b.AppendRow(g.Name, table.FromGo(g.Time), g.Of, table.UUID(g.ModelID), table.FromGo(g.Created), g.Nodes, g.Edges, table.NewDyn(table.Raw(kept)))
	return b, nil
}

func (c *call) dropSnapshot(ctx context.Context) (*table.Batch, error) {
	g, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return snapshotTable(g), c.ctl.DeleteGraphSnapshots(ctx, c.id(), g)
}

func (c *call) dropSnapshots(ctx context.Context) (*table.Batch, error) {
	m, err := c.graph(c.Text["name"])
	if err != nil {
		return nil, err
	}
	all, err := c.ctl.GraphSnapshots(c.id(), m.Name)
	if err != nil {
		return nil, err
	}
	return snapshotTable(all...), c.ctl.DeleteGraphSnapshots(ctx, c.id(), all...)
}
