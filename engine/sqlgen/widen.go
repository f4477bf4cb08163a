package sqlgen

import (
	"strings"

	"github.com/yagura/yagura/kql/plan"
)

func (g *gen) widen(n *plan.Widen, in string) (string, error) {
	cols := make([]string, len(n.Table.Cols))
	for i, to := range n.To {
		cols[to] = as(column(i), to)
	}
	for i, c := range n.Table.Cols {
		if cols[i] != "" {
			continue
		}
		null, err := g.d.Literal(nil, c.Type)
		if err != nil {
			return "", err
		}
		cols[i] = as(null, i)
	}
	return "SELECT " + strings.Join(cols, ", ") + from(in), nil
}
