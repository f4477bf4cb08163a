package sqlgen

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (g *gen) sort(of plan.Node, keys []plan.SortKey, in string) (string, error) {
	x := g.exprs(of, column)
	var by []string
	for _, k := range keys {
		t := k.Expr.Type()
		if _, ok := k.Expr.(*plan.Lit); ok { // sorts nothing; as a number, SQL takes it for the place of a column
			continue
		}
		if !comparable(t) {
			return "", unsupported("order by %v", t)
		}
		s, err := x.value(k.Expr)
		if err != nil {
			return "", err
		}
		nulls := " NULLS LAST"
		if k.NullsFirst {
			nulls = " NULLS FIRST"
		}
		dir, nans := " ASC", " DESC"
		if k.Desc {
			dir, nans = " DESC", " ASC"
		}
		if t == table.Real && !x.number(k.Expr) { // SQL has NaN as the largest, KQL as the smallest
			by = append(by, "isnan("+s+")"+nans+nulls)
		}
		by = append(by, s+dir+nulls)
	}
	if len(by) == 0 {
		return "SELECT *" + from(in), nil
	}
	return "SELECT *" + from(in) + " ORDER BY " + strings.Join(by, ", "), nil
}

func (g *gen) top(n *plan.Top, in string) (string, error) {
	s, err := g.sort(n.In, n.Keys, in)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s LIMIT %d", s, max(n.N, 0)), nil
}
