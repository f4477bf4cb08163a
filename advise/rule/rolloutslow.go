package rule

import (
	"time"

	"github.com/yagura/yagura/advise/message"
)

var rolloutSlow = Rule{
	ID: "rollout-slow", Severity: Note, Title: "A rolling update takes long",
	Doc:     "An update replaces at most surge + unavailable pods at a time; each batch takes start, readiness and `minReadySeconds`. The rounding makes small numbers smaller: 25% of 3 unavailable is 0.",
	Fix:     "A greater `maxSurge` takes fewer rounds; it needs room for that many pods more.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment"},
	check: func(c *run) {
		for _, w := range c.running() {
			m := c.of(w)
			pods, _ := c.Scale(w)
			b, ok := w.Bounds(pods)
			if !ok || w.Deployment == nil || m.Start == 0 || b.Surge+b.Unavailable == 0 {
				continue
			}
			rounds := (pods + b.Surge + b.Unavailable - 1) / (b.Surge + b.Unavailable)
			each := m.Start + time.Duration(w.Deployment.Spec.MinReadySeconds)*time.Second
			if all := each * time.Duration(rounds); all > 15*time.Minute {
				c.on(w, finding{path: []string{"spec", "strategy", "rollingUpdate"},
					reason:  message.New("replicas %d, %s: %d at a time, %d rounds of %s (start %s, minReadySeconds %d) are %s.", pods, settings(w), b.Surge+b.Unavailable, rounds, secs(each), secs(m.Start), w.Deployment.Spec.MinReadySeconds, all.Round(time.Second)),
					failure: message.New("A fix, and the way back from a bad version, take as long."),
					patch:   strategic(w, map[string]any{"maxSurge": "100%"}, "spec", "strategy", "rollingUpdate")})
			}
		}
	},
}
