package simulate

// syncStatefulSet is the StatefulSet controller:
// pkg/controller/statefulset/stateful_set_control.go. Ordinals are made from 0 up and
// updated from the highest down, one at a time; a pod's name is free only when it is
// gone.
func (s *sim) syncStatefulSet(w *workload) {
	n := int(w.replicas)
	for len(w.ords) < n {
		w.ords = append(w.ords, nil)
	}
	for i := range n {
		p := w.ords[i]
		if p == nil {
			p = s.newPod(w, s.revisionOf(w, i))
			p.ord = int32(i)
			w.ords[i] = p
			if !w.Parallel {
				return
			}
			continue
		}
		if !w.Parallel && (p.terminating || !p.ready || !p.available) {
			return
		}
	}
	for i := len(w.ords) - 1; i >= n; i-- { // more than is wanted, the highest first
		if p := w.ords[i]; p != nil {
			s.delete(p)
			if !w.Parallel {
				return
			}
		}
	}
	if w.OnDelete {
		return
	}
	for i := n - 1; i >= int(w.Partition); i-- {
		p := w.ords[i]
		if p.rev != w.latest && !p.terminating {
			s.delete(p)
			return
		}
		if p.terminating || !p.available {
			return
		}
	}
}

// revisionOf is the revision of a pod that is made anew: those below the partition keep
// the old one.
func (s *sim) revisionOf(w *workload, ordinal int) int32 {
	if w.latest > 0 && (ordinal < int(w.Partition) || w.OnDelete && !w.rolling) {
		return w.latest - 1
	}
	return w.latest
}
