package rule

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/intstr"
)

var servicePort = Rule{
	ID: "service-port", Severity: Error, Title: "The service sends to a port that the pods do not name",
	Doc:     "A `targetPort` by name is looked up in each pod. Pods that have no such port are left out of the endpoints for it.",
	Fix:     "Name the container's port, or give the number.",
	Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports"},
	check: func(c *run) {
		for _, w := range c.running() {
			for _, v := range c.ServicesOf(w) {
				for _, p := range v.Spec.Ports {
					if p.TargetPort.Type != intstr.String || p.TargetPort.IntValue() != 0 || podHasPort(w.Template.Spec.Containers, w.Template.Spec.InitContainers, p.TargetPort.StrVal) {
						continue
					}
					f := finding{path: []string{"spec", "ports"}, reason: fmt.Sprintf("targetPort %q; no container of %s names a port so.", p.TargetPort.StrVal, w.Ref()), failure: fmt.Sprintf("Port %d of the service has no endpoint among these pods.", p.Port)}
					c.report(v, "Service", &v.ObjectMeta, f, w.Template)
				}
			}
		}
	},
}
