package rule

import (
	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
)

var pdbBlocks = Rule{
	ID: "pdb-blocks-drain", Severity: Error, Title: "The disruption budget never lets a pod go",
	Doc: "A budget allows `currentHealthy − desiredHealthy` evictions. desiredHealthy is minAvailable, or the expected pods less maxUnavailable, percentages rounded up. " +
		"If it is all of them, every eviction is answered 429 even when all is well: a drain, a node-pool upgrade or the autoscaler's scale-down waits for ever, or until its timeout.",
	Fix:     "`maxUnavailable: 1` always lets one go, however many there are. A single pod that must not stop needs a second one first.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/configure-pdb/", "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/"},
	check: func(c *run) {
		for _, b := range c.Budgets {
			covered := c.CoveredBy(b)
			least, most := c.expected(b, covered)
			if most <= 0 || b.Spec.MinAvailable != nil && b.Spec.MaxUnavailable != nil || c.drainSkips(covered) {
				continue
			}
			atMost, err := budget(b).Allowed(most, most)
			atLeast, err2 := budget(b).Allowed(least, least)
			if err != nil || err2 != nil || atLeast > 0 {
				continue
			}
			desired, _ := budget(b).Desired(most)
			of := names(covered, (*manifest.Workload).Ref)
			f := finding{path: []string{"spec"}, patch: &Patch{Type: "strategic", Target: "poddisruptionbudget/" + b.Name, path: []string{"spec"}, value: map[string]any{"minAvailable": nil, "maxUnavailable": 1}}}
			switch {
			case atMost == 0:
				f.reason = message.New("%s of %s (%s): desiredHealthy %d, so %d − %d = 0 evictions are allowed when all are healthy.", budget(b), message.Plural("%d expected pod", "%d expected pods", most), of, desired, most, desired)
				f.failure = message.New("Every drain of a node that runs one of them waits for ever; an AKS upgrade fails after its drain timeout of 30 minutes.")
			case least > 0:
				desired, _ = budget(b).Desired(least)
				f.severity = Warning
				f.reason = message.New("%s of %s (%s) at the autoscaler's minReplicas: desiredHealthy %d, so no eviction is allowed; at %d pods, %d.", budget(b), message.Plural("%d expected pod", "%d expected pods", least), of, desired, most, atMost)
				f.failure = message.New("While there are no more pods than that, a drain waits.")
			default:
				continue
			}
			c.report(b, "PodDisruptionBudget", &b.ObjectMeta, f)
		}
	},
}

// drainSkips reports whether drains have none of these pods to evict: they leave those of
// DaemonSets alone, and what is scaled to 0 has none.
func (c *run) drainSkips(list []*manifest.Workload) bool {
	for _, w := range list {
		if _, most := c.Scale(w); w.DaemonSet == nil && (w.Kind == "Pod" || most > 0) {
			return false
		}
	}
	return true
}
