package rule

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/schedule"
)

// placement is where the pods of all workloads go, on the nodes that were read: pods
// that run stay where they are, missing ones are placed in the order of the manifests.
type placement struct {
	cluster *schedule.Cluster
	pending map[*manifest.Workload][]schedule.Verdict
}

// maxPlaced bounds the pods that are placed for one workload.
const maxPlaced = 5000

// placement is nil if no node was read.
func (c *run) placement() *placement {
	if c.placed != nil || len(c.Nodes) == 0 {
		return c.placed
	}
	p := &placement{cluster: schedule.NewCluster(c.Nodes, c.Pods), pending: map[*manifest.Workload][]schedule.Verdict{}}
	for _, w := range c.Workloads {
		if !w.Runs() {
			continue
		}
		if w.DaemonSet != nil {
			p.daemons(w, c)
			continue
		}
		least, _ := c.Scale(w)
		for i := running(c.PodsOf(w)); i < min(least, maxPlaced); i++ {
			p.place(w)
		}
	}
	c.placed = p
	return p
}

func running(pods []*corev1.Pod) int32 {
	n := int32(0)
	for _, p := range pods {
		if p.Spec.NodeName != "" && p.DeletionTimestamp == nil {
			n++
		}
	}
	return n
}

func podOf(w *manifest.Workload) *schedule.Pod {
	return schedule.NewPod(w.Meta.Namespace, w.Meta.Name, w.Template.Labels, &w.Template.Spec)
}

func (p *placement) place(w *manifest.Workload) {
	pod := podOf(w)
	v := p.cluster.Place(pod)
	if v.Node == nil {
		p.pending[w] = append(p.pending[w], v)
		return
	}
	v.Node.Add(pod)
}

// daemons puts a DaemonSet's pod on each node that may take it and has none.
func (p *placement) daemons(w *manifest.Workload, c *run) {
	has := map[string]bool{}
	for _, pod := range c.PodsOf(w) {
		has[pod.Spec.NodeName] = true
	}
	for _, n := range p.cluster.Nodes {
		pod := podOf(w)
		pod.Spec = pod.Spec.DeepCopy()
		pod.Spec.Tolerations = append(pod.Spec.Tolerations, corev1.Toleration{Key: corev1.TaintNodeUnschedulable, Operator: corev1.TolerationOpExists})
		if !has[n.Name] && len(p.cluster.Filter(pod, n)) == 0 {
			n.Add(pod)
		}
	}
}

// extra is where one pod more would go.
func (p *placement) extra(w *manifest.Workload) schedule.Verdict { return p.cluster.Place(podOf(w)) }

// The cluster autoscaler's times:
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
const (
	autoscalerDecides   = 30 * time.Second
	autoscalerProvision = 15 * time.Minute
)

// autoscaler says whether a pool could grow by a node that takes the pod, and how long
// that takes. A pool's new node is taken to be like those it has.
func (c *run) autoscaler(w *manifest.Workload) (bool, message.Text) {
	for _, pool := range c.Pools {
		if !pool.Autoscaled || pool.Count >= pool.Max {
			continue
		}
		for _, n := range c.Nodes {
			if n.Labels["kubernetes.azure.com/agentpool"] != pool.Name && n.Labels["agentpool"] != pool.Name {
				continue
			}
			fresh := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "new", Labels: n.Labels}, Spec: corev1.NodeSpec{Taints: n.Spec.Taints}, Status: n.Status}
			if schedule.NewCluster([]*corev1.Node{fresh}, nil).Place(podOf(w)).Node == nil {
				break
			}
			provision := message.New("up to %s to provision (max-node-provision-time)", autoscalerProvision)
			if c.measured.Provision > 0 {
				provision = message.New("%s to provision (measured)", secs(c.measured.Provision))
			}
			return true, message.New("pool %s has %d of at most %d nodes and a new one fits the pod; less than %s to decide, %s.", pool.Name, pool.Count, pool.Max, secs(autoscalerDecides), provision)
		}
	}
	return false, message.Text{}
}
