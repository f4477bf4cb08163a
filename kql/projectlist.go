package kql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

// columnList resolves names and names with * to columns of the input.
func (b *binder) columnList(in *rel, xs []syntax.Expr) []int {
	var out []int
	for _, x := range xs {
		out = append(out, b.columnsOf(in, x)...)
	}
	return out
}

func (b *binder) columnsOf(in *rel, x syntax.Expr) []int {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.columnsOf(in, x.X)
	case *syntax.Name:
		if i := in.index(x.Text); i >= 0 {
			return []int{i}
		}
		if !in.bad && !in.open {
			b.failHint(x, syntax.DidYouMean(x.Text, in.names()), codeName, "no column named '%s'", x.Text)
		}
	case *syntax.WildName:
		out := matching(in, x.Text)
		if len(out) == 0 && !in.bad && !in.open {
			b.fail(x, codeName, "no column is named like '%s'", x.Text)
		}
		return out
	case *syntax.Star:
		return matching(in, "*")
	case *syntax.Bad:
	default:
		b.fail(x, codeColumn, "a column's name is expected here")
	}
	return nil
}

func matching(in *rel, pattern string) []int {
	var out []int
	for i, c := range in.cols {
		if wildMatch(pattern, c.Name) {
			out = append(out, i)
		}
	}
	return out
}

// wildMatch reports whether a name is like a pattern with asterisks. Case matters.
func wildMatch(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// pick returns the columns of in that keep names, in the order of idx.
func pick(in *rel, idx []int) *rel {
	cols := make([]plan.Named, len(idx))
	for o, i := range idx {
		cols[o] = plan.Named{Name: in.cols[i].Name, Expr: in.col(i)}
	}
	return in.from(&plan.Project{In: in.node, Cols: cols})
}

func (b *binder) projectAway(op *syntax.ProjectAway, in *rel) *rel {
	away := b.columnList(in, op.Cols)
	var keep []int
	for i := range in.cols {
		if !slices.Contains(away, i) {
			keep = append(keep, i)
		}
	}
	return pick(in, keep)
}

func (b *binder) projectKeep(op *syntax.ProjectKeep, in *rel) *rel {
	keep := b.columnList(in, op.Cols)
	slices.Sort(keep)
	return pick(in, slices.Compact(keep))
}

func (b *binder) projectReorder(op *syntax.ProjectReorder, in *rel) *rel {
	var order []int
	for _, o := range op.Cols {
		found := b.columnsOf(in, o.X)
		sortColumns(in, found, o.Dir)
		order = append(order, found...)
	}
	for i := range in.cols {
		order = append(order, i)
	}
	seen := map[int]bool{}
	order = slices.DeleteFunc(order, func(i int) bool {
		again := seen[i]
		seen[i] = true
		return again
	})
	return pick(in, order)
}

// sortColumns orders columns by their names: asc, desc, or, with granny-, so that
// numbers in names count as numbers. Case does not matter: letters compare as capitals,
// which come before _.
func sortColumns(in *rel, idx []int, dir string) {
	if dir == "" {
		return
	}
	compare := func(x, y string) int { return strings.Compare(strings.ToUpper(x), strings.ToUpper(y)) }
	if strings.HasPrefix(dir, "granny-") {
		compare = compareNatural
	}
	slices.SortStableFunc(idx, func(i, j int) int {
		c := compare(in.cols[i].Name, in.cols[j].Name)
		if strings.HasSuffix(dir, "desc") {
			return -c
		}
		return c
	})
}

// compareNatural compares names so that a2 comes before a10.
func compareNatural(x, y string) int {
	x, y = strings.ToUpper(x), strings.ToUpper(y)
	for x != "" && y != "" {
		if isDigit(x[0]) && isDigit(y[0]) {
			n, m := digits(x), digits(y)
			a, c := strings.TrimLeft(x[:n], "0"), strings.TrimLeft(y[:m], "0")
			if d := cmp.Or(cmp.Compare(len(a), len(c)), strings.Compare(a, c)); d != 0 {
				return d
			}
			x, y = x[n:], y[m:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Compare(len(x), len(y))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func (b *binder) projectRename(op *syntax.ProjectRename, in *rel) *rel {
	cols := in.all()
	given, renamed := map[string]bool{}, map[int]bool{} // of a column's new names the first counts
	for _, c := range in.cols {
		given[c.Name] = true
	}
	for _, x := range op.Cols {
		n, ok := x.(*syntax.Named)
		if !ok || len(n.Names) != 1 {
			b.fail(x, codeRename, "new = old is expected here")
			continue
		}
		old, ok := n.X.(*syntax.Name)
		if !ok {
			b.fail(n.X, codeColumn, "a column's name is expected here")
			continue
		}
		for _, i := range b.columnsOf(in, old) {
			switch name := n.Names[0].Text; {
			case given[name]:
				b.fail(n.Names[0], codeDuplicate, "a column named '%s' is already declared", name)
			case !renamed[i]:
				given[name], renamed[i] = true, true
				cols[i].Name = name
			}
		}
	}
	return in.from(&plan.Project{In: in.node, Cols: cols})
}

func (b *binder) projectByNames(op *syntax.ProjectByNames, in *rel) *rel {
	var idx []int
	for _, x := range op.Cols {
		for _, name := range b.columnNames(x) {
			for _, i := range matching(in, name) {
				if !slices.Contains(idx, i) {
					idx = append(idx, i)
				}
			}
		}
	}
	return pick(in, idx)
}

// columnNames returns the names that a constant string or array of strings has, or
// the names of the columns of a table.
func (b *binder) columnNames(x syntax.Expr) []string {
	if c, ok := x.(*syntax.Call); ok && c.Func.Text == "column_names_of" && len(c.Args) == 1 {
		return b.query(c.Args[0]).names()
	}
	e := b.expr(noRow(), x)
	var names []string
	for _, e := range elements(e) {
		if l, ok := e.(*plan.Lit); ok {
			if s, ok := l.Value.(string); ok {
				names = append(names, s)
				continue
			}
		}
		if !isBad(e) && !isPlaceholder(e) {
			b.fail(x, codeConstant, "a constant string, an array of strings or column_names_of() is expected here")
		}
	}
	return names
}
