// Package rollout is the arithmetic of rolling updates, disruption budgets, graceful
// shutdown and autoscaling, as Kubernetes' controllers and ECS do it. It knows numbers
// only.
package rollout

import (
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"
)

// Scale resolves an integer or percentage of total. Kubernetes rounds a surge up and
// an unavailability of a Deployment down.
func Scale(v *intstr.IntOrString, total int32, up bool) (int32, error) {
	if v == nil {
		return 0, nil
	}
	n, err := intstr.GetScaledValueFromIntOrPercent(v, int(total), up)
	if err != nil {
		return 0, fmt.Errorf("resolve %s of %d: %w", v, total, err)
	}
	return int32(min(max(n, 0), math.MaxInt32)), nil
}

// Bounds are what a rolling update keeps to at every instant.
type Bounds struct {
	Surge, Unavailable int32
	// MaxTotal is the most pods that are not terminating; MinAvailable the fewest that
	// are available.
	MaxTotal, MinAvailable int32
	// Raised says that both numbers came to 0, and Unavailable was raised to 1.
	Raised bool
}

// Deployment resolves a Deployment's bounds:
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
func Deployment(replicas int32, surge, unavailable *intstr.IntOrString) (Bounds, error) {
	s, err := Scale(surge, replicas, true)
	if err != nil {
		return Bounds{}, err
	}
	u, err := Scale(unavailable, replicas, false)
	if err != nil {
		return Bounds{}, err
	}
	b := Bounds{Surge: s, Unavailable: u}
	if s == 0 && u == 0 {
		b.Unavailable, b.Raised = 1, true
	}
	b.MaxTotal, b.MinAvailable = replicas+b.Surge, max(replicas-b.Unavailable, 0)
	return b, nil
}

// DaemonSet resolves a DaemonSet's bounds on a number of nodes; both round up:
// https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
func DaemonSet(nodes int32, surge, unavailable *intstr.IntOrString) (Bounds, error) {
	s, err := Scale(surge, nodes, true)
	if err != nil {
		return Bounds{}, err
	}
	u, err := Scale(unavailable, nodes, true)
	if err != nil {
		return Bounds{}, err
	}
	b := Bounds{Surge: s, Unavailable: u}
	if s == 0 && u == 0 {
		b.Unavailable, b.Raised = 1, true
	}
	b.MaxTotal, b.MinAvailable = nodes+b.Surge, max(nodes-b.Unavailable, 0)
	return b, nil
}

// ECS resolves a service's bounds in percent of the desired tasks: the lower rounds
// up, the upper down:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
func ECS(desired, minimumHealthyPercent, maximumPercent int32) Bounds {
	lower := (int64(desired)*int64(minimumHealthyPercent) + 99) / 100
	upper := int64(desired) * int64(maximumPercent) / 100
	return Bounds{Surge: int32(max(upper-int64(desired), 0)), Unavailable: int32(max(int64(desired)-lower, 0)),
		MaxTotal: int32(upper), MinAvailable: int32(lower)}
}

// Budget is a disruption budget's spec.
type Budget struct{ MinAvailable, MaxUnavailable *intstr.IntOrString }

// Desired is how many of the expected pods must stay healthy. Percentages round up:
// https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages
func (b Budget) Desired(expected int32) (int32, error) {
	if b.MaxUnavailable != nil {
		n, err := Scale(b.MaxUnavailable, expected, true)
		return max(expected-n, 0), err
	}
	return Scale(b.MinAvailable, expected, true)
}

// Allowed is how many of the healthy pods may be evicted now; none, if no pod is
// expected.
func (b Budget) Allowed(expected, healthy int32) (int32, error) {
	desired, err := b.Desired(expected)
	if err != nil || expected <= 0 {
		return 0, err
	}
	return max(healthy-desired, 0), nil
}

func (b Budget) String() string {
	if b.MaxUnavailable != nil {
		return "maxUnavailable " + b.MaxUnavailable.String()
	}
	if b.MinAvailable != nil {
		return "minAvailable " + b.MinAvailable.String()
	}
	return "no limit"
}

// Propagation is how long after a pod's deletion requests still reach it, by part.
type Propagation struct {
	// Endpoints is the way from the API server to every kube-proxy or ingress.
	Endpoints time.Duration
	// Probe is what a load balancer that probes nodes or pods takes to notice:
	// interval times failures.
	Probe time.Duration
}

// Total is both, one after the other: the worst case.
func (p Propagation) Total() time.Duration { return p.Endpoints + p.Probe }

// Unsafe is the window in which requests reach a pod that no longer listens:
// W = max(0, L − preStop − d). d is how long the program goes on to listen after TERM.
func Unsafe(l, preStop, d time.Duration) time.Duration { return max(0, l-preStop-d) }

// Lost is how many requests the window costs, over all pods that are replaced.
func Lost(perSecondPerPod float64, w time.Duration, pods int32) float64 {
	return perSecondPerPod * w.Seconds() * float64(pods)
}

// Probe is a probe's schedule.
type Probe struct {
	InitialDelay, Period, Timeout time.Duration
	Success, Failure              int32
}

// Budget is how long a program may take to answer its first probe before the
// container is killed: the probe that fails last is the failure threshold's.
func (p Probe) Budget() time.Duration {
	return p.InitialDelay + p.Period*time.Duration(p.Failure)
}

// FirstSuccess is when the probe's success is first known, for a program that answers
// from start on; the container started at 0.
func (p Probe) FirstSuccess(start time.Duration) time.Duration {
	at := p.InitialDelay
	if wait := start - at; wait > 0 && p.Period > 0 {
		at += (wait + p.Period - 1) / p.Period * p.Period
	}
	return at + p.Period*time.Duration(max(p.Success, 1)-1)
}

// HPATolerance is how far the ratio of metric and target may be from 1 without effect.
const HPATolerance = 0.1

// HPA is the number of replicas that the autoscaler wants, before its limits:
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
func HPA(current int32, metric, target float64) int32 {
	if target <= 0 || current <= 0 {
		return current
	}
	ratio := metric / target
	if math.Abs(ratio-1) <= HPATolerance {
		return current
	}
	return int32(min(math.Ceil(float64(current)*ratio-1e-9), math.MaxInt32))
}
