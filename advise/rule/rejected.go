package rule

import (
	"errors"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
)

var rejected = Rule{
	ID: "rejected", Severity: Error, Title: "The API server refuses the object",
	Doc:     "Values that the API server's validation refuses. A pipeline finds out when it applies them; here it finds out before.",
	Fix:     "The patch gives the nearest value that is allowed, where there is one.",
	Sources: []string{"https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/", "https://kubernetes.io/docs/tasks/run-application/configure-pdb/", "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"},
	check: func(c *run) {
		for _, p := range c.Problems {
			if p.Ignored {
				continue
			}
			f := Finding{Rule: c.rule, Severity: Error, Object: "document", Source: p.Source, Reason: message.New("It cannot be read: %s.", p.Err), Failure: message.New("kubectl apply fails; nothing in this document is judged.")}
			if errors.Is(p.Err, manifest.ErrTemplate) || errors.Is(p.Err, manifest.ErrPatch) { // sources of manifests beside them are no fault
				f.Severity, f.Failure = Note, message.New("Nothing in this document is judged.")
			}
			c.findings = append(c.findings, f)
		}
		for _, w := range c.Workloads {
			c.rejectedRollout(w)
			c.rejectedPod(w)
		}
		for _, b := range c.Budgets {
			if b.Spec.MinAvailable != nil && b.Spec.MaxUnavailable != nil {
				c.report(b, "PodDisruptionBudget", &b.ObjectMeta, finding{path: []string{"spec"}, reason: message.New("minAvailable and maxUnavailable are both set; exactly one may be."),
					failure: message.New("kubectl apply fails and the pods have no budget."), patch: &Patch{Type: "strategic", Target: "poddisruptionbudget/" + b.Name, path: []string{"spec", "minAvailable"}}})
			}
			for name, v := range map[string]*intstr.IntOrString{"minAvailable": b.Spec.MinAvailable, "maxUnavailable": b.Spec.MaxUnavailable} {
				if why := badScale(name, v); why.String() != "" {
					c.report(b, "PodDisruptionBudget", &b.ObjectMeta, finding{path: []string{"spec", name}, reason: why, failure: message.New("kubectl apply fails and the pods have no budget.")})
				}
			}
		}
	},
}

// badScale says why an integer or percentage is refused.
func badScale(name string, v *intstr.IntOrString) message.Text {
	switch {
	case v == nil:
		return message.Text{}
	case v.Type == intstr.Int:
		if v.IntVal < 0 {
			return message.New("%s is %q: it is less than 0.", name, v)
		}
		return message.Text{}
	}
	n, err := strconv.Atoi(strings.TrimSuffix(v.StrVal, "%"))
	switch {
	case !strings.HasSuffix(v.StrVal, "%") || err != nil:
		return message.New("%s is %q: it is neither a number nor a percentage.", name, v)
	case n < 0 || n > 100 && name != "maxSurge":
		return message.New("%s is %q: it is not from 0%% to 100%%.", name, v)
	}
	return message.Text{}
}

func (c *run) rejectedRollout(w *manifest.Workload) {
	fails := message.New("kubectl apply fails; the old version goes on.")
	if w.Replicas < 0 {
		c.on(w, finding{path: []string{"spec", "replicas"}, reason: message.New("replicas is %d.", w.Replicas), failure: fails})
	}
	if w.Selector != nil && w.Kind != "Job" && !manifest.Selects(w.Selector, w.Template.Labels) {
		c.on(w, finding{path: []string{"spec", "selector"}, reason: message.New("The selector does not select the labels of its own pod template."), failure: fails})
	}
	d := w.Deployment
	if d == nil {
		return
	}
	if dl := *d.Spec.ProgressDeadlineSeconds; dl <= d.Spec.MinReadySeconds {
		c.on(w, finding{path: []string{"spec", "progressDeadlineSeconds"}, failure: fails,
			reason: message.New("progressDeadlineSeconds %d must be more than minReadySeconds %d.", dl, d.Spec.MinReadySeconds),
			patch:  strategic(w, d.Spec.MinReadySeconds+600, "spec", "progressDeadlineSeconds")})
	}
	r := d.Spec.Strategy.RollingUpdate
	if r == nil {
		return
	}
	if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		c.on(w, finding{path: []string{"spec", "strategy"}, reason: message.New("rollingUpdate is set beside type Recreate."), failure: fails, patch: strategic(w, nil, "spec", "strategy", "rollingUpdate")})
		return
	}
	for name, v := range map[string]*intstr.IntOrString{"maxSurge": r.MaxSurge, "maxUnavailable": r.MaxUnavailable} {
		if why := badScale(name, v); why.String() != "" {
			c.on(w, finding{path: []string{"spec", "strategy", "rollingUpdate", name}, reason: why, failure: fails})
		}
	}
	if zero(r.MaxSurge) && zero(r.MaxUnavailable) {
		c.on(w, finding{path: []string{"spec", "strategy", "rollingUpdate"}, reason: message.New("maxSurge and maxUnavailable are both 0: no pod could ever be replaced."), failure: fails,
			patch: strategic(w, map[string]any{"maxSurge": 1, "maxUnavailable": 0}, "spec", "strategy", "rollingUpdate")})
	}
}

func zero(v *intstr.IntOrString) bool {
	return v == nil || v.Type == intstr.Int && v.IntVal == 0 || v.Type == intstr.String && (v.StrVal == "0%" || v.StrVal == "0")
}

func (c *run) rejectedPod(w *manifest.Workload) {
	fails := message.New("kubectl apply fails; the old version goes on.")
	g := *w.Template.Spec.TerminationGracePeriodSeconds
	for i, k := range containers(w) {
		for name, p := range map[string]*corev1.Probe{"livenessProbe": k.LivenessProbe, "startupProbe": k.StartupProbe} {
			if p != nil && p.SuccessThreshold != 1 {
				c.on(w, finding{path: at(w, i, name, "successThreshold"), reason: message.New("Container %s: %s.successThreshold is %d; it must be 1.", k.Name, name, p.SuccessThreshold), failure: fails,
					patch: containerPatch(w, k.Name, map[string]any{name: map[string]any{"successThreshold": 1}})})
			}
		}
		if p := k.ReadinessProbe; p != nil && p.TerminationGracePeriodSeconds != nil {
			c.on(w, finding{path: at(w, i, "readinessProbe", "terminationGracePeriodSeconds"), reason: message.New("Container %s: a readiness probe kills nothing, so it may have no grace period.", k.Name), failure: fails,
				patch: containerPatch(w, k.Name, map[string]any{"readinessProbe": map[string]any{"terminationGracePeriodSeconds": nil}})})
		}
		if k.Lifecycle != nil && k.Lifecycle.PreStop != nil && k.Lifecycle.PreStop.Sleep != nil {
			if s := k.Lifecycle.PreStop.Sleep.Seconds; s < 0 || s > g {
				c.on(w, finding{path: at(w, i, "lifecycle", "preStop", "sleep"), reason: message.New("Container %s: preStop sleeps %d s; it must be from 0 to terminationGracePeriodSeconds, %d.", k.Name, s, g), failure: fails,
					patch: podPatch(w, map[string]any{"terminationGracePeriodSeconds": max(s, 0) + 30})})
			}
		}
		for name, limit := range k.Resources.Limits {
			if r, ok := k.Resources.Requests[name]; ok && r.Cmp(limit) > 0 {
				c.on(w, finding{path: at(w, i, "resources"), reason: message.New("Container %s: the request of %s %s is more than the limit %s.", k.Name, name, r.String(), limit.String()), failure: fails,
					patch: containerPatch(w, k.Name, map[string]any{"resources": map[string]any{"limits": map[string]any{string(name): r.String()}}})})
			}
		}
	}
}
