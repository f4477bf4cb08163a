package kql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) isFuzzy(op *syntax.Union) bool {
	for _, p := range op.Params {
		switch p.Name.Text {
		case "isfuzzy", "__isFuzzy", "best_effort":
			if strings.EqualFold(wordOf(p.X), "true") {
				return true
			}
		}
	}
	return b.isSet("best_effort")
}

func (b *binder) union(op *syntax.Union, in *rel) *rel {
	ps := b.opParams(op.Params, "kind", "withsource", "isfuzzy", "best_effort")
	kind := b.word(ps, "kind", "inner", "outer")
	fuzzy := b.flag(ps, "isfuzzy") || b.flag(ps, "best_effort") || b.isSet("best_effort")
	var legs []*rel
	if in != nil {
		legs = append(legs, in)
	}
	for _, x := range op.Tables {
		legs = append(legs, b.legs(x, fuzzy)...)
	}
	if fuzzy && len(legs) == 0 && len(op.Tables) > 0 {
		b.fail(op, codeTable, "none of the tables of the union is there")
		return badRel()
	}
	if n, ok := b.limitOf("query_max_entities_in_union"); ok && int64(len(legs)) > n {
		b.fail(op, codeDepth, "the union has %d tables, more than the %d that query_max_entities_in_union allows", len(legs), n)
	}
	for _, l := range legs {
		if l.graph != nil {
			b.fail(op, codeTabular, "a graph cannot be in a union")
			return badRel()
		}
	}
	source := ""
	if p := ps["withsource"]; p != nil {
		source = wordOf(p.X)
	}
	return b.unite(legs, source, kind == "inner")
}

// legs binds one of the tables of union, search or find: several for a name with *.
func (b *binder) legs(x syntax.Expr, fuzzy bool) []*rel {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.legs(x.X, fuzzy)
	case *syntax.WildName:
		rs := b.wildTables(b.env, x.Text, true)
		if len(rs) == 0 && !fuzzy {
			b.fail(x, codeTable, "no table is named like '%s'", x.Text)
		}
		return rs
	case *syntax.Star:
		return b.wildTables(b.env, "*", true)
	case *syntax.Name:
		if d := b.lookup(x.Text); d != nil && d.view {
			return []*rel{d.viewRel(x.Text)}
		}
	case *syntax.Member:
		if w, ok := x.Sel.(*syntax.WildName); ok {
			if p, ok := b.place(x.X); ok && p != nil && p.env != nil {
				return b.wildTables(p.env, w.Text, false)
			}
		}
	case *syntax.Pipe:
		if x.Source == nil && len(x.Ops) == 0 {
			return nil
		}
	}
	if !fuzzy {
		return []*rel{b.query(x)}
	}
	if r, ok := b.tryQuery(x); ok {
		return []*rel{r}
	}
	return nil
}

// wildTables returns the tables, and the views, with names like a pattern.
func (b *binder) wildTables(env Env, pattern string, views bool) []*rel {
	var rs []*rel
	for _, n := range env.Tables() {
		if wildMatch(pattern, n) {
			if r := b.table(env, n); r != nil {
				rs = append(rs, r)
			}
		}
	}
	if !views {
		return rs
	}
	for _, n := range b.declaredNames() {
		if d := b.lookup(n); d.view && wildMatch(pattern, n) {
			rs = append(rs, d.viewRel(n))
		}
	}
	return rs
}

// viewRel is the table of a view, which goes by its name.
func (d *binding) viewRel(name string) *rel {
	r := *d.rel
	r.name = name
	return &r
}

// slot is a column of a union.
type slot struct {
	name  string
	of    table.Type
	legs  int  // how many tables have it
	mixed bool // the name has columns of other types too
}

// unite makes the union of tables. Columns of one name and type become one; columns
// of one name and several types become one for each type, with the type behind the
// name. With inner only the columns that all legs have are kept. source, if not "",
// is a first column with the name of the table.
func (b *binder) unite(legs []*rel, source string, inner bool) *rel {
	out := &rel{}
	for _, l := range legs {
		out.bad, out.open = out.bad || l.bad, out.open || l.open
	}
	slots, to := unionSlots(legs)
	names := uniqueNames{}
	for _, s := range slots {
		if !s.mixed {
			names[s.name] = 0
		}
	}
	if source != "" {
		names[source] = 0
		out.cols = append(out.cols, table.Column{Name: source, Type: table.String})
	}
	place := make([]int, len(slots)) // of each slot in the result, or -1
	for i, s := range slots {
		if place[i] = -1; inner && s.legs < len(legs) {
			continue
		}
		place[i] = len(out.cols)
		name := s.name
		switch {
		case s.mixed:
			name = names.get(name + "_" + s.of.String())
			out.mix(s.name, name)
		case name == source:
			name = names.get(name)
		}
		out.cols = append(out.cols, table.Column{Name: name, Type: s.of})
	}
	var ins []plan.Node
	schema := &table.Schema{Cols: out.cols}
	for i, l := range legs {
		if isNothing(l.node) {
			continue
		}
		from := make([]int, 0, len(l.cols))
		for _, s := range to[i] {
			from = append(from, place[s])
		}
		ins = append(ins, unionLeg(l, schema, from, source, i, len(legs)))
	}
	switch len(ins) {
	case 0:
		out.node = &plan.Values{Rows: &table.Batch{Schema: schema}}
		if !hasBadColumn(schema) {
			out.node = noRows(schema.Cols...)
		}
	default:
		out.node = &plan.Union{Ins: ins}
	}
	return out
}

// isNothing reports whether a node surely gives no rows: a filter that is never true.
func isNothing(n plan.Node) bool {
	f, ok := n.(*plan.Filter)
	return ok && isNever(f.Cond)
}

// wide is from how many columns of all legs together on a union is made of Widen.
const wide = 20_000

// unionLeg brings one table to the columns of the union; to is where each of its
// columns goes, or -1.
func unionLeg(l *rel, s *table.Schema, to []int, source string, i, legs int) plan.Node {
	name := l.name
	if name == "" {
		name = "union_arg" + itoa(i)
	}
	label := plan.Named{Name: source, Expr: &plan.Lit{Value: name, Of: table.String}}
	if legs*len(s.Cols) > wide {
		var cols []plan.Named
		var at []int
		if source != "" {
			cols, at = append(cols, label), append(at, 0)
		}
		for j, c := range l.cols {
			if to[j] >= 0 {
				cols, at = append(cols, plan.Named{Name: c.Name, Expr: l.col(j)}), append(at, to[j])
			}
		}
		return &plan.Widen{In: &plan.Project{In: l.node, Cols: cols}, Table: s, To: at}
	}
	cols := make([]plan.Named, len(s.Cols))
	for j, t := range to {
		if t >= 0 {
			cols[t].Expr = l.col(j)
		}
	}
	for j, c := range s.Cols {
		if cols[j].Name = c.Name; cols[j].Expr == nil {
			cols[j].Expr = nullOf(c.Type)
		}
	}
	if source != "" {
		cols[0] = label
	}
	return &plan.Project{In: l.node, Cols: cols}
}

// nullOf is a constant null; for strings, the empty one.
func nullOf(t table.Type) plan.Expr {
	if t == table.String {
		return &plan.Lit{Value: "", Of: t}
	}
	return &plan.Lit{Of: t}
}

// unionSlots lists the columns of a union, in the order in which their names come
// first, and for each table the slots of its columns.
func unionSlots(legs []*rel) (slots []slot, to [][]int) {
	type key struct {
		name string
		of   table.Type
	}
	index, types := map[key]int{}, map[string]int{}
	var found []key
	var names []string
	for _, l := range legs {
		for _, c := range l.cols {
			k := key{c.Name, c.Type}
			if _, ok := index[k]; ok {
				continue
			}
			index[k] = len(found)
			found = append(found, k)
			if _, ok := types[c.Name]; !ok {
				names = append(names, c.Name)
			}
			if c.Type != 0 {
				types[c.Name]++
			} else {
				types[c.Name] += 0
			}
		}
	}
	byName := make(map[string][]key, len(names))
	for _, k := range found {
		byName[k.name] = append(byName[k.name], k)
	}
	for _, n := range names {
		slices.SortStableFunc(byName[n], func(x, y key) int { return cmp.Compare(min(y.of, 1), min(x.of, 1)) })
		for i, k := range byName[n] {
			if k.of == 0 && i > 0 { // after a mistake, of any type
				index[k] = index[byName[n][0]]
				continue
			}
			index[k] = len(slots)
			slots = append(slots, slot{name: n, of: k.of, mixed: types[n] > 1})
		}
	}
	to = make([][]int, len(legs))
	for i, l := range legs {
		to[i] = make([]int, len(l.cols))
		for j, c := range l.cols {
			to[i][j] = index[key{c.Name, c.Type}]
			slots[to[i][j]].legs++
		}
	}
	return slots, to
}
