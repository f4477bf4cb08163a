package sqlgen

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// joinSQL is how each kind is written; InnerUnique is Inner over a left side whose
// keys are unique, and right kinds that give left columns only are left kinds turned
// around.
var joinSQL = map[plan.JoinKind]string{
	plan.InnerUnique: "JOIN", plan.Inner: "JOIN",
	plan.LeftOuter: "LEFT JOIN", plan.RightOuter: "RIGHT JOIN", plan.FullOuter: "FULL JOIN",
	plan.LeftSemi: "SEMI JOIN", plan.RightSemi: "SEMI JOIN",
	plan.LeftAnti: "ANTI JOIN", plan.RightAnti: "ANTI JOIN",
}

func (g *gen) join(n *plan.Join, left, right string) (string, error) {
	kw, ok := joinSQL[n.Kind]
	if !ok {
		return "", unsupported("join kind %s", n.Kind)
	}
	if len(n.On) == 0 {
		if n.Kind != plan.Inner {
			return "", unsupported("join kind %s without keys", n.Kind)
		}
		kw = "CROSS JOIN"
	}
	l, r := g.exprs(n.Left, side("l")), g.exprs(n.Right, side("r"))
	var lkeys, on []string
	for _, k := range n.On {
		t := k.L.Type()
		if t != k.R.Type() || !comparable(t) || t == table.Real {
			return "", unsupported("join on %v and %v", t, k.R.Type())
		}
		a, err := l.value(k.L)
		if err != nil {
			return "", err
		}
		b, err := r.value(k.R)
		if err != nil {
			return "", err
		}
		lkeys = append(lkeys, a)
		on = append(on, atom(a)+" = "+atom(b))
	}
	cols := make([]string, len(n.Cols))
	for i, c := range n.Cols {
		name, in := "l", n.Left
		if c.Right {
			name, in = "r", n.Right
		}
		s := fmt.Sprintf("%s.c%d", name, c.Index)
		if in.Schema().Cols[c.Index].Type == table.String && mayMiss(n.Kind, c.Right) {
			s = "coalesce(" + s + ", '')"
		}
		cols[i] = as(s, i)
	}
	if len(cols) == 0 {
		return "", unsupported("rows without columns")
	}
	lrel, rrel := "("+fenced(n.Left, left)+") AS l", "("+fenced(n.Right, right)+") AS r"
	if n.Kind == plan.InnerUnique {
		lrel = fmt.Sprintf("(SELECT DISTINCT ON (%s) * FROM %s) AS l", strings.Join(lkeys, ", "), lrel)
	}
	if n.Kind == plan.RightSemi || n.Kind == plan.RightAnti {
		lrel, rrel = rrel, lrel
	}
	s := "SELECT " + strings.Join(cols, ", ") + " FROM " + lrel + " " + kw + " " + rrel
	if len(on) > 0 {
		s += " ON " + strings.Join(on, " AND ")
	}
	return s, nil
}

// fenced keeps DuckDB from applying what it learns of one side's keys, while it joins,
// to the other side's rows before that has taken its first ones.
func fenced(n plan.Node, sql string) string {
	for {
		switch x := n.(type) {
		case *plan.Limit, *plan.Top:
			return "WITH first AS MATERIALIZED (" + sql + ") SELECT * FROM first"
		case *plan.Filter, *plan.Project, *plan.Sort, *plan.Widen:
			n = x.Inputs()[0]
		case *plan.Join, *plan.Union, *plan.Summarize:
			for _, in := range x.Inputs() {
				if s := fenced(in, sql); s != sql {
					return s
				}
			}
			return sql
		default:
			return sql
		}
	}
}

func side(name string) func(int) string {
	return func(i int) string { return fmt.Sprintf("%s.c%d", name, i) }
}

// mayMiss reports whether a row of the result may lack the columns of a side.
func mayMiss(k plan.JoinKind, right bool) bool {
	switch k {
	case plan.FullOuter:
		return true
	case plan.LeftOuter:
		return right
	case plan.RightOuter:
		return !right
	}
	return false
}
