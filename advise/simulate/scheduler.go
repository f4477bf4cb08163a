package simulate

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/rollout"
	"github.com/yagura/yagura/advise/schedule"
)

func timeOf(ns int64) time.Duration { return time.Duration(ns) }

// build makes the state of a scenario: nodes, workloads, constraints, and the first
// events.
func (s *sim) build() {
	for _, w := range s.sc.Workloads {
		s.addWorkload(w)
	}
	for _, n := range s.sc.Nodes {
		s.addNode(n)
	}
	for _, b := range s.sc.Budgets {
		s.addBudget(b)
	}
	for _, w := range s.workloads {
		s.constrain(w)
		s.touch(w)
		if w.HPA != nil {
			s.queue.push(event{at: int64(s.sc.Settle), act: actHPA, w: w})
		}
	}
	if len(s.sc.Pools) > 0 {
		s.queue.push(event{at: int64(scanInterval), act: actScan})
	}
	s.queue.push(event{at: int64(s.sc.Settle), act: actScenario})
	s.settle()
}

func (s *sim) addWorkload(v Workload) {
	w := &workload{Workload: v, id: len(s.workloads), replicas: v.Replicas}
	w.traffic.rate = v.RPS
	w.bounds = boundsOf(s.sc.Policy, v, v.Replicas)
	for i, name := range resourceOrder {
		q := v.Pod.Requests[name]
		switch name {
		case corev1.ResourceCPU:
			w.req[i] = q.MilliValue()
		case corev1.ResourcePods:
			w.req[i] = 1
		default:
			w.req[i] = q.Value()
		}
	}
	w.alone = alone(w)
	s.workloads = append(s.workloads, w)
}

// boundsOf are a workload's bounds at a number of replicas.
func boundsOf(policy Policy, v Workload, replicas int32) rollout.Bounds {
	var b rollout.Bounds
	switch {
	case policy == ECS && v.Kind == Deployment:
		return rollout.ECS(replicas, v.MinimumHealthy, v.Maximum)
	case v.Kind == Deployment && !v.Recreate:
		b, _ = rollout.Deployment(replicas, v.Surge, v.Unavailable)
	case v.Kind == DaemonSet:
		b, _ = rollout.DaemonSet(replicas, v.Surge, v.Unavailable)
	}
	return b
}

func (s *sim) addNode(v Node) *node {
	n := &node{Node: v, id: len(s.nodes), cordoned: v.Object.Spec.Unschedulable}
	var space room
	for i, name := range resourceOrder {
		q, ok := v.Object.Status.Allocatable[name]
		free := q.Value()
		if name == corev1.ResourceCPU {
			free = q.MilliValue()
		}
		if !ok {
			free = 1 << 50
		}
		space.free[i] = free
		if i < len(space.part) && free > 0 {
			space.part[i] = 1 / float64(free)
		}
	}
	space.holds(&resources{}, 0)
	s.rooms = append(s.rooms, space)
	s.nodes = append(s.nodes, n)
	uncordoned := v.Object.DeepCopy()
	uncordoned.Spec.Unschedulable = false
	empty := emptyNode(uncordoned)
	for _, w := range s.workloads {
		w.eligible = append(w.eligible, empty.takes(w))
		if w.Kind == DaemonSet {
			w.bounds = boundsOf(s.sc.Policy, w.Workload, count(w.eligible))
			s.touch(w)
		}
	}
	for _, c := range s.all {
		c.addNode(n)
	}
	s.room = true
	return n
}

func count(list []bool) int32 {
	n := int32(0)
	for _, v := range list {
		if v {
			n++
		}
	}
	return n
}

// alone is a workload's pod without its constraints between pods, of which the scheduler's
// filters say which empty nodes it fits.
func alone(w *workload) *schedule.Pod {
	p := *w.Pod
	p.Spec = w.Pod.Spec.DeepCopy()
	p.Spec.TopologySpreadConstraints = nil
	if p.Spec.Affinity != nil {
		p.Spec.Affinity.PodAffinity, p.Spec.Affinity.PodAntiAffinity = nil, nil
	}
	if w.Kind == DaemonSet {
		for _, key := range []string{corev1.TaintNodeUnschedulable, corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
			p.Spec.Tolerations = append(p.Spec.Tolerations, corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists})
		}
	}
	return &p
}

// nodeAlone is a node without pods, as the scheduler's filters see it.
type nodeAlone struct{ cluster *schedule.Cluster }

func emptyNode(n *corev1.Node) nodeAlone {
	return nodeAlone{schedule.NewCluster([]*corev1.Node{n}, nil)}
}

// takes reports whether a pod of a workload fits, constraints between pods aside.
func (n nodeAlone) takes(w *workload) bool {
	return len(n.cluster.Filter(w.alone, n.cluster.Nodes[0])) == 0
}

// constrain resolves a workload's hard constraints between pods.
func (s *sim) constrain(w *workload) {
	spec := w.Pod.Spec
	if a := spec.Affinity; a != nil {
		if a.PodAntiAffinity != nil {
			for _, t := range a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
				s.addConstraint(w, apart, t.TopologyKey, t.LabelSelector, 0)
			}
		}
		if a.PodAffinity != nil {
			for _, t := range a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
				s.addConstraint(w, near, t.TopologyKey, t.LabelSelector, 0)
			}
		}
	}
	for _, t := range spec.TopologySpreadConstraints {
		if t.WhenUnsatisfiable == corev1.DoNotSchedule {
			s.addConstraint(w, spread, t.TopologyKey, t.LabelSelector, t.MaxSkew)
		}
	}
	clash := func(o *workload) bool { return schedule.PortsClash(spec, o.Pod.Spec) }
	if schedule.WantsPorts(spec) {
		s.constraint(w, apart, corev1.LabelHostname, 0, clash)
	}
}

func (s *sim) addConstraint(w *workload, kind constraintKind, key string, selector *metav1.LabelSelector, skew int32) {
	s.constraint(w, kind, key, skew, func(o *workload) bool {
		return o.Namespace == w.Namespace && manifest.Selects(selector, o.Pod.Labels)
	})
}

func (s *sim) constraint(w *workload, kind constraintKind, key string, skew int32, of func(*workload) bool) {
	c := &constraint{kind: kind, owner: w, skew: skew}
	for _, o := range s.workloads {
		c.of = append(c.of, of(o))
	}
	if c.of[w.id] {
		c.self = 1
	}
	c.key(key)
	for _, n := range s.nodes {
		c.addNode(n)
	}
	w.constraints = append(w.constraints, c)
	s.all = append(s.all, c)
}

// schedule places pending pods, in the order they were made. When one of a workload
// does not fit, its others do not either.
func (s *sim) schedule() {
	if len(s.pending) == 0 {
		return
	}
	refused := make([]bool, len(s.workloads))
	left := s.pending[:0]
	list := s.pending
	for _, p := range list {
		s.look()
		if p.w.Kind != DaemonSet && refused[p.w.id] {
			left = append(left, p)
			continue
		}
		if n := s.place(p); n != nil {
			s.bind(p, n)
			continue
		}
		refused[p.w.id] = true
		left = append(left, p)
	}
	s.pending = left
}

// place finds the node with the most left, as LeastAllocated scores. What only some
// nodes are asked is asked of those that would be the best so far.
func (s *sim) place(p *pod) *node {
	w := p.w
	if w.Kind == DaemonSet {
		if n := s.nodes[p.ord]; w.eligible[p.ord] && fits(&w.req, &s.rooms[p.ord].free) && s.open(w, n) {
			return n
		}
		return nil
	}
	var best *node
	score := -1.0
	for i := range s.rooms {
		room := &s.rooms[i]
		if !w.eligible[i] || !fits(&w.req, &room.free) {
			continue
		}
		v := room.score - float64(w.req[0])*room.part[0] - float64(w.req[1])*room.part[1]
		if v > score && s.open(w, s.nodes[i]) {
			score, best = v, s.nodes[i]
		}
	}
	return best
}

// open reports whether a node takes pods of a workload at all.
func (s *sim) open(w *workload, n *node) bool {
	return !n.absent && !n.down && (!n.cordoned || w.Kind == DaemonSet) && w.allowed(s, n)
}

func fits(req, free *resources) bool {
	for i, r := range req {
		if r > 0 && r > free[i] {
			return false
		}
	}
	return true
}

func (s *sim) bind(p *pod, n *node) {
	p.node = n
	n.pods = append(n.pods, p)
	s.rooms[n.id].holds(&p.w.req, 1)
	for _, c := range s.all {
		c.add(p.w, n, 1)
	}
	p.w.pendingN--
	s.touch(p.w)
	s.events++
	s.run(p)
}

func (s *sim) unbind(p *pod) {
	n := p.node
	s.rooms[n.id].holds(&p.w.req, -1)
	for _, c := range s.all {
		c.add(p.w, n, -1)
	}
	if i := slices.Index(n.pods, p); i >= 0 {
		n.pods = slices.Delete(n.pods, i, i+1)
	}
	if n.drain != nil {
		s.checkDrain(n)
	}
	if len(s.pending) > 0 {
		s.room = true
	}
}
