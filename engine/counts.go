package engine

import (
	"maps"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// countRows answers each summarize that asks how many rows there are, or how many have
// which value of one column, from what is known of the extents that are read as a whole.
func (r *run) countRows(n plan.Node) (plan.Node, error) { return replace(n, r.countOf) }

// countOf is countRows of one summarize; nil if it stays as it is.
func (r *run) countOf(s *plan.Summarize) (plan.Node, error) {
	scan := scanUnder(s.In)
	if scan == nil || scan.Extent != "" {
		return nil, nil
	}
	at, ok := askedOf(s, scan)
	if !ok {
		return nil, nil
	}
	p, ok := takeApart(s)
	if !ok {
		return nil, nil
	}
	snap, err := r.wholeSnapshot(scan)
	if err != nil {
		return nil, err
	}
	counts, of := countsAt(at, snap)
	first, ok := ofCounts(p.first, counts)
	if of == nil || !ok {
		return nil, nil
	}
	known, err := r.read(first)
	if err != nil {
		return nil, err
	}
	in := plan.Node(&plan.Values{Rows: known})
	left := *scan
	rest, err := r.snapshotWithout(&left, of)
	if err != nil {
		return nil, err
	}
	if len(rest.Extents)+len(rest.Tail) > 0 {
		in = &plan.Union{Ins: []plan.Node{in, over(p.first, &left)}}
	}
	return p.merge(in), nil
}

// countedAt is a column, or a place in the bags of a dynamic one.
type countedAt struct {
	column table.Column
	keys   []string
}

// in is CountsOf of the place in an extent.
func (at countedAt) in(m *extent.Meta) (counts []extent.Count, none int64, known bool) {
	return m.CountsOf(at.column.Name, at.column.Type, at.keys)
}

// askedOf returns the only place that the expressions from s down to a scan look at. If they
// look at none, as those of a mere count, it is a column that no table has.
func askedOf(s *plan.Summarize, scan *plan.Scan) (countedAt, bool) {
	exprs := plan.Exprs(s) // over the columns of the scan
	for n := s.In; n != plan.Node(scan); n = n.Inputs()[0] {
		if _, ok := n.(*plan.Project); ok {
			exprs = nil
		}
		exprs = append(slices.Clip(exprs), plan.Exprs(n)...)
	}
	if scan.Filter != nil {
		exprs = append(exprs, scan.Filter)
	}
	at, ok := placeIn(exprs, scan.Table)
	if at == nil {
		at = &countedAt{column: table.Column{Type: table.Bool}}
	}
	return *at, ok
}

// placeIn returns the only column, or place in one, that expressions over a table look at,
// nil if they look at none; false if they look at several.
func placeIn(exprs []plan.Expr, of *table.Schema) (at *countedAt, one bool) {
	one = true
	for _, e := range exprs {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			col, keys, ok := placeOf(e)
			if c, is := e.(*plan.Col); is {
				col, ok = c, c.Of != table.Dynamic
				one = one && ok
			}
			if !ok {
				return one
			}
			this := countedAt{of.Cols[col.Index], keys}
			if at == nil {
				at = &this
			}
			one = one && at.column == this.column && slices.Equal(at.keys, keys)
			return false
		})
	}
	return at, one
}

// countsAt returns how many rows have each value, as rows of the value and a number, of
// those extents of a snapshot that are whole and of which that is known.
func countsAt(at countedAt, snap *store.Snapshot) (*table.Batch, []*extent.Meta) {
	rows, without := map[table.Value]int64{}, int64(0)
	var of []*extent.Meta
	for _, m := range snap.Extents {
		counts, none, ok := at.in(m)
		if !ok || !snap.Whole(m) {
			continue
		}
		of, without = append(of, m), without+none
		for _, c := range counts {
			rows[c.Value] += c.Rows
		}
	}
	b := table.NewBatch(&table.Schema{Cols: []table.Column{at.column, {Name: "rows", Type: table.Long}}})
	for _, v := range slices.SortedFunc(maps.Keys(rows), table.Compare) {
		b.AppendRow(inBags(at.keys, v), rows[v])
	}
	if without > 0 {
		b.AppendRow(nil, without)
	}
	return b, of
}

// inBags is the value of a dynamic column that has v at a place; v itself of another column.
func inBags(keys []string, v table.Value) table.Value {
	if len(keys) == 0 {
		return v
	}
	tree := any(v)
	for _, k := range slices.Backward(keys) {
		tree = &table.Bag{Keys: []string{k}, Vals: []any{tree}}
	}
	return table.NewDyn(tree)
}

// ofCounts is first over numbers of rows in place of the rows; false if it needs more than
// these.
func ofCounts(first *plan.Summarize, counts *table.Batch) (*plan.Summarize, bool) {
	out := &plan.Summarize{Keys: first.Keys}
	in, rows := overCounts(first.In, counts)
	out.In = in
	for _, a := range first.Aggs {
		c := a.Call
		switch c.Func.Name {
		case "count":
			c = aggregate("sum", rows)
		case "countif":
			c = aggregate("sumif", rows, c.Args[0])
		case "min", "max", "minif", "maxif", "hll", "hll_if": // of the same values more often, it is the same
		default:
			return nil, false
		}
		out.Aggs = append(out.Aggs, plan.Agg{Names: a.Names, Call: c})
	}
	return out, true
}

// overCounts is n over numbers of rows, and the column that those then are.
func overCounts(n plan.Node, counts *table.Batch) (plan.Node, *plan.Col) {
	rows := &plan.Col{Index: 1, Of: table.Long}
	switch x := n.(type) {
	case *plan.Filter:
		in, rows := overCounts(x.In, counts)
		return &plan.Filter{In: in, Cond: x.Cond}, rows
	case *plan.Project:
		in, rows := overCounts(x.In, counts)
		cols := append(slices.Clip(x.Cols), plan.Named{Name: "rows", Expr: rows})
		return &plan.Project{In: in, Cols: cols}, &plan.Col{Index: len(x.Cols), Of: table.Long}
	case *plan.Scan:
		if x.Filter != nil {
			return &plan.Filter{In: &plan.Values{Rows: counts}, Cond: x.Filter}, rows
		}
	}
	return &plan.Values{Rows: counts}, rows
}
