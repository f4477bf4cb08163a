package sqlgen

import (
	"fmt"

	"github.com/yagura/yagura/kql/plan"
)

func (g *gen) limit(n *plan.Limit, in string) string {
	return fmt.Sprintf("SELECT *%s LIMIT %d", from(in), max(n.N, 0))
}
