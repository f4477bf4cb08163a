package rule

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
)

var hpaRequests = Rule{
	ID: "hpa-requests", Severity: Error, Title: "The autoscaler has nothing to measure against",
	Doc:     "A target in percent is a percentage of the requests. If one container of the pod has none for that resource, the metric cannot be computed, and the autoscaler does nothing (FailedGetResourceMetric: missing request for cpu).",
	Fix:     "Requests on every container, sidecars included, or a ContainerResource metric for the one that counts.",
	Sources: []string{"https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details"},
	check: func(c *run) {
		for _, w := range c.running() {
			h := c.AutoscalerOf(w)
			if h == nil || w.Template.Spec.Resources != nil {
				continue
			}
			for _, m := range h.Spec.Metrics {
				if m.Type != autoscalingv2.ResourceMetricSourceType || m.Resource == nil || m.Resource.Target.Type != autoscalingv2.UtilizationMetricType {
					continue
				}
				for i, k := range containers(w) {
					if q, ok := k.Resources.Requests[m.Resource.Name]; ok && !q.IsZero() {
						continue
					}
					value := map[corev1.ResourceName]string{corev1.ResourceCPU: "100m", corev1.ResourceMemory: "128Mi"}[m.Resource.Name]
					f := finding{path: at(w, i, "resources"), reason: message.New("HorizontalPodAutoscaler %s targets %s utilization; container %s requests no %s, and x ÷ 0 is not a percentage.", h.Name, m.Resource.Name, k.Name, m.Resource.Name),
						failure: message.New("The pods stay at %d however great the load is.", *h.Spec.MinReplicas)}
					if value != "" {
						f.patch = containerPatch(w, k.Name, map[string]any{"resources": map[string]any{"requests": map[string]any{string(m.Resource.Name): value}}})
					}
					c.on(w, f)
				}
			}
		}
	},
}
