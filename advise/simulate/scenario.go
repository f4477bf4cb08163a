package simulate

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
	"github.com/yagura/yagura/advise/schedule"
)

// Kind is a controller.
type Kind string

// The controllers that are played.
const (
	Deployment  Kind = "Deployment"
	StatefulSet Kind = "StatefulSet"
	DaemonSet   Kind = "DaemonSet"
	ReplicaSet  Kind = "ReplicaSet"
)

// Policy is whose rules replace pods.
type Policy string

// Kubernetes, or Amazon ECS with its minimumHealthyPercent and maximumPercent.
const (
	Kubernetes Policy = "kubernetes"
	ECS        Policy = "ecs"
)

// Scenario is a cluster and what happens to it. The workloads run on the nodes and are
// ready when it begins, at Settle.
type Scenario struct {
	Seed      uint64
	Policy    Policy
	Nodes     []Node
	Pools     []Pool
	Workloads []Workload
	Budgets   []Budget
	// Event is a Rollout, Drain, Upgrade, Loss or Spike.
	Event any
	// Settle is when the event happens; before, the pods are brought up. Horizon is when
	// the run ends at the latest.
	Settle, Horizon time.Duration
	// NodeMonitorGrace is how long a node may be silent (50 s; 40 s before Kubernetes 1.32).
	NodeMonitorGrace time.Duration
	// MaxPods bounds the pods that are there at once, 100,000 if it is zero; MaxEvents the
	// events of pods, if it is more than zero. A run that reaches one ends with ErrTooLarge.
	MaxPods   int
	MaxEvents int64
}

func (sc *Scenario) maxPods() int {
	if sc.MaxPods > 0 {
		return sc.MaxPods
	}
	return 100_000
}

// Node is a node.
type Node struct {
	Name, Zone, Pool string
	Object           *corev1.Node
}

// Pool is nodes that may grow.
type Pool struct {
	Name     string
	Max      int
	Template *corev1.Node
	// Provision is how long a new node takes to be ready.
	Provision Dist
}

// Workload is a controller's settings, its pods' timing and its traffic.
type Workload struct {
	Kind            Kind
	Namespace, Name string
	Replicas        int32
	Surge           *intstr.IntOrString // Deployment and DaemonSet
	Unavailable     *intstr.IntOrString
	Recreate        bool
	OnDelete        bool
	Parallel        bool  // StatefulSet's podManagementPolicy
	Partition       int32 // StatefulSet's
	MinReady        time.Duration
	Deadline        time.Duration // progressDeadlineSeconds

	Pod                          *schedule.Pod
	Readiness, Liveness, Startup *rollout.Probe
	PreStop, Grace, Drain        time.Duration
	// Start is from the container's start until the program answers.
	Start Dist
	// Broken says that the new version never becomes ready.
	Broken bool
	// Tolerate is how long pods stay on an unreachable node.
	Tolerate time.Duration

	// RPS reaches the pods through load balancers that hear of changes after
	// Propagation; each request takes Request. Connections are long ones.
	RPS         float64
	Propagation Dist
	Request     Dist
	Connections float64
	// Capacity is what one pod can answer a second; 0 is no limit.
	Capacity float64
	HPA      *HPA

	// ECS's settings, for Policy ECS.
	MinimumHealthy, Maximum int32 // percent
	Deregistration          time.Duration
}

// HPA scales a workload by the cpu that its requests use.
type HPA struct {
	Min, Max int32
	// Target is the utilization wanted, of the requested cpu, from 0 to 1.
	Target float64
	// Cost is the cpu seconds of one request; Requested the cpus that a pod requests.
	Cost, Requested float64
}

// Budget is a PodDisruptionBudget and the names of the workloads it covers.
type Budget struct {
	Name        string
	Budget      rollout.Budget
	Whole       bool // minAvailable is a whole number
	AlwaysAllow bool
	Covers      []string
}

// Rollout gives a workload, or all of them, a new pod template.
type Rollout struct{ Workload string }

// Drain cordons a node and evicts its pods, as kubectl drain does: again every 5 s.
type Drain struct{ Node string }

// Upgrade replaces a pool's nodes (all nodes, if it has no name), as AKS does: Surge
// nodes are added, that many are drained at a time; without surge, Unavailable are.
type Upgrade struct {
	Pool               string
	Surge, Unavailable *intstr.IntOrString
	Provision          Dist
	Soak               time.Duration
}

// Loss takes a node, or a zone's, without warning.
type Loss struct{ Node, Zone string }

// Spike multiplies the load, for a while.
type Spike struct {
	Factor float64
	For    time.Duration
}

// Happening is an event as people name it: what of it does not belong to its kind is
// ignored.
type Happening struct {
	Kind                       string // rollout, drain, upgrade, loss or spike
	Workload, Node, Pool, Zone string
	NodeSurge, NodeUnavailable string // of an upgrade
	Provision                  Dist
	Factor                     float64 // of a spike
	For                        time.Duration
}

// Event makes an event for a Scenario.
func (h Happening) Event() (any, error) {
	switch h.Kind {
	case "rollout":
		return Rollout{Workload: h.Workload}, nil
	case "drain":
		if h.Node == "" {
			return nil, message.Errorf("say which node is drained")
		}
		return Drain{Node: h.Node}, nil
	case "upgrade":
		return NewUpgrade(h.Pool, h.NodeSurge, h.NodeUnavailable, h.Provision), nil
	case "loss":
		if (h.Node == "") == (h.Zone == "") {
			return nil, message.Errorf("say what is lost: a node or a zone")
		}
		return Loss{Node: h.Node, Zone: h.Zone}, nil
	case "spike":
		if h.Factor < 0 || h.Factor > 1e6 || h.For < 0 {
			return nil, message.Errorf("a spike's factor is a number from 0 to a million, and it lasts a while")
		}
		return Spike{Factor: h.Factor, For: h.For}, nil
	}
	return nil, message.Errorf("there is no event %q: it is rollout, drain, upgrade, loss or spike", h.Kind)
}

// NewUpgrade reads AKS's upgrade settings: a surge of 1 if nothing else is said.
func NewUpgrade(pool, surge, unavailable string, provision Dist) Upgrade {
	u := Upgrade{Pool: pool, Provision: provision}
	if surge == "" && unavailable == "" {
		surge = "1"
	}
	if surge != "" {
		v := intstr.Parse(surge)
		u.Surge = &v
	}
	if unavailable != "" {
		v := intstr.Parse(unavailable)
		u.Unavailable = &v
	}
	return u
}
