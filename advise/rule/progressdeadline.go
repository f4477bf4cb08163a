package rule

import (
	"time"

	"github.com/yagura/yagura/advise/message"
)

var progressDeadline = Rule{
	ID: "progress-deadline", Severity: Warning, Title: "The progress deadline is shorter than a start",
	Doc:     "When no pod becomes available for `progressDeadlineSeconds`, the update is reported as failed, though it goes on. Pipelines that wait for it (`kubectl rollout status`) fail, and may roll back a version that was only slow.",
	Fix:     "A deadline of at least the longest start that the probes allow, plus `minReadySeconds`, and a minute.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds"},
	check: func(c *run) {
		for _, w := range c.running() {
			d := w.Deployment
			if d == nil {
				continue
			}
			start, how := c.of(w).Start, message.New("the measured start")
			for _, k := range containers(w) {
				if p := k.StartupProbe; p != nil && timing(p).Budget() > start {
					start, how = timing(p).Budget(), message.New("the startup probe's %d + %d × %d", p.InitialDelaySeconds, p.FailureThreshold, p.PeriodSeconds)
				}
				if p := k.ReadinessProbe; p != nil && k.StartupProbe == nil && time.Duration(p.InitialDelaySeconds)*time.Second > start {
					start, how = time.Duration(p.InitialDelaySeconds)*time.Second, message.New("the readiness probe's initialDelaySeconds")
				}
			}
			need := start + time.Duration(d.Spec.MinReadySeconds)*time.Second
			if deadline := time.Duration(*d.Spec.ProgressDeadlineSeconds) * time.Second; start > 0 && deadline < need && *d.Spec.ProgressDeadlineSeconds > d.Spec.MinReadySeconds {
				c.on(w, finding{path: []string{"spec", "progressDeadlineSeconds"},
					reason:  message.New("progressDeadlineSeconds %s is less than %s (%s) + minReadySeconds %d = %s.", secs(deadline), secs(start), how, d.Spec.MinReadySeconds, secs(need)),
					failure: message.New("A start that the probes allow is reported as ProgressDeadlineExceeded."),
					patch:   strategic(w, int64((need+time.Minute)/time.Second), "spec", "progressDeadlineSeconds")})
			}
		}
	},
}
