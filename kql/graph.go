package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// graph is what make-graph makes of tables.
type graph struct {
	g   *plan.Graph
	bad bool // a mistake made it
}

func graphRel(g *plan.Graph, bad bool) *rel { return &rel{graph: &graph{g, bad}, bad: bad} }

// makeGraph makes a graph of a table of edges and tables of nodes.
func (b *binder) makeGraph(op *syntax.MakeGraph, in *rel) *rel {
	b.opParams(op.Params)
	for _, end := range []*syntax.Name{op.Source, op.Target} {
		in = b.having(end, in, end.Text, table.String)
	}
	g := &plan.Graph{Edges: in.node, Source: b.edgeEnd(in, op.Source), Target: b.edgeEnd(in, op.Target), Undirected: op.Dir != "-->"}
	bad := in.bad || g.Source < 0 || g.Target < 0
	if bad {
		g.Source, g.Target = 0, 0
		if len(in.cols) == 0 {
			g.Edges = badRel(table.Column{Name: "$"}).node
		}
	}
	var id table.Type
	if !bad {
		id = in.cols[g.Source].Type
		if t := in.cols[g.Target].Type; t != id {
			b.fail(op.Target, codeType, "the ends of an edge must have one type, not %s and %s", id, t)
			bad = true
		}
		b.notDynamic(in, op.Source, in.col(g.Source))
	}
	tables := []*rel{in}
	for _, n := range op.With {
		r := b.query(n.Table)
		r = b.having(n.On, r, n.On.Text, max(id, 1))
		bad = bad || r.bad
		tables = append(tables, r)
		b.graphNodes(g, r, n.On, id)
	}
	if op.NodeID != nil && len(op.With) == 0 {
		g.NodeCols, g.Value = []table.Column{{Name: op.NodeID.Text, Type: id}}, true
	}
	if op.PartitionBy == nil {
		return graphRel(g, bad)
	}
	return b.partitionedGraph(op, g, tables, bad)
}

func (b *binder) edgeEnd(in *rel, name *syntax.Name) int {
	i := in.index(name.Text)
	if i < 0 && !in.bad {
		b.failHint(name, syntax.DidYouMean(name.Text, in.names()), codeName, "no column named '%s'", name.Text)
	}
	return i
}

// graphNodes adds a table of nodes. Columns of the same name and type in several
// tables are one; of the same name and another type, one with the type in its name.
func (b *binder) graphNodes(g *plan.Graph, r *rel, on *syntax.Name, id table.Type) {
	n := plan.GraphNodes{In: r.node, ID: b.edgeEnd(r, on), To: make([]int, len(r.cols))}
	if n.ID >= 0 && id != 0 && r.cols[n.ID].Type != id {
		b.fail(on, codeType, "nodes are found by a column of type %s, as the ends of edges are, not %s", id, r.cols[n.ID].Type)
	}
	for i, c := range r.cols {
		n.To[i] = nodeColumn(g, c)
	}
	g.Nodes = append(g.Nodes, n)
}

// nodeColumn is where the nodes of a graph have a column.
func nodeColumn(g *plan.Graph, c table.Column) int {
	for {
		at := (&rel{cols: g.NodeCols}).index(c.Name)
		if at < 0 {
			g.NodeCols = append(g.NodeCols, c)
			return len(g.NodeCols) - 1
		}
		if g.NodeCols[at].Type == c.Type {
			return at
		}
		c.Name += "_" + c.Type.String()
	}
}

// partitionedGraph runs a subquery on the graph of each value of a column that the
// edges and the nodes have.
func (b *binder) partitionedGraph(op *syntax.MakeGraph, g *plan.Graph, tables []*rel, bad bool) *rel {
	n := &plan.CoPartition{}
	var by table.Type
	part := *g
	part.Nodes = append([]plan.GraphNodes(nil), g.Nodes...)
	for i, t := range tables {
		at := b.edgeEnd(t, op.PartitionBy)
		if at < 0 {
			bad = true
		} else if by == 0 {
			by = t.cols[at].Type
		} else if t.cols[at].Type != by {
			b.fail(op.PartitionBy, codeType, "the column '%s' has several types in edges and nodes", op.PartitionBy.Text)
		}
		id := b.id()
		n.Ins, n.By, n.IDs = append(n.Ins, t.node), append(n.By, max(at, 0)), append(n.IDs, id)
		sub := &plan.SubInput{ID: id, Table: &table.Schema{Cols: t.cols}}
		if i == 0 {
			part.Edges = sub
		} else {
			part.Nodes[i-1].In = sub
		}
	}
	out := b.subquery(op.Sub, graphRel(&part, bad))
	n.Sub = out.node
	if bad || out.bad {
		return badRel(out.cols...)
	}
	return newRel(n)
}

// graphOp binds an operator over a graph.
func (b *binder) graphOp(op syntax.Op, in *rel) *rel {
	switch op := op.(type) {
	case *syntax.GraphMatch:
		ps := b.opParams(op.Params, "cycles")
		cycles := b.word(ps, "cycles", "none", "all", "unique_edges")
		if cycles == "" {
			cycles = "unique_edges"
		}
		return b.graphMatch(in, &plan.GraphMatch{Cycles: cycles}, op.Patterns, op.Where, op.Project, op.HasProject)
	case *syntax.GraphShortestPaths:
		ps := b.opParams(op.Params, "output")
		shortest := b.word(ps, "output", "any", "all")
		if shortest == "" {
			shortest = "any"
		}
		if p := op.Pattern; p != nil && len(p.Nodes) > 0 && len(p.Edges) != 1 {
			b.fail(p, codePattern, "a pattern of shortest paths has one edge")
		}
		n := &plan.GraphMatch{Cycles: "unique_edges", Shortest: shortest}
		return b.graphMatch(in, n, []*syntax.GraphPattern{op.Pattern}, op.Where, op.Project, op.HasProject)
	case *syntax.GraphToTable:
		return b.graphToTable(op, in)
	case *syntax.GraphMarkComponents:
		return b.markComponents(op, in)
	case *syntax.GraphWhere:
		return b.graphWhere(op, in)
	case *syntax.As:
		b.opParams(op.Params)
		b.scope.names[op.Name.Text] = &binding{rel: in}
		return in
	case *syntax.Bad:
		return badRel()
	}
	b.fail(opWord{op}, codeTabular, "this operator needs a table, not a graph; graph-match and graph-to-table make one")
	return badRel()
}

func (b *binder) markComponents(op *syntax.GraphMarkComponents, in *rel) *rel {
	ps := b.opParams(op.Params, "kind", "with_component_id")
	name := "ComponentId"
	if p := ps["with_component_id"]; p != nil {
		name = wordOf(p.X)
	}
	g := *in.graph.g
	if (&rel{cols: g.NodeCols}).index(name) >= 0 {
		b.fail(op, codeDuplicate, "nodes have a column named '%s' already", name)
	}
	c := &plan.GraphComponents{Col: len(g.NodeCols), Strong: b.word(ps, "kind", "weak", "strong") == "strong" && !g.Undirected}
	g.NodeCols = append(g.NodeCols[:len(g.NodeCols):len(g.NodeCols)], table.Column{Name: name, Type: table.Long})
	steps := make([]plan.GraphStep, len(g.Steps), len(g.Steps)+1)
	for i, s := range g.Steps { // what nodes have behind their columns is one further on
		if s.Nodes != nil {
			s.Nodes = plan.RewriteExpr(s.Nodes, func(e plan.Expr) plan.Expr {
				if col, ok := e.(*plan.Col); ok && col.Index >= c.Col {
					return &plan.Col{Index: col.Index + 1, Of: col.Of}
				}
				return e
			})
		}
		steps[i] = s
	}
	g.Steps = append(steps, plan.GraphStep{Components: c})
	return graphRel(&g, in.graph.bad)
}

func (b *binder) graphWhere(op *syntax.GraphWhere, in *rel) *rel {
	g := *in.graph.g
	step := plan.GraphStep{}
	if op.Edges {
		step.Edges = b.condition(edgeFrame(&g, in.graph.bad, nil), op.Cond)
	} else {
		step.Nodes = b.condition(nodeFrame(&g, in.graph.bad, nil), op.Cond)
	}
	g.Steps = append(g.Steps[:len(g.Steps):len(g.Steps)], step)
	return graphRel(&g, in.graph.bad)
}

// nodeFrame and edgeFrame are the frames of expressions over one node or edge.
func nodeFrame(g *plan.Graph, bad bool, caller *frame) *frame {
	return &frame{in: &rel{cols: g.NodeCols, bad: bad}, caller: caller, graphNode: g}
}

func edgeFrame(g *plan.Graph, bad bool, caller *frame) *frame {
	return &frame{in: &rel{cols: g.EdgeCols(), bad: bad}, caller: caller, graphEdge: g}
}

// graphToTable makes tables of the nodes and edges of a graph.
func (b *binder) graphToTable(op *syntax.GraphToTable, in *rel) *rel {
	var out *rel
	for _, o := range op.Outputs {
		n := &plan.GraphTable{Graph: in.graph.g, OfEdges: o.Kind == "edges"}
		ps := b.opParams(o.Params, "with_node_id", "with_source_id", "with_target_id")
		for name, to := range map[string]*string{"with_node_id": &n.NodeID, "with_source_id": &n.SourceID, "with_target_id": &n.TargetID} {
			if p := ps[name]; p != nil {
				*to = wordOf(p.X)
			}
		}
		r := newRel(n)
		r.bad = in.graph.bad
		if o.As != nil {
			r = r.from(&plan.Cache{ID: b.id(), In: n})
			r.name = o.As.Text
			b.scope.names[o.As.Text] = &binding{rel: r}
		}
		if out == nil {
			out = r
			out.first = r.name
			continue
		}
		out.more = append(out.more, plan.Result{Name: r.name, Root: r.node})
	}
	if out == nil {
		return badRel()
	}
	out.naming = len(op.Outputs) > 1
	return out
}
