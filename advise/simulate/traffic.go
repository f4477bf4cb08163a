package simulate

// cause is why a request is lost.
type cause uint8

const (
	fine     cause = iota
	starting       // the program does not listen yet
	stopping       // it does not listen any more
	lostNode       // its node is gone
	nobody         // no pod is routed
	overload       // more than the pods can answer
	cutOff         // killed while it was answered
	causes
)

var causeNames = [causes]string{"", "refused while starting", "refused while stopping", "node lost", "no pod in the load balancer", "more than the pods can answer", "cut at the kill"}

// traffic is a workload's flow of requests.
type traffic struct {
	rate   float64 // requests a second
	routed int32
	dead   [causes]int32 // of the routed, by why they fail
	since  int64
	total  float64
	lost   [causes]float64
	cut    float64 // connections
}

// flow accounts for the time since the last change.
func (s *sim) flow(w *workload) {
	t := &w.traffic
	d := seconds(s.now - max(t.since, int64(s.sc.Settle)))
	t.since = s.now
	if d <= 0 || t.rate == 0 {
		return
	}
	t.total += t.rate * d
	if t.routed == 0 {
		t.lost[nobody] += t.rate * d
		return
	}
	each := t.rate / float64(t.routed)
	alive := t.routed
	for c := starting; c <= lostNode; c++ {
		t.lost[c] += each * d * float64(t.dead[c])
		alive -= t.dead[c]
	}
	if w.Capacity > 0 && each > w.Capacity {
		t.lost[overload] += (each - w.Capacity) * d * float64(alive)
	}
}

// route puts a pod into the load balancers.
func (s *sim) route(p *pod) {
	if p.routed || p.terminating || !p.ready {
		return
	}
	s.flow(p.w)
	s.flows(p.w)
	p.routed = true
	p.w.traffic.routed++
	p.dead = fine
	if !p.listening {
		p.dead = starting
		p.w.traffic.dead[starting]++
		p.w.stale++
	}
}

func (s *sim) unroute(p *pod) {
	if !p.routed {
		return
	}
	s.flow(p.w)
	s.flows(p.w)
	s.mark(p, fine)
	p.routed = false
	p.w.traffic.routed--
}

// mark says why requests to a routed pod fail from now on.
func (s *sim) mark(p *pod, c cause) {
	if p.dead == c {
		return
	}
	s.flow(p.w)
	s.flows(p.w)
	t := &p.w.traffic
	if p.dead != fine {
		t.dead[p.dead]--
		p.w.stale--
	}
	if c != fine {
		t.dead[c]++
		p.w.stale++
	}
	p.dead = c
}

// cut counts what a stopping pod still holds: requests that the kill will end, and long
// connections.
func (s *sim) cut(p *pod) {
	w := p.w
	t := &w.traffic
	if t.rate == 0 || t.routed == 0 && !p.routed || s.now < int64(s.sc.Settle) {
		return
	}
	n := float64(max(t.routed, 1))
	t.lost[cutOff] += t.rate / n * w.Request.tail(timeOf(p.killAt-s.now))
	t.cut += w.Connections / n
}

// spike multiplies all loads.
func (s *sim) spike(factor float64) {
	for _, w := range s.workloads {
		s.flow(w)
		s.flows(w)
		w.traffic.rate = w.RPS * factor
	}
}
