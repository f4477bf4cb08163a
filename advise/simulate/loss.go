package simulate

import "slices"

// lose takes a node away without warning. Its pods answer nothing from now on; the
// control plane learns of it when the node has been silent for the monitor's grace.
func (s *sim) lose(n *node) {
	n.down = true
	for _, p := range slices.Clone(n.pods) {
		p.gen++
		p.listening = false
		if p.routed {
			s.mark(p, lostNode)
			if p.terminating {
				s.at(s.now+p.w.Propagation.sample(s.rand), actUnroute, p)
			}
		}
		if p.terminating && !p.lost {
			p.lost = true
			p.w.lost++
		}
	}
	s.queue.push(event{at: s.now + int64(s.sc.NodeMonitorGrace), act: actNodeUnknown, node: n})
}

// nodeUnknown marks the node's pods as not ready, and begins the wait of their
// tolerations.
func (s *sim) nodeUnknown(n *node) {
	longest := int64(0)
	for _, p := range slices.Clone(n.pods) {
		s.setReady(p, false)
		if p.routed && !p.terminating {
			s.at(s.now+p.w.Propagation.sample(s.rand), actUnroute, p)
		}
		if p.w.Kind != DaemonSet {
			longest = max(longest, int64(p.w.Tolerate))
		}
	}
	s.queue.push(event{at: s.now + longest, act: actNodeEvict, node: n})
}

// nodeEvict deletes the pods of an unreachable node: they stay terminating, since no
// kubelet ends them, and a StatefulSet's names are not free. DaemonSets' pods stay.
func (s *sim) nodeEvict(n *node) {
	n.evicted = true
	for _, p := range slices.Clone(n.pods) {
		if p.w.Kind != DaemonSet {
			s.delete(p)
		}
	}
	s.last = s.now
}
