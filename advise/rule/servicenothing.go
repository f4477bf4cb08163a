package rule

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

var serviceNothing = Rule{
	ID: "service-selects-nothing", Severity: Warning, Title: "The service leads to no pod",
	Doc:     "A Service whose selector matches no pod has no endpoints; every connection to it is refused or times out.",
	Fix:     "Let the selector match the pod template's labels, all of them.",
	Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/service/"},
	check: func(c *run) {
		for _, v := range c.Services {
			n := len(c.WorkloadsIn(v.Namespace))
			if n == 0 || len(v.Spec.Selector) == 0 || v.Spec.Type == corev1.ServiceTypeExternalName || c.SelectsAny(v.Namespace, &metav1.LabelSelector{MatchLabels: v.Spec.Selector}) {
				continue
			}
			c.report(v, "Service", &v.ObjectMeta, finding{path: []string{"spec", "selector"},
				reason: fmt.Sprintf("The selector %s matches none of the %s that were read in namespace %s.", labels.Set(v.Spec.Selector), plural(n, "workload"), v.Namespace), failure: "Requests to it fail: no endpoints."})
		}
	},
}
