package rule

import (
	"time"

	"github.com/yagura/yagura/advise/message"
)

var startBudget = Rule{
	ID: "start-budget", Severity: Error, Title: "The liveness probe kills pods that are starting",
	Doc: "Until its first answer a container has `initialDelaySeconds + failureThreshold × periodSeconds` of the startup probe, or of the liveness probe if there is none. A start that takes longer is killed and begun again, for ever. " +
		"The start is what was measured, or else what the author gives the readiness probe as its initial delay.",
	Fix:     "A startup probe with a budget of twice the longest start; liveness begins after it.",
	Sources: []string{"https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes"},
	check: func(c *run) {
		for _, w := range c.running() {
			m := c.of(w)
			for i, k := range containers(w) {
				p, name := k.StartupProbe, "startupProbe"
				if p == nil {
					p, name = k.LivenessProbe, "livenessProbe"
				}
				if p == nil {
					continue
				}
				start, how := m.Start, message.New("measured")
				if r := k.ReadinessProbe; start == 0 && r != nil {
					start, how = time.Duration(r.InitialDelaySeconds)*time.Second, message.Verbatim("readinessProbe.initialDelaySeconds")
				}
				if b := timing(p).Budget(); start > b {
					probe := map[string]any{"periodSeconds": 10, "failureThreshold": int64((2*start + 10*time.Second - 1) / (10 * time.Second)), "initialDelaySeconds": 0}
					if k.StartupProbe == nil {
						copyHandler(probe, p)
					}
					c.on(w, finding{path: at(w, i, name), reason: message.New("Container %s: start %s (%s), budget of %s %d + %d × %d = %s.", k.Name, secs(start), how, name, p.InitialDelaySeconds, p.FailureThreshold, p.PeriodSeconds, secs(b)),
						failure: message.New("The container is restarted before it ever answers: CrashLoopBackOff."),
						patch:   containerPatch(w, k.Name, map[string]any{"startupProbe": probe})})
				}
			}
		}
	},
}
