package kql

import (
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// finding is a find operator being bound.
type finding struct {
	b      *binder
	op     *syntax.Find
	source string
	legs   []*rel
	cols   []table.Column // of the result, behind the source
	pack   bool           // the result ends in pack_
}

// find keeps the rows of tables for which a condition is true, and shows the columns
// that these tables have in common, those that the condition names, or those that it
// is told to; the others packed into one.
func (b *binder) find(op *syntax.Find) *rel {
	ps := b.opParams(op.Params, "withsource", "datascope")
	fi := &finding{b: b, op: op, source: "source_"}
	if p := ps["withsource"]; p != nil {
		fi.source = wordOf(p.X)
	}
	if len(op.In) == 0 {
		fi.legs = b.wildTables(b.env, "*", true)
	}
	for _, x := range op.In {
		fi.legs = append(fi.legs, b.legs(x, false)...)
	}
	named := namesIn(op.Cond, fi.legs)
	if len(fi.legs) > 1 && !hasTerm(op.Cond) {
		fi.legs = slices.DeleteFunc(fi.legs, func(l *rel) bool {
			return !slices.ContainsFunc(named, func(n string) bool { return l.index(n) >= 0 || l.bad || l.open })
		})
	}
	s := &searching{b: b, at: op}
	legs := s.legs(op.Cond, fi.legs)
	if len(op.Cols) > 0 && op.Kind == "project" {
		fi.project()
	} else {
		fi.smart(named)
		if op.Kind == "project-away" {
			fi.away()
		}
	}
	return fi.result(legs)
}

// smart chooses the columns that all tables have, and those that the condition names.
func (fi *finding) smart(named []string) {
	for _, n := range named {
		fi.addColumn(n)
	}
	if len(fi.legs) > 0 {
		var common []table.Column
		for _, c := range fi.legs[0].cols {
			all := true
			for _, l := range fi.legs {
				all = all && l.index(c.Name) >= 0
			}
			if all {
				common = append(common, c)
			}
		}
		chosen := fi.cols
		fi.cols = nil
		for _, c := range common {
			fi.addColumn(c.Name)
		}
		for _, c := range chosen {
			fi.addColumn(c.Name)
		}
	}
	for _, l := range fi.legs {
		for _, c := range l.cols {
			fi.pack = fi.pack || !fi.has(c.Name)
		}
	}
}

func (fi *finding) has(name string) bool {
	return slices.ContainsFunc(fi.cols, func(c table.Column) bool { return c.Name == name })
}

// addColumn adds a column of the tables; of several types it becomes their common
// one, or dynamic.
func (fi *finding) addColumn(name string) bool {
	t := table.Type(0)
	for _, l := range fi.legs {
		i := l.index(name)
		switch {
		case i < 0:
		case t == 0:
			t = l.cols[i].Type
		default:
			w, ok := fn.Wider(t, l.cols[i].Type)
			if !ok {
				w = table.Dynamic
			}
			t = w
		}
	}
	if t != 0 && !fi.has(name) {
		fi.cols = append(fi.cols, table.Column{Name: name, Type: t})
	}
	return t != 0
}

// project takes the columns that the operator names.
func (fi *finding) project() {
	for _, x := range fi.op.Cols {
		switch x := x.(type) {
		case *syntax.Name:
			fi.named(x, 0)
		case *syntax.TypedName:
			t, ok := table.ParseType(x.Type)
			if !ok {
				fi.b.fail(x, codeTypeName, "no type named '%s'", x.Type)
				continue
			}
			fi.named(x.Name, t)
		case *syntax.Call:
			if x.Func.Text != "pack" && x.Func.Text != "pack_all" {
				fi.b.fail(x, codeColumn, "a column's name or pack_all() is expected here")
			}
			fi.pack = true
		default:
			fi.b.fail(x, codeColumn, "a column's name is expected here")
		}
	}
}

func (fi *finding) named(x *syntax.Name, t table.Type) {
	if !fi.addColumn(x.Text) {
		fi.b.fail(x, codeName, "no column named '%s'", x.Text)
		return
	}
	if t != 0 {
		fi.cols[len(fi.cols)-1].Type = t
	}
}

// away leaves out columns; of * all but the source.
func (fi *finding) away() {
	for _, x := range fi.op.Cols {
		if isStar(x) {
			fi.cols, fi.pack = nil, false
			continue
		}
		n, ok := x.(*syntax.Name)
		if !ok {
			fi.b.fail(x, codeColumn, "a column's name is expected here")
			continue
		}
		fi.cols = slices.DeleteFunc(fi.cols, func(c table.Column) bool { return c.Name == n.Text })
	}
}

// result makes the union of the tables with the chosen columns.
func (fi *finding) result(legs []*rel) *rel {
	b := fi.b
	out := &rel{cols: []table.Column{{Name: fi.source, Type: table.String}}}
	out.cols = append(out.cols, fi.cols...)
	if fi.pack {
		out.cols = append(out.cols, table.Column{Name: "pack_", Type: table.Dynamic})
	}
	var ins []plan.Node
	for _, l := range legs {
		out.bad, out.open = out.bad || l.bad, out.open || l.open
		cols := []plan.Named{{Name: fi.source, Expr: &plan.Lit{Value: l.name, Of: table.String}}}
		for _, c := range fi.cols {
			e := nullOf(c.Type)
			if i := l.index(c.Name); i >= 0 {
				e = b.cast(fi.op, l.col(i), c.Type)
			}
			cols = append(cols, plan.Named{Name: c.Name, Expr: e})
		}
		if fi.pack {
			cols = append(cols, plan.Named{Name: "pack_", Expr: fi.packed(l)})
		}
		ins = append(ins, &plan.Project{In: l.node, Cols: cols})
	}
	out.node = noRows(out.cols...)
	if len(ins) > 0 {
		out.node = &plan.Union{Ins: ins}
	}
	return out
}

// packed makes a bag of the columns that are not shown.
func (fi *finding) packed(l *rel) plan.Expr {
	var idx []int
	for i, c := range l.cols {
		if !fi.has(c.Name) {
			idx = append(idx, i)
		}
	}
	return fi.b.packColumns(fi.op, l, idx)
}

// packColumns makes a bag of columns by their names.
func (b *binder) packColumns(at spot, r *rel, idx []int) plan.Expr {
	var args []plan.Expr
	for _, i := range idx {
		args = append(args, text(r.cols[i].Name), r.col(i))
	}
	return b.bag(at, args)
}

// bag makes a bag of names and values, one after the other.
func (b *binder) bag(at spot, args []plan.Expr) plan.Expr {
	if len(args) == 0 {
		return &plan.Lit{Value: table.DynValue(&table.Bag{}), Of: table.Dynamic}
	}
	return b.function(at, "bag_pack", args...)
}

// namesIn lists the columns that an expression names, in their order.
func namesIn(x syntax.Expr, legs []*rel) []string {
	var names []string
	syntax.Walk(x, func(n syntax.Node) bool {
		name, ok := n.(*syntax.Name)
		if ok && !slices.Contains(names, name.Text) && slices.ContainsFunc(legs, func(l *rel) bool { return l.index(name.Text) >= 0 }) {
			names = append(names, name.Text)
		}
		return true
	})
	return names
}

// hasTerm reports whether a condition has a term that is looked for in all columns.
func hasTerm(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Paren:
		return hasTerm(x.X)
	case *syntax.Star, *syntax.WildName:
		return true
	case *syntax.Lit:
		return x.Kind == syntax.StringLit
	case *syntax.Binary:
		if x.Op == "and" || x.Op == "or" {
			return hasTerm(x.X) || hasTerm(x.Y)
		}
		return isStar(x.X)
	}
	return false
}
