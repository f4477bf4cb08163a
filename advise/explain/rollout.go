package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
)

// rolloutID is what a name says of a rollout; what is empty is any.
type rolloutID struct{ kind, namespace, name string }

// rolloutKinds are the kinds that roll out, by what kubectl takes for them.
var rolloutKinds = map[string]string{"deployment": "Deployment", "deploy": "Deployment", "statefulset": "StatefulSet", "sts": "StatefulSet", "daemonset": "DaemonSet", "ds": "DaemonSet"}

// rolloutName reads NAME, KIND/NAME, NAMESPACE/NAME or NAMESPACE/KIND/NAME.
func rolloutName(text string) rolloutID {
	parts := strings.Split(text, "/")
	id := rolloutID{name: parts[len(parts)-1]}
	for i, part := range parts[:len(parts)-1] {
		kind, ok := rolloutKinds[strings.TrimSuffix(strings.ToLower(part), "s")]
		if !ok {
			kind, ok = rolloutKinds[strings.ToLower(part)]
		}
		if ok && i == len(parts)-2 {
			id.kind = kind
		} else {
			id.namespace = part
		}
	}
	return id
}

func (id rolloutID) is(kind, namespace, name string) bool {
	return id.name == name && (id.kind == "" || id.kind == kind) && (id.namespace == "" || id.namespace == namespace)
}

// Rollout explains how far a Deployment, StatefulSet or DaemonSet is, and why it does
// not go on: NAME, KIND/NAME, NAMESPACE/NAME or NAMESPACE/KIND/NAME.
func Rollout(set *manifest.Set, name string) (*Explanation, error) {
	id := rolloutName(name)
	for _, w := range set.Workloads {
		if !id.is(w.Kind, w.Meta.Namespace, w.Meta.Name) {
			continue
		}
		e := &Explanation{Subject: w.Ref() + " in " + w.Meta.Namespace}
		switch {
		case w.Deployment != nil:
			deployment(set, e, w)
		case w.StatefulSet != nil:
			statefulSet(set, e, w)
		case w.DaemonSet != nil:
			daemonSet(set, e, w)
		default:
			continue
		}
		for _, ev := range events(set, w.Kind, w.Meta.Namespace, w.Meta.Name) {
			if ev.Type == corev1.EventTypeWarning {
				e.saw("%s", eventLine(ev))
			}
		}
		return e, nil
	}
	return nil, fmt.Errorf("rollout %s: %w", name, ErrNotFound)
}

func deployment(set *manifest.Set, e *Explanation, w *manifest.Workload) {
	d := w.Deployment
	s := d.Status
	e.saw("replicas %d: %d updated, %d ready, %d available, %d unavailable", w.Replicas, s.UpdatedReplicas, s.ReadyReplicas, s.AvailableReplicas, s.UnavailableReplicas)
	for _, c := range d.Status.Conditions {
		e.saw("condition %s is %s: %s: %s", c.Type, c.Status, c.Reason, c.Message)
		switch {
		case c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue:
			e.say("Pods cannot be made: %s", c.Message)
		case c.Type == appsv1.DeploymentProgressing && c.Reason == "ProgressDeadlineExceeded":
			e.say("No pod has become available for %d s (ProgressDeadlineExceeded); nothing is rolled back by itself.", *d.Spec.ProgressDeadlineSeconds)
		}
	}
	if d.Spec.Paused {
		e.say("The rollout is paused.")
		return
	}
	if s.UpdatedReplicas == w.Replicas && s.Replicas == w.Replicas && s.AvailableReplicas == w.Replicas {
		e.say("The rollout is complete: %d of %d pods are of the new version and available.", s.AvailableReplicas, w.Replicas)
		return
	}
	e.say("%d of %d pods are of the new version, %d are available.", s.UpdatedReplicas, w.Replicas, s.AvailableReplicas)
	if b, ok := w.Bounds(w.Replicas); ok {
		e.say("The update keeps at least %d available and at most %d in all (surge %d, unavailable %d).", b.MinAvailable, b.MaxTotal, b.Surge, b.Unavailable)
		if s.AvailableReplicas <= b.MinAvailable && s.Replicas >= b.MaxTotal {
			e.say("Both limits are reached, so it waits for a new pod to become available.")
		}
	}
	worst(set, e, newPods(set, w))
}

// newPods are the pods of the newest ReplicaSet.
func newPods(set *manifest.Set, w *manifest.Workload) []*corev1.Pod {
	var newest *appsv1.ReplicaSet
	revision := func(rs *appsv1.ReplicaSet) int {
		n, _ := strconv.Atoi(rs.Annotations["deployment.kubernetes.io/revision"])
		return n
	}
	for _, rs := range set.ReplicaSets {
		if o := metav1.GetControllerOf(rs); o.Name == w.Meta.Name && rs.Namespace == w.Meta.Namespace && (newest == nil || revision(rs) > revision(newest)) {
			newest = rs
		}
	}
	pods := set.PodsOf(w)
	if newest == nil {
		return pods
	}
	return slices.DeleteFunc(slices.Clone(pods), func(p *corev1.Pod) bool {
		o := metav1.GetControllerOf(p)
		return o == nil || o.Name != newest.Name
	})
}

// worst explains the pod that is furthest from being ready.
func worst(set *manifest.Set, e *Explanation, pods []*corev1.Pod) {
	bad := slices.DeleteFunc(slices.Clone(pods), func(p *corev1.Pod) bool { return ready(p) || p.DeletionTimestamp != nil })
	if len(bad) == 0 {
		return
	}
	slices.SortStableFunc(bad, func(a, b *corev1.Pod) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), strings.Compare(a.Name, b.Name))
	})
	inner := pod(set, bad[0])
	e.say("%d of its new pods are not ready; %s: %s", len(bad), bad[0].Name, inner.Text)
	for _, line := range inner.Evidence {
		e.saw("%s", line)
	}
}

func distance(p *corev1.Pod) int {
	switch {
	case p.Spec.NodeName == "":
		return 0
	case p.Status.Phase == corev1.PodPending:
		return 1
	}
	return 2
}

func statefulSet(set *manifest.Set, e *Explanation, w *manifest.Workload) {
	s := w.StatefulSet.Status
	e.saw("replicas %d: %d updated, %d ready, %d available; revision %s, wanted %s", w.Replicas, s.UpdatedReplicas, s.ReadyReplicas, s.AvailableReplicas, s.CurrentRevision, s.UpdateRevision)
	pods := set.PodsOf(w)
	slices.SortFunc(pods, func(a, b *corev1.Pod) int { return ordinal(a) - ordinal(b) })
	for _, p := range pods {
		if ready(p) && p.DeletionTimestamp == nil {
			continue
		}
		inner := pod(set, p)
		e.say("It goes one ordinal at a time and waits for %s: %s", p.Name, inner.Text)
		if hash := p.Labels["controller-revision-hash"]; hash != "" && s.UpdateRevision != "" && hash != s.UpdateRevision {
			e.say("%s is of an older revision than is wanted; the controller waits for it to become ready before it replaces it, so a broken revision needs its pod deleted by hand.", p.Name)
		}
		for _, line := range inner.Evidence {
			e.saw("%s", line)
		}
		return
	}
	if s.UpdatedReplicas == w.Replicas || s.UpdateRevision == s.CurrentRevision {
		e.say("The rollout is complete: %d pods are ready.", s.ReadyReplicas)
		return
	}
	e.say("%d of %d pods are of the new revision.", s.UpdatedReplicas, w.Replicas)
	if r := w.StatefulSet.Spec.UpdateStrategy.RollingUpdate; r != nil && *r.Partition > 0 {
		e.say("Ordinals below the partition %d keep the old one.", *r.Partition)
	} else if r == nil {
		e.say("The strategy is OnDelete: pods are replaced when somebody deletes them.")
	}
}

func ordinal(p *corev1.Pod) int {
	n, _ := strconv.Atoi(p.Name[strings.LastIndexByte(p.Name, '-')+1:])
	return n
}

func daemonSet(set *manifest.Set, e *Explanation, w *manifest.Workload) {
	s := w.DaemonSet.Status
	e.saw("nodes %d: %d scheduled, %d updated, %d ready, %d available", s.DesiredNumberScheduled, s.CurrentNumberScheduled, s.UpdatedNumberScheduled, s.NumberReady, s.NumberAvailable)
	if s.UpdatedNumberScheduled == s.DesiredNumberScheduled && s.NumberAvailable == s.DesiredNumberScheduled {
		e.say("The rollout is complete on all %d nodes.", s.DesiredNumberScheduled)
		return
	}
	e.say("%d of %d nodes have the new version; %d are available.", s.UpdatedNumberScheduled, s.DesiredNumberScheduled, s.NumberAvailable)
	worst(set, e, set.PodsOf(w))
}
