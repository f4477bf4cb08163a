package sqlgen

import "github.com/yagura/yagura/kql/plan"

func (g *gen) filter(n *plan.Filter, in string) (string, error) {
	cond, err := g.exprs(n.In, column).truth(n.Cond)
	if err != nil {
		return "", err
	}
	return "SELECT *" + from(in) + " WHERE " + cond, nil
}
