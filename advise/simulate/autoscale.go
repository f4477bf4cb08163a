package simulate

import (
	"fmt"
	"time"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
)

// The horizontal pod autoscaler's period and down-scale stabilisation, and the cluster
// autoscaler's period.
const (
	hpaPeriod    = 15 * time.Second
	hpaStabilise = 300 * time.Second
	scanInterval = 10 * time.Second
)

// recommendation is what the autoscaler wanted at a time.
type recommendation struct {
	at int64
	n  int32
}

// autoscale is one round of the horizontal pod autoscaler. Pods that are not ready
// count as idle when it would scale up: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
func (s *sim) autoscale(w *workload) {
	s.queue.push(event{at: s.now + int64(hpaPeriod), act: actHPA, w: w})
	h := w.HPA
	want := w.replicas
	if w.readyN > 0 && h.Requested > 0 && h.Target > 0 {
		load := w.traffic.rate * h.Cost
		if w.Capacity > 0 {
			load = min(load, float64(w.readyN)*w.Capacity*h.Cost)
		}
		utilization := load / (float64(w.readyN) * h.Requested)
		switch ratio := utilization / h.Target; {
		case ratio > 1+rollout.HPATolerance && w.total > w.readyN:
			all := load / (float64(w.total) * h.Requested)
			if all/h.Target > 1+rollout.HPATolerance {
				want = rollout.HPA(w.total, all, h.Target)
			}
		default:
			want = rollout.HPA(w.readyN, utilization, h.Target)
			if want == w.readyN {
				want = w.replicas
			}
		}
	}
	want = min(max(want, h.Min), h.Max)
	want = s.stabilised(w, want)
	if want > w.replicas { // at most double, or 4 more, in a period
		want = min(want, max(2*w.replicas, w.replicas+4))
	}
	if want != w.replicas {
		s.result.note(s.now, message.New("the autoscaler scales %s from %d to %d", w.Name, w.replicas, want))
		w.replicas = want
		w.bounds = boundsOf(s.sc.Policy, w.Workload, want)
		s.touch(w)
	}
}

// stabilised is the greatest recommendation of the last 5 minutes, when it goes down.
func (s *sim) stabilised(w *workload, want int32) int32 {
	kept := w.recommend[:0]
	for _, r := range w.recommend {
		if s.now-r.at < int64(hpaStabilise) {
			kept = append(kept, r)
		}
	}
	w.recommend = append(kept, recommendation{s.now, want})
	if want >= w.replicas {
		return want
	}
	for _, r := range w.recommend {
		want = max(want, r.n)
	}
	return min(want, w.replicas)
}

// scan is one round of the cluster autoscaler: for pods that fit nowhere it adds nodes
// of the first pool whose template fits them.
func (s *sim) scan() {
	s.queue.push(event{at: s.now + int64(scanInterval), act: actScan})
	if len(s.pending) == 0 {
		return
	}
	for i := range s.sc.Pools {
		s.grow(&s.sc.Pools[i])
	}
}

// grow packs the pending pods onto nodes that are on their way, and orders what more is
// needed.
func (s *sim) grow(pool *Pool) {
	size := 0
	var room []*resources
	for _, n := range s.nodes {
		if n.Pool != pool.Name || n.leaving || n.down {
			continue
		}
		size++
		if n.absent {
			free := s.rooms[n.id].free
			room = append(room, &free)
		}
	}
	order := 0
	empty := emptyNode(pool.Template)
	asked, fit := make([]bool, len(s.workloads)), make([]bool, len(s.workloads))
	for _, p := range s.pending {
		if id := p.w.id; !asked[id] {
			asked[id], fit[id] = true, p.w.Kind != DaemonSet && empty.takes(p.w)
		}
		if !fit[p.w.id] {
			continue
		}
		placed := false
		for _, free := range room {
			if fits(&p.w.req, free) {
				take(&p.w.req, free)
				placed = true
				break
			}
		}
		if !placed && size+order < pool.Max {
			order++
			n := s.order(pool, size+order)
			free := s.rooms[n.id].free
			if fits(&p.w.req, &free) {
				take(&p.w.req, &free)
			}
			room = append(room, &free)
		}
	}
}

func take(req, free *resources) {
	for i, r := range req {
		free[i] -= r
	}
}

// order adds a node that is ready when it is provisioned.
func (s *sim) order(pool *Pool, number int) *node {
	t := pool.Template.DeepCopy()
	t.Name = fmt.Sprintf("%s-new-%d", pool.Name, number)
	t.Labels = cloneLabels(t.Labels, t.Name)
	n := s.addNode(Node{Name: t.Name, Zone: t.Labels["topology.kubernetes.io/zone"], Pool: pool.Name, Object: t})
	n.absent = true
	s.result.Added++
	s.result.note(s.now, message.New("the cluster autoscaler adds %s", t.Name))
	s.queue.push(event{at: s.now + pool.Provision.sample(s.rand), act: actNodeReady, node: n})
	return n
}
