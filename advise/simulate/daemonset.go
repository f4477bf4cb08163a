package simulate

// syncDaemonSet is the DaemonSet controller: a pod on every node that may take one, and
// a rolling update by surge or by unavailability: pkg/controller/daemon/update.go.
func (s *sim) syncDaemonSet(w *workload) {
	type pair struct{ old, new *pod }
	on := make([]pair, len(s.nodes))
	stopping := make([]bool, len(s.nodes))
	for _, p := range w.pods {
		switch {
		case p.terminating:
			stopping[p.ord] = true
		case p.rev == w.latest:
			on[p.ord].new = p
		default:
			on[p.ord].old = p
		}
	}
	wanted, unavailable, surging := int32(0), int32(0), int32(0)
	for i, n := range s.nodes {
		if !w.eligible[i] || n.absent {
			continue
		}
		wanted++
		o := on[i]
		if !(o.old != nil && o.old.available || o.new != nil && o.new.available) {
			unavailable++
		}
		if o.old != nil && o.new != nil {
			surging++
		}
	}
	b := w.bounds
	for i, n := range s.nodes {
		o := on[i]
		if !w.eligible[i] || n.absent || n.down {
			continue
		}
		switch {
		case o.old == nil && o.new == nil:
			if !stopping[i] {
				s.newDaemon(w, i)
			}
		case o.old == nil || w.OnDelete:
		case b.Surge > 0 && o.new == nil:
			if !o.old.available {
				s.delete(o.old) // nothing is lost by it
			} else if surging < b.Surge {
				surging++
				s.newDaemon(w, i)
			}
		case b.Surge > 0 && o.new.available:
			s.delete(o.old)
		case b.Surge == 0 && !o.old.available:
			s.delete(o.old)
		case b.Surge == 0 && unavailable < b.Unavailable:
			unavailable++
			s.delete(o.old)
		}
	}
}

// newDaemon makes a pod that only its node may take; the controller tolerates that the
// node is cordoned, not ready or unreachable.
func (s *sim) newDaemon(w *workload, node int) {
	s.newPod(w, w.latest).ord = int32(node)
}
