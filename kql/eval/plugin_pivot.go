package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// pivoting is what pivot's arguments mean.
type pivoting struct {
	of    table.Vec    // whose values become columns
	agg   *plan.Call   // of what is in them
	cols  []plan.Named // that the rows are grouped by
	byCol []table.Vec
}

func (p *pluginRun) pivoting(ctx context.Context) (*pivoting, error) {
	v := &pivoting{}
	var err error
	if v.of, err = p.column(ctx, "pivotColumn"); err != nil {
		return nil, err
	}
	f, _ := fn.LookupAggregate("count")
	v.agg = &plan.Call{Func: f, Over: &f.Overloads[0], Ret: table.Long}
	for _, a := range p.n.Args {
		if a.Agg != nil {
			v.agg = a.Agg
		}
	}
	for _, a := range p.args("columnName") {
		v.cols = append(v.cols, plan.Named{Name: a.Name, Expr: a.Expr})
	}
	if len(v.cols) == 0 {
		used := map[int]bool{}
		note := func(e plan.Expr) bool {
			if c, ok := e.(*plan.Col); ok {
				used[c.Index] = true
			}
			return true
		}
		plan.WalkExpr(p.args("pivotColumn")[0].Expr, note)
		for _, a := range v.agg.Args {
			plan.WalkExpr(a, note)
		}
		for i, c := range p.rows.Schema.Cols {
			if !used[i] {
				v.cols = append(v.cols, plan.Named{Name: c.Name, Expr: &plan.Col{Index: i, Of: c.Type}})
			}
		}
	}
	es, _ := namedExprs(v.cols)
	v.byCol, err = p.x.evalAll(ctx, es)
	return v, err
}

func (v *pivoting) values(rows int) (*grouper, []int) {
	g := newGrouper([]table.Type{v.of.Type()})
	return g, append([]int{}, g.groups([]table.Vec{v.of}, rows)...)
}

// pivotColumns are the columns that the rows are grouped by, then one for each value.
func pivotColumns(ctx context.Context, p *pluginRun) ([]table.Column, error) {
	v, err := p.pivoting(ctx)
	if err != nil {
		return nil, err
	}
	var cols []table.Column
	for _, c := range v.cols {
		cols = append(cols, table.Column{Name: c.Name, Type: c.Expr.Type()})
	}
	g, _ := v.values(p.rows.Rows)
	for _, name := range v.names(g) {
		cols = append(cols, table.Column{Name: name, Type: v.agg.OutTypes()[0]})
	}
	return cols, nil
}

// names are those of the columns of the values of g: their texts, with a number behind
// one that is the name of a column by which the rows are grouped.
func (v *pivoting) names(g *grouper) []string {
	by, taken := map[string]bool{}, map[string]bool{}
	for _, c := range v.cols {
		by[c.Name] = true
	}
	names := make([]string, g.len())
	for i := range names {
		names[i] = table.Text(g.keys.Vecs[0].At(i))
		taken[names[i]] = true
	}
	for i, text := range names {
		for n := 1; by[text] && (by[names[i]] || taken[names[i]]); n++ {
			names[i] = text + strconv.Itoa(n)
		}
	}
	return names
}

// places are where the first columns of their names are.
func places(cols []table.Column) map[string]int {
	at := make(map[string]int, len(cols))
	for i := len(cols) - 1; i >= 0; i-- {
		at[cols[i].Name] = i
	}
	return at
}

// pivot groups rows, and makes of the values of a column columns with an aggregate.
func pivot(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	v, err := p.pivoting(ctx)
	if err != nil {
		return nil, err
	}
	_, types := namedExprs(v.cols)
	g := newGrouper(types)
	rows := append([]int{}, g.groups(v.byCol, p.rows.Rows)...)
	vals, valOf := v.values(p.rows.Rows)
	cells, ids := map[[2]int]int{}, make([]int, p.rows.Rows)
	for i := range ids {
		k := [2]int{rows[i], valOf[i]}
		if _, ok := cells[k]; !ok {
			cells[k] = len(cells)
		}
		ids[i] = cells[k]
	}
	aggs, err := newAggregation(ctx, []*plan.Call{v.agg}, p.held)
	if err != nil {
		return nil, err
	}
	if err := aggs.add(ctx, p.x, ids, len(cells)+1); err != nil { // the last is of no rows
		return nil, err
	}
	results, err := aggs.results(ctx)
	if err != nil {
		return nil, err
	}
	valAt := make(map[string]int, vals.len())
	for i, name := range v.names(vals) {
		valAt[name] = i
	}
	out := &table.Batch{Schema: p.n.Schema(), Vecs: make([]table.Vec, len(p.n.Cols)), Rows: g.len()}
	for c, col := range p.n.Cols {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if k := slices.IndexFunc(v.cols, func(n plan.Named) bool { return n.Name == col.Name }); k >= 0 {
			out.Vecs[c] = castVec(g.keys.Vecs[k], col.Type)
			continue
		}
		val, has := valAt[col.Name]
		if !has {
			val = -1
		}
		idx := make([]int, g.len())
		for r := range idx {
			if cell, ok := cells[[2]int{r, val}]; ok {
				idx[r] = cell
			} else {
				idx[r] = len(cells)
			}
		}
		out.Vecs[c] = castVec(results[0].Gather(idx), col.Type)
		if err := p.held.add(0, table.VecBytes(out.Vecs[c])); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// castVec converts a column.
func castVec(v table.Vec, to table.Type) table.Vec {
	if v.Type() == to {
		return v
	}
	out := table.NewVec(to, v.Len())
	for i := range v.Len() {
		table.Append(out, fn.Cast(v.At(i), to))
	}
	return out
}

// narrow makes a row of each cell.
func narrow(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	out := p.result()
	for i := range p.rows.Rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for c, v := range p.rows.Vecs {
			out.AppendRow(int64(i), p.rows.Schema.Cols[c].Name, table.Text(v.At(i)))
		}
	}
	return out, nil
}

// unpacking is what bag_unpack's arguments mean.
type unpacking struct {
	index   int // of the column that is unpacked
	bags    *table.Of[table.Dyn]
	prefix  string
	keep    string // what happens to columns of the same name: error, replace_source, keep_source
	ignored map[string]bool
}

func (p *pluginRun) unpacking(ctx context.Context) (*unpacking, error) {
	as := p.args("Column")
	if len(as) == 0 {
		return nil, fmt.Errorf("the column is missing")
	}
	col, ok := as[0].Expr.(*plan.Col)
	if !ok || col.Of != table.Dynamic {
		return nil, fmt.Errorf("the first argument must be a column of type dynamic")
	}
	u := &unpacking{index: col.Index, bags: p.rows.Vecs[col.Index].(*table.Of[table.Dyn]), keep: "error", ignored: map[string]bool{}}
	for param, to := range map[string]*string{"OutputColumnPrefix": &u.prefix, "columnsConflict": &u.keep} {
		v, err := p.constant(ctx, param)
		if err != nil {
			return nil, err
		}
		if s, ok := v.(string); ok {
			*to = s
		}
	}
	switch u.keep {
	case "error", "replace_source", "keep_source":
	default:
		return nil, fmt.Errorf("columnsConflict must be one of: error, replace_source, keep_source")
	}
	v, err := p.constant(ctx, "ignoredProperties")
	if err != nil {
		return nil, err
	}
	if d, ok := v.(table.Dyn); ok {
		elems, _ := d.Array()
		for _, e := range elems {
			u.ignored[table.TreeText(e)] = true
		}
	}
	return u, nil
}

// bagColumns are the other columns, then one for each key, in the order of their
// names.
func bagColumns(ctx context.Context, p *pluginRun) ([]table.Column, error) {
	u, err := p.unpacking(ctx)
	if err != nil {
		return nil, err
	}
	types := map[string]table.Type{}
	for i := range u.bags.Vals {
		if i%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if u.bags.IsNull(i) {
			continue
		}
		b, ok := u.bags.Vals[i].Bag()
		if !ok {
			continue
		}
		for k, key := range b.Keys {
			if !u.ignored[key] {
				types[key] = joinTypes(types[key], b.Vals[k])
			}
		}
	}
	names := make([]string, 0, len(types))
	for n := range types {
		names = append(names, n)
	}
	slices.Sort(names)
	var cols []table.Column
	for i, c := range p.rows.Schema.Cols {
		if i != u.index {
			cols = append(cols, c)
		}
	}
	placeOf := places(cols)
	for _, n := range names {
		t := types[n]
		if t == 0 {
			t = table.Dynamic
		}
		c := table.Column{Name: u.prefix + n, Type: t}
		at, has := placeOf[c.Name]
		switch {
		case !has:
			placeOf[c.Name] = len(cols)
			cols = append(cols, c)
		case u.keep == "replace_source":
			cols[at] = c
		case u.keep == "keep_source":
		default:
			return nil, fmt.Errorf("bag_unpack: there is a column %s already; say what happens to it with columnsConflict", c.Name)
		}
	}
	return cols, nil
}

// joinTypes is the type of a column for values of a type seen before (0: none) and v.
func joinTypes(seen table.Type, v any) table.Type {
	t := table.Dynamic
	switch v.(type) {
	case nil:
		return seen
	case []any, *table.Bag:
	default:
		t = table.TypeOfValue(v)
	}
	switch {
	case seen == 0 || seen == t:
		return t
	case seen == table.Long && t == table.Real || seen == table.Real && t == table.Long:
		return table.Real
	}
	return table.Dynamic
}

// cellBytes is about what a cell takes; texts are the bags' own.
const cellBytes = 16

// bagUnpack makes columns of the keys of bags.
func bagUnpack(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	u, err := p.unpacking(ctx)
	if err != nil {
		return nil, err
	}
	out := &table.Batch{Schema: p.n.Schema(), Vecs: make([]table.Vec, len(p.n.Cols)), Rows: p.rows.Rows}
	byKey := map[string]table.Vec{}
	placeOf := places(p.rows.Schema.Cols)
	for c, col := range p.n.Cols {
		in, has := placeOf[col.Name]
		key, prefixed := strings.CutPrefix(col.Name, u.prefix)
		if has && in != u.index && (u.keep != "replace_source" || !prefixed || !u.has(key)) {
			out.Vecs[c] = castVec(p.rows.Vecs[in], col.Type)
			continue
		}
		out.Vecs[c] = table.NewVec(col.Type, 0)
		if prefixed && !u.ignored[key] {
			byKey[key] = out.Vecs[c]
		}
	}
	cells := 0 // since the last look at whether there may be more
	for i := range u.bags.Vals {
		if cells += len(byKey) + 1; cells >= batchRows {
			if err := errors.Join(ctx.Err(), p.held.add(0, int64(cells)*cellBytes)); err != nil {
				return nil, err
			}
			cells = 0
		}
		var b *table.Bag
		if !u.bags.IsNull(i) {
			b, _ = u.bags.Vals[i].Bag()
		}
		for key, v := range byKey {
			var val table.Value
			if b != nil {
				if e, ok := b.Get(key); ok {
					val = element(e, v.Type())
				}
			}
			table.Append(v, val)
		}
	}
	for c, v := range out.Vecs {
		if v.Len() < out.Rows {
			out.Vecs[c] = table.Repeat(v.Type(), nil, out.Rows)
		}
	}
	return out, nil
}

// has reports whether any bag has a key.
func (u *unpacking) has(key string) bool {
	for i := range u.bags.Vals {
		if u.bags.IsNull(i) {
			continue
		}
		if b, ok := u.bags.Vals[i].Bag(); ok {
			if _, ok := b.Get(key); ok {
				return true
			}
		}
	}
	return false
}

// maxSets is how many sets dcount_intersect takes.
const maxSets = 16

// dcountIntersect adds columns s0, s1, …: the number of distinct values that the
// first state has seen, the first and the second, and so on.
func dcountIntersect(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	var states []table.Vec
	for _, param := range []string{"hll_1", "hll_2", "hll_n"} {
		vs, err := p.columns(ctx, param)
		if err != nil {
			return nil, err
		}
		states = append(states, vs...)
	}
	if len(states) > maxSets {
		return nil, fmt.Errorf("more than %d sets", maxSets)
	}
	out := &table.Batch{Schema: p.n.Schema(), Vecs: slices.Clone(p.rows.Vecs), Rows: p.rows.Rows}
	for k := range states {
		col := &table.Of[int64]{}
		for i := range p.rows.Rows {
			n, ok := fn.DcountIntersection(states[:k+1], i)
			if ok {
				col.Append(n)
			} else {
				col.AppendNull()
			}
		}
		out.Vecs = append(out.Vecs, col)
	}
	return out, nil
}
