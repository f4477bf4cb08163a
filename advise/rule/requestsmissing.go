package rule

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
)

var requestsMissing = Rule{
	ID: "requests-missing", Severity: Warning, Title: "The scheduler counts the container as nothing",
	Doc:     "A container without requests takes 0 of a node. Nodes fill until the memory is gone; then the kubelet evicts, and pods without requests go first (BestEffort, or those furthest above their requests). The cluster autoscaler sees no need.",
	Fix:     "Requests of what the container uses: the patch's numbers are a place to write your own, not advice.",
	Sources: []string{"https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/", "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction"},
	check: func(c *run) {
		for _, w := range c.running() {
			if w.Template.Spec.Resources != nil {
				continue
			}
			for i, k := range containers(w) {
				var missing message.Text
				patch := map[string]any{}
				for _, r := range []struct {
					name  corev1.ResourceName
					value string
				}{{corev1.ResourceCPU, "100m"}, {corev1.ResourceMemory, "128Mi"}} {
					if q, ok := k.Resources.Requests[r.name]; !ok || q.IsZero() {
						if missing.String() == "" {
							missing = message.Verbatim(string(r.name))
						} else {
							missing = message.New("%s and no %s", missing, r.name)
						}
						patch[string(r.name)] = r.value
					}
				}
				if missing.String() == "" {
					continue
				}
				c.on(w, finding{path: at(w, i, "resources"), reason: message.New("Container %s requests no %s: the scheduler counts 0.", k.Name, missing),
					failure: message.New("Nodes are overcommitted; under pressure these pods are slowed and evicted first."),
					patch:   containerPatch(w, k.Name, map[string]any{"resources": map[string]any{"requests": patch}})})
			}
		}
	},
}
