package rule

import (
	"fmt"

	policyv1 "k8s.io/api/policy/v1"
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
				reason:  fmt.Sprintf("%s of %s: when %s not ready, %d healthy < desiredHealthy %d and evictions are refused.", budget(b), plural(least, "pod"), are(spare+1, "pod"), least-spare-1, desired),
				failure: "A crash-looping version blocks the drain of its nodes.",
				patch:   &Patch{Type: "strategic", Target: "poddisruptionbudget/" + b.Name, path: []string{"spec", "unhealthyPodEvictionPolicy"}, value: "AlwaysAllow"}})
		}
	},
}

func are(n int32, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}
