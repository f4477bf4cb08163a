package rule

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
)

var antiAffinityNodes = Rule{
	ID: "anti-affinity-nodes", Severity: Warning, Title: "Required anti-affinity leaves no node for a new pod",
	Doc:     "Pods that refuse to share a node (or zone) need as many of them as there are pods: replicas, and the surge of an update on top, since the old and the new version carry the same labels. With unavailability 0 and one node a pod, an update waits for ever.",
	Fix:     "`maxSurge: 0` with `maxUnavailable: 1`; or prefer the anti-affinity instead of requiring it; or `matchLabelKeys: [pod-template-hash]`, so that only pods of one version keep apart.",
	Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity"},
	check: func(c *run) {
		if len(c.Nodes) == 0 {
			return
		}
		for _, w := range c.running() {
			pods, _ := c.Scale(w)
			b, ok := w.Bounds(pods)
			key := refusesItself(w)
			if !ok || key == "" || w.Deployment == nil || b.Unavailable > 0 {
				continue
			}
			if n := c.domains(w, key); n < pods+1 && n >= pods {
				c.on(w, finding{path: pod(w, "affinity", "podAntiAffinity"), reason: message.New("%s, one in each %s, plus a surge of at least 1 = %d; %s can take them.", message.Plural("%d pod", "%d pods", pods), key, pods+1, message.Plural("%d domain", "%d domains", n)),
					failure: message.New("A rolling update's first new pod stays Pending, and with maxUnavailable 0 nothing goes on."),
					patch:   strategic(w, map[string]any{"maxSurge": 0, "maxUnavailable": 1}, "spec", "strategy", "rollingUpdate")})
			}
		}
	},
}

// refusesItself is the topology key by which a workload's pods keep apart, old version
// and new.
func refusesItself(w *manifest.Workload) string {
	a := w.Template.Spec.Affinity
	if a == nil || a.PodAntiAffinity == nil {
		return ""
	}
	for _, t := range a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		if len(t.MatchLabelKeys) == 0 && len(t.Namespaces) == 0 && manifest.Selects(t.LabelSelector, w.Template.Labels) {
			return t.TopologyKey
		}
	}
	return ""
}

// domains counts the domains of a key on nodes that may take the workload's pods, other
// pods aside.
func (c *run) domains(w *manifest.Workload, key string) int32 {
	seen := map[string]bool{}
	for _, n := range c.placement().cluster.Nodes {
		free := *n
		free.Pods, free.Used = nil, corev1.ResourceList{}
		p := podOf(w)
		p.Spec = p.Spec.DeepCopy()
		p.Spec.Affinity.PodAntiAffinity, p.Spec.Affinity.PodAffinity, p.Spec.TopologySpreadConstraints = nil, nil, nil
		if v, ok := n.Labels[key]; ok && len(c.placement().cluster.Filter(p, &free)) == 0 {
			seen[v] = true
		}
	}
	return int32(len(seen))
}
