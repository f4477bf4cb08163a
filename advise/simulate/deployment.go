package simulate

import (
	"math"
	"slices"
)

// syncDeployment is the deployment controller's rolling update, with its ReplicaSets':
// pkg/controller/deployment/rolling.go. It counts ReplicaSets' wanted replicas, and
// pods that are available.
func (s *sim) syncDeployment(w *workload) {
	for int(w.latest) >= len(w.spec) {
		w.spec = append(w.spec, 0)
	}
	if w.Recreate {
		s.recreate(w)
		return
	}
	s.proportion(w)
	for s.scaleUp(w) || s.scaleDown(w) {
	}
	for rev := range w.spec {
		s.scaleTo(w, int32(rev), w.spec[rev])
	}
}

func sum(list []int32) int32 {
	n := int32(0)
	for _, v := range list {
		n += v
	}
	return n
}

// proportion spreads a change of replicas in the middle of an update over the
// ReplicaSets, by their sizes; the rest goes to the largest.
func (s *sim) proportion(w *workload) {
	most := w.replicas + w.bounds.Surge
	active := 0
	for _, n := range w.spec {
		if n > 0 {
			active++
		}
	}
	before := w.most
	w.most = most
	if before == 0 || before == most || active < 2 {
		return
	}
	order := make([]int, 0, len(w.spec))
	for i, n := range w.spec {
		if n > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(w.spec[b] - w.spec[a]) })
	add := most - sum(w.spec)
	done := int32(0)
	for _, i := range order {
		share := int32(math.Round(float64(w.spec[i])*float64(most)/float64(before))) - w.spec[i]
		if add >= 0 {
			share = min(share, add-done)
		} else {
			share = max(share, add-done)
		}
		w.spec[i] += share
		done += share
	}
	w.spec[order[0]] = max(w.spec[order[0]]+add-done, 0)
}

// scaleUp gives the new ReplicaSet what the surge allows.
func (s *sim) scaleUp(w *workload) bool {
	have := &w.spec[w.latest]
	if *have == w.replicas {
		return false
	}
	if *have > w.replicas {
		*have = w.replicas
		return true
	}
	total := sum(w.spec)
	if total >= w.bounds.MaxTotal {
		return false
	}
	*have += min(w.bounds.MaxTotal-total, w.replicas-*have)
	s.scaleTo(w, w.latest, *have)
	return true
}

// scaleDown takes old pods: first those that are not available, then as many as the
// available ones allow.
func (s *sim) scaleDown(w *workload) bool {
	old := sum(w.spec) - w.spec[w.latest]
	if old == 0 {
		return false
	}
	newUnavailable := w.spec[w.latest] - w.availableOfRev(w.latest)
	limit := sum(w.spec) - w.bounds.MinAvailable - newUnavailable
	if limit <= 0 {
		return false
	}
	cleaned := int32(0)
	for rev := int32(0); rev < w.latest && cleaned < limit; rev++ {
		n := min(limit-cleaned, w.spec[rev]-w.availableOfRev(rev))
		if n > 0 {
			w.spec[rev] -= n
			cleaned += n
			s.scaleTo(w, rev, w.spec[rev])
		}
	}
	spare, taken := w.availableN-w.bounds.MinAvailable, int32(0)
	for rev := int32(0); rev < w.latest && taken < spare; rev++ {
		if n := min(w.spec[rev], spare-taken); n > 0 {
			w.spec[rev] -= n
			taken += n
			s.scaleTo(w, rev, w.spec[rev])
		}
	}
	return cleaned+taken > 0
}

// countOf is how many pods of a revision are not terminating.
func (w *workload) countOf(rev int32) int32 {
	if int(rev) < len(w.count) {
		return w.count[rev]
	}
	return 0
}

func (w *workload) availableOfRev(rev int32) int32 {
	if int(rev) < len(w.availableOf) {
		return w.availableOf[rev]
	}
	return 0
}

// recreate ends all old pods before it starts a new one.
func (s *sim) recreate(w *workload) {
	old := false
	for rev := range w.latest {
		w.spec[rev] = 0
		s.scaleTo(w, rev, 0)
	}
	for _, p := range w.pods {
		old = old || p.rev < w.latest && !p.lost
	}
	if !old {
		w.spec[w.latest] = w.replicas
	}
	s.scaleTo(w, w.latest, w.spec[w.latest])
}

// scaleTo is the ReplicaSet controller: it makes or deletes pods of a revision.
func (s *sim) scaleTo(w *workload, rev, want int32) {
	have := w.countOf(rev)
	for ; have < want; have++ {
		s.newPod(w, rev)
	}
	if have > want {
		for _, p := range s.victims(w, rev, int(have-want)) {
			s.delete(p)
		}
	}
}

// victims are the pods that go first: unassigned, then not running, then not ready,
// then those that share a node with the most others, then the youngest:
// pkg/controller/controller_utils.go, ActivePodsWithRanks.
func (s *sim) victims(w *workload, rev int32, n int) []*pod {
	v := &s.scratch
	v.list = v.list[:0]
	if len(v.shared) < len(s.nodes) {
		v.shared = make([]int32, len(s.nodes))
	}
	clear(v.shared)
	for _, p := range w.pods {
		if p.terminating {
			continue
		}
		if p.rev == rev {
			v.list = append(v.list, p)
		}
		if p.ready {
			v.shared[p.node.id]++
		}
	}
	v.sort(n)
	return v.list[:n]
}

// victims are the pods of a ReplicaSet, to be sorted, and how many ready ones each node
// has.
type victims struct {
	list   []*pod
	shared []int32
}

// sort brings the first n into their order. A few are looked for one by one, the first
// of equals first, as a stable sort would have them.
func (v *victims) sort(n int) {
	if n > 4 {
		slices.SortStableFunc(v.list, v.compare)
		return
	}
	for i := range n {
		least := i
		for j := i + 1; j < len(v.list); j++ {
			if v.compare(v.list[j], v.list[least]) < 0 {
				least = j
			}
		}
		p := v.list[least]
		copy(v.list[i+1:least+1], v.list[i:least])
		v.list[i] = p
	}
}

func (v *victims) compare(a, b *pod) int {
	switch {
	case (a.node == nil) != (b.node == nil):
		return yesFirst(a.node == nil)
	case a.running != b.running:
		return yesFirst(!a.running)
	case a.ready != b.ready:
		return yesFirst(!a.ready)
	case v.on(a) != v.on(b):
		return int(v.on(b) - v.on(a))
	case a.readyAt != b.readyAt:
		return yesFirst(a.readyAt > b.readyAt)
	case a.restarts != b.restarts:
		return int(b.restarts - a.restarts)
	case a.created != b.created:
		return yesFirst(a.created > b.created)
	}
	return 0
}

func (v *victims) on(p *pod) int32 {
	if p.node == nil {
		return 0
	}
	return v.shared[p.node.id]
}

func yesFirst(yes bool) int {
	if yes {
		return -1
	}
	return 1
}
