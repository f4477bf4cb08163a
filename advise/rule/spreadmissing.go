package rule

import "github.com/yagura/yagura/advise/message"

var spreadMissing = Rule{
	ID: "spread-missing", Severity: Note, Title: "Nothing keeps the pods on several nodes and zones",
	Doc:     "Without a constraint of its own, a pod has the scheduler's soft default (skew 3 between nodes, 5 between zones), which gives way to everything else. Replicas may share a node, and go with it.",
	Fix:     "A topology spread constraint by zone and one by node. `ScheduleAnyway` never leaves a pod Pending.",
	Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints"},
	check: func(c *run) {
		for _, w := range c.running() {
			s := w.Template.Spec
			least, _ := c.Scale(w)
			if least < 2 || w.DaemonSet != nil || w.Selector == nil || len(c.ServicesOf(w)) == 0 || len(s.TopologySpreadConstraints) > 0 || s.Affinity != nil && s.Affinity.PodAntiAffinity != nil {
				continue
			}
			var list []any
			for _, key := range []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"} {
				list = append(list, map[string]any{"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector(w)})
			}
			c.on(w, finding{path: pod(w), reason: message.New("%s, no topologySpreadConstraints and no podAntiAffinity: up to 3 more on one node than on another, or all of them.", message.Plural("%d pod", "%d pods", least)),
				failure: message.New("The loss of one node may take every pod."), patch: podPatch(w, map[string]any{"topologySpreadConstraints": list})})
		}
	},
}
