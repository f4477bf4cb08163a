package rule

import "github.com/yagura/yagura/advise/message"

var pdbUnscalable = Rule{
	ID: "pdb-unscalable", Severity: Warning, Title: "The budget cannot be computed for these pods",
	Doc:     "maxUnavailable and percentages need to know how many pods there should be, and ask the pods' controller for its scale. DaemonSets have none: the budget's SyncFailed condition is set and no eviction is allowed. Pods without a controller are not counted at all. (Drains skip DaemonSets' pods; other evictions do not.)",
	Fix:     "Leave such pods out of the selector, or use a whole number of minAvailable.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors"},
	check: func(c *run) {
		for _, b := range c.Budgets {
			for _, w := range c.CoveredBy(b) {
				if !scalable(b, w) {
					c.report(b, "PodDisruptionBudget", &b.ObjectMeta, finding{path: []string{"spec", "selector"},
						reason:  message.New("%s covers %s, whose controller has no scale.", budget(b), w.Ref()),
						failure: message.New("No pod that it covers may be evicted (DaemonSet), or the pod is not protected (a pod of its own).")})
				}
			}
		}
	},
}
