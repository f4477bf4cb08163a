package sqlgen

import "strings"

func (g *gen) union(ins []string) string {
	parts := make([]string, len(ins))
	for i, in := range ins {
		parts[i] = "(" + in + ")"
	}
	return strings.Join(parts, " UNION ALL ")
}
