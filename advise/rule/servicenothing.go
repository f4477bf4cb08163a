package rule

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

var serviceNothing = Rule{
	ID: "service-selects-nothing", Severity: Warning, Title: "The service leads to no pod",
	Doc:     "A Service whose selector matches no pod has no endpoints; every connection to it is refused or times out.",
	Fix:     "Let the selector match the pod template's labels, all of them.",
	Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/service/"},
	check: func(c *run) {
		for _, v := range c.Services {
			n := c.inNamespace(v.Namespace)
			if n == 0 || len(v.Spec.Selector) == 0 || v.Spec.Type == corev1.ServiceTypeExternalName || c.selected(v) {
				continue
			}
			c.report(v, "Service", &v.ObjectMeta, finding{path: []string{"spec", "selector"},
				reason: fmt.Sprintf("The selector %s matches none of the %s that were read in namespace %s.", labels.Set(v.Spec.Selector), plural(n, "workload"), v.Namespace), failure: "Requests to it fail: no endpoints."})
		}
	},
}

func (c *run) selected(v *corev1.Service) bool {
	sel := labels.SelectorFromSet(v.Spec.Selector)
	for _, w := range c.Workloads {
		if w.Meta.Namespace == v.Namespace && sel.Matches(labels.Set(w.Template.Labels)) {
			return true
		}
	}
	return c.coversPod(v.Namespace, func(l map[string]string) bool { return sel.Matches(labels.Set(l)) })
}
