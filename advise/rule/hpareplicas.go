package rule

import "github.com/yagura/yagura/advise/message"

var hpaReplicas = Rule{
	ID: "hpa-replicas", Severity: Warning, Title: "The manifest and the autoscaler both set replicas",
	Doc:     "An autoscaled workload whose manifest names `replicas` is set back to that number by every apply: pods stop under load, and the autoscaler starts them again.",
	Fix:     "Leave `replicas` out. The first apply without it sets 1 for a moment if the field was applied before; see the source for the way around.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling"},
	check: func(c *run) {
		for _, w := range c.running() {
			h := c.AutoscalerOf(w)
			if h == nil || !w.ReplicasSet || w.Meta.UID != "" { // a live object always has the field
				continue
			}
			c.on(w, finding{path: []string{"spec", "replicas"}, reason: message.New("replicas %d; HorizontalPodAutoscaler %s decides from %d to %d.", w.Replicas, h.Name, *h.Spec.MinReplicas, h.Spec.MaxReplicas),
				failure: message.New("At %d pods under load, an apply stops %d of them.", h.Spec.MaxReplicas, max(h.Spec.MaxReplicas-w.Replicas, 0)), patch: strategic(w, nil, "spec", "replicas")})
		}
	},
}
