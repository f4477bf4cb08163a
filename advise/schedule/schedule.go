// Package schedule answers whether a pod fits on a node, as the scheduler's filters do,
// in their order and in their words. It places pods one after the other; it does not
// preempt.
package schedule

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The reasons of the scheduler's filters, as events show them.
const (
	Unschedulable  = "node(s) were unschedulable"
	OtherNode      = "node(s) didn't match the requested node name"
	Untolerated    = "node(s) had untolerated taint(s)"
	NodeAffinity   = "node(s) didn't match Pod's node affinity/selector"
	NodePorts      = "node(s) didn't have free ports for the requested pod ports"
	TooManyPods    = "Too many pods"
	InsufficientOf = "Insufficient "
	VolumeAffinity = "node(s) didn't match PersistentVolume's node affinity"
	Spread         = "node(s) didn't match pod topology spread constraints"
	SpreadLabel    = "node(s) didn't match pod topology spread constraints (missing required label)"
	Affinity       = "node(s) didn't match pod affinity rules"
	AntiAffinity   = "node(s) didn't match pod anti-affinity rules"
	TheirAnti      = "node(s) didn't satisfy existing pods anti-affinity rules"
)

// Pod is a pod as the scheduler sees it.
type Pod struct {
	Namespace, Name string
	Labels          map[string]string
	Spec            *corev1.PodSpec
	Requests        corev1.ResourceList
	// Volumes are the node affinities of the persistent volumes it is bound to.
	Volumes []*corev1.NodeSelector
}

// NewPod works a pod's requests out.
func NewPod(namespace, name string, labels map[string]string, spec *corev1.PodSpec) *Pod {
	return &Pod{Namespace: namespace, Name: name, Labels: labels, Spec: spec, Requests: Requests(spec)}
}

// Node is a node and the pods on it.
type Node struct {
	*corev1.Node
	Used corev1.ResourceList
	Pods []*Pod
	anti []*Pod // those that keep others away
	in   *Cluster
}

// Cluster is nodes in an order that does not change.
type Cluster struct {
	Nodes []*Node
	anti  int // pods that keep others away
}

// NewCluster is a cluster of these nodes, with these pods already on them; pods
// elsewhere, and those that have ended, do not count.
func NewCluster(nodes []*corev1.Node, pods []*corev1.Pod) *Cluster {
	c := &Cluster{}
	byName := map[string]*Node{}
	for _, n := range nodes {
		node := &Node{Node: n, Used: corev1.ResourceList{}, in: c}
		c.Nodes = append(c.Nodes, node)
		byName[n.Name] = node
	}
	for _, p := range pods {
		ended := p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
		if n := byName[p.Spec.NodeName]; n != nil && !ended {
			n.Add(NewPod(p.Namespace, p.Name, p.Labels, &p.Spec))
		}
	}
	return c
}

// Add puts a pod on the node.
func (n *Node) Add(p *Pod) {
	n.Pods = append(n.Pods, p)
	if p.antiAffinity() {
		n.anti = append(n.anti, p)
		n.in.anti++
	}
	addTo(n.Used, p.Requests)
}

// Remove takes a pod off the node.
func (n *Node) Remove(p *Pod) {
	if i := slices.Index(n.Pods, p); i >= 0 {
		n.Pods = slices.Delete(n.Pods, i, i+1)
		if j := slices.Index(n.anti, p); j >= 0 {
			n.anti = slices.Delete(n.anti, j, j+1)
			n.in.anti--
		}
		for name, q := range p.Requests {
			u := n.Used[name]
			u.Sub(q)
			n.Used[name] = u
		}
	}
}

func (p *Pod) antiAffinity() bool {
	a := p.Spec.Affinity
	return a != nil && a.PodAntiAffinity != nil && len(a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution) > 0
}

// Free is what is left of the node's allocatable resource.
func (n *Node) Free(name corev1.ResourceName) resource.Quantity {
	q := n.Status.Allocatable[name].DeepCopy()
	q.Sub(n.Used[name])
	return q
}

// Requests is what a pod asks for: the sum of its containers and sidecars, or its
// greatest init container with the sidecars before it, whichever is more, and the
// overhead: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
func Requests(p *corev1.PodSpec) corev1.ResourceList {
	sum, sidecars, most := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for _, c := range p.Containers {
		addTo(sum, c.Resources.Requests)
	}
	for _, c := range p.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			addTo(sum, c.Resources.Requests)
			addTo(sidecars, c.Resources.Requests)
			maxOf(most, sidecars)
			continue
		}
		with := sidecars.DeepCopy()
		if with == nil {
			with = corev1.ResourceList{}
		}
		addTo(with, c.Resources.Requests)
		maxOf(most, with)
	}
	maxOf(sum, most)
	if p.Resources != nil { // the pod's own numbers go before its containers'
		for name, q := range p.Resources.Requests {
			sum[name] = q.DeepCopy()
		}
	}
	addTo(sum, p.Overhead)
	return sum
}

func addTo(sum, more corev1.ResourceList) {
	for name, q := range more {
		s := sum[name]
		s.Add(q)
		sum[name] = s
	}
}

func maxOf(sum, other corev1.ResourceList) {
	for name, q := range other {
		if s, ok := sum[name]; !ok || s.Cmp(q) < 0 {
			sum[name] = q.DeepCopy()
		}
	}
}

// Filter returns why a pod may not run on a node, or nothing. As the scheduler, it
// stops at the first filter that refuses, but names all resources that lack.
func (c *Cluster) Filter(p *Pod, n *Node) []string {
	for _, f := range []func(*Cluster, *Pod, *Node) []string{unschedulable, nodeName, taints, nodeAffinity, ports, resources, volumes, spread, podAffinity} {
		if why := f(c, p, n); len(why) > 0 {
			return why
		}
	}
	return nil
}

// Verdict is where a pod goes, or why it stays pending.
type Verdict struct {
	Node *Node
	// Reasons counts nodes by reason; Refused names them.
	Reasons map[string]int
	Refused map[string][]string
	Nodes   int
}

// Place finds a node: of those that fit, the one with the most left by proportion, the
// first by order among equals. It does not put the pod there.
func (c *Cluster) Place(p *Pod) Verdict {
	v := Verdict{Reasons: map[string]int{}, Refused: map[string][]string{}, Nodes: len(c.Nodes)}
	best := -1.0
	for _, n := range c.Nodes {
		why := c.Filter(p, n)
		for _, r := range why {
			v.Reasons[r]++
			v.Refused[r] = append(v.Refused[r], n.Name)
		}
		if len(why) > 0 {
			continue
		}
		if score := leftover(p, n); score > best {
			best, v.Node = score, n
		}
	}
	return v
}

// leftover is the mean of what is left of cpu and memory, from 0 to 1: the scheduler's
// LeastAllocated.
func leftover(p *Pod, n *Node) float64 {
	sum := 0.0
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		all := n.Status.Allocatable[name]
		if all.IsZero() {
			continue
		}
		free := n.Free(name)
		q := p.Requests[name]
		sum += (free.AsApproximateFloat64() - q.AsApproximateFloat64()) / all.AsApproximateFloat64() / 2
	}
	return sum
}

// String is the scheduler's message: 0/3 nodes are available: 3 Insufficient cpu.
func (v Verdict) String() string {
	if v.Node != nil {
		return "fits on " + v.Node.Name
	}
	if v.Nodes == 0 {
		return "no nodes available to schedule pods"
	}
	var parts []string
	for r, n := range v.Reasons {
		parts = append(parts, fmt.Sprintf("%d %s", n, r))
	}
	slices.Sort(parts)
	return fmt.Sprintf("0/%d nodes are available: %s.", v.Nodes, strings.Join(parts, ", "))
}
