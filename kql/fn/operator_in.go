package fn

import (
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// Membership. A dynamic array among the values counts as its elements.
var operatorInFuncs = []Func{
	{
		Name: "in", Kind: Operator, Doc: "Whether a value equals one of those on the right.",
		Overloads: membership(nil, true, isOneOf),
		Examples:  []Example{{`2 in (1, 2, 3)`, `true`}, {`"a" in (dynamic(["a", "b"]))`, `true`}, {`"A" in ("a")`, `false`}},
	},
	{
		Name: "!in", Kind: Operator, Doc: "Whether a value equals none of those on the right.",
		Overloads: membership(nil, false, isOneOf),
		Examples:  []Example{{`2 !in (1, 3)`, `true`}},
	},
	{
		Name: "in~", Kind: Operator, Doc: "Whether a string equals one of those on the right, whatever the case.",
		Overloads: membership(Texts, true, isOneOfFolded),
		Examples:  []Example{{`"A" in~ ("a", "b")`, `true`}},
	},
	{
		Name: "!in~", Kind: Operator, Doc: "Whether a string equals none of those on the right, whatever the case.",
		Overloads: membership(Texts, false, isOneOfFolded),
		Examples:  []Example{{`"A" !in~ ("a", "b")`, `false`}},
	},
	{
		Name: "has_any", Kind: Operator, Doc: "Whether a string has one of the values as a term, whatever the case.",
		Overloads: membership(Texts, true, hasAny),
		Examples:  []Example{{`"North America" has_any ("south", "north")`, `true`}, {`"North America" has_any (dynamic(["nor"]))`, `false`}},
	},
	{
		Name: "has_all", Kind: Operator, Doc: "Whether a string has all of the values as terms, whatever the case.",
		Overloads: membership(Texts, true, hasAll),
		Examples:  []Example{{`"North America" has_all ("america", "north")`, `true`}, {`"North America" has_all ("america", "south")`, `false`}},
	},
}

// members are the values of one row (arrays taken apart), in every form that tests
// need; those of equal rows are made once.
type members struct {
	vals   []table.Value
	texts  map[string]bool // of strings
	longs  map[int64]bool  // of whole numbers
	folded []needle
	terms  map[string]bool // what has_any looks for: of folded, those that are one term,
	others []needle        // and those that are not
}

// memberSteps are about the steps that one more value takes.
const memberSteps = 512

func newMembers(w *work, row []table.Value) *members {
	m := &members{texts: map[string]bool{}, longs: map[int64]bool{}}
	for _, v := range row {
		d, ok := v.(table.Dyn)
		if !ok {
			m.add(v)
			continue
		}
		arr, ok := d.Array()
		if !ok {
			m.addTree(d.Tree())
		}
		for _, e := range arr {
			w.Step(memberSteps)
			m.addTree(e)
		}
	}
	m.terms = map[string]bool{}
	for _, n := range m.folded {
		if end := termEnd(n.up); end > 0 && end == len(n.up) {
			m.terms[n.up] = true
		} else {
			m.others = append(m.others, n)
		}
	}
	return m
}

func (m *members) addTree(t any) {
	switch t := t.(type) {
	case nil:
	case []any, *table.Bag:
		m.add(table.NewDyn(t))
	default:
		m.add(t)
	}
}

func (m *members) add(v table.Value) {
	if v == nil {
		return
	}
	m.vals = append(m.vals, v)
	m.folded = append(m.folded, newNeedle(textOf(v)))
	switch v := v.(type) {
	case string:
		m.texts[v] = true
	case int32:
		m.longs[int64(v)] = true
	case int64:
		m.longs[v] = true
	}
}

// membership makes an operator of a value and a list: test judges a value (nil is
// null) and the members of its row.
func membership(left []table.Type, want bool, test func(w *work, v table.Value, m *members) bool) []Overload {
	return []Overload{{
		Params: P(Param{Name: "value", Types: left}, Rest(AnyP("values"))), Returns: Is(table.Bool), Members: true,
		Slow: slow(func(w *work) Eval {
			return func(args []table.Vec, rows int) (table.Vec, error) {
				var m *members
				fixed := true
				for _, v := range args[1:] {
					fixed = fixed && allEqual(v)
				}
				return fill(rows, nil, func(i int) (bool, bool) {
					if m == nil || !fixed {
						row := make([]table.Value, len(args)-1)
						for k, v := range args[1:] {
							row[k] = v.At(i)
						}
						m = newMembers(w, row)
					}
					return test(w, args[0].At(i), m) == want, true
				}), nil
			}
		}),
	}}
}

func isOneOf(w *work, v table.Value, m *members) bool {
	if d, ok := v.(table.Dyn); ok {
		if v = scalarOf(d); v == nil {
			v = d
		}
	}
	switch x := v.(type) {
	case nil:
		return false
	case string:
		return m.texts[x] || m.hasLike(w, x, len(m.texts))
	case int32:
		return m.longs[int64(x)] || m.hasLike(w, x, len(m.longs))
	case int64:
		return m.longs[x] || m.hasLike(w, x, len(m.longs))
	}
	return m.hasLike(w, v, 0)
}

// hasLike looks through the values one by one, unless known is already all of them.
func (m *members) hasLike(w *work, v table.Value, known int) bool {
	if known == len(m.vals) {
		return false
	}
	width := valueBytes(v)
	for _, o := range m.vals {
		w.Step(width)
		if equalScalars(v, o) {
			return true
		}
	}
	return false
}

// scalarOf returns the scalar that a dynamic is, nil for arrays and bags.
func scalarOf(d table.Dyn) table.Value {
	switch t := d.Tree().(type) {
	case []any, *table.Bag:
		return nil
	default:
		return t
	}
}

// valueBytes is about what reading a value takes, in steps.
func valueBytes(v table.Value) int {
	switch v := v.(type) {
	case string:
		return comparison + len(v)
	case table.Dyn:
		return comparison + v.Width()
	}
	return comparison
}

// equalScalars is == on two values that are not null.
func equalScalars(a, b table.Value) bool {
	x, y := alike(table.Repeat(table.TypeOfValue(a), a, 1), table.Repeat(table.TypeOfValue(b), b, 1))
	var same [1]bool
	nulls := equalIn(same[:], x, y)
	return same[0] && !(nulls && (x.IsNull(0) || y.IsNull(0)))
}

func isOneOfFolded(w *work, v table.Value, m *members) bool {
	s := textOf(v)
	for _, n := range m.folded {
		w.Step(len(s))
		if n.equal(s) {
			return true
		}
	}
	return false
}

// fewTerms is up to how many terms are looked for one by one.
const fewTerms = 8

func hasAny(w *work, v table.Value, m *members) bool {
	s := textOf(v)
	needles := m.folded
	if len(m.terms) > fewTerms {
		if m.hasTerm(w, s) {
			return true
		}
		needles = m.others
	}
	for _, n := range needles {
		w.Step(len(s))
		if n.in(s, boundStart|boundEnd) {
			return true
		}
	}
	return false
}

// hasTerm reports whether one of the terms of s is among the values.
func (m *members) hasTerm(w *work, s string) bool {
	w.Step(len(s))
	for up := table.Fold(s); up != ""; {
		end := termEnd(up)
		if end > 0 && m.terms[up[:end]] {
			return true
		}
		_, size := utf8.DecodeRuneInString(up[end:])
		up = up[end+size:]
	}
	return false
}

// termEnd is where the term ends that s begins with: 0 if it begins with none.
func termEnd(s string) int {
	for i, r := range s {
		if !table.IsTermRune(r) {
			return i
		}
	}
	return len(s)
}

func hasAll(w *work, v table.Value, m *members) bool {
	s := textOf(v)
	for _, n := range m.folded {
		w.Step(len(s))
		if !n.in(s, boundStart|boundEnd) {
			return false
		}
	}
	return true
}

// allEqual reports whether all rows of v surely are the same value.
func allEqual(v table.Vec) bool {
	n := v.Len()
	if n == 0 {
		return true
	}
	switch v := v.(type) {
	case *table.Of[string]:
		_, ok := constant(v)
		return ok
	case *table.Of[table.Dyn]:
		for i := 1; i < n; i++ {
			if v.IsNull(i) != v.IsNull(0) || !v.Vals[i].Same(v.Vals[0]) {
				return false
			}
		}
		return true
	}
	first := v.At(0)
	for i := 1; i < n; i++ {
		if v.At(i) != first {
			return false
		}
	}
	return true
}
