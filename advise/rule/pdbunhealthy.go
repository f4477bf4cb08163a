package rule

import (
	policyv1 "k8s.io/api/policy/v1"

	"github.com/yagura/yagura/advise/message"
)

var pdbUnhealthy = Rule{
	ID: "pdb-unhealthy", Severity: Note, Title: "Pods that are not ready can block a drain",
	Doc:     "By default (`IfHealthyBudget`) a running pod that is not ready may be evicted only while the budget is met: currentHealthy ≥ desiredHealthy. Once more pods than the budget spares are unready, a version that crashes say, none of them may be evicted, though none of them serves.",
	Fix:     "`unhealthyPodEvictionPolicy: AlwaysAllow`, which Kubernetes recommends.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy"},
	check: func(c *run) {
		for _, b := range c.Budgets {
			if p := b.Spec.UnhealthyPodEvictionPolicy; p != nil && *p == policyv1.AlwaysAllow {
				continue
			}
			least, _ := c.expected(b, c.CoveredBy(b))
			spare, err := budget(b).Allowed(least, least)
			if err != nil || least <= 0 || spare <= 0 || c.drainSkips(c.CoveredBy(b)) {
				continue // a budget that spares none is another rule's
			}
			desired, _ := budget(b).Desired(least)
			if desired == 0 {
				continue
			}
			c.report(b, "PodDisruptionBudget", &b.ObjectMeta, finding{path: []string{"spec"},
				reason:  message.New("%s of %s: when %s not ready, %d healthy < desiredHealthy %d and evictions are refused.", budget(b), message.Plural("%d pod", "%d pods", least), message.Plural("%d pod is", "%d pods are", spare+1), least-spare-1, desired),
				failure: message.New("A crash-looping version blocks the drain of its nodes."),
				patch:   &Patch{Type: "strategic", Target: "poddisruptionbudget/" + b.Name, path: []string{"spec", "unhealthyPodEvictionPolicy"}, value: "AlwaysAllow"}})
		}
	},
}
