package engine

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// narrow leaves of a table's rows those that the condition of s may want, as far as the
// bounds of columns and the term indexes tell, and says so in the statistics and the plan.
func (r *run) narrow(s *plan.Scan, snap *store.Snapshot) *store.Snapshot {
	snap = r.narrowBySpan(s, snap)
	if s.Filter == nil {
		return snap
	}
	snap = r.narrowByBounds(s, snap)
	c := termsOf(s)
	if c == nil || len(snap.Extents) == 0 {
		return snap
	}
	narrow, out := snap.Narrow(c)
	st := &r.res.Stats
	st.Skipped += out
	st.SkippedBy.Index += out
	rows, left := snap.Left(narrow.Extents), narrow.Left(narrow.Extents)
	st.RowsOut += rows - left
	st.Plan += fmt.Sprintf("term index of %s: %v: %d of %d extents, %d of their %d rows\n", s.Ref.Table, c, len(narrow.Extents), len(snap.Extents), left, rows)
	return narrow
}

// narrowBySpan looks up which rows are in the span of s where few are.
func (r *run) narrowBySpan(s *plan.Scan, snap *store.Snapshot) *store.Snapshot {
	narrow, looked := snap.NarrowSpan()
	if looked == nil {
		return snap
	}
	st := &r.res.Stats
	out := len(snap.Extents) - len(narrow.Extents)
	st.Skipped += out
	st.SkippedBy.Time += out
	rows := snap.Left(looked)
	looked = slices.DeleteFunc(looked, func(m *extent.Meta) bool { return !slices.Contains(narrow.Extents, m) })
	st.Plan += fmt.Sprintf("time of %s: %d of %d extents, %d of all their %d rows\n", s.Ref.Table, len(looked), len(looked)+out, narrow.Left(looked), rows)
	return narrow
}

func (r *run) narrowByBounds(s *plan.Scan, snap *store.Snapshot) *store.Snapshot {
	n := *snap
	n.Extents = nil
	for _, m := range snap.Extents {
		if !ruledOut(s, m) {
			n.Extents = append(n.Extents, m)
		}
	}
	n.Extents = byCounts(s, n.Extents)
	out := len(snap.Extents) - len(n.Extents)
	if out == 0 {
		return snap
	}
	r.res.Stats.Skipped += out
	r.res.Stats.SkippedBy.Stats += out
	r.res.Stats.Plan += fmt.Sprintf("bounds and values of %s: %d of %d extents\n", s.Ref.Table, len(n.Extents), len(snap.Extents))
	return &n
}

// termsOf returns what the rows that a scan wants have among the terms of their columns,
// nil if that is not known.
func termsOf(s *plan.Scan) *terms.Cond {
	if s.Filter == nil {
		return nil
	}
	return (&termFinder{s.Table}).cond(s.Filter)
}

type termFinder struct{ of *table.Schema }

func (t *termFinder) cond(e plan.Expr) *terms.Cond {
	switch e := e.(type) {
	case *plan.Call:
		return t.call(e)
	case *plan.InRows:
		v, ok := e.Root.(*plan.Values)
		if !ok || v.Rows.Rows == 0 || len(v.Rows.Vecs) == 0 {
			return nil
		}
		texts, ok := v.Rows.Vecs[0].(*table.Of[string])
		if !ok {
			return nil
		}
		return t.list(e.Op.Name, e.X, texts.Vals)
	}
	return nil
}

// searches are the operators that look for a text in a string: which of its ends are
// ends of terms where it is found, and whether case is folded.
var searches = map[string]struct {
	ends terms.Ends
	fold bool
}{
	"==": {terms.Both, false}, "=~": {terms.Both, true},
	"has": {terms.Both, true}, "has_cs": {terms.Both, false},
	"hasprefix": {terms.Start, true}, "hasprefix_cs": {terms.Start, false},
	"hassuffix": {terms.End, true}, "hassuffix_cs": {terms.End, false},
	"contains": {0, true}, "contains_cs": {0, false},
	"startswith": {terms.Start, true}, "startswith_cs": {terms.Start, false},
	"endswith": {terms.End, true}, "endswith_cs": {terms.End, false},
}

func (t *termFinder) call(c *plan.Call) *terms.Cond {
	switch c.Func.Name {
	case "and":
		return terms.All(t.cond(c.Args[0]), t.cond(c.Args[1]))
	case "or":
		return terms.Any(t.cond(c.Args[0]), t.cond(c.Args[1]))
	case "in", "in~", "has_any", "has_all":
		vals, ok := plan.ConstTexts(c.Args[1:])
		if !ok {
			return nil
		}
		return t.list(c.Func.Name, c.Args[0], vals)
	case "matches regex":
		column, ok := t.column(c.Args[0])
		pattern, isText := plan.ConstText(c.Args[1])
		if !ok || !isText {
			return nil
		}
		return regexTerms(column, pattern)
	}
	op, ok := searches[c.Func.Name]
	if !ok || len(c.Args) != 2 {
		return nil
	}
	if c.Func.Name == "==" {
		if cond := t.equalGuid(c.Args[0], c.Args[1]); cond != nil {
			return cond
		}
		if cond := t.search(c.Args[1], c.Args[0], op.ends, op.fold); cond != nil {
			return cond
		}
	}
	return t.search(c.Args[0], c.Args[1], op.ends, op.fold)
}

func (t *termFinder) search(x, what plan.Expr, ends terms.Ends, fold bool) *terms.Cond {
	column, ok := t.column(x)
	text, isText := plan.ConstText(what)
	if !ok || !isText {
		return nil
	}
	return terms.Contain(column, text, ends, fold)
}

// equalGuid is the == of a column of guids and a constant.
func (t *termFinder) equalGuid(x, y plan.Expr) *terms.Cond {
	if _, ok := x.(*plan.Lit); ok {
		x, y = y, x
	}
	col, ok := x.(*plan.Col)
	lit, isLit := y.(*plan.Lit)
	if !ok || !isLit || col.Of != table.Guid {
		return nil
	}
	id, ok := lit.Value.(table.UUID)
	if !ok {
		return nil
	}
	return terms.Contain(t.of.Cols[col.Index].Name, id.String(), terms.Both, false)
}

// manyValues is how many values of a list are looked up.
const manyValues = 512

// list is a test for several texts.
func (t *termFinder) list(op string, x plan.Expr, vals []string) *terms.Cond {
	column, ok := t.column(x)
	// A number in a dynamic is in ("05"): that is not its text.
	if !ok || op == "in" && x.Type() != table.String || len(vals) == 0 || len(vals) > manyValues {
		return nil
	}
	cs := make([]*terms.Cond, len(vals))
	for i, v := range vals {
		cs[i] = terms.Contain(column, v, terms.Both, op != "in")
	}
	switch op {
	case "has_all":
		return terms.All(cs...)
	case "in", "in~", "has_any":
		return terms.Any(cs...)
	}
	return nil
}

// column returns the column of whose text x is part: a column itself, or a property of
// it, as text.
func (t *termFinder) column(x plan.Expr) (string, bool) {
	switch x := x.(type) {
	case *plan.Col:
		_, ok := terms.Indexed(x.Of)
		return t.of.Cols[x.Index].Name, ok && x.Of != table.Guid
	case *plan.Call:
		switch x.Func.Name {
		case "[]":
			if x.Args[0].Type() == table.Dynamic {
				return t.column(x.Args[0])
			}
		case "tostring":
			if col, ok := x.Args[0].(*plan.Col); ok && col.Of == table.Guid {
				return t.of.Cols[col.Index].Name, true
			}
			return t.column(x.Args[0])
		}
	}
	return "", false
}
