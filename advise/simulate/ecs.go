package simulate

// syncECS is ECS's rolling update: new tasks up to maximumPercent, rounded down, of the
// desired count; when they are healthy, old ones down to minimumHealthyPercent, rounded
// up: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
func (s *sim) syncECS(w *workload) {
	for rev := range w.latest {
		for w.countOf(rev) > 0 && w.availableN > w.bounds.MinAvailable {
			p := s.victims(w, rev, 1)[0]
			if !p.available {
				break
			}
			s.delete(p)
		}
		for _, p := range s.victims(w, rev, int(w.countOf(rev))) {
			if !p.available && w.latest > 0 {
				s.delete(p)
			}
		}
	}
	for w.total < max(w.bounds.MaxTotal, 1) && w.countOf(w.latest) < w.replicas {
		s.newPod(w, w.latest)
	}
	if extra := w.countOf(w.latest) - w.replicas; extra > 0 {
		for _, p := range s.victims(w, w.latest, int(extra)) {
			s.delete(p)
		}
	}
}
