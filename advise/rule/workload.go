package rule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
)

// running are the workloads that are meant to run for ever and have pods.
func (c *run) running() []*manifest.Workload {
	var out []*manifest.Workload
	for _, w := range c.Workloads {
		if _, most := c.Scale(w); w.Runs() && most > 0 {
			out = append(out, w)
		}
	}
	return out
}

// of is what was measured of a workload: its annotations go before the flags.
func (c *run) of(w *manifest.Workload) Measured {
	m := c.measured
	for _, annotations := range []map[string]string{w.Template.Annotations, w.Meta.Annotations} {
		for name, text := range annotations {
			name, ours := strings.CutPrefix(name, MeasuredPrefix)
			if !ours {
				continue
			}
			if v, err := strconv.ParseFloat(text, 64); name == "rps" && err == nil && v >= 0 {
				m.RPS = v
			}
			field := map[string]*time.Duration{"start": &m.Start, "request": &m.Request, "propagation": &m.Propagation, "drain": &m.Drain, "database": &m.Database}[name]
			if d, err := time.ParseDuration(text); field != nil && err == nil && d >= 0 {
				*field = d
			}
		}
	}
	return m
}

// settings shows a Deployment's or DaemonSet's settings as the manifest has them.
func settings(w *manifest.Workload) string {
	surge, unavailable, _ := w.Rolling()
	return fmt.Sprintf("maxSurge %s, maxUnavailable %s", surge, unavailable)
}

// containers are a workload's containers by their index; init containers are not among them.
func containers(w *manifest.Workload) []*corev1.Container {
	var out []*corev1.Container
	for i := range w.Template.Spec.Containers {
		out = append(out, &w.Template.Spec.Containers[i])
	}
	return out
}

// at is the path of a container's field.
func at(w *manifest.Workload, container int, field ...string) []string {
	return append(append(append([]string(nil), w.Path...), "spec", "containers", strconv.Itoa(container)), field...)
}

// pod is the path of a pod spec's field.
func pod(w *manifest.Workload, field ...string) []string {
	return append(append(append([]string(nil), w.Path...), "spec"), field...)
}

// strategic is a patch of a workload: value at a path.
func strategic(w *manifest.Workload, value any, path ...string) *Patch {
	return &Patch{Type: "strategic", Target: w.Ref(), path: path, value: value}
}

// podPatch patches a workload's pod spec.
func podPatch(w *manifest.Workload, spec map[string]any) *Patch {
	return strategic(w, spec, pod(w)...)
}

// containerPatch patches one container of a workload's pods.
func containerPatch(w *manifest.Workload, name string, fields map[string]any) *Patch {
	fields["name"] = name
	return podPatch(w, map[string]any{"containers": []any{fields}})
}

// target is the container that a service's requests reach: the one that has the port,
// else the first.
func target(w *manifest.Workload, v *corev1.Service) int {
	for _, sp := range v.Spec.Ports {
		for i, c := range w.Template.Spec.Containers {
			for _, p := range c.Ports {
				if sp.TargetPort.Type == intstr.Int && p.ContainerPort == sp.TargetPort.IntVal || sp.TargetPort.Type == intstr.String && p.Name == sp.TargetPort.StrVal {
					return i
				}
			}
		}
	}
	return 0
}

// preStopOf is how long a container's preStop waits; known is false if that cannot be
// told.
func preStopOf(c *corev1.Container) (d time.Duration, present, known bool) {
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil {
		return 0, false, true
	}
	h := c.Lifecycle.PreStop
	if h.Sleep != nil {
		return time.Duration(h.Sleep.Seconds) * time.Second, true, true
	}
	if h.Exec != nil {
		if d, ok := manifest.Sleeps(strings.Join(h.Exec.Command, " ")); ok {
			return d, true, true
		}
	}
	return 0, true, false
}

func grace(w *manifest.Workload) time.Duration {
	return time.Duration(*w.Template.Spec.TerminationGracePeriodSeconds) * time.Second
}

// endpointsDelay is what EndpointSlice, kube-proxy and ingress controllers take to hear
// of a deletion when nobody has measured it.
const endpointsDelay = time.Second

// propagation is how long requests reach a deleted pod by way of a service, and how
// that was found.
func propagation(v *corev1.Service, m Measured) (time.Duration, message.Text) {
	if m.Propagation > 0 {
		return m.Propagation, message.New("measured")
	}
	p := rollout.Propagation{Endpoints: endpointsDelay}
	how := message.New("EndpointSlice and kube-proxy %s", secs(p.Endpoints))
	if v.Spec.Type == corev1.ServiceTypeLoadBalancer && v.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal {
		interval, times := azureProbe(v)
		p.Probe = interval * time.Duration(times)
		how = message.New("%s, load balancer probe %s × %d", how, secs(interval), times)
	}
	return p.Total(), how
}

// Azure Load Balancer's probe as AKS sets it up, and the annotations that change it:
// https://learn.microsoft.com/azure/aks/load-balancer-standard#customizations-via-kubernetes-annotations
const (
	azureInterval = "service.beta.kubernetes.io/azure-load-balancer-health-probe-interval"
	azureTimes    = "service.beta.kubernetes.io/azure-load-balancer-health-probe-num-of-probe"
)

func azureProbe(v *corev1.Service) (time.Duration, int) {
	interval, times := 5, 2
	if n, err := strconv.Atoi(v.Annotations[azureInterval]); err == nil && n > 0 {
		interval = n
	}
	if n, err := strconv.Atoi(v.Annotations[azureTimes]); err == nil && n > 0 {
		times = n
	}
	return time.Duration(interval) * time.Second, times
}

// secs shows a duration in seconds.
func secs(d time.Duration) message.Text { return message.New("%s s", number(d.Seconds())) }

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func timing(p *corev1.Probe) rollout.Probe {
	return rollout.Probe{InitialDelay: time.Duration(p.InitialDelaySeconds) * time.Second, Period: time.Duration(p.PeriodSeconds) * time.Second,
		Timeout: time.Duration(p.TimeoutSeconds) * time.Second, Success: p.SuccessThreshold, Failure: p.FailureThreshold}
}

// names joins the names of things.
func names[T any](list []T, name func(T) string) string {
	var out []string
	for _, v := range list {
		out = append(out, name(v))
	}
	return strings.Join(out, ", ")
}

// podHasPort reports whether a container of a pod names a port so.
func podHasPort(containers, inits []corev1.Container, name string) bool {
	for _, list := range [][]corev1.Container{containers, inits} {
		for i := range list {
			if hasPort(&list[i], name) {
				return true
			}
		}
	}
	return false
}

// expiry says when something ends and how grave that is: an error if it has ended, a
// warning in its last 30 days.
func expiry(end, now time.Time) (message.Text, Severity) {
	const soon = 30 * 24 * time.Hour
	day := end.UTC().Format(time.DateOnly)
	switch left := end.Sub(now); {
	case left <= 0:
		return message.New("expired on %s, %s ago", day, message.Plural("%d day", "%d days", int(-left.Hours()/24))), Error
	case left < soon:
		return message.New("expires on %s, in %s", day, message.Plural("%d day", "%d days", int(left.Hours()/24))), Warning
	}
	return message.Text{}, 0
}
