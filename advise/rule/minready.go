package rule

import "github.com/yagura/yagura/advise/message"

var minReady = Rule{
	ID: "min-ready", Severity: Note, Title: "A pod that dies just after it was ready does not stop the update",
	Doc:     "With `minReadySeconds` 0 a pod is available the moment it is ready, and the update goes on to the next. A version that fails on its tenth request, or whose caches are cold, replaces all pods before anyone sees it.",
	Fix:     "`minReadySeconds: 10` lets each batch prove itself. It lengthens the update by that much a round.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds"},
	check: func(c *run) {
		for _, w := range c.running() {
			pods, _ := c.Scale(w)
			if w.Deployment == nil || w.Deployment.Spec.MinReadySeconds != 0 || pods < 2 || len(c.ServicesOf(w)) == 0 {
				continue
			}
			if b, ok := w.Bounds(pods); ok {
				c.on(w, finding{path: []string{"spec", "minReadySeconds"},
					reason:  message.New("minReadySeconds 0: each of %s counts as available at its first success of readiness, %d at a time.", message.Plural("%d pod", "%d pods", pods), max(b.Surge+b.Unavailable, 1)),
					failure: message.New("A version that starts and then dies replaces all pods."),
					patch:   strategic(w, 10, "spec", "minReadySeconds")})
			}
		}
	},
}
