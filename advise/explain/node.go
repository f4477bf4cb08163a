package explain

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/schedule"
)

func nodeReady(n *corev1.Node) *corev1.NodeCondition {
	for i := range n.Status.Conditions {
		if n.Status.Conditions[i].Type == corev1.NodeReady {
			return &n.Status.Conditions[i]
		}
	}
	return nil
}

// Node explains a node: whether it takes pods, what is left, and what keeps it from
// being drained.
func Node(set *manifest.Set, name string) (*Explanation, error) {
	i := slices.IndexFunc(set.Nodes, func(n *corev1.Node) bool { return n.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("node %s: %w (%d nodes)", name, ErrNotFound, len(set.Nodes))
	}
	n := set.Nodes[i]
	e := &Explanation{Subject: "node " + name}
	if r := nodeReady(n); r != nil && r.Status != corev1.ConditionTrue {
		switch r.Status {
		case corev1.ConditionUnknown:
			e.say("The node does not report any more (%s): the machine or its kubelet is down, or cut off. Pods are deleted after their toleration, 300 s by default; AKS repairs a node that is not ready for 10 minutes: restart, reimage, redeploy.", r.Reason)
		default:
			why := ""
			if r.Message != "" {
				why = ": " + strings.TrimSuffix(r.Message, ".")
			}
			e.say("The node is not ready%s.", why)
		}
		e.saw("Ready is %s since %s: %s", r.Status, r.LastTransitionTime.UTC().Format("2006-01-02 15:04:05"), firstText(r.Message, r.Reason))
	} else {
		e.say("The node is ready.")
	}
	for _, c := range n.Status.Conditions {
		if strings.HasSuffix(string(c.Type), "Pressure") && c.Status == corev1.ConditionTrue {
			e.say("It is under %s: the kubelet evicts pods, those furthest above their requests first.", c.Type)
			e.saw("%s: %s", c.Type, c.Message)
		}
	}
	if n.Spec.Unschedulable {
		e.say("It is cordoned: no new pod goes there.")
	}
	for _, t := range n.Spec.Taints {
		e.saw("taint %s", t.ToString())
	}
	for _, ev := range events(set, "Node", "", name) {
		if ev.Type == corev1.EventTypeWarning {
			e.saw("%s", eventLine(ev))
			if r := nodeReady(n); ev.Reason == "NodeNotReady" && r != nil && r.Status == corev1.ConditionTrue {
				e.say("It was not ready before, and is again.")
				continue
			}
			if why, ok := signature(ev.Message); ok {
				e.say("%s", why)
			}
		}
	}
	capacity(set, e, n)
	drainable(set, e, n)
	return e, nil
}

func capacity(set *manifest.Set, e *Explanation, n *corev1.Node) {
	c := schedule.NewCluster([]*corev1.Node{n}, set.Pods)
	node := c.Nodes[0]
	var parts []string
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		all, ok := n.Status.Allocatable[name]
		if !ok {
			continue
		}
		used, free := node.Used[name], node.Free(name)
		parts = append(parts, fmt.Sprintf("%s %s of %s", free.String(), name, all.String()))
		e.saw("%s: requested %s of %s", name, used.String(), all.String())
	}
	if parts != nil {
		e.say("%d pods request from it; %s are left.", len(node.Pods), strings.Join(parts, " and "))
	}
}

// drainable says which pods a drain could not evict now.
func drainable(set *manifest.Set, e *Explanation, n *corev1.Node) {
	for _, p := range set.Pods {
		o := metav1.GetControllerOf(p)
		if p.Spec.NodeName != n.Name || o != nil && (o.Kind == "DaemonSet" || o.Kind == "Node") || p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
			continue
		}
		var covering []*policyv1.PodDisruptionBudget
		for _, b := range set.Budgets {
			if manifest.Covers(b, p.Namespace, p.Labels) {
				covering = append(covering, b)
			}
		}
		switch {
		case o == nil:
			e.say("A drain leaves %s/%s, which has no controller, unless it is forced; it would not come back.", p.Namespace, p.Name)
		case len(covering) > 1:
			e.say("A drain cannot evict %s/%s: %d budgets cover it (500).", p.Namespace, p.Name, len(covering))
		case len(covering) == 1 && covering[0].Status.DisruptionsAllowed == 0 && covering[0].Status.ExpectedPods > 0 && !unreadyGoes(covering[0], p):
			b := covering[0]
			e.say("A drain cannot evict %s/%s now: budget %s wants %d healthy and has %d (429).", p.Namespace, p.Name, b.Name, b.Status.DesiredHealthy, b.Status.CurrentHealthy)
			e.saw("budget %s/%s: disruptionsAllowed 0, expectedPods %d", b.Namespace, b.Name, b.Status.ExpectedPods)
		}
	}
}

// unreadyGoes reports whether a pod that is not ready may be evicted although the budget
// allows no disruption.
func unreadyGoes(b *policyv1.PodDisruptionBudget, p *corev1.Pod) bool {
	if ready(p) {
		return false
	}
	if p.Status.Phase == corev1.PodPending {
		return true
	}
	policy := b.Spec.UnhealthyPodEvictionPolicy
	return policy != nil && *policy == policyv1.AlwaysAllow || b.Status.CurrentHealthy >= b.Status.DesiredHealthy && b.Status.DesiredHealthy > 0
}
