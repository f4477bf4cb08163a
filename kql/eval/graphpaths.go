package eval

import (
	"slices"
)

// shortest gives the shortest paths between each two nodes that may be the ends of
// the pattern's one edge variable: level by level from each first node.
func (m *matcher) shortest(yield func(*graphPlace) bool) {
	e := &m.n.Edges[0]
	for v := range m.d.nodes.Rows {
		if m.nodeOK[e.From] != nil && !m.nodeOK[e.From][v] {
			continue
		}
		if !m.pathsFrom(int32(v), yield) {
			return
		}
	}
}

// trail is a path: its last edge and the trail before it.
type trail struct {
	node   int32
	edge   int32
	before *trail
}

// uses reports whether the trail takes an edge.
func (t *trail) uses(edge int32) bool {
	for ; t.before != nil; t = t.before {
		if t.edge == edge {
			return true
		}
	}
	return false
}

// pathsFrom gives the shortest paths from node v. A node that was reached by fewer
// edges is not reached again, unless those were too few; if the condition looks at
// the path as a whole every path counts until one that fulfils it is found.
func (m *matcher) pathsFrom(v int32, yield func(*graphPlace) bool) bool {
	e := &m.n.Edges[0]
	least, most := int64(1), int64(1)
	if e.Variable {
		least, most = e.Min, e.Max
	}
	found := map[int32]bool{}        // ends that have their paths
	reached := map[int32]int64{v: 0} // after how many edges
	every := m.onPath || len(m.rest) > 0
	level := []*trail{{node: v}}
	for length := int64(1); length <= most && len(level) > 0; length++ {
		var next []*trail
		now := map[int32]bool{}
		for _, t := range level {
			if m.steps++; m.steps%256 == 0 {
				if m.err = m.ctx.Err(); m.err != nil {
					return false
				}
			}
			if length > 1 && m.innerOK[0] != nil && !m.innerOK[0][t.node] {
				continue
			}
			m.neighbours(matchStep{node: -1, edge: 0}, t.node, func(edge, w int32) bool {
				if was, met := reached[w]; met && was < length && was >= least && !every || t.uses(edge) {
					return true
				}
				if _, met := reached[w]; !met || reached[w] < least {
					reached[w] = length
				}
				if m.n.Shortest == "any" && !every && length >= least && now[w] {
					return true
				}
				now[w] = true
				next = append(next, &trail{w, edge, t})
				return true
			})
		}
		if err := m.held.add(0, int64(len(next))*32); err != nil {
			m.err = err
			return false
		}
		if length >= least && !m.giveLevel(v, next, found, yield) {
			return false
		}
		level = next
	}
	return true
}

// giveLevel gives the paths of one length that end at nodes without shorter ones.
func (m *matcher) giveLevel(v int32, level []*trail, found map[int32]bool, yield func(*graphPlace) bool) bool {
	e := &m.n.Edges[0]
	fresh := map[int32]bool{}
	for _, t := range level {
		w := t.node
		if m.nodeOK[e.To] != nil && !m.nodeOK[e.To][w] || found[w] || fresh[w] && m.n.Shortest == "any" || e.From == e.To && v != w {
			continue
		}
		p := graphPlace{nodes: make([]int32, len(m.n.Nodes)), edges: make([][]int32, 1), inner: make([][]int32, 1)}
		p.nodes[e.From], p.nodes[e.To] = v, w
		for at := t; at.before != nil; at = at.before {
			p.edges[0] = append(p.edges[0], at.edge)
			if at.before.before != nil {
				p.inner[0] = append(p.inner[0], at.before.node)
			}
		}
		slices.Reverse(p.edges[0])
		slices.Reverse(p.inner[0])
		if len(m.rest) > 0 {
			ok, err := m.fulfils(p)
			if err != nil {
				m.err = err
				return false
			}
			if !ok {
				continue
			}
		}
		fresh[w] = true
		if !yield(&p) {
			return false
		}
	}
	for w := range fresh {
		found[w] = true
	}
	return true
}

// fulfils reports whether a match fulfils the rest of the condition.
func (m *matcher) fulfils(p graphPlace) (bool, error) {
	b := m.records([]graphPlace{p})
	for _, e := range m.rest {
		keep, err := m.r.holdsOn(m.ctx, e, b, m.sc)
		if err != nil || !keep[0] {
			return false, err
		}
	}
	return true, nil
}
