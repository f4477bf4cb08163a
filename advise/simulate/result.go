package simulate

import (
	"math"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/schedule"
)

// Result is what happened.
type Result struct {
	Scenario *Scenario
	// Began is when the event happened, Finished when its goal was reached; ns.
	Began, Finished int64
	Done            bool
	// Stall says why the goal was not reached, and when the last step was.
	Stall   *Stall
	Points  []Point
	Notes   []Note
	Traffic []Requests
	// Events counts pods' events; Restarts, Evictions and refusals what happened to pods;
	// Added the autoscaler's nodes.
	Events, Restarts, Evictions, Refused, Added int64
}

// Stall is why a run stands still.
type Stall struct {
	At  time.Duration // after the event began
	Who message.Text
	Why message.Text
}

// Note is something worth telling.
type Note struct {
	At   time.Duration
	Text message.Text
}

// Point is a workload's state after a change.
type Point struct {
	At                                                     time.Duration
	Workload                                               string
	Ready, Available, Total, Updated, Pending, Terminating int32
	// Lost is how many requests were lost until then.
	Lost float64
}

// Requests is what became of a workload's requests.
type Requests struct {
	Workload    string
	All         float64
	Lost        map[string]float64
	Connections float64
}

// maxPoints bounds a result.
const maxPoints = 100_000

func (r *Result) note(at int64, text message.Text) {
	if len(r.Notes) < 1000 {
		r.Notes = append(r.Notes, Note{time.Duration(at - r.Began), text})
	}
}

func (t *traffic) allLost() float64 {
	n := 0.0
	for _, v := range t.lost {
		n += v
	}
	return n
}

// record keeps a workload's state, once the event has begun.
func (s *sim) record(w *workload) {
	if s.result.Began == 0 && s.now < int64(s.sc.Settle) || len(s.result.Points) >= maxPoints {
		return
	}
	s.flow(w)
	p := Point{At: time.Duration(s.now - int64(s.sc.Settle)), Workload: w.Name, Ready: w.readyN, Available: w.availableN, Total: w.total, Updated: w.updated, Pending: w.pendingN, Terminating: w.terminating,
		Lost: w.traffic.allLost()}
	s.result.Points = append(s.result.Points, p)
}

// finish closes the books.
func (s *sim) finish() {
	r := s.result
	r.Events = s.events
	for _, w := range s.workloads {
		s.flow(w)
		l := Requests{Workload: w.Name, All: w.traffic.total, Lost: map[string]float64{}, Connections: w.traffic.cut}
		for c, n := range w.traffic.lost {
			if n > 0 {
				l.Lost[causeNames[c]] = n
			}
		}
		r.Traffic = append(r.Traffic, l)
		if w.rolling && w.Deadline > 0 && !w.complete() && s.now-w.progress > int64(w.Deadline) {
			r.note(w.progress+int64(w.Deadline), message.New("%s: ProgressDeadlineExceeded", w.Name))
		}
	}
	if !r.Done {
		r.Stall = s.stalled()
	}
}

// stalled finds on whose account the run stands still.
func (s *sim) stalled() *Stall {
	st := &Stall{At: max(0, time.Duration(s.last-int64(s.sc.Settle)))}
	for _, d := range s.drains {
		if !d.done && d.refused.String() != "" {
			st.Who, st.Why = message.New("drain of %s", d.node.Name), message.New("eviction refused: %s", d.refused)
			return st
		}
	}
	for _, w := range s.workloads {
		if w.complete() {
			continue
		}
		st.Who = message.Verbatim(strings.ToLower(string(w.Kind)) + "/" + w.Name)
		switch p := s.firstPending(w); {
		case p != nil:
			st.Why = message.New("%d Pending: %s", w.pendingN, s.verdict(p))
		case w.lost > 0 && w.Kind == StatefulSet:
			st.Why = message.New("a pod on an unreachable node stays Terminating, and its name is not free until the node object is deleted")
		case w.Tolerate >= forever && slices.ContainsFunc(w.pods, func(p *pod) bool { return p.node != nil && p.node.down }):
			st.Why = message.New("a pod stays on its unreachable node, which it tolerates for ever (a toleration without tolerationSeconds), until the node object is deleted")
		case s.restarting(w) > 0:
			st.Why = message.New("%d pods restart before they are ready (%d restarts)", s.restarting(w), s.result.Restarts)
		default:
			st.Why = message.New("%d of %d pods are available; %d of the new version", w.availableN, w.replicas, w.updated)
		}
		return st
	}
	for _, d := range s.drains {
		if !d.done {
			st.Who, st.Why = message.New("drain of %s", d.node.Name), message.New("its pods have not ended")
			return st
		}
	}
	st.Who, st.Why = message.New("the horizon"), message.New("the run ended before the event was over")
	return st
}

func (s *sim) firstPending(w *workload) *pod {
	for _, p := range s.pending {
		if p.w == w {
			return p
		}
	}
	return nil
}

func (s *sim) restarting(w *workload) int {
	n := 0
	for _, p := range w.pods {
		if p.restarts > 0 && !p.ready {
			n++
		}
	}
	return n
}

// verdict asks the scheduler's filters about a pod, for their words.
func (s *sim) verdict(p *pod) string {
	var nodes []*corev1.Node
	var pods []*pod
	for _, n := range s.nodes {
		if n.absent {
			continue
		}
		o := n.Object.DeepCopy()
		o.Spec.Unschedulable = n.cordoned
		if n.down {
			o.Spec.Taints = append(o.Spec.Taints, corev1.Taint{Key: corev1.TaintNodeUnreachable, Effect: corev1.TaintEffectNoSchedule})
		}
		nodes = append(nodes, o)
		pods = append(pods, n.pods...)
	}
	c := schedule.NewCluster(nodes, nil)
	for _, q := range pods {
		for _, n := range c.Nodes {
			if n.Name == q.node.Name {
				n.Add(q.w.Pod)
			}
		}
	}
	return c.Place(p.w.Pod).String()
}

// Lost is how many requests were lost, and Requests how many there were.
func (r *Result) Lost() (lost, requests float64) { return r.lostOf("") }

func (r *Result) lostOf(workload string) (lost, requests float64) {
	for _, t := range r.Traffic {
		if workload != "" && t.Workload != workload {
			continue
		}
		requests += t.All
		for _, n := range t.Lost {
			lost += n
		}
	}
	return lost, requests
}

// Success is the share of requests that were answered, in percent; 100 without any.
func (r *Result) Success() float64 { return r.SuccessOf("") }

// SuccessOf is the share of one workload's requests, or of all if it has no name.
func (r *Result) SuccessOf(workload string) float64 {
	lost, all := r.lostOf(workload)
	if all == 0 {
		return 100
	}
	return 100 * (1 - math.Min(lost/all, 1))
}

// Peak is the most pods that were there at once, terminating ones included.
func (r *Result) Peak(workload string) int32 {
	most := int32(0)
	for _, p := range r.Points {
		if workload == "" || p.Workload == workload {
			most = max(most, p.Total+p.Terminating)
		}
	}
	return most
}

// Causes are the reasons of losses, the greatest first.
func (l Requests) Causes() []string {
	var out []string
	for c := range l.Lost {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b string) int {
		switch {
		case l.Lost[a] > l.Lost[b]:
			return -1
		case l.Lost[a] < l.Lost[b]:
			return 1
		}
		return strings.Compare(a, b)
	})
	return out
}
