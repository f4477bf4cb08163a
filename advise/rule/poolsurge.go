package rule

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
)

var poolSurge = Rule{
	ID: "pool-surge", Severity: Note, Title: "A node pool is upgraded one node at a time",
	Doc:     "An AKS upgrade adds `maxSurge` nodes (1 by default; a percentage rounds up), then cordons and drains that many at a time. A pool of many nodes takes as many rounds; each may wait for disruption budgets until the drain timeout (30 minutes by default).",
	Fix:     "`az aks nodepool update --max-surge 33%` for production pools, as Microsoft recommends; mind the quota and the addresses it needs.",
	Sources: []string{"https://learn.microsoft.com/azure/aks/upgrade-aks-cluster#customize-node-surge-upgrade"},
	check: func(c *run) {
		for _, p := range c.Pools {
			v := intstr.Parse(firstOf(p.MaxSurge, "1"))
			n, err := rollout.Scale(&v, p.Count, true)
			if err != nil || n <= 0 || p.MaxUnavailable != "" && strings.Trim(p.MaxUnavailable, "0%") != "" {
				continue
			}
			if rounds := (p.Count + n - 1) / n; rounds > 5 {
				c.report(p, "nodePool", &metav1.ObjectMeta{Name: p.Name}, finding{path: []string{"upgradeSettings"}, reason: message.New("%d nodes, maxSurge %s = %d: %d rounds.", p.Count, v.String(), n, rounds),
					failure: message.New("With one blocked drain a round, an upgrade takes up to %d × 30 minutes.", rounds)})
			}
		}
	},
}
