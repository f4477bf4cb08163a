package rule

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/yagura/yagura/advise/message"
)

var serviceNothing = Rule{
	ID: "service-selects-nothing", Severity: Warning, Title: "The service leads to no pod",
	Doc:     "A Service whose selector matches no pod has no endpoints; every connection to it is refused or times out. Where custom resources or their definitions are read too, it is a note: an operator may make such pods.",
	Fix:     "Let the selector match the pod template's labels, all of them.",
	Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/service/"},
	check: func(c *run) {
		for _, v := range c.Services {
			n := len(c.WorkloadsIn(v.Namespace))
			if n == 0 || len(v.Spec.Selector) == 0 || v.Spec.Type == corev1.ServiceTypeExternalName || c.SelectsAny(v.Namespace, &metav1.LabelSelector{MatchLabels: v.Spec.Selector}) {
				continue
			}
			severity := Warning
			if c.Operated {
				severity = Note
			}
			c.report(v, "Service", &v.ObjectMeta, finding{severity: severity, path: []string{"spec", "selector"},
				reason: message.New("The selector %s matches no pod template of namespace %s, of %s read.", labels.Set(v.Spec.Selector), v.Namespace, message.Plural("%d workload", "%d workloads", n)), failure: message.New("Unless an operator or another file makes such pods, requests to it fail: no endpoints.")})
		}
	},
}
