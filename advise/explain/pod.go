package explain

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/schedule"
)

// Pod explains a pod: NAME or NAMESPACE/NAME.
func Pod(set *manifest.Set, name string) (*Explanation, error) {
	ns, short := split(name)
	i := slices.IndexFunc(set.Pods, func(p *corev1.Pod) bool { return matches(&p.ObjectMeta, ns, short) })
	if i < 0 {
		return nil, fmt.Errorf("pod %s: %w (%d pods)", name, ErrNotFound, len(set.Pods))
	}
	return pod(set, set.Pods[i]), nil
}

func pod(set *manifest.Set, p *corev1.Pod) *Explanation {
	e := &Explanation{Subject: "pod " + p.Namespace + "/" + p.Name}
	list := events(set, "Pod", p.Namespace, p.Name)
	switch {
	case p.DeletionTimestamp != nil:
		terminating(set, e, p)
	case p.Spec.NodeName == "" && p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed:
		pending(set, e, p, list)
	case p.Status.Phase == corev1.PodFailed:
		e.say("The pod has failed: %s.", firstText(p.Status.Reason, "its containers ended with an error"))
		if p.Status.Message != "" {
			e.saw("status: %s", p.Status.Message)
		}
		if p.Status.Reason == "Evicted" {
			e.say("The kubelet evicted it because its node ran short; pods that use more than they request go first, so requests near the use keep it.")
		}
		for _, c := range p.Status.ContainerStatuses {
			ended(e, p, c, c.State.Terminated, list)
		}
	default:
		if !containers(e, p, list) {
			healthy(e, p, list)
		}
	}
	if c, ok := nodeOf(set, p); ok {
		if r := nodeReady(c); r != nil && r.Status != corev1.ConditionTrue {
			e.say("Its node %s is not ready (%s).", c.Name, firstText(r.Reason, r.Message))
			e.saw("node %s: Ready is %s: %s", c.Name, r.Status, firstText(r.Message, r.Reason))
		}
	}
	return e
}

func firstText(list ...string) string {
	for _, v := range list {
		if v != "" {
			return v
		}
	}
	return ""
}

func nodeOf(set *manifest.Set, p *corev1.Pod) (*corev1.Node, bool) {
	i := slices.IndexFunc(set.Nodes, func(n *corev1.Node) bool { return n.Name == p.Spec.NodeName })
	if i < 0 {
		return nil, false
	}
	return set.Nodes[i], true
}

func terminating(set *manifest.Set, e *Explanation, p *corev1.Pod) {
	if p.DeletionTimestamp.IsZero() {
		e.say("The pod is being deleted.")
	} else {
		e.say("The pod is being deleted since %s.", p.DeletionTimestamp.UTC().Format("2006-01-02 15:04:05"))
	}
	if len(p.Finalizers) > 0 {
		e.say("It stays until its finalizers are removed: %s.", strings.Join(p.Finalizers, ", "))
		e.saw("finalizers: %s", strings.Join(p.Finalizers, ", "))
	}
	if n, ok := nodeOf(set, p); p.Spec.NodeName != "" && (!ok && len(set.Nodes) > 0) {
		e.say("Its node %s is not there any more, so no kubelet ends it; delete it by force, or wait for the pod garbage collector.", p.Spec.NodeName)
	} else if ok {
		if r := nodeReady(n); r != nil && r.Status != corev1.ConditionTrue {
			e.say("No kubelet on an unreachable node can end it.")
		}
	}
	if p.DeletionGracePeriodSeconds != nil {
		e.saw("grace period: %d s", *p.DeletionGracePeriodSeconds)
	}
}

// pending explains a pod without a node.
func pending(set *manifest.Set, e *Explanation, p *corev1.Pod, list []*manifest.Event) {
	message := ""
	if c := podCondition(p, corev1.PodScheduled); c != nil && c.Status == corev1.ConditionFalse {
		message = c.Message
		e.saw("condition PodScheduled: %s: %s", c.Reason, c.Message)
		if c.Reason == "SchedulingGated" {
			e.say("The pod is Pending because of its scheduling gates; the scheduler waits until they are removed.")
			return
		}
	}
	if ev := newest(list, "FailedScheduling"); ev != nil {
		message = ev.Message
		e.saw("%s", eventLine(ev))
	}
	s, ok := ParseScheduling(message)
	switch {
	case ok:
		e.say("The pod is Pending: none of %d nodes takes it.", s.Nodes)
		sayReasons(e, s)
	case message != "":
		e.say("The pod is Pending: %s", message)
	default:
		e.say("The pod is Pending and no scheduler has said why; is one running, and is spec.schedulerName %q its name?", firstText(p.Spec.SchedulerName, "default-scheduler"))
	}
	join(set, e, p)
	if ev := newest(list, "TriggeredScaleUp"); ev != nil {
		e.say("The cluster autoscaler adds a node: %s.", ev.Message)
		e.saw("%s", eventLine(ev))
	} else if ev := newest(list, "NotTriggerScaleUp"); ev != nil {
		e.say("The cluster autoscaler cannot help: %s.", ev.Message)
		e.saw("%s", eventLine(ev))
	}
}

// meaning says what a scheduler's reason asks for.
func meaning(reason string) string {
	switch {
	case strings.HasPrefix(reason, "Insufficient "):
		return "lower its request, or add a node"
	case reason == schedule.TooManyPods:
		return "the node runs as many pods as it may"
	case strings.Contains(reason, "taint"):
		return "tolerate the taint, or use other nodes"
	case strings.Contains(reason, "affinity/selector") || strings.Contains(reason, "node selector"):
		return "its nodeSelector or node affinity names labels that the node lacks"
	case strings.Contains(reason, "anti-affinity"):
		return "a pod that it keeps apart from is there already"
	case strings.Contains(reason, "pod affinity"):
		return "no pod that it wants to be near is there"
	case strings.Contains(reason, "topology spread"):
		return "one pod more there would be more than maxSkew"
	case strings.Contains(reason, "unschedulable"):
		return "the node is cordoned"
	case strings.Contains(reason, "volume") || strings.Contains(reason, "PersistentVolume"):
		return "its volume is in another zone, or not bound"
	case strings.Contains(reason, "ports"):
		return "another pod has its host port"
	}
	return ""
}

func sayReasons(e *Explanation, s Scheduling) {
	if s.Before != "" {
		e.say("No node was looked at: %s.", strings.TrimSuffix(s.Before, "."))
	}
	for _, r := range s.Reasons {
		line := fmt.Sprintf("On %d: %s", r.Nodes, r.Text)
		if m := meaning(r.Text); m != "" {
			line += " (" + m + ")"
		}
		e.say("%s.", line)
	}
}

// join sets the pod's requests beside the nodes, and finds the one constraint whose end
// would let it in.
func join(set *manifest.Set, e *Explanation, p *corev1.Pod) {
	if !slices.ContainsFunc(set.Nodes, func(n *corev1.Node) bool { return n.Status.Allocatable != nil }) {
		return // no nodes, or none of whose room was read
	}
	c := schedule.NewCluster(set.Nodes, set.Pods)
	sp := schedule.NewPod(p.Namespace, p.Name, p.Labels, &p.Spec)
	for _, pvc := range p.Spec.Volumes {
		if pvc.PersistentVolumeClaim != nil {
			sp.Volumes = append(sp.Volumes, volumeAffinity(set, p.Namespace, pvc.PersistentVolumeClaim.ClaimName)...)
		}
	}
	single := map[string][]*schedule.Node{}
	for _, n := range c.Nodes {
		why := c.Filter(sp, n)
		if len(why) == 1 {
			single[why[0]] = append(single[why[0]], n)
		}
		e.saw("node %s: %s", n.Name, nodeLine(n, sp, why))
	}
	for _, reason := range sortedKeys(single) {
		nodes := single[reason]
		switch {
		case strings.HasPrefix(reason, schedule.InsufficientOf):
			name := corev1.ResourceName(strings.TrimPrefix(reason, schedule.InsufficientOf))
			best := nodes[0]
			for _, n := range nodes[1:] {
				f, b := n.Free(name), best.Free(name)
				if f.Cmp(b) > 0 {
					best = n
				}
			}
			free, want := best.Free(name), sp.Requests[name]
			if free.Sign() > 0 {
				e.say("It would fit on %s if it asked for at most %s %s instead of %s.", best.Name, free.String(), name, want.String())
			} else {
				e.say("Only %s keeps it from %s, where none is left.", name, best.Name)
			}
		case reason == schedule.Untolerated:
			n := nodes[0]
			e.say("A toleration of %s would open %s.", untolerated(n, sp), nodeNames(nodes))
		default:
			e.say("Without that constraint (%s) it would fit on %s.", reason, nodeNames(nodes))
		}
	}
}

func volumeAffinity(set *manifest.Set, namespace, claim string) []*corev1.NodeSelector {
	for _, c := range set.Claims {
		if c.Namespace != namespace || c.Name != claim {
			continue
		}
		for _, v := range set.Volumes {
			if v.Name == c.Spec.VolumeName && v.Spec.NodeAffinity != nil {
				return []*corev1.NodeSelector{v.Spec.NodeAffinity.Required}
			}
		}
	}
	return nil
}

func sortedKeys[T any](m map[string]T) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func nodeNames(list []*schedule.Node) string {
	var out []string
	for _, n := range list {
		out = append(out, n.Name)
	}
	if len(out) > 5 {
		return fmt.Sprintf("%s and %d more", strings.Join(out[:5], ", "), len(out)-5)
	}
	return strings.Join(out, ", ")
}

func untolerated(n *schedule.Node, p *schedule.Pod) string {
	for _, t := range n.Spec.Taints {
		if t.Effect != corev1.TaintEffectPreferNoSchedule && !schedule.Tolerates(p.Spec.Tolerations, t) {
			return t.ToString()
		}
	}
	return "its taint"
}

func nodeLine(n *schedule.Node, p *schedule.Pod, why []string) string {
	var parts []string
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		want, ok := p.Requests[name]
		if !ok {
			continue
		}
		free, all := n.Free(name), n.Status.Allocatable[name]
		parts = append(parts, fmt.Sprintf("%s asked %s, free %s of %s", name, want.String(), free.String(), all.String()))
	}
	if len(why) == 0 {
		parts = append(parts, "would take it")
	} else {
		parts = append(parts, strings.Join(why, ", "))
	}
	return strings.Join(parts, "; ")
}
