package sqlgen

import (
	"strings"

	"github.com/yagura/yagura/kql/plan"
)

// widest is how many columns SQL gives to the rows of each table of a union: writing and
// reading more, most of them null, takes longer than the rows do.
const widest = 1000

func (g *gen) widen(n *plan.Widen, in string) (string, error) {
	if len(n.Table.Cols) > widest {
		return "", unsupported("a union of %d columns", len(n.Table.Cols))
	}
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
