package rule

import (
	"math"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
)

var preStop = Rule{
	ID: "pre-stop", Severity: Warning, Title: "Pods stop before the requests do",
	Doc: "When a pod is deleted, two things begin at once: the kubelet runs preStop and sends TERM, and the endpoint's removal travels to kube-proxies, ingresses and load balancers. Nothing orders the two. " +
		"A program that closes its socket on TERM refuses the requests that still come: `W = max(0, L − preStop − d)` seconds of them, at each pod of each update, scale-down and drain. " +
		"L is the propagation, d how long the program listens after TERM (taken as 0 if not measured).",
	Fix:     "A preStop that sleeps longer than L, and a grace period that holds it and the longest request. `sleep` needs Kubernetes 1.30 (1.29 with a feature gate); before, `exec: [sleep, \"15\"]`.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination", "https://kubernetes.io/docs/tutorials/services/pods-and-endpoint-termination-flow/", "https://learn.microsoft.com/azure/aks/load-balancer-standard"},
	check: func(c *run) {
		for _, w := range c.running() {
			for _, v := range c.ServicesOf(w) {
				if v.Spec.ClusterIP != corev1.ClusterIPNone && c.unsafe(w, v) {
					break
				}
			}
		}
	},
}

// unsafe reports the window in which a workload's pods refuse a service's requests.
func (c *run) unsafe(w *manifest.Workload, v *corev1.Service) bool {
	m := c.of(w)
	i := target(w, v)
	k := &w.Template.Spec.Containers[i]
	wait, present, known := preStopOf(k)
	l, how := propagation(v, m)
	window := rollout.Unsafe(l, wait, m.Drain)
	if !known || window == 0 {
		return false
	}
	has := message.New("no preStop")
	if present {
		has = message.New("preStop %s", secs(wait))
	}
	pods, _ := c.Scale(w)
	f := finding{path: at(w, i, "lifecycle"),
		reason:  message.New("Service %s: L = %s (%s), %s, d = %s: W = %s.", v.Name, secs(l), how, has, secs(m.Drain), secs(window)),
		failure: message.New("For %s after each pod's deletion its share of the requests is refused (502 at an ingress).", secs(window)),
	}
	if m.RPS > 0 && pods > 0 {
		f.failure = message.New("%s requests/s over %s: an update loses about %s requests (%s/s × %s × %s).", number(m.RPS), message.Plural("%d pod", "%d pods", pods),
			number(math.Round(rollout.Lost(m.RPS/float64(pods), window, pods))), number(math.Round(m.RPS/float64(pods)*100)/100), secs(window), message.Plural("%d pod", "%d pods", pods))
	}
	sleep := max(15*time.Second, l.Truncate(time.Second)+5*time.Second)
	spec := map[string]any{"containers": []any{map[string]any{"name": k.Name, "lifecycle": map[string]any{"preStop": map[string]any{"sleep": map[string]any{"seconds": int64(sleep / time.Second)}, "exec": nil}}}}}
	if !present {
		delete(spec["containers"].([]any)[0].(map[string]any)["lifecycle"].(map[string]any)["preStop"].(map[string]any), "exec")
	}
	request := max(m.Request, 30*time.Second)
	if need := sleep + request; grace(w) < need {
		spec["terminationGracePeriodSeconds"] = int64(need / time.Second)
	}
	f.patch = podPatch(w, spec)
	c.on(w, f)
	return true
}
