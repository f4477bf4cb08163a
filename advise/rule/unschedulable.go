package rule

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/schedule"
)

var unschedulable = Rule{
	ID: "unschedulable", Severity: Error, Title: "Pods stay Pending for want of a node",
	Doc: "All pods are placed on the nodes that were read as the scheduler's filters would: requests against what is allocatable and not yet requested, taints, affinity, spread, ports. The message is the one the scheduler will give. " +
		"A pod larger than the largest node never runs; others wait for a node, which the cluster autoscaler may add.",
	Fix:     "Smaller requests, a larger or further node, a toleration, or one constraint less: the reason says which.",
	Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/", "https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/", "https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md"},
	check: func(c *run) {
		p := c.placement()
		if p == nil {
			return
		}
		for _, w := range c.Workloads {
			pending := p.pending[w]
			if len(pending) == 0 {
				continue
			}
			least, _ := c.Scale(w)
			last := pending[len(pending)-1]
			f := finding{path: pod(w), reason: message.Sentences(message.New("%d of %s: %s", len(pending), message.Plural("%d pod", "%d pods", least), last), c.shortage(w, last)),
				failure: message.New("%s Pending until a node has room.", message.Plural("%d pod is", "%d pods are", len(pending)))}
			if ok, how := c.autoscaler(w); ok {
				f.severity, f.failure = Warning, message.New("The cluster autoscaler can help: %s", how)
			} else if len(c.Pools) > 0 {
				f.failure = message.Sentences(f.failure, message.New("The cluster autoscaler cannot help: no pool may grow by a node that takes the pod."))
			}
			c.on(w, f)
		}
	},
}

// shortage compares requests with the largest free and allocatable amounts.
func (c *run) shortage(w *manifest.Workload, v schedule.Verdict) message.Text {
	var parts []message.Text
	requests := schedule.Requests(&w.Template.Spec)
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		q := requests[name]
		if v.Reasons[schedule.InsufficientOf+string(name)] == 0 {
			continue
		}
		free, all := c.placed.cluster.Nodes[0].Free(name), c.placed.cluster.Nodes[0].Status.Allocatable[name]
		for _, n := range c.placed.cluster.Nodes[1:] {
			if f := n.Free(name); f.Cmp(free) > 0 {
				free = f
			}
			if a := n.Status.Allocatable[name]; a.Cmp(all) > 0 {
				all = a
			}
		}
		parts = append(parts, message.New("It asks for %s %s; the most that is left on a node is %s of %s.", q.String(), name, free.String(), all.String()))
	}
	return message.Sentences(parts...)
}
