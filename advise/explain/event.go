package explain

import (
	"regexp"
	"strings"
)

// signatures are messages that say more than they seem to.
var signatures = []struct {
	match *regexp.Regexp
	why   string
}{
	{regexp.MustCompile(`AADSTS7000222|ServicePrincipalProfile were invalid|AADSTS7000215`), "The service principal's secret has expired or is wrong: Azure refuses the cluster's sign-in, so pulls, volumes, load balancers and new nodes fail. Reset it with az aks update-credentials, or move to a managed identity."},
	{regexp.MustCompile(`0xc0370101|operating system of the container does not match`), "The Windows image's build does not fit the node's: with process isolation they must match."},
	{regexp.MustCompile(`(?i)no match for platform|no matching manifest`), "The image has no variant for the node's system or Windows release."},
	{regexp.MustCompile(`(?i)cannot evict pod as it would violate the pod's disruption budget`), "A drain waits for a disruption budget: as many pods as it demands are healthy only just, or not. It goes on when one more is ready; if the budget demands all of them, never."},
	{regexp.MustCompile(`(?i)more than one PodDisruptionBudget`), "Two budgets cover the pod, which eviction does not support: it fails until one of them lets go."},
	{regexp.MustCompile(`(?i)exceeded quota`), "The namespace's quota leaves no room for another pod; a surge needs room too."},
	{regexp.MustCompile(`(?i)Multi-Attach error`), "The volume is still attached to another node: the old pod has not ended there, or its node is unreachable. A rolling update cannot have both pods; Recreate or a StatefulSet can."},
	{regexp.MustCompile(`(?i)(configmap|secret) "?[^" ]+"? not found`), "What the pod refers to is not in its namespace."},
	{regexp.MustCompile(`(?i)Back-off restarting failed container`), "The container ends again and again; the kubelet waits 10 s, then twice as long each time, up to 5 minutes. Its exit code and log say why (kubectl logs --previous)."},
	{regexp.MustCompile(`(?i)Back-off pulling image`), "The image could not be pulled; the event before this one says why."},
	{regexp.MustCompile(`(?i)Liveness probe failed`), "The liveness probe failed; after failureThreshold failures the kubelet kills the container."},
	{regexp.MustCompile(`(?i)Readiness probe failed`), "The readiness probe failed; after failureThreshold failures the pod gets no requests."},
	{regexp.MustCompile(`(?i)Startup probe failed`), "The startup probe failed; when its budget is used up the kubelet kills the container."},
	{regexp.MustCompile(`(?i)System OOM encountered|OOM ?Killed|out of memory`), "Memory ran out and the kernel killed a process."},
	{regexp.MustCompile(`(?i)The node was low on resource`), "The kubelet evicted the pod because its node ran short; pods that use more than they request go first."},
	{regexp.MustCompile(`(?i)Node is not ready|NodeNotReady`), "While a node is not ready its pods get no requests; they are deleted after their toleration, 300 s by default."},
	{regexp.MustCompile(`(?i)unbound immediate PersistentVolumeClaims`), "Its claim has no volume: no class provisions it, or none fits."},
	{regexp.MustCompile(`(?i)failed to get cpu utilization|missing request for (cpu|memory)`), "The autoscaler cannot compute a percentage: a container has no request for the resource."},
}

// signature explains a message that is known.
func signature(message string) (string, bool) {
	for _, s := range signatures {
		if s.match.MatchString(message) {
			return s.why, true
		}
	}
	return "", false
}

// Event explains an event's message.
func Event(message string) *Explanation {
	e := &Explanation{Subject: "event"}
	e.saw("%s", strings.TrimSpace(message))
	if s, ok := ParseScheduling(message); ok {
		e.say("None of %d nodes takes the pod.", s.Nodes)
		sayReasons(e, s)
		if len(s.Preemption) > 0 {
			e.say("Removing other pods would not help: %s.", s.Preemption[0].Text)
		}
		return e
	}
	if why, ok := signature(message); ok {
		e.say("%s", why)
		return e
	}
	e.say("The message is none that is known here.")
	return e
}
