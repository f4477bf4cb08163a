package explain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/yagura/yagura/advise/manifest"
)

// Inventory is what monitoring kept of a cluster: its pods at one instant with their
// controllers, labels and containers' states, nodes, services and events; no specs, and
// of the controllers' own words only those of Deployments. Whether a pod is ready is not
// kept.
type Inventory struct {
	*manifest.Set
	// At is when the pods were listed.
	At          time.Time
	Deployments []Counts
}

// Counts are what a Deployment's status said.
type Counts struct {
	Namespace, Name           string
	Strategy                  string // RollingUpdate, Recreate
	Wanted                    int32
	Updated, Ready, Available int32
	At                        time.Time
}

// The labels by which controllers tell their versions apart.
const (
	templateHash = "pod-template-hash"
	revisionHash = "controller-revision-hash"
)

// maxEvents is how many of a controller's events are shown, the newest.
const maxEvents = 4

// rolling is a rollout as its pods show it.
type rolling struct {
	kind, namespace, name string
	versions              []version // the newest first
	counts                *Counts
}

// version is the pods of one template that are there.
type version struct {
	name  string
	pods  []*corev1.Pod // by name
	since time.Time     // the oldest was made
}

// Rollout explains how far a Deployment, StatefulSet or DaemonSet was, and why it did not
// go on, as far as an inventory shows: NAME, KIND/NAME, NAMESPACE/NAME or
// NAMESPACE/KIND/NAME. What was not kept the text names.
func (inv *Inventory) Rollout(name string) (*Explanation, error) {
	id := rolloutName(name)
	var found []*rolling
	for _, r := range inv.rollouts() {
		if id.is(r.kind, r.namespace, r.name) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("rollout %s: %w (%d pods)", name, ErrNotFound, len(inv.Pods))
	case 1:
	default:
		var all []string
		for _, r := range found {
			all = append(all, r.namespace+"/"+strings.ToLower(r.kind)+"/"+r.name)
		}
		return nil, fmt.Errorf("rollout %s: there are %d of that name: %s", name, len(all), strings.Join(all, ", "))
	}
	r := found[0]
	e := &Explanation{Subject: fmt.Sprintf("%s/%s in %s at %s", strings.ToLower(r.kind), r.name, r.namespace, inv.At.UTC().Format(time.DateTime))}
	switch r.kind {
	case "Deployment":
		inv.deployment(e, r)
	case "StatefulSet":
		inv.statefulSet(e, r)
	default:
		inv.daemonSet(e, r)
	}
	for _, v := range r.versions {
		e.saw("%s: %s", v.name, podStates(v.pods))
	}
	inv.services(e, r)
	list := events(inv.Set, r.kind, r.namespace, r.name)
	for _, ev := range list[:min(len(list), maxEvents)] {
		e.saw("%s, %s", eventLine(ev), ev.Last.UTC().Format(time.DateTime))
	}
	return e, nil
}

// rollouts are those that the pods and the counts show, by name.
func (inv *Inventory) rollouts() []*rolling {
	type key struct{ kind, namespace, name string }
	all := map[key]*rolling{}
	at := func(k key) *rolling {
		if all[k] == nil {
			all[k] = &rolling{kind: k.kind, namespace: k.namespace, name: k.name}
		}
		return all[k]
	}
	for _, p := range inv.Pods {
		o := metav1.GetControllerOf(p)
		if o == nil {
			continue
		}
		switch o.Kind {
		case "ReplicaSet":
			if d := deploymentName(o.Name, p.Labels); d != "" {
				at(key{"Deployment", p.Namespace, d}).add("replica set "+o.Name, p)
			}
		case "StatefulSet", "DaemonSet":
			at(key{o.Kind, p.Namespace, o.Name}).add("revision "+firstText(p.Labels[revisionHash], "unknown"), p)
		}
	}
	for i := range inv.Deployments {
		c := &inv.Deployments[i]
		at(key{"Deployment", c.Namespace, c.Name}).counts = c
	}
	out := slices.SortedFunc(maps.Values(all), func(a, b *rolling) int {
		return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.kind, b.kind), strings.Compare(a.name, b.name))
	})
	for _, r := range out {
		slices.SortStableFunc(r.versions, func(a, b version) int { return b.since.Compare(a.since) })
	}
	return out
}

// add puts a pod with those of its version.
func (r *rolling) add(name string, p *corev1.Pod) {
	i := slices.IndexFunc(r.versions, func(v version) bool { return v.name == name })
	if i < 0 {
		i = len(r.versions)
		r.versions = append(r.versions, version{name: name, since: p.CreationTimestamp.Time})
	}
	v := &r.versions[i]
	v.pods = append(v.pods, p)
	if p.CreationTimestamp.Time.Before(v.since) {
		v.since = p.CreationTimestamp.Time
	}
}

// deploymentName is that of the Deployment whose ReplicaSet has this name: the hash of
// its template, which its pods' labels carry, follows it. "" if the set is its own.
func deploymentName(replicaSet string, pod map[string]string) string {
	if hash := pod[templateHash]; hash != "" {
		name, _ := strings.CutSuffix(replicaSet, "-"+hash)
		return name
	}
	if i := strings.LastIndexByte(replicaSet, '-'); len(pod) == 0 && i > 0 {
		return replicaSet[:i]
	}
	return ""
}

// live are the pods that are not being deleted.
func live(pods []*corev1.Pod) []*corev1.Pod {
	return slices.DeleteFunc(slices.Clone(pods), func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil })
}

// running reports whether all of a pod's containers run, as far as was kept.
func running(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodRunning && !slices.ContainsFunc(p.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool { return c.State.Running == nil })
}

// podStates counts pods by what they do.
func podStates(pods []*corev1.Pod) string {
	n := map[string]int{}
	for _, p := range pods {
		switch {
		case p.DeletionTimestamp != nil:
			n["terminating"]++
		case running(p):
			n["running"]++
		case p.Status.Phase == corev1.PodRunning:
			n["not all containers running"]++
		default:
			n[strings.ToLower(firstText(string(p.Status.Phase), "unknown"))]++
		}
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
	}
	return strings.Join(parts, ", ")
}

func (inv *Inventory) deployment(e *Explanation, r *rolling) {
	total, old := 0, 0
	for i, v := range r.versions {
		total += len(live(v.pods))
		if i > 0 {
			old += len(live(v.pods))
		}
	}
	c := r.counts
	if c == nil {
		e.say("How many pods are wanted and available is not known: InsightsMetrics has no kube_deployment_status_replicas_ready of it. %s there, of %s.", pods(total), replicaSets(len(r.versions)))
	} else {
		e.saw("wanted %d: %d updated, %d ready, %d available, %s (%s)", c.Wanted, c.Updated, c.Ready, c.Available, firstText(c.Strategy, "strategy unknown"), c.At.UTC().Format(time.DateTime))
		switch {
		case c.Wanted == 0:
			e.say("No pods are wanted: it is scaled to 0.")
		case c.Updated == c.Wanted && c.Available == c.Wanted && old == 0:
			e.say("The rollout is complete: %d of %d pods are of the new version and available.", c.Available, c.Wanted)
		case c.Updated == c.Wanted && len(r.versions) == 1:
			e.say("No update is under way: all %d pods are of one version; %d are available.", c.Updated, c.Available)
		default:
			e.say("%d of %d pods are of the new version; %s available.", c.Updated, c.Wanted, pods(int(c.Available)))
			e.say("%s", bounds(c, total))
		}
	}
	inv.refused(e, r)
	var fresh []*corev1.Pod
	switch {
	case len(r.versions) == 0:
		if c != nil && c.Wanted > 0 {
			e.say("No pod of it is there.")
		}
		return
	case c == nil || c.Updated > 0:
		fresh = live(r.versions[0].pods)
	}
	what := "new pod"
	if len(r.versions) == 1 {
		what = "pod"
	}
	switch troubled := inv.troubled(e, fresh, what); {
	case troubled:
	case c != nil && int(c.Available) < total:
		e.say("%d of the %d pods that are there are not available; the containers of the new ones run, and which pods are not ready is not kept.", total-int(c.Available), total)
		inv.unhealthy(e, r)
	case c == nil:
		e.say("The containers of all %ss run.", what)
	}
}

// bounds says what of an update's limits is seen, and what is not kept.
func bounds(c *Counts, total int) string {
	const unknown = "minReadySeconds, and whether it is paused or past its deadline, are in no table; files or -context tell them."
	if c.Strategy == "Recreate" {
		return "The strategy is Recreate: all old pods end before the first new one is made. Its " + unknown
	}
	seen := ""
	if over := total - int(c.Wanted); over > 0 {
		seen = fmt.Sprintf("Without those that are ending, %d pods are there, %d more than wanted. ", total, over)
	}
	return seen + "Its maxSurge, maxUnavailable and " + unknown
}

func pods(n int) string {
	if n == 1 {
		return "1 pod is"
	}
	return fmt.Sprintf("%d pods are", n)
}

func replicaSets(n int) string {
	if n == 1 {
		return "1 replica set"
	}
	return fmt.Sprintf("%d replica sets", n)
}

// refused says that the Deployment's ReplicaSet could not make pods in the last hour.
func (inv *Inventory) refused(e *Explanation, r *rolling) {
	for _, ev := range inv.Events {
		if ev.Object.Kind == "ReplicaSet" && ev.Object.Namespace == r.namespace && deploymentName(ev.Object.Name, nil) == r.name && ev.Reason == "FailedCreate" && inv.At.Sub(ev.Last) < time.Hour {
			e.say("Pods cannot be made: %s", strings.TrimSuffix(ev.Message, ".")+".")
			if why, ok := signature(ev.Message); ok {
				e.say("%s", why)
			}
			e.saw("%s, %s", eventLine(ev), ev.Last.UTC().Format(time.DateTime))
			return
		}
	}
}

// troubled explains the worst of the pods that do not run, and reports whether there is one.
func (inv *Inventory) troubled(e *Explanation, list []*corev1.Pod, what string) bool {
	bad := slices.DeleteFunc(slices.Clone(list), func(p *corev1.Pod) bool {
		n, ok := nodeOf(inv.Set, p)
		lost := false
		if ok {
			c := nodeReady(n)
			lost = c != nil && c.Status != corev1.ConditionTrue
		}
		return running(p) && !lost
	})
	if len(bad) == 0 {
		return false
	}
	slices.SortStableFunc(bad, func(a, b *corev1.Pod) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), strings.Compare(a.Name, b.Name))
	})
	inner := pod(inv.Set, bad[0])
	if len(list) > 1 {
		what = fmt.Sprintf("of %d %ss", len(list), what)
	}
	e.say("%d %s cannot serve; %s: %s", len(bad), what, bad[0].Name, inner.Text)
	for _, line := range inner.Evidence {
		e.saw("%s", line)
	}
	return true
}

// unhealthy shows what the probes of a rollout's pods said last.
func (inv *Inventory) unhealthy(e *Explanation, r *rolling) {
	for _, v := range r.versions {
		for _, p := range live(v.pods) {
			if ev := newest(events(inv.Set, "Pod", p.Namespace, p.Name), "Unhealthy"); ev != nil {
				e.say("The last probe that failed is of %s at %s: %s", p.Name, ev.Last.UTC().Format(time.TimeOnly), strings.TrimSuffix(ev.Message, ".")+".")
				e.saw("%s", eventLine(ev))
				return
			}
		}
	}
}

func (inv *Inventory) statefulSet(e *Explanation, r *rolling) {
	var list []*corev1.Pod
	for _, v := range r.versions {
		list = append(list, v.pods...)
	}
	slices.SortFunc(list, func(a, b *corev1.Pod) int { return ordinal(a) - ordinal(b) })
	e.say("%s there, of %s; how many are wanted is in no table.", pods(len(live(list))), revisions(r.versions))
	for i, p := range list {
		if i > 0 && ordinal(p) > ordinal(list[i-1])+1 {
			e.say("%s-%d is not there, though a later ordinal is.", r.name, ordinal(list[i-1])+1)
			break
		}
	}
	if inv.troubled(e, list, "pod") {
		e.say("An update goes from the highest ordinal down and waits for each to be ready.")
	} else if len(r.versions) > 1 {
		e.say("The containers of all of them run. An update goes from the highest ordinal down and waits for each to be ready, stops at the partition, or, OnDelete, waits for somebody to delete the rest; which of these it is the tables do not say.")
		inv.unhealthy(e, r)
	} else {
		e.say("The containers of all of them run, so no update is seen to be under way.")
	}
}

func (inv *Inventory) daemonSet(e *Explanation, r *rolling) {
	var list []*corev1.Pod
	nodes := map[string]bool{}
	for _, v := range r.versions {
		for _, p := range live(v.pods) {
			list, nodes[p.Spec.NodeName] = append(list, p), true
		}
	}
	e.say("%s there, on %d of %d nodes, of %s; how many nodes want one is in no table.", pods(len(list)), len(nodes), len(inv.Nodes), revisions(r.versions))
	if !inv.troubled(e, list, "pod") {
		e.say("The containers of all of them run.")
		if len(r.versions) > 1 {
			inv.unhealthy(e, r)
		}
	}
}

func revisions(list []version) string {
	if len(list) == 1 {
		return "one revision"
	}
	return fmt.Sprintf("%d revisions", len(list))
}

// services shows which services lead to the pods, and says so if one leads to the old
// version only.
func (inv *Inventory) services(e *Explanation, r *rolling) {
	for _, s := range inv.Services {
		if s.Namespace != r.namespace || len(s.Spec.Selector) == 0 {
			continue
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		takes := func(v version) bool {
			return slices.ContainsFunc(v.pods, func(p *corev1.Pod) bool { return selector.Matches(labels.Set(p.Labels)) })
		}
		if !slices.ContainsFunc(r.versions, takes) {
			continue
		}
		e.saw("service %s selects %s", s.Name, selector)
		if !takes(r.versions[0]) {
			e.say("Service %s selects %s, which the new pods' labels are not: it leads to the old ones only.", s.Name, selector)
		}
	}
}
