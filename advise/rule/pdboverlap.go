package rule

import (
	policyv1 "k8s.io/api/policy/v1"

	"github.com/yagura/yagura/advise/message"
)

var pdbOverlap = Rule{
	ID: "pdb-overlap", Severity: Error, Title: "A pod is covered by more than one disruption budget",
	Doc:     "The eviction API knows one budget a pod. For a pod that two cover it answers 500, always, and a drain never finishes.",
	Fix:     "Narrow the selectors until each pod has one budget.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-workloads-and-arbitrary-selectors", "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/"},
	check: func(c *run) {
		for _, w := range c.running() {
			if list := c.BudgetsOf(w); len(list) > 1 && w.DaemonSet == nil {
				c.on(w, finding{path: pod(w)[:len(pod(w))-1], failure: message.New("Evictions of its pods fail with \"This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.\""),
					reason: message.New("%d budgets cover its pods: %s.", len(list), names(list, func(b *policyv1.PodDisruptionBudget) string { return b.Name }))})
			}
		}
	},
}
