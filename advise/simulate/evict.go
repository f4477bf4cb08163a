package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
)

// evictRetry is how long kubectl drain, and AKS, wait after a refusal.
const evictRetry = 5 * time.Second

// budget is a Budget's state.
type budget struct {
	Budget
	covers []*workload
}

func (s *sim) addBudget(v Budget) {
	b := &budget{Budget: v}
	for _, w := range s.workloads {
		if slices.Contains(v.Covers, w.Name) {
			b.covers = append(b.covers, w)
			w.budgets = append(w.budgets, b)
		}
	}
	s.budgets = append(s.budgets, b)
}

// numbers are what the disruption controller writes into the status. It counts ready
// pods that are not terminating: pkg/controller/disruption/disruption.go.
func (b *budget) numbers() (healthy, desired, allowed int32) {
	expected := int32(0)
	for _, w := range b.covers {
		healthy += w.readyN
		switch {
		case b.Whole:
			expected += w.total
		case w.Kind == DaemonSet:
			return healthy, 0, 0 // no scale: the sync fails
		default:
			expected += w.replicas
		}
	}
	desired, err := b.Budget.Budget.Desired(expected)
	if err != nil || expected <= 0 {
		return healthy, desired, 0
	}
	return healthy, desired, max(healthy-desired, 0)
}

// evict is the eviction API: pkg/registry/core/pod/storage/eviction.go. It says why it
// refuses.
func (s *sim) evict(p *pod) message.Text {
	w := p.w
	switch {
	case p.node == nil || !p.running || len(w.budgets) == 0:
	case len(w.budgets) > 1:
		return message.New("%d budgets cover %s (500)", len(w.budgets), w.Name)
	default:
		b := w.budgets[0]
		healthy, desired, allowed := b.numbers()
		unready := !p.ready && (b.AlwaysAllow || healthy >= desired && desired > 0)
		if !unready && allowed <= 0 {
			return message.New("budget %s: %s, %d healthy, %d must be (429)", b.Name, b.Budget.Budget, healthy, desired)
		}
	}
	s.result.Evictions++
	s.delete(p)
	return message.Text{}
}

// drain is a node that is being emptied.
type drain struct {
	node    *node
	done    bool
	since   int64
	refused message.Text
	then    func(*node)
}

// drain cordons a node and begins to evict.
func (s *sim) drain(n *node, then func(*node)) {
	n.cordoned = true
	n.drain = &drain{node: n, since: s.now, then: then}
	s.drains = append(s.drains, n.drain)
	s.tryDrain(n)
}

// tryDrain asks for the eviction of each pod that is left, DaemonSets' aside.
func (s *sim) tryDrain(n *node) {
	d := n.drain
	if d == nil || d.done {
		return
	}
	d.refused = message.Text{}
	again := false
	for _, p := range slices.Clone(n.pods) {
		if p.w.Kind == DaemonSet || p.terminating {
			continue
		}
		if why := s.evict(p); why.String() != "" {
			again = true
			s.result.Refused++
			d.refused = why
		}
	}
	if again {
		s.queue.push(event{at: s.now + int64(evictRetry), act: actDrain, node: n})
	}
	s.checkDrain(n)
}

// checkDrain ends a drain whose node is empty.
func (s *sim) checkDrain(n *node) {
	d := n.drain
	if d.done {
		return
	}
	for _, p := range n.pods {
		if p.w.Kind != DaemonSet {
			return
		}
	}
	d.done = true
	if d.then != nil {
		d.then(n)
	}
}

// upgrade is a pool's upgrade: AKS adds surge nodes, drains as many old ones at a time,
// reimages them, and removes the surge in the end:
// https://learn.microsoft.com/azure/aks/upgrade-aks-cluster
type upgrade struct {
	Upgrade
	queue    []*node
	surge    int32
	spare    int32 // nodes that are more than the pool has
	busy     int32
	done     bool
	awaiting int
}

func (s *sim) startUpgrade(e Upgrade) {
	u := &upgrade{Upgrade: e}
	s.upgrade = u
	for _, n := range s.nodes {
		if (e.Pool == "" || n.Pool == e.Pool) && !n.down {
			u.queue = append(u.queue, n)
		}
	}
	if len(u.queue) == 0 {
		u.done = true
		return
	}
	surge, _ := rollout.Scale(e.Surge, int32(len(u.queue)), true)
	u.surge = surge
	if surge == 0 {
		unavailable, _ := rollout.Scale(e.Unavailable, int32(len(u.queue)), true)
		u.surge = max(unavailable, 1)
		s.nextNodes()
		return
	}
	u.spare = surge
	like := u.queue[0]
	for i := range surge {
		v := like.Node
		v.Object = like.Object.DeepCopy()
		v.Name = fmt.Sprintf("%s-surge-%d", like.Pool, i+1)
		v.Object.Name = v.Name
		v.Object.Labels = cloneLabels(v.Object.Labels, v.Name)
		n := s.addNode(v)
		n.absent, n.upgraded = true, true
		u.awaiting++
		s.queue.push(event{at: s.now + e.Provision.sample(s.rand), act: actNodeReady, node: n})
	}
}

func cloneLabels(m map[string]string, host string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = v
	}
	if _, ok := out["kubernetes.io/hostname"]; ok {
		out["kubernetes.io/hostname"] = host
	}
	return out
}

// nextNodes drains as many of the old nodes as may be drained now.
func (s *sim) nextNodes() {
	u := s.upgrade
	for u.busy < u.surge && len(u.queue) > 0 {
		n := u.queue[0]
		u.queue = u.queue[1:]
		u.busy++
		s.drain(n, func(n *node) {
			s.queue.push(event{at: s.now + int64(u.Soak), act: actSoaked, node: n})
		})
	}
	if u.busy == 0 && len(u.queue) == 0 {
		u.done = true
	}
}

// reimage gives a drained node the new version, or removes it if the surge has taken
// its place.
func (s *sim) reimage(n *node) {
	u := s.upgrade
	n.absent = true
	s.dropDaemons(n)
	if int32(len(u.queue)) < u.spare {
		u.spare--
		u.busy--
		n.leaving = true
		for _, w := range s.workloads {
			w.eligible[n.id] = false
		}
		s.nextNodes()
		return
	}
	s.queue.push(event{at: s.now + u.Provision.sample(s.rand), act: actNodeReady, node: n})
}

// dropDaemons ends what still runs on a node that goes.
func (s *sim) dropDaemons(n *node) {
	for _, p := range slices.Clone(n.pods) {
		if !p.terminating {
			s.delete(p)
		}
		if !p.gone {
			p.gen++
			s.exit(p)
		}
	}
}

// nodeReady lets a node that was provisioned or reimaged take pods.
func (s *sim) nodeReady(n *node) {
	n.absent, n.cordoned, n.drain = false, false, nil
	s.room = true
	for _, w := range s.workloads {
		if w.Kind == DaemonSet {
			s.touch(w)
		}
	}
	u := s.upgrade
	if u == nil {
		return
	}
	if u.awaiting > 0 {
		if u.awaiting--; u.awaiting == 0 {
			s.nextNodes()
		}
		return
	}
	n.upgraded = true
	u.busy--
	s.nextNodes()
}
