package sqlgen

import "github.com/yagura/yagura/kql/plan"

func (g *gen) scan(n *plan.Scan) (string, error) {
	in, done, err := g.env.Scan(n)
	if err != nil || in == "" {
		return done, err
	}
	if n.Filter != nil {
		if in, err = g.filter(&plan.Filter{In: n, Cond: n.Filter}, in); err != nil {
			return "", err
		}
	}
	if done == "" {
		return in, nil
	}
	return g.union([]string{in, done}), nil
}
