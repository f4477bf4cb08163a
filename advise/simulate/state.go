package simulate

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
	"github.com/yagura/yagura/advise/schedule"
)

// pod is one pod's life.
type pod struct {
	w    *workload
	rev  int32
	ord  int32 // StatefulSet's
	at   int32 // among its workload's pods
	gen  uint32
	node *node

	running, listening, ready, available bool
	routed, terminating, gone, lost      bool
	dead                                 cause // why requests to it fail, while routed
	created, readyAt                     int64
	restarts                             int32
	killAt, closeAt                      int64
}

// workload is a Workload's state.
type workload struct {
	Workload
	id          int
	replicas    int32 // wanted now
	bounds      rollout.Bounds
	latest      int32 // revision that is wanted
	pods        []*pod
	ords        []*pod  // StatefulSet: by ordinal, terminating ones too
	spec        []int32 // Deployment: replicas of each revision's ReplicaSet
	most        int32   // replicas + surge when last scaled, for proportions
	eligible    []bool  // nodes that it may ever run on
	req         resources
	alone       *schedule.Pod
	constraints []*constraint
	budgets     []*budget

	total, readyN, availableN, pendingN, terminating, lost int32
	updated, updatedAvailable                              int32
	count, availableOf                                     []int32 // by revision
	stale                                                  int32   // balancers' beliefs that are wrong

	rolling, dirty, changed bool
	flowed                  bool // what becomes of requests has changed, and no pod
	begun, progress         int64
	traffic                 traffic
	recommend               []recommendation
}

// node is a Node's state.
type node struct {
	Node
	id                              int
	pods                            []*pod
	cordoned, down, evicted, absent bool
	drain                           *drain
	upgraded, leaving               bool
}

// complete reports whether the workload is as wanted.
func (w *workload) complete() bool {
	want := w.replicas
	if w.Kind == DaemonSet {
		want = 0
		for _, ok := range w.eligible {
			if ok {
				want++
			}
		}
		return !w.rolling || w.OnDelete || w.updated == w.total && w.updatedAvailable == w.total
	}
	if w.Kind == StatefulSet && w.rolling {
		return w.total == want && w.availableN == want && (w.OnDelete || w.updated >= want-min(w.Partition, want))
	}
	if w.Kind == Deployment && w.rolling {
		return w.total == want && w.updated == want && w.updatedAvailable == want
	}
	return w.total == want && w.availableN == want
}

// newPod makes a pod that waits for a node.
func (s *sim) newPod(w *workload, rev int32) *pod {
	s.look()
	if s.alive++; s.alive > s.sc.maxPods() {
		panic(bailout{message.Errorf("%s: more than %d pods at once", ErrTooLarge, s.sc.maxPods())})
	}
	if len(s.blank) == 0 {
		s.blank = make([]pod, 64)
	}
	p := &s.blank[0]
	s.blank = s.blank[1:]
	*p = pod{w: w, rev: rev, at: int32(len(w.pods)), created: s.now, killAt: never, closeAt: never}
	w.pods = append(w.pods, p)
	w.total++
	w.pendingN++
	for int(rev) >= len(w.count) {
		w.count = append(w.count, 0)
	}
	w.count[rev]++
	if rev == w.latest {
		w.updated++
	}
	s.pending = append(s.pending, p)
	s.room = true
	s.touch(w)
	return p
}

// delete begins a pod's end: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
func (s *sim) delete(p *pod) {
	if p.terminating || p.gone {
		return
	}
	w := p.w
	s.setReady(p, false)
	p.terminating = true
	w.total--
	w.count[p.rev]--
	w.terminating++
	if p.rev == w.latest {
		w.updated--
	}
	s.touch(w)
	p.gen++
	if p.node == nil {
		w.pendingN--
		if i := slices.Index(s.pending, p); i >= 0 {
			s.pending = slices.Delete(s.pending, i, i+1)
		}
		s.exit(p)
		return
	}
	if p.routed {
		s.at(s.now+w.Propagation.sample(s.rand), actUnroute, p)
	}
	if p.node.down {
		p.lost = true // nobody is there to end it
		w.lost++
		return
	}
	if !p.running {
		s.exit(p)
		return
	}
	s.stop(p)
}

// exit ends a pod for good.
func (s *sim) exit(p *pod) {
	w := p.w
	if p.routed {
		s.mark(p, stopping)
	}
	p.listening, p.running, p.gone = false, false, true
	s.alive--
	if p.terminating {
		w.terminating--
	}
	if p.node != nil {
		s.unbind(p)
	}
	last := len(w.pods) - 1
	w.pods[p.at] = w.pods[last]
	w.pods[p.at].at = p.at
	w.pods[last] = nil
	w.pods = w.pods[:last]
	if w.Kind == StatefulSet && w.ords[p.ord] == p {
		w.ords[p.ord] = nil
	}
	s.touch(w)
}

func (s *sim) setReady(p *pod, ready bool) {
	if p.ready == ready {
		return
	}
	w := p.w
	p.ready = ready
	s.touch(w)
	if ready {
		p.readyAt = s.now
		w.readyN++
		if w.MinReady == 0 {
			s.setAvailable(p, true)
		} else {
			s.at(s.now+int64(w.MinReady), actAvailable, p)
		}
		return
	}
	w.readyN--
	s.setAvailable(p, false)
}

func (s *sim) setAvailable(p *pod, yes bool) {
	if p.available == yes {
		return
	}
	w := p.w
	p.available = yes
	n := int32(-1)
	if yes {
		n = 1
		w.progress = s.now
	}
	w.availableN += n
	for int(p.rev) >= len(w.availableOf) {
		w.availableOf = append(w.availableOf, 0)
	}
	w.availableOf[p.rev] += n
	if p.rev == w.latest {
		w.updatedAvailable += n
	}
	s.touch(w)
}

// recount counts the pods of the wanted revision, which has changed.
func (w *workload) recount() {
	w.updated, w.updatedAvailable = 0, 0
	for _, p := range w.pods {
		if p.rev == w.latest && !p.terminating {
			w.updated++
			if p.available {
				w.updatedAvailable++
			}
		}
	}
}

// room is what a node has left.
type room struct {
	free  resources
	part  [2]float64 // of its cpu and memory, that one unit is
	score float64    // by LeastAllocated; of equals, the one with fewer pods
	pods  int32
}

// holds changes what is left by the requests of pods that come, or go.
func (r *room) holds(req *resources, pods int32) {
	for i, v := range req {
		r.free[i] -= v * int64(pods)
	}
	r.pods += pods
	r.score = float64(r.free[0])*r.part[0] + float64(r.free[1])*r.part[1] - float64(r.pods)*1e-9
}

// resources are amounts of what resourceOrder names: cpu and memory first, then the number
// of pods.
type resources [3]int64

var resourceOrder = [len(resources{})]corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourcePods}
