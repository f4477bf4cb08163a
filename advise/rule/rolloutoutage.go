package rule

import (
	appsv1 "k8s.io/api/apps/v1"

	"github.com/yagura/yagura/advise/message"
)

var rolloutOutage = Rule{
	ID: "rollout-outage", Severity: Error, Title: "A rolling update may stop all pods at once",
	Doc: "A rolling update keeps at least `replicas − maxUnavailable` pods available, with a percentage of `maxUnavailable` rounded down and, if surge and unavailability both come to 0, unavailability raised to 1. " +
		"If nothing is left, every update is an outage that lasts from the old pods' end to the new ones' readiness. `Recreate` always is.",
	Fix:     "`maxUnavailable: 0` with `maxSurge: 1` starts a new pod before an old one goes. It needs room for one pod more.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment"},
	check: func(c *run) {
		for _, w := range c.running() {
			d := w.Deployment
			if d == nil || len(c.ServicesOf(w)) == 0 {
				continue
			}
			pods, _ := c.Scale(w)
			failure := message.New("Each update answers nothing until the first new pod is ready.")
			fix := strategic(w, map[string]any{"type": "RollingUpdate", "rollingUpdate": map[string]any{"maxSurge": 1, "maxUnavailable": 0}}, "spec", "strategy")
			if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
				c.on(w, finding{severity: Warning, path: []string{"spec", "strategy"}, reason: message.New("Strategy Recreate, %s: the first new one starts when the last old one has ended.", message.Plural("%d pod", "%d pods", pods)), failure: failure, patch: fix})
				continue
			}
			b, ok := w.Bounds(pods)
			if !ok || b.MinAvailable > 0 || pods <= 0 {
				continue
			}
			reason := message.New("replicas %d, %s: surge %d, unavailable %d, so at least %d − %d = %d pods are kept.", pods, settings(w), b.Surge, b.Unavailable, pods, b.Unavailable, b.MinAvailable)
			if b.Raised {
				reason = message.New("replicas %d, %s: both come to 0, so unavailable is raised to 1 and %d pods are kept.", pods, settings(w), b.MinAvailable)
			}
			c.on(w, finding{path: []string{"spec", "strategy", "rollingUpdate"}, reason: reason, failure: failure, patch: fix})
		}
	},
}
