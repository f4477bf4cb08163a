// Package simulate plays what a cluster does when a workload is rolled out, a node is
// drained, upgraded or lost, or the load grows: a discrete-event simulation with the
// semantics of Kubernetes' controllers, scheduler and kubelet. Controllers act at once
// when something they watch has changed; what takes time are starts, probes, grace
// periods, the endpoints' propagation and nodes.
//
// It does not preempt and the autoscaler of nodes does not scale down. Requests are a
// flow, not one by one: losses are expected values. The same Scenario gives the same
// Result.
package simulate

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/yagura/yagura/advise/message"
)

// never is after every event.
const never = int64(1) << 62

// ErrTooLarge is a run of more pods or events than it may have.
var ErrTooLarge = message.Errorf("the simulation is too large")

// sim is a run.
type sim struct {
	ctx   context.Context
	sc    *Scenario
	rand  *rand.Rand
	now   int64
	queue queue

	nodes     []*node
	rooms     []room // of the nodes
	workloads []*workload
	budgets   []*budget
	all       []*constraint
	drains    []*drain
	upgrade   *upgrade
	pending   []*pod // unscheduled, in the order they were made
	room      bool   // something changed that may let a pending pod in
	dirty     []*workload
	told      []*workload // whose state is to be recorded
	scratch   victims
	blank     []pod // pods to be, made many at once
	looked    int64
	alive     int // pods that are not gone
	events    int64
	last      int64 // of the last change of a pod
	result    *Result
}

// action is what an event does.
type action uint8

const (
	actListen    action = iota // the program listens
	actReady                   // the pod becomes ready
	actAvailable               // it has been ready for minReadySeconds
	actRoute                   // load balancers have heard of it
	actUnroute                 // load balancers have heard of its end
	actClose                   // the program stops to listen
	actExit                    // the pod is gone
	actRestart                 // the kubelet kills a container that did not start in time
	actBack                    // the container starts again
	actDrain                   // try to evict what is left
	actScenario                // the scenario begins
	actSpikeEnd
	actNodeReady
	actNodeUnknown
	actNodeEvict
	actHPA
	actScan // the cluster autoscaler looks
	actSoaked
)

// event is something that happens at a time. Pods' events carry the generation of the
// pod's life that they belong to.
type event struct {
	at   int64
	act  action
	gen  uint32
	pod  *pod
	node *node
	w    *workload
}

// queue is a heap by time, then by order of making. What is moved about in it has no
// pointers; the events themselves stay where they are.
type queue struct {
	heap   []planned
	seq    int64
	events []event
	free   []int32 // places in events
}

type planned struct {
	at, seq int64
	place   int32
}

func (a *planned) before(b *planned) bool { return a.at < b.at || a.at == b.at && a.seq < b.seq }

// fan is how many children a place of the heap has.
const fan = 4

func (q *queue) push(e event) {
	q.seq++
	p := planned{at: e.at, seq: q.seq}
	if n := len(q.free); n > 0 {
		p.place = q.free[n-1]
		q.free = q.free[:n-1]
		q.events[p.place] = e
	} else {
		p.place = int32(len(q.events))
		q.events = append(q.events, e)
	}
	q.heap = append(q.heap, p)
	i := len(q.heap) - 1
	for i > 0 {
		up := (i - 1) / fan
		if !p.before(&q.heap[up]) {
			break
		}
		q.heap[i] = q.heap[up]
		i = up
	}
	q.heap[i] = p
}

func (q *queue) pop() event {
	top := q.heap[0].place
	n := len(q.heap) - 1
	last := q.heap[n]
	q.heap = q.heap[:n]
	for i := 0; n > 0; {
		first := fan*i + 1
		if first >= n {
			q.heap[i] = last
			break
		}
		least := first
		for c := first + 1; c < min(first+fan, n); c++ {
			if q.heap[c].before(&q.heap[least]) {
				least = c
			}
		}
		if !q.heap[least].before(&last) {
			q.heap[i] = last
			break
		}
		q.heap[i] = q.heap[least]
		i = least
	}
	e := q.events[top]
	q.events[top] = event{}
	q.free = append(q.free, top)
	return e
}

// bailout ends a run from within: its context has ended, or it is too large.
type bailout struct{ err error }

// Run plays a scenario to its end: when what was asked for is done and no pod is
// terminating, or when the horizon is reached. The error is the context's, or
// ErrTooLarge.
func Run(ctx context.Context, sc *Scenario) (r *Result, err error) {
	s := &sim{ctx: ctx, sc: sc, rand: rand.New(rand.NewPCG(sc.Seed, 0x9e3779b97f4a7c15)), result: &Result{Scenario: sc}}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case bailout:
			r, err = nil, p.err
		default:
			panic(p)
		}
	}()
	s.build()
	horizon := int64(sc.Horizon)
	for len(s.queue.heap) > 0 {
		at := s.queue.heap[0].at
		if at > horizon {
			break
		}
		s.now = at
		for len(s.queue.heap) > 0 && s.queue.heap[0].at == at {
			s.look()
			s.do(s.queue.pop())
		}
		s.settle()
		if s.done() {
			break
		}
	}
	if !s.result.Done {
		s.now = horizon
	}
	s.finish()
	return s.result, nil
}

// look ends the run if nobody waits for it, or if it has grown too large. It is asked
// where work is done: at each event, and for each pod that is made or looked for a node.
func (s *sim) look() {
	if s.looked++; s.looked%1024 != 0 {
		return
	}
	if err := s.ctx.Err(); err != nil {
		panic(bailout{err})
	}
	if most := s.sc.MaxEvents; most > 0 && s.events > most {
		panic(bailout{message.Errorf("%s: more than %d events of pods", ErrTooLarge, most)})
	}
}

// at plans an event of a pod's present life.
func (s *sim) at(when int64, act action, p *pod) {
	if when < never {
		s.queue.push(event{at: when, act: act, pod: p, gen: p.gen})
	}
}

func (s *sim) do(e event) {
	if e.pod != nil {
		if e.pod.gen != e.gen {
			return // of an earlier life
		}
		s.events++
		s.podEvent(e.act, e.pod)
		return
	}
	switch e.act {
	case actDrain:
		s.tryDrain(e.node)
	case actScenario:
		s.begin()
	case actSpikeEnd:
		s.spike(1)
	case actNodeReady:
		s.nodeReady(e.node)
	case actNodeUnknown:
		s.nodeUnknown(e.node)
	case actNodeEvict:
		s.nodeEvict(e.node)
	case actHPA:
		s.autoscale(e.w)
	case actScan:
		s.scan()
	case actSoaked:
		s.reimage(e.node)
	default:
		panic("simulate: an event that nobody handles")
	}
}

// settle lets controllers and scheduler act until nothing changes.
func (s *sim) settle() {
	for len(s.dirty) > 0 || s.room {
		for len(s.dirty) > 0 {
			w := s.dirty[len(s.dirty)-1]
			s.dirty = s.dirty[:len(s.dirty)-1]
			w.dirty = false
			s.sync(w)
		}
		if s.room {
			s.room = false
			s.schedule()
		}
	}
	if len(s.told) > 1 {
		slices.SortFunc(s.told, func(a, b *workload) int { return a.id - b.id })
	}
	for _, w := range s.told {
		if w.changed {
			s.last = s.now
		}
		w.changed, w.flowed = false, false
		s.record(w)
	}
	s.told = s.told[:0]
}

// changes notes that pods of a workload changed, and flows that only what becomes of its
// requests did.
func (s *sim) changes(w *workload) {
	if !w.changed && !w.flowed {
		s.told = append(s.told, w)
	}
	w.changed = true
}

func (s *sim) flows(w *workload) {
	if !w.changed && !w.flowed {
		s.told = append(s.told, w)
	}
	w.flowed = true
}

// touch lets a workload's controller look at it.
func (s *sim) touch(w *workload) {
	s.changes(w)
	if !w.dirty {
		w.dirty = true
		s.dirty = append(s.dirty, w)
	}
}

func (s *sim) sync(w *workload) {
	switch {
	case w.Kind == Deployment && s.sc.Policy == ECS:
		s.syncECS(w)
	case w.Kind == Deployment:
		s.syncDeployment(w)
	case w.Kind == StatefulSet:
		s.syncStatefulSet(w)
	case w.Kind == DaemonSet:
		s.syncDaemonSet(w)
	case w.Kind == ReplicaSet:
		s.scaleTo(w, w.latest, w.replicas)
	}
}

// begin starts what the scenario asks for.
func (s *sim) begin() {
	s.result.Began = s.now
	for _, w := range s.workloads {
		s.record(w)
	}
	switch e := s.sc.Event.(type) {
	case Rollout:
		for _, w := range s.workloads {
			if w.Kind != ReplicaSet && (e.Workload == "" || w.Name == e.Workload) { // a ReplicaSet keeps its pods
				w.latest++
				w.recount()
				w.begun, w.progress = s.now, s.now
				w.rolling = true
				if w.OnDelete {
					s.result.note(s.now, message.New("the update strategy of %s is OnDelete: its pods stay as they are until somebody deletes them", w.Name))
				}
				s.touch(w)
			}
		}
	case Drain:
		for _, n := range s.nodes {
			if n.Name == e.Node {
				s.drain(n, nil)
			}
		}
	case Upgrade:
		s.startUpgrade(e)
	case Loss:
		for _, n := range s.nodes {
			if e.Node != "" && n.Name == e.Node || e.Zone != "" && n.Zone == e.Zone {
				s.lose(n)
			}
		}
	case Spike:
		s.spike(e.Factor)
		if e.For > 0 {
			s.queue.push(event{at: s.now + int64(e.For), act: actSpikeEnd})
		}
	case nil:
	default:
		panic("simulate: a scenario that nobody plays")
	}
}

// done reports whether what was asked for has come to its end.
func (s *sim) done() bool {
	if s.result.Began == 0 && s.now < int64(s.sc.Settle) {
		return false
	}
	if s.result.Finished == 0 && s.reached() {
		s.result.Finished = s.now
		s.result.Done = true
	}
	if !s.result.Done {
		return false
	}
	for _, w := range s.workloads {
		if w.terminating > w.lost || w.stale > 0 {
			return false
		}
	}
	return true
}

// reached reports whether the goal is reached: for a rollout, all pods are of the new
// version and available.
func (s *sim) reached() bool {
	if s.now < int64(s.sc.Settle) {
		return false
	}
	for _, w := range s.workloads {
		if !w.complete() {
			return false
		}
	}
	for _, d := range s.drains {
		if !d.done {
			return false
		}
	}
	if s.upgrade != nil && !s.upgrade.done {
		return false
	}
	if e, ok := s.sc.Event.(Spike); ok && s.now < int64(s.sc.Settle)+int64(e.For) {
		return false
	}
	if e, ok := s.sc.Event.(Loss); ok && (e.Node != "" || e.Zone != "") {
		for _, n := range s.nodes {
			if n.down && !n.evicted {
				return false
			}
		}
	}
	return true
}

func seconds(ns int64) float64 { return time.Duration(ns).Seconds() }
