package simulate

import (
	"errors"
	"slices"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
	"github.com/yagura/yagura/advise/schedule"
)

// Options are what manifests cannot say.
type Options struct {
	Seed                        uint64
	Policy                      Policy
	Event                       any
	Start, Request, Propagation Dist
	Provision                   Dist
	RPS, Capacity, Connections  float64
	Drain                       time.Duration
	Broken                      bool
	Horizon                     time.Duration
	NodeMonitorGrace            time.Duration
	// Nodes is how many nodes to take when none was read; they have room for everything. 0:
	// 3, or as many as pods that keep apart need.
	Nodes int
	// Guessed says that nobody gave Start: a probe that would kill the container before says
	// more of it.
	Guessed bool
	// Cost is the cpu seconds of a request, for autoscalers of cpu.
	Cost float64
	// MinimumHealthy, Maximum and Deregistration are ECS's.
	MinimumHealthy, Maximum int32
	Deregistration          time.Duration
	// Change is settings to try instead of the manifests'.
	Change Change
	// MaxPods and MaxEvents are the Scenario's.
	MaxPods   int
	MaxEvents int64
}

// ErrNothing is a set without a workload that can be played.
var ErrNothing = message.Errorf("no Deployment, StatefulSet, DaemonSet or ReplicaSet was read")

// settleTime is before the event: pods come up, and start times are over.
const settleTime = 2 * time.Hour

// defaultNodes is how many nodes are imagined if nobody says, and maxImagined the most:
// https://kubernetes.io/docs/setup/best-practices/cluster-large/
const (
	defaultNodes = 3
	maxImagined  = 5000
)

// FromManifests makes a scenario. Requests go to workloads that have a service.
func FromManifests(set *manifest.Set, o Options) (*Scenario, error) {
	sc := &Scenario{Seed: o.Seed, Policy: o.Policy, Event: o.Event, Settle: settleTime, NodeMonitorGrace: o.NodeMonitorGrace, MaxPods: o.MaxPods, MaxEvents: o.MaxEvents}
	seen := map[[2]string]manifest.Source{}
	for _, w := range set.Workloads {
		v, ok, err := workloadOf(set, w, o)
		if err != nil {
			return nil, err
		}
		if int(v.Replicas) > sc.maxPods() {
			return nil, message.Errorf("%s: %s wants %d pods, and %d may be there at once", ErrTooLarge, v.Name, v.Replicas, sc.maxPods())
		}
		if !ok {
			continue
		}
		id := [2]string{string(v.Kind), v.Name}
		if before, twice := seen[id]; twice {
			return nil, message.Errorf("%s of %s is in %s and in %s: a cluster has one; give one of the files", w.Ref(), w.Meta.Namespace, before, set.Source(w))
		}
		seen[id] = set.Source(w)
		sc.Workloads = append(sc.Workloads, v)
	}
	if len(sc.Workloads) == 0 {
		return nil, ErrNothing
	}
	sc.Nodes = NodesOf(set, o.Nodes)
	for _, p := range set.Pools {
		if i := slices.IndexFunc(sc.Nodes, func(n Node) bool { return n.Pool == p.Name }); i >= 0 && p.Autoscaled {
			sc.Pools = append(sc.Pools, Pool{Name: p.Name, Max: int(p.Max), Template: sc.Nodes[i].Object, Provision: o.Provision})
		}
	}
	for _, b := range set.Budgets {
		v := Budget{Name: b.Name, Budget: rollout.Budget{MinAvailable: b.Spec.MinAvailable, MaxUnavailable: b.Spec.MaxUnavailable},
			Whole:       b.Spec.MaxUnavailable == nil && b.Spec.MinAvailable != nil && b.Spec.MinAvailable.Type == intstr.Int,
			AlwaysAllow: b.Spec.UnhealthyPodEvictionPolicy != nil && *b.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow"}
		for _, w := range set.CoveredBy(b) {
			v.Covers = append(v.Covers, NameOf(w))
		}
		sc.Budgets = append(sc.Budgets, v)
	}
	for _, w := range sc.Workloads {
		most := 2 * w.Start.Most()
		if w.Kind == StatefulSet && !w.Parallel {
			most *= time.Duration(w.Replicas)
		}
		sc.Settle = max(sc.Settle, most)
	}
	sc.Horizon = sc.Settle + o.Horizon
	return sc, sc.check()
}

// NodesOf are the nodes of a set; without any, as many as are to be imagined. 0 is 3, or as
// many as pods that keep apart need for an update and a drain.
func NodesOf(set *manifest.Set, n int) []Node {
	var out []Node
	for _, o := range set.Nodes {
		pool := o.Labels["kubernetes.azure.com/agentpool"]
		if pool == "" {
			pool = o.Labels["agentpool"]
		}
		out = append(out, Node{Name: o.Name, Zone: o.Labels[corev1.LabelTopologyZone], Pool: pool, Object: o})
	}
	if len(out) > 0 {
		return out
	}
	if n < 1 {
		n = min(max(defaultNodes, apartOn(set)), maxImagined)
	}
	return imagined(set, n)
}

// check refuses an event whose subject is not there.
func (sc *Scenario) check() error {
	has := func(what, name string, match func(Node) bool) error {
		if name == "" || slices.ContainsFunc(sc.Nodes, match) {
			return nil
		}
		return message.Errorf("there is no %s %q among the nodes", what, name)
	}
	switch e := sc.Event.(type) {
	case Rollout:
		if e.Workload == "" {
			return nil
		}
		w, err := sc.Find(e.Workload)
		if err != nil {
			return err
		}
		sc.Event = Rollout{Workload: w.Name}
	case Drain:
		return has("node", e.Node, func(n Node) bool { return n.Name == e.Node })
	case Upgrade:
		return has("pool", e.Pool, func(n Node) bool { return n.Pool == e.Pool })
	case Loss:
		return errors.Join(has("node", e.Node, func(n Node) bool { return n.Name == e.Node }), has("zone", e.Zone, func(n Node) bool { return n.Zone == e.Zone }))
	}
	return nil
}

// Find is the workload of a name, or of a namespace and a name; the namespace may be left
// out where that leaves one.
func (sc *Scenario) Find(name string) (*Workload, error) {
	var found []*Workload
	var names []string
	for i := range sc.Workloads {
		w := &sc.Workloads[i]
		if w.Name == name {
			return w, nil
		}
		if names = append(names, w.Name); w.Name[strings.LastIndexByte(w.Name, '/')+1:] == name {
			found = append(found, w)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(names) > 10 {
		names = append(names[:10], "…")
	}
	return nil, message.Errorf("there is no workload %q, or more than one: there are %s", name, strings.Join(names, ", "))
}

// NameOf names a workload; those of other namespaces than default carry it.
func NameOf(w *manifest.Workload) string {
	if w.Meta.Namespace == metav1.NamespaceDefault {
		return w.Meta.Name
	}
	return w.Meta.Namespace + "/" + w.Meta.Name
}

func workloadOf(set *manifest.Set, w *manifest.Workload, o Options) (v Workload, ok bool, err error) {
	spec := &w.Template.Spec
	v = Workload{Namespace: w.Meta.Namespace, Name: NameOf(w), Replicas: w.Replicas, Start: o.Start, Broken: o.Broken,
		Pod:   schedule.NewPod(w.Meta.Namespace, w.Meta.Name, w.Template.Labels, spec),
		Grace: time.Duration(*spec.TerminationGracePeriodSeconds) * time.Second, Drain: o.Drain, Tolerate: tolerated(spec),
		MinimumHealthy: o.MinimumHealthy, Maximum: o.Maximum, Deregistration: o.Deregistration}
	var rolling bool
	v.Surge, v.Unavailable, rolling = w.Rolling()
	switch {
	case w.Deployment != nil:
		d := w.Deployment.Spec
		v.Kind, v.MinReady, v.Deadline = Deployment, time.Duration(d.MinReadySeconds)*time.Second, time.Duration(*d.ProgressDeadlineSeconds)*time.Second
		v.Recreate = !rolling
	case w.StatefulSet != nil:
		d := w.StatefulSet.Spec
		v.Kind, v.MinReady, v.Parallel = StatefulSet, time.Duration(d.MinReadySeconds)*time.Second, d.PodManagementPolicy == "Parallel"
		if d.UpdateStrategy.RollingUpdate == nil {
			v.OnDelete = true
		} else {
			v.Partition = *d.UpdateStrategy.RollingUpdate.Partition
		}
	case w.DaemonSet != nil:
		d := w.DaemonSet.Spec
		v.Kind, v.MinReady = DaemonSet, time.Duration(d.MinReadySeconds)*time.Second
		v.OnDelete = !rolling
	case w.Kind == "ReplicaSet" || w.Kind == "ReplicationController":
		v.Kind = ReplicaSet
	default:
		return v, false, nil
	}
	if err := o.Change.scale(&v); err != nil {
		return v, false, err
	}
	if h := set.AutoscalerOf(w); h != nil {
		v.Replicas = min(max(v.Replicas, *h.Spec.MinReplicas), h.Spec.MaxReplicas)
		v.HPA = hpaOf(h, spec, o)
	}
	probes(&v, spec)
	if guard := v.guard(); o.Guessed && guard != nil && guard.Budget() <= v.Start.Most() {
		v.Start = Const(guard.Budget() / 2)
	}
	o.Change.end(&v)
	if services := set.ServicesOf(w); len(services) > 0 {
		v.RPS, v.Capacity, v.Connections, v.Request, v.Propagation = o.RPS, o.Capacity, o.Connections, o.Request, o.Propagation
	}
	return v, true, nil
}

// forever is a toleration without an end.
const forever = 365 * 24 * time.Hour

// tolerated is how long a pod stays on an unreachable node; the API server's admission
// gives 300 s.
func tolerated(spec *corev1.PodSpec) time.Duration {
	for _, t := range spec.Tolerations {
		if (t.Key == corev1.TaintNodeUnreachable || t.Key == "" && t.Operator == corev1.TolerationOpExists) && (t.Effect == "" || t.Effect == corev1.TaintEffectNoExecute) {
			if t.TolerationSeconds == nil {
				return forever
			}
			return time.Duration(*t.TolerationSeconds) * time.Second
		}
	}
	return 300 * time.Second
}

// probes takes the probes and preStop of the container that serves: the first that has
// a readiness probe, else the first.
func probes(v *Workload, spec *corev1.PodSpec) {
	if len(spec.Containers) == 0 {
		return
	}
	k := &spec.Containers[0]
	if i := slices.IndexFunc(spec.Containers, func(c corev1.Container) bool { return c.ReadinessProbe != nil }); i >= 0 {
		k = &spec.Containers[i]
	}
	v.Readiness, v.Liveness, v.Startup = probeOf(k.ReadinessProbe), probeOf(k.LivenessProbe), probeOf(k.StartupProbe)
	v.PreStop = PreStop(k)
}

// PreStop is how long a container's preStop waits; 0 if that cannot be told.
func PreStop(k *corev1.Container) time.Duration {
	if k.Lifecycle == nil || k.Lifecycle.PreStop == nil {
		return 0
	}
	if s := k.Lifecycle.PreStop.Sleep; s != nil {
		return time.Duration(s.Seconds) * time.Second
	}
	if e := k.Lifecycle.PreStop.Exec; e != nil {
		if d, ok := manifest.Sleeps(strings.Join(e.Command, " ")); ok {
			return d
		}
	}
	return 0
}

func probeOf(p *corev1.Probe) *rollout.Probe {
	if p == nil {
		return nil
	}
	return &rollout.Probe{InitialDelay: time.Duration(p.InitialDelaySeconds) * time.Second, Period: time.Duration(p.PeriodSeconds) * time.Second,
		Timeout: time.Duration(p.TimeoutSeconds) * time.Second, Success: p.SuccessThreshold, Failure: p.FailureThreshold}
}

// hpaOf reads the cpu utilization target; autoscalers of other metrics are not played.
func hpaOf(h *autoscalingv2.HorizontalPodAutoscaler, spec *corev1.PodSpec, o Options) *HPA {
	for _, m := range h.Spec.Metrics {
		if m.Type == autoscalingv2.ResourceMetricSourceType && m.Resource.Name == corev1.ResourceCPU && m.Resource.Target.AverageUtilization != nil && o.Cost > 0 {
			q := schedule.Requests(spec)[corev1.ResourceCPU]
			return &HPA{Min: *h.Spec.MinReplicas, Max: h.Spec.MaxReplicas, Target: float64(*m.Resource.Target.AverageUtilization) / 100, Cost: o.Cost, Requested: q.AsApproximateFloat64()}
		}
	}
	return nil
}
