package simulate

// constraint keeps a workload's pods apart from, near to, or spread among the pods of some
// workloads, by a label of nodes.
type constraint struct {
	kind    constraintKind
	of      []bool  // workloads whose pods count
	domain  []int32 // by node; -1 without the label
	label   string
	values  map[string]int32
	count   []int32 // pods by domain
	skew    int32
	self    int32
	owner   *workload
	counted []bool // domains with a node that the owner may run on
}

type constraintKind uint8

const (
	apart constraintKind = iota
	near
	spread
)

// key names the node label that makes domains.
func (c *constraint) key(label string) { c.label, c.values = label, map[string]int32{} }

// addNode gives a node its domain; -1 if it lacks the label.
func (c *constraint) addNode(n *node) {
	v, ok := n.Object.Labels[c.label]
	if !ok {
		c.domain = append(c.domain, -1)
		return
	}
	d, known := c.values[v]
	if !known {
		d = int32(len(c.count))
		c.values[v] = d
		c.count = append(c.count, 0)
		c.counted = append(c.counted, false)
	}
	c.domain = append(c.domain, d)
	if n.id < len(c.owner.eligible) && c.owner.eligible[n.id] {
		c.counted[d] = true
	}
}

// add counts a pod that comes to a node, or goes.
func (c *constraint) add(w *workload, n *node, by int32) {
	if d := c.domain[n.id]; c.of[w.id] && d >= 0 {
		c.count[d] += by
	}
}

// allowed reports whether constraints between pods let a pod of w onto a node: its own,
// and the others' anti-affinity.
func (w *workload) allowed(s *sim, n *node) bool {
	for _, c := range w.constraints {
		if !c.allows(n) {
			return false
		}
	}
	for _, c := range s.all {
		if c.kind == apart && c.owner != w && c.of[w.id] && c.ownerIn(n) {
			return false
		}
	}
	return true
}

func (c *constraint) allows(n *node) bool {
	d := c.domain[n.id]
	switch c.kind {
	case apart:
		return d < 0 || c.count[d] == 0
	case near:
		if d < 0 {
			return false
		}
		if c.count[d] > 0 {
			return true
		}
		for _, k := range c.count {
			if k > 0 {
				return false
			}
		}
		return c.self == 1 // the first of a group that wants to be together
	}
	if d < 0 {
		return false
	}
	least := int32(-1)
	for i, k := range c.count {
		if c.counted[i] && (least < 0 || k < least) {
			least = k
		}
	}
	return c.count[d]+c.self-max(least, 0) <= c.skew
}

// ownerIn reports whether a pod of the constraint's owner is in the node's domain.
func (c *constraint) ownerIn(n *node) bool {
	for _, p := range c.owner.pods {
		if p.node != nil && c.domain[p.node.id] >= 0 && c.domain[p.node.id] == c.domain[n.id] {
			return true
		}
	}
	return false
}
