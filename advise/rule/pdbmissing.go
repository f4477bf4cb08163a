package rule

import (
	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
)

var pdbMissing = Rule{
	ID: "pdb-missing", Severity: Warning, Title: "Nothing keeps a drain from taking all pods",
	Doc:     "Without a disruption budget every eviction is granted at once. Pods that share a node all go in the same second, and an upgrade that drains several nodes at a time (AKS `maxSurge` 33%) takes them together; replacements are not ready yet.",
	Fix:     "A budget with `maxUnavailable: 1`, which goes on to fit when replicas change.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/configure-pdb/", "https://learn.microsoft.com/azure/aks/upgrade-aks-cluster"},
	check: func(c *run) {
		for _, w := range c.running() {
			least, _ := c.Scale(w)
			if least < 2 || w.DaemonSet != nil || w.Selector == nil || len(c.ServicesOf(w)) == 0 || len(c.BudgetsOf(w)) > 0 {
				continue
			}
			c.on(w, finding{reason: message.New("%s and no PodDisruptionBudget: up to %d may be evicted at once.", message.Plural("%d pod", "%d pods", least), least),
				failure: message.New("A drain of the nodes they are on answers nothing until the first replacement is ready."), patch: newBudget(w)})
		}
	},
}

// newBudget lets one of a workload's pods go at a time.
func newBudget(w *manifest.Workload) *Patch {
	return &Patch{Type: "apply", Target: "poddisruptionbudget/" + w.Meta.Name, value: map[string]any{
		"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
		"metadata": map[string]any{"name": w.Meta.Name, "namespace": w.Meta.Namespace},
		"spec":     map[string]any{"maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow", "selector": selector(w)},
	}}
}

// selector is a workload's, for a patch.
func selector(w *manifest.Workload) map[string]any {
	out := map[string]any{}
	if len(w.Selector.MatchLabels) > 0 {
		out["matchLabels"] = w.Selector.MatchLabels
	}
	var exprs []any
	for _, e := range w.Selector.MatchExpressions {
		x := map[string]any{"key": e.Key, "operator": string(e.Operator)}
		if len(e.Values) > 0 {
			x["values"] = e.Values
		}
		exprs = append(exprs, x)
	}
	if exprs != nil {
		out["matchExpressions"] = exprs
	}
	return out
}
