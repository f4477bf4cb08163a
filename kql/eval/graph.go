package eval

import (
	"context"
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// graphData is a graph in memory. Nodes and edges are known by their row.
type graphData struct {
	nodes *table.Batch // records, see plan.Graph
	edges *table.Batch
	src   []int32 // of each edge
	dst   []int32
	out   [][]int32 // edges that begin at each node
	in    [][]int32 // edges that end at each node
	own   int       // how many columns of nodes are properties

	undirected bool
}

// graph reads the edges and nodes of a graph and applies its steps.
func (r *run) graph(ctx context.Context, g *plan.Graph, sc *scope, held *holding) (*graphData, error) {
	b := &graphBuilder{r: r, g: g, sc: sc, held: held, byKey: map[string]int32{}, more: map[int32][]int{}}
	if err := b.read(ctx); err != nil {
		return nil, err
	}
	d, err := b.data(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range g.Steps {
		switch {
		case s.Components != nil:
			d.markComponents(s.Components)
		case s.Nodes != nil:
			keep, err := r.holdsOn(ctx, s.Nodes, d.nodes, sc)
			if err != nil {
				return nil, err
			}
			d = d.keepNodes(keep)
		case s.Edges != nil:
			keep, err := r.holdsOn(ctx, s.Edges, d.edges, sc)
			if err != nil {
				return nil, err
			}
			d = d.keepEdges(keep)
		}
	}
	return d, nil
}

// holdsOn computes a condition on all rows of a batch; null is false.
func (r *run) holdsOn(ctx context.Context, e plan.Expr, b *table.Batch, sc *scope) ([]bool, error) {
	x := r.exprs(sc)
	x.bind(b)
	v, err := x.eval(ctx, e)
	if err != nil {
		return nil, err
	}
	cond, ok := v.(*table.Of[bool])
	if !ok {
		return nil, fmt.Errorf("eval: a condition is %s, not bool", v.Type())
	}
	keep := make([]bool, b.Rows)
	for i := range keep {
		keep[i] = cond.Vals[i] && !cond.IsNull(i)
	}
	return keep, nil
}

// graphBuilder gathers nodes and edges.
type graphBuilder struct {
	r     *run
	g     *plan.Graph
	sc    *scope
	held  *holding
	byKey map[string]int32 // node of a value
	nodes *table.Batch     // NodeCols
	ids   table.Vec        // the values of the nodes
	edges *table.Batch
	src   []int32
	dst   []int32

	first  []int           // of each node that a table has: its first row in nodes
	more   map[int32][]int // and further ones, if there are
	labels [][]string      // of a model: the labels of each node
}

func (b *graphBuilder) read(ctx context.Context) error {
	idType := b.g.Edges.Schema().Cols[b.g.Source].Type
	b.nodes = table.NewBatch(&table.Schema{Cols: b.g.NodeCols})
	b.ids = table.NewVec(idType, 0)
	for _, n := range b.g.Nodes {
		if err := b.readNode(ctx, n.In, func(rows *table.Batch) error {
			return b.addNodes(ctx, rows, n)
		}); err != nil {
			return fmt.Errorf("make-graph: %w", err)
		}
	}
	if len(b.more) > 0 {
		b.merge()
	}
	return b.readNode(ctx, b.g.Edges, func(rows *table.Batch) error {
		return b.addEdges(ctx, rows)
	})
}

func (b *graphBuilder) readNode(ctx context.Context, n plan.Node, f func(*table.Batch) error) (err error) {
	in, err := b.r.open(ctx, n, b.sc)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := in.Close(); err == nil {
			err = cerr
		}
	}()
	rows, err := b.held.all(ctx, in)
	if err != nil {
		return err
	}
	return f(rows)
}

// addNodes adds the nodes of a table.
func (b *graphBuilder) addNodes(ctx context.Context, rows *table.Batch, n plan.GraphNodes) error {
	id := castVec(rows.Vecs[n.ID], b.ids.Type())
	var key []byte
	for i := range rows.Rows {
		if i%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		key = table.AppendKey(key[:0], id, i)
		at, met := b.byKey[string(key)]
		if !met {
			at = int32(len(b.first))
			b.byKey[string(key)] = at
			b.first, b.labels = append(b.first, b.nodes.Rows+i), append(b.labels, nil)
		} else {
			b.more[at] = append(b.more[at], b.nodes.Rows+i)
		}
		if b.g.Labels {
			b.label(at, rows.Vecs[len(rows.Vecs)-1].At(i))
		}
	}
	part := &table.Batch{Schema: b.nodes.Schema, Vecs: make([]table.Vec, len(b.g.NodeCols)), Rows: rows.Rows}
	for c, to := range n.To {
		part.Vecs[to] = rows.Vecs[c]
	}
	for c, col := range b.g.NodeCols {
		if part.Vecs[c] == nil {
			part.Vecs[c] = table.Repeat(col.Type, nil, rows.Rows)
		}
	}
	extendBatch(b.nodes, part)
	extend(b.ids, id)
	return b.held.add(0, int64(rows.Rows)*64)
}

// label gives a node the labels that a row has and that it lacks.
func (b *graphBuilder) label(at int32, v table.Value) {
	d, _ := v.(table.Dyn)
	list, _ := d.Tree().([]any)
	for _, l := range list {
		if text, ok := l.(string); ok && !slices.Contains(b.labels[at], text) {
			b.labels[at] = append(b.labels[at], text)
		}
	}
}

// merge makes one row of the rows of each node: of each property the first value that
// there is, or, of a model, the last.
func (b *graphBuilder) merge() {
	vecs := make([]table.Vec, len(b.nodes.Vecs))
	for c, v := range b.nodes.Vecs {
		text, _ := v.(*table.Of[string])
		is := func(row int) bool { return !v.IsNull(row) && (text == nil || text.Vals[row] != "") }
		idx := slices.Clone(b.first)
		for n, rows := range b.more {
			for _, row := range rows {
				if is(row) && (b.g.Labels || !is(idx[n])) {
					idx[n] = row
				}
			}
		}
		vecs[c] = v.Gather(idx)
	}
	b.nodes, b.ids = &table.Batch{Schema: b.nodes.Schema, Vecs: vecs, Rows: len(b.first)}, b.ids.Gather(b.first)
}

// addEdges adds edges, and nodes for those of their ends that no table has.
func (b *graphBuilder) addEdges(ctx context.Context, rows *table.Batch) error {
	var key []byte
	ends := [2]table.Vec{rows.Vecs[b.g.Source], rows.Vecs[b.g.Target]}
	keys := b.keyColumns()
	for i := range rows.Rows {
		if i%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		var at [2]int32
		for e, v := range ends {
			key = table.AppendKey(key[:0], v, i)
			n, met := b.byKey[string(key)]
			if !met {
				n = int32(b.nodes.Rows)
				b.byKey[string(key)] = n
				b.addEnd(v, i, keys)
			}
			at[e] = n
		}
		b.src, b.dst = append(b.src, at[0]), append(b.dst, at[1])
	}
	b.edges = rows
	return nil
}

// keyColumns are the columns of nodes by which their tables find them: an end that is in
// no table has its value there.
func (b *graphBuilder) keyColumns() map[int]bool {
	keys := map[int]bool{}
	if b.g.Value {
		keys[0] = true
	}
	for _, n := range b.g.Nodes {
		if to := n.To[n.ID]; b.g.NodeCols[to].Type == b.ids.Type() {
			keys[to] = true
		}
	}
	return keys
}

func (b *graphBuilder) addEnd(v table.Vec, i int, keys map[int]bool) {
	if b.g.Labels {
		b.labels = append(b.labels, nil)
	}
	for c, col := range b.nodes.Vecs {
		if keys[c] {
			appendRow(col, v, i)
		} else {
			table.Append(col, nil)
		}
	}
	b.nodes.Rows++
	appendRow(b.ids, v, i)
}

// data completes the records of the nodes.
func (b *graphBuilder) data(ctx context.Context) (*graphData, error) {
	d := &graphData{nodes: b.nodes, edges: b.edges, src: b.src, dst: b.dst, own: len(b.g.NodeCols), undirected: b.g.Undirected}
	hash, _ := fn.Lookup("hash")
	o, _, err := hash.Resolve([]fn.Arg{{Type: b.ids.Type()}})
	if err != nil {
		return nil, fmt.Errorf("make-graph on %s: %w", b.ids.Type(), err)
	}
	ids, err := o.Column(ctx, []table.Vec{b.ids}, b.ids.Len())
	if err != nil {
		return nil, fmt.Errorf("make-graph: %w", err)
	}
	zero := &table.Of[int64]{Vals: make([]int64, b.nodes.Rows)}
	d.nodes = &table.Batch{Schema: b.g.NodeSchema(), Vecs: append(b.nodes.Vecs[:len(b.nodes.Vecs):len(b.nodes.Vecs)], zero, zero, ids, b.ids), Rows: b.nodes.Rows}
	if b.g.Labels {
		v := table.NewVec(table.Dynamic, b.nodes.Rows)
		for _, list := range b.labels {
			labels := make([]any, len(list))
			for i, l := range list {
				labels[i] = l
			}
			table.Append(v, table.DynValue(labels))
		}
		d.nodes.Vecs = append(d.nodes.Vecs, v)
	}
	d.connect()
	return d, nil
}

// connect finds the edges of each node, and sets the degrees.
func (d *graphData) connect() {
	n := d.nodes.Rows
	d.out, d.in = make([][]int32, n), make([][]int32, n)
	ins, outs := &table.Of[int64]{Vals: make([]int64, n)}, &table.Of[int64]{Vals: make([]int64, n)}
	for e := range d.src {
		s, t := d.src[e], d.dst[e]
		d.out[s], d.in[t] = append(d.out[s], int32(e)), append(d.in[t], int32(e))
		outs.Vals[s]++
		ins.Vals[t]++
	}
	if d.undirected {
		for i := range outs.Vals {
			outs.Vals[i] += ins.Vals[i]
		}
		ins = outs
	}
	vecs := append([]table.Vec{}, d.nodes.Vecs...)
	vecs[d.own+plan.GraphInDegree], vecs[d.own+plan.GraphOutDegree] = ins, outs
	d.nodes = &table.Batch{Schema: d.nodes.Schema, Vecs: vecs, Rows: n}
}

// keepNodes is the graph of some of the nodes.
func (d *graphData) keepNodes(keep []bool) *graphData {
	var idx []int
	at := make([]int32, len(keep))
	for i, k := range keep {
		at[i] = -1
		if k {
			at[i] = int32(len(idx))
			idx = append(idx, i)
		}
	}
	out := &graphData{nodes: d.nodes.Gather(idx), own: d.own, undirected: d.undirected}
	var edges []int
	for e := range d.src {
		if s, t := at[d.src[e]], at[d.dst[e]]; s >= 0 && t >= 0 {
			edges = append(edges, e)
			out.src, out.dst = append(out.src, s), append(out.dst, t)
		}
	}
	out.edges = d.edges.Gather(edges)
	out.connect()
	return out
}

// keepEdges is the graph of all nodes and some of the edges.
func (d *graphData) keepEdges(keep []bool) *graphData {
	out := &graphData{nodes: d.nodes, own: d.own, undirected: d.undirected}
	var edges []int
	for e, k := range keep {
		if k {
			edges = append(edges, e)
			out.src, out.dst = append(out.src, d.src[e]), append(out.dst, d.dst[e])
		}
	}
	out.edges = d.edges.Gather(edges)
	out.connect()
	return out
}

// markComponents numbers components in the order of their first nodes.
func (d *graphData) markComponents(c *plan.GraphComponents) {
	part := d.weakComponents()
	if c.Strong {
		part = d.strongComponents()
	}
	col := &table.Of[int64]{Vals: make([]int64, d.nodes.Rows)}
	number := map[int32]int64{}
	for i, p := range part {
		n, met := number[p]
		if !met {
			n = int64(len(number))
			number[p] = n
		}
		col.Vals[i] = n
	}
	vecs := append([]table.Vec{}, d.nodes.Vecs...)
	vecs[c.Col] = col
	d.nodes = &table.Batch{Schema: d.nodes.Schema, Vecs: vecs, Rows: d.nodes.Rows}
}

// weakComponents gives each node the least node that edges of any direction lead to.
func (d *graphData) weakComponents() []int32 {
	up := make([]int32, d.nodes.Rows)
	for i := range up {
		up[i] = int32(i)
	}
	root := func(i int32) int32 {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	for e := range d.src {
		a, b := root(d.src[e]), root(d.dst[e])
		up[max(a, b)] = min(a, b)
	}
	for i := range up {
		up[i] = root(int32(i))
	}
	return up
}

// strongComponents is Tarjan's algorithm without recursion.
func (d *graphData) strongComponents() []int32 {
	n := d.nodes.Rows
	part, index, low := make([]int32, n), make([]int32, n), make([]int32, n)
	onStack := make([]bool, n)
	var stack []int32
	var next int32 = 1
	type frame struct {
		node int32
		edge int
	}
	for start := range n {
		if index[start] != 0 {
			continue
		}
		work := []frame{{int32(start), 0}}
		for len(work) > 0 {
			f := &work[len(work)-1]
			v := f.node
			if f.edge == 0 {
				index[v], low[v] = next, next
				next++
				stack, onStack[v] = append(stack, v), true
			}
			if f.edge < len(d.out[v]) {
				w := d.dst[d.out[v][f.edge]]
				f.edge++
				if index[w] == 0 {
					work = append(work, frame{w, 0})
				} else if onStack[w] {
					low[v] = min(low[v], index[w])
				}
				continue
			}
			if low[v] == index[v] {
				for {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					onStack[w], part[w] = false, v
					if w == v {
						break
					}
				}
			}
			work = work[:len(work)-1]
			if len(work) > 0 {
				u := work[len(work)-1].node
				low[u] = min(low[u], low[v])
			}
		}
	}
	return part
}
