package rule

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
)

var servicePort = Rule{
	ID: "service-port", Severity: Error, Title: "The service sends to a port that the pods do not name",
	Doc:     "A `targetPort` by name is looked up in each pod. Pods that have no such port are left out of the endpoints for it; if none has it, nobody answers.",
	Fix:     "Name the container's port, or give the number.",
	Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports"},
	check: func(c *run) {
		behind := map[*corev1.Service][]*manifest.Workload{}
		for _, w := range c.running() {
			for _, v := range c.ServicesOf(w) {
				behind[v] = append(behind[v], w)
			}
		}
		for _, v := range c.Services {
			for _, p := range v.Spec.Ports {
				if len(behind[v]) > 0 && p.TargetPort.Type == intstr.String && p.TargetPort.IntValue() == 0 {
					c.namedPort(v, p, behind[v])
				}
			}
		}
	},
}

// namedPort reports a port that none of the workloads behind a service names.
func (c *run) namedPort(v *corev1.Service, p corev1.ServicePort, behind []*manifest.Workload) {
	var names []string
	for _, w := range behind {
		if podHasPort(w.Template.Spec.Containers, w.Template.Spec.InitContainers, p.TargetPort.StrVal) {
			return
		}
		if !slices.Contains(names, w.Ref()) {
			names = append(names, w.Ref())
		}
	}
	f := finding{path: []string{"spec", "ports"}, reason: message.New("targetPort %q; no container of %s names a port so.", p.TargetPort.StrVal, strings.Join(names, ", ")), failure: message.New("Port %d of the service has no endpoint among these pods.", p.Port)}
	c.report(v, "Service", &v.ObjectMeta, f, behind[0].Template)
}
