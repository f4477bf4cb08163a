package simulate

import (
	"time"

	"github.com/yagura/yagura/advise/rollout"
)

// The kubelet's back-off between restarts: 10 s, doubled, at most 5 minutes.
const (
	backoffFirst = 10 * time.Second
	backoffMost  = 300 * time.Second
	// overrun is the grace that a preStop gets which is still running at the end.
	overrun = 2 * time.Second
)

// run starts a pod's containers on its node.
func (s *sim) run(p *pod) {
	p.running = true
	s.attempt(p)
}

// attempt starts the program, and plans what its probes will find.
func (s *sim) attempt(p *pod) {
	w := p.w
	start := w.Start.sample(s.rand)
	if w.Broken && p.rev > 0 {
		start = never / 2
	}
	guard := w.guard()
	killed := never
	if guard != nil && start > int64(guard.Budget()) {
		killed = s.now + int64(guard.Budget())
		s.at(killed, actRestart, p)
	}
	if start < never/2 && s.now+start < killed {
		s.at(s.now+start, actListen, p)
	}
	if ready := s.readyAfter(w, start); s.now+ready < killed {
		s.at(s.now+ready, actReady, p)
	}
}

// guard is the probe that kills a container which does not start in time; nil is none.
func (w *Workload) guard() *rollout.Probe {
	if w.Startup != nil {
		return w.Startup
	}
	return w.Liveness
}

// readyAfter is when readiness is first known, from the container's start on. Without
// probes a running pod is ready.
func (s *sim) readyAfter(w *workload, start int64) int64 {
	if w.Readiness == nil && w.Startup == nil {
		return 0
	}
	if start >= never/2 {
		return never
	}
	at := time.Duration(start)
	if w.Startup != nil {
		begun := w.Startup.FirstSuccess(at)
		if w.Readiness == nil {
			return int64(begun)
		}
		// Readiness is asked when the startup probe has succeeded, at once.
		first := rollout.Probe{InitialDelay: max(begun, w.Readiness.InitialDelay), Period: w.Readiness.Period, Success: w.Readiness.Success}
		return int64(first.FirstSuccess(at))
	}
	return int64(w.Readiness.FirstSuccess(at))
}

// stop runs preStop and ends the program.
func (s *sim) stop(p *pod) {
	w := p.w
	grace, wait := int64(w.Grace), int64(w.PreStop)
	if s.sc.Policy == ECS {
		wait = int64(w.Deregistration)
		grace = wait + int64(w.Grace)
	}
	term, kill := s.now+wait, s.now+grace
	if wait >= grace {
		term, kill = s.now+grace, s.now+grace+int64(overrun)
		if wait < grace+int64(overrun) {
			term = s.now + wait
		}
	}
	p.killAt = kill
	p.closeAt = min(term+int64(w.Drain), kill)
	s.at(p.closeAt, actClose, p)
	last := int64(0)
	if w.RPS > 0 {
		last = int64(w.Request.Most())
	}
	s.at(min(p.closeAt+last, kill), actExit, p)
}

func (s *sim) podEvent(act action, p *pod) {
	w := p.w
	switch act {
	case actListen:
		p.listening = true
		if p.routed {
			s.mark(p, fine)
		}
	case actReady:
		s.setReady(p, true)
		if !p.routed && w.RPS > 0 {
			s.at(s.now+w.Propagation.sample(s.rand), actRoute, p)
		}
	case actAvailable:
		s.setAvailable(p, p.ready)
	case actRoute:
		s.route(p)
	case actUnroute:
		s.unroute(p)
	case actClose:
		p.listening = false
		if p.routed {
			s.mark(p, stopping)
		}
		s.cut(p)
	case actExit:
		s.exit(p)
	case actRestart:
		s.restart(p)
	case actBack:
		s.attempt(p)
	default:
		panic("simulate: an event that no pod has")
	}
}

// restart kills a container that took too long, and plans its next start.
func (s *sim) restart(p *pod) {
	p.restarts++
	p.gen++
	p.listening = false
	s.setReady(p, false)
	s.result.Restarts++
	s.touch(p.w)
	wait := backoffFirst << min(p.restarts-1, 8)
	s.at(s.now+int64(min(wait, backoffMost)), actBack, p)
}
