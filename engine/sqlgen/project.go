package sqlgen

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/plan"
)

func (g *gen) project(n *plan.Project, in string) (string, error) {
	if n.Window {
		return "", unsupported("window functions")
	}
	if len(n.Cols) == 0 {
		return "", unsupported("rows without columns")
	}
	cols, err := g.named(n.In, n.Cols)
	if err != nil {
		return "", err
	}
	return "SELECT " + strings.Join(cols, ", ") + from(in), nil
}

// named writes columns of rows of in as c0, c1, …
func (g *gen) named(in plan.Node, ns []plan.Named) ([]string, error) {
	x := g.exprs(in, column)
	cols := make([]string, len(ns))
	for i, c := range ns {
		s, err := x.value(c.Expr)
		if err != nil {
			return nil, err
		}
		cols[i] = as(s, i)
	}
	return cols, nil
}

// as names column i of a relation.
func as(sql string, i int) string { return fmt.Sprintf("%s AS c%d", sql, i) }
