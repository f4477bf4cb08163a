package rule

import (
	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
)

var pdbNothing = Rule{
	ID: "pdb-selects-nothing", Severity: Note, Title: "The budget protects no pod",
	Doc:     "A budget whose selector matches no pod does nothing, and says nothing.",
	Fix:     "Let the selector match the pod template's labels.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/configure-pdb/"},
	check: func(c *run) {
		for _, b := range c.Budgets {
			if n := len(c.WorkloadsIn(b.Namespace)); n > 0 && !c.SelectsAny(b.Namespace, manifest.SelectorOf(b)) {
				c.report(b, "PodDisruptionBudget", &b.ObjectMeta, finding{path: []string{"spec", "selector"},
					reason: message.New("The selector matches no pod template of namespace %s, of %s read.", b.Namespace, message.Plural("%d workload", "%d workloads", n)), failure: message.New("Unless an operator or another file makes such pods, those that it was meant for may all be evicted at once.")})
			}
		}
	},
}
