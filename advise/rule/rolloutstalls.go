package rule

import (
	"time"

	"github.com/yagura/yagura/advise/message"
)

var rolloutStalls = Rule{
	ID: "rollout-stalls", Severity: Error, Title: "A rolling update waits for room that is not there",
	Doc: "With unavailability 0, an update must start a new pod before it may stop an old one. If no node has room for it, the new pod stays Pending, no old pod may go, and the update waits until somebody makes room. " +
		"The service goes on with the old version.",
	Fix:     "`maxUnavailable: 1` lets an old pod go first. Or give the cluster a node more.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment", "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/"},
	check: func(c *run) {
		p := c.placement()
		for _, w := range c.running() {
			pods, _ := c.Scale(w)
			b, ok := w.Bounds(pods)
			if !ok || w.Deployment == nil || p == nil || b.Unavailable > 0 || len(p.pending[w]) > 0 {
				continue
			}
			v := p.extra(w)
			if v.Node != nil {
				continue
			}
			f := finding{path: []string{"spec", "strategy", "rollingUpdate"},
				reason:  message.New("replicas %d, %s: unavailable 0, so the update needs room for a pod more. When all pods run: %s", pods, settings(w), v),
				failure: message.New("The new pod stays Pending and the update stands still; after %s it is reported as ProgressDeadlineExceeded.", secs(time.Duration(*w.Deployment.Spec.ProgressDeadlineSeconds)*time.Second)),
			}
			if pods > 1 {
				f.patch = strategic(w, map[string]any{"maxUnavailable": 1, "maxSurge": 0}, "spec", "strategy", "rollingUpdate")
			}
			if room, how := c.autoscaler(w); room {
				f.severity, f.failure = Warning, message.New("The update waits for the cluster autoscaler: %s", how)
			}
			c.on(w, f)
		}
	},
}
