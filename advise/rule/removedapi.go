package rule

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/message"
)

var removedAPI = Rule{
	ID: "removed-api", Severity: Error, Title: "A version of the API that is gone",
	Doc:     "Versions of an API are removed with a release of Kubernetes. Objects in the cluster go on, but nothing that is written in the old version can be applied again, the first deployment after the upgrade included.",
	Fix:     "Change `apiVersion`. Deployments of old versions also need `spec.selector`.",
	Sources: []string{"https://kubernetes.io/docs/reference/using-api/deprecation-guide/"},
	check: func(c *run) {
		for _, w := range c.Workloads {
			c.oldVersion(w, w.Kind, w.APIVersion, w.Meta)
		}
		for _, b := range c.Budgets {
			c.oldVersion(b, "PodDisruptionBudget", b.APIVersion, &b.ObjectMeta)
		}
	},
}

// removedIn says which release removed a version of an API, and what it is now.
var removedIn = map[string][2]string{
	"extensions/v1beta1 Deployment": {"1.16", "apps/v1"}, "extensions/v1beta1 DaemonSet": {"1.16", "apps/v1"}, "extensions/v1beta1 ReplicaSet": {"1.16", "apps/v1"},
	"apps/v1beta1 Deployment": {"1.16", "apps/v1"}, "apps/v1beta1 StatefulSet": {"1.16", "apps/v1"},
	"apps/v1beta2 Deployment": {"1.16", "apps/v1"}, "apps/v1beta2 StatefulSet": {"1.16", "apps/v1"}, "apps/v1beta2 DaemonSet": {"1.16", "apps/v1"}, "apps/v1beta2 ReplicaSet": {"1.16", "apps/v1"},
	"batch/v1beta1 CronJob": {"1.25", "batch/v1"}, "policy/v1beta1 PodDisruptionBudget": {"1.25", "policy/v1"},
}

func (c *run) oldVersion(object any, kind, version string, m *metav1.ObjectMeta) {
	r, ok := removedIn[version+" "+kind]
	if !ok {
		return
	}
	c.report(object, kind, m, finding{path: []string{"apiVersion"},
		reason:  message.New("%s of %s was removed in Kubernetes %s; it is %s now.", kind, version, r[0], r[1]),
		failure: message.New("On a cluster of %s or later, apply fails: no matches for kind %q in version %q.", r[0], kind, version),
	})
}
