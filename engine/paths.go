package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// Derived are columns that a scan has behind those of its table.
type Derived struct {
	From *plan.Scan // the scan as it was, whose condition means the same
	Cols []DerivedColumn
}

// DerivedColumn is computed from what a place in a dynamic column holds. Where an extent
// has the place as a column of its own, the bags need not be read.
type DerivedColumn struct {
	Column string   // the dynamic column
	Keys   []string // of the place (see extent.Path)
	Type   table.Type
	Of     plan.Expr                // over the dynamic column, as column 0
	Typed  map[table.Type]plan.Expr // the same over the place's own column, as column 0, where it is not null
	Null   table.Value              // what it is where the place is empty
	Whole  bool                     // no row lacks the place in the extents that have it as a column
}

// pathCalls are the functions and operators of a place and constants that mean the same
// of a column of its own, by its type.
var pathCalls = map[string][]table.Type{
	"tostring": {table.String, table.Long, table.Real, table.Bool},
	"tolong":   {table.Long}, "toint": {table.Long},
	"toreal": {table.Long, table.Real}, "todouble": {table.Long, table.Real},
	"tobool": {table.Bool},
	"==":     {table.String, table.Long, table.Real, table.Bool}, "!=": {table.String, table.Long, table.Real, table.Bool},
	"<": {table.Long, table.Real}, "<=": {table.Long, table.Real}, ">": {table.Long, table.Real}, ">=": {table.Long, table.Real},
	"in": {table.String, table.Long}, "!in": {table.String, table.Long},
	"=~": {table.String}, "!~": {table.String}, "in~": {table.String}, "!in~": {table.String},
	"has": {table.String}, "!has": {table.String}, "has_cs": {table.String}, "has_any": {table.String},
	"contains": {table.String}, "!contains": {table.String}, "contains_cs": {table.String},
	"startswith": {table.String}, "!startswith": {table.String}, "endswith": {table.String}, "matches regex": {table.String},
	"isempty": {table.String, table.Long}, "isnotempty": {table.String, table.Long},
	"isnull": {table.Long, table.Real, table.Bool}, "isnotnull": {table.Long, table.Real, table.Bool},
}

// withPaths gives the scans of f columns for what its expressions ask of places in dynamic
// columns, as far as their extents have such places as columns.
func withPaths(f Fragment) (Fragment, string) {
	d := &deriver{in: f, scans: map[*plan.Scan]*store.Snapshot{}, derived: map[*plan.Scan]*Derived{}}
	root := d.node(f.Root)
	if len(d.derived) == 0 {
		return f, ""
	}
	return Fragment{Root: root, Scans: d.scans, Derived: d.derived}, strings.Join(d.told, "")
}

type deriver struct {
	in      Fragment
	scans   map[*plan.Scan]*store.Snapshot
	derived map[*plan.Scan]*Derived
	told    []string
}

// node is n with derived columns under it, which it does not show.
func (d *deriver) node(n plan.Node) plan.Node {
	switch x := n.(type) {
	case *plan.Scan:
		s, exprs := d.scan(x, nil)
		if exprs == nil {
			return s
		}
		return &plan.Project{In: s, Cols: passed(x)}
	case *plan.Project, *plan.Summarize: // what they show does not depend on what is under them
		if in, ok := n.Inputs()[0].(*plan.Scan); ok {
			s, exprs := d.scan(in, plan.Exprs(n))
			if exprs != nil {
				n = plan.MapExprs(n, exprs)
			}
			return n.WithInputs([]plan.Node{s})
		}
	}
	ins := n.Inputs()
	if len(ins) == 0 {
		return n
	}
	out := make([]plan.Node, len(ins))
	for i, in := range ins {
		out[i] = d.node(in)
	}
	return n.WithInputs(out)
}

// scan returns s with columns for what its condition and the expressions over it ask of
// places, and what makes of such an expression one over it; nil if there are none.
func (d *deriver) scan(s *plan.Scan, over []plan.Expr) (*plan.Scan, func(plan.Expr) plan.Expr) {
	snap := d.in.Scans[s]
	d.scans[s] = snap
	cols := &derivedColumns{scan: s, snap: snap, at: map[string]int{}}
	for _, e := range over {
		cols.rewrite(e)
	}
	c := *s
	if s.Filter != nil {
		c.Filter = cols.rewrite(s.Filter)
	}
	if len(cols.cols) == 0 {
		return s, nil
	}
	c.Table = &table.Schema{Cols: slices.Clone(s.Table.Cols)}
	for i, dc := range cols.cols {
		c.Table.Cols = append(c.Table.Cols, table.Column{Name: fmt.Sprintf("derived %d", i), Type: dc.Type})
	}
	delete(d.scans, s)
	d.scans[&c], d.derived[&c] = snap, &Derived{From: s, Cols: cols.cols}
	d.told = append(d.told, cols.tell())
	return &c, cols.rewrite
}

// derivedColumns collects the derived columns of one scan.
type derivedColumns struct {
	scan *plan.Scan
	snap *store.Snapshot
	cols []DerivedColumn
	at   map[string]int // of cols, by what is computed
}

func (d *derivedColumns) rewrite(e plan.Expr) plan.Expr {
	return plan.RewriteExpr(e, func(e plan.Expr) plan.Expr {
		c, ok := e.(*plan.Call)
		if !ok {
			return e
		}
		var key strings.Builder
		if pathCalls[c.Func.Name] == nil || !pure(c) || !writeExpr(&key, c) {
			return e
		}
		i, known := d.at[key.String()]
		if !known {
			dc, ok := d.derive(c)
			if !ok {
				return e
			}
			i = len(d.cols)
			d.at[key.String()] = i
			d.cols = append(d.cols, dc)
		}
		return &plan.Col{Index: len(d.scan.Table.Cols) + i, Of: c.Ret}
	})
}

// derive makes a column of a call of a place and constants, if some extent has the place
// as a column that serves.
func (d *derivedColumns) derive(c *plan.Call) (DerivedColumn, bool) {
	dc := DerivedColumn{Type: c.Ret, Typed: map[table.Type]plan.Expr{}, Whole: true}
	arg := -1
	for i, a := range c.Args {
		if _, ok := a.(*plan.Lit); ok {
			continue
		}
		col, keys, ok := placeOf(a)
		if !ok || arg >= 0 {
			return dc, false
		}
		arg, dc.Column, dc.Keys = i, d.scan.Table.Cols[col.Index].Name, keys
		dc.Of = plan.RewriteExpr(c, func(e plan.Expr) plan.Expr {
			if _, ok := e.(*plan.Col); ok {
				return &plan.Col{Index: 0, Of: table.Dynamic}
			}
			return e
		})
	}
	if arg < 0 || c.Ret == table.Dynamic {
		return dc, false
	}
	for _, m := range d.snap.Extents {
		p := m.PathOf(dc.Column, dc.Keys)
		if p == nil {
			continue
		}
		if _, none, known := m.CountsOf(dc.Column, table.Dynamic, dc.Keys); !known || none > 0 {
			dc.Whole = false
		}
		if dc.Typed[p.Type] != nil || !slices.Contains(pathCalls[c.Func.Name], p.Type) {
			continue
		}
		if e := typedCall(c, arg, p.Type); e != nil {
			dc.Typed[p.Type] = e
		}
	}
	if len(dc.Typed) == 0 {
		return dc, false
	}
	null, err := eval.Value(withArg(c, arg, &plan.Lit{Of: table.Dynamic}))
	dc.Null = null
	return dc, err == nil
}

// placeOf takes apart a place: constant keys, from a dynamic column on.
func placeOf(e plan.Expr) (*plan.Col, []string, bool) {
	var keys []string
	for {
		switch x := e.(type) {
		case *plan.Col:
			slices.Reverse(keys)
			return x, keys, x.Of == table.Dynamic && len(keys) > 0
		case *plan.Call:
			if x.Func.Name != "[]" || len(x.Args) != 2 {
				return nil, nil, false
			}
			key, ok := constant[string](x.Args[1])
			if !ok {
				return nil, nil, false
			}
			keys, e = append(keys, key), x.Args[0]
		default:
			return nil, nil, false
		}
	}
}

func withArg(c *plan.Call, i int, arg plan.Expr) *plan.Call {
	out := *c
	out.Args = slices.Clone(c.Args)
	out.Args[i] = arg
	return &out
}

// typedCall is c with a column of a type in place of argument arg; nil if there is no
// such overload, or it gives another type.
func typedCall(c *plan.Call, arg int, t table.Type) plan.Expr {
	col := &plan.Col{Index: 0, Of: t}
	if c.Func.Name == "tostring" {
		switch t {
		case table.String:
			return col
		case table.Bool: // of a dynamic it is JSON's
			return overloaded("iff", col, &plan.Lit{Value: "true", Of: table.String}, &plan.Lit{Value: "false", Of: table.String})
		}
	}
	for i, a := range c.Args { // the two would be brought to one type, or compared as texts
		if i != arg && a.Type() != t {
			return nil
		}
	}
	f, ok := fn.Lookup(c.Func.Name)
	if !ok {
		return nil
	}
	if e := callOf(f, withArg(c, arg, col).Args); e != nil && e.Ret == c.Ret {
		return e
	}
	return nil
}

// tell says, for the plan, which places are read as columns.
func (d *derivedColumns) tell() string {
	count := map[string]int{}
	for _, c := range d.cols {
		for _, m := range d.snap.Extents {
			if p := m.PathOf(c.Column, c.Keys); p != nil && c.Typed[p.Type] != nil {
				count[p.Name()+": "+p.Type.String()] = 0
			}
		}
	}
	for _, m := range d.snap.Extents {
		for i := range m.Paths {
			name := m.Paths[i].Name() + ": " + m.Paths[i].Type.String()
			if _, ok := count[name]; ok {
				count[name]++
			}
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&b, "column of %s: %s in %d of %d extents\n", d.scan.Ref.Table, name, count[name], len(d.snap.Extents))
	}
	return b.String()
}
