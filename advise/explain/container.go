package explain

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/manifest"
)

// containers explains what keeps a pod's containers from running, or makes them
// restart. It reports whether there was anything to say.
func containers(e *Explanation, p *corev1.Pod, list []*manifest.Event) bool {
	said := false
	for _, c := range append(append([]corev1.ContainerStatus(nil), p.Status.InitContainerStatuses...), p.Status.ContainerStatuses...) {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing":
			waiting(e, p, c, list)
			said = true
		case c.RestartCount > 0 && c.LastTerminationState.Terminated != nil:
			e.say("Container %s has been restarted %d times.", c.Name, c.RestartCount)
			ended(e, p, c, c.LastTerminationState.Terminated, list)
			said = true
		}
	}
	return said
}

func waiting(e *Explanation, p *corev1.Pod, c corev1.ContainerStatus, list []*manifest.Event) {
	w := c.State.Waiting
	e.saw("%s", strings.TrimSuffix(fmt.Sprintf("container %s waits: %s: %s", c.Name, w.Reason, w.Message), ": "))
	switch w.Reason {
	case "CrashLoopBackOff":
		e.say("Container %s ends again and again (%d restarts); the kubelet waits longer each time, up to 5 minutes.", c.Name, c.RestartCount)
		ended(e, p, c, c.LastTerminationState.Terminated, list)
	case "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull":
		text := w.Message
		if ev := newest(list, "Failed"); ev != nil {
			text += " " + ev.Message
			e.saw("%s", eventLine(ev))
		}
		image := "The image"
		if c.Image != "" {
			image += " " + c.Image
		}
		e.say("%s of container %s cannot be pulled: %s.", image, c.Name, pullReason(text))
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
		e.say("Container %s cannot be made: %s.", c.Name, strings.TrimSuffix(w.Message, "."))
		if why, ok := signature(w.Message); ok {
			e.say("%s", why)
		}
	case "ContainerCreating":
		if ev := newest(list, "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"); ev != nil {
			e.say("Container %s waits for %s: %s", c.Name, map[string]string{"FailedMount": "a volume", "FailedAttachVolume": "a volume", "FailedCreatePodSandBox": "the pod's network"}[ev.Reason], ev.Message)
			e.saw("%s", eventLine(ev))
			return
		}
		e.say("Container %s is being made: its image is pulled, or its volumes are mounted.", c.Name)
	default:
		e.say("Container %s waits: %s.", c.Name, w.Reason)
	}
}

func pullReason(text string) string {
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "no match for platform") || strings.Contains(lower, "no matching manifest"):
		return "it has no variant for the node's system; a Windows image wants a Windows node of its release, and the other way round"
	case strings.Contains(lower, "unauthorized") || strings.Contains(lower, "denied") || strings.Contains(lower, "authentication required"):
		return "the registry refuses the sign-in; is there an imagePullSecret, may the cluster's identity pull, has its secret expired"
	case strings.Contains(lower, "not found") || strings.Contains(lower, "manifest unknown"):
		return "there is no such image or tag"
	case strings.Contains(lower, "timeout") || strings.Contains(lower, "no such host") || strings.Contains(lower, "dial tcp"):
		return "the registry cannot be reached from the node"
	case strings.Contains(lower, "toomanyrequests") || strings.Contains(lower, "rate limit"):
		return "the registry limits how often it may be asked"
	}
	return "see the evidence"
}

// ended explains how a container ended.
func ended(e *Explanation, p *corev1.Pod, c corev1.ContainerStatus, t *corev1.ContainerStateTerminated, list []*manifest.Event) {
	if t == nil {
		return
	}
	e.saw("container %s ended with %d, %s", c.Name, t.ExitCode, t.Reason)
	if t.Message != "" {
		e.saw("its last words: %s", t.Message)
	}
	liveness := false
	for _, ev := range list {
		if ev.Reason == "Unhealthy" && strings.HasPrefix(ev.Message, "Liveness") || ev.Reason == "Killing" && strings.Contains(ev.Message, "liveness") {
			liveness = true
			e.saw("%s", eventLine(ev))
		}
		if ev.Reason == "Unhealthy" && strings.HasPrefix(ev.Message, "Startup") {
			e.saw("%s", eventLine(ev))
			e.say("Its startup probe fails: the start takes longer than the probe's budget, or it asks the wrong place.")
			return
		}
	}
	switch {
	case t.Reason == "OOMKilled":
		limit := "its limit was not read"
		for _, k := range append(slices.Clone(p.Spec.InitContainers), p.Spec.Containers...) {
			if k.Name != c.Name {
				continue
			}
			limit = "no limit of its own, so the node ran out"
			if q, ok := k.Resources.Limits[corev1.ResourceMemory]; ok {
				limit = "its limit is " + q.String()
			}
		}
		e.say("The kernel killed it for its memory (OOMKilled): %s. Raise the limit, or find the leak.", limit)
	case liveness:
		e.say("The kubelet killed it because its liveness probe failed. If the program was only slow or waited for something else, the probe asks too much.")
	default:
		e.say("%s", exitCode(t.ExitCode))
	}
}

// exitCode says what a status means: https://kubernetes.io/docs/tasks/debug/debug-application/
func exitCode(code int32) string {
	switch code {
	case 0:
		return "It ended by itself with status 0, though it is meant to run for ever."
	case 1, 2:
		return fmt.Sprintf("The program ended with status %d, its own error: see its log (kubectl logs --previous).", code)
	case 126:
		return "Status 126: the command cannot be executed (permissions, or another machine's binary)."
	case 127:
		return "Status 127: the command is not there."
	case 134:
		return "Status 134: it aborted itself (SIGABRT)."
	case 137:
		return "Status 137: it was killed (SIGKILL): by the grace period's end, or for memory."
	case 139:
		return "Status 139: a memory fault (SIGSEGV)."
	case 143:
		return "Status 143: it was asked to end (SIGTERM) and did."
	}
	return fmt.Sprintf("It ended with status %d.", code)
}

// healthy explains a pod whose containers run.
func healthy(e *Explanation, p *corev1.Pod, list []*manifest.Event) {
	switch {
	case p.Status.Phase == corev1.PodSucceeded:
		e.say("The pod has done its work.")
	case ready(p):
		e.say("The pod runs and is ready.")
	case podCondition(p, corev1.PodReady) == nil:
		e.say("Its containers run; whether it is ready was not read.")
		if ev := newest(list, "Unhealthy"); ev != nil {
			e.saw("%s", eventLine(ev))
		}
	default:
		e.say("The pod runs but is not ready, so services send it nothing.")
		if c := podCondition(p, corev1.PodReady); c != nil {
			e.saw("condition Ready: %s: %s", c.Reason, c.Message)
		}
		for _, ev := range list {
			if ev.Reason == "Unhealthy" {
				e.say("%s", strings.TrimSuffix(ev.Message, ".")+".")
				e.saw("%s", eventLine(ev))
				break
			}
		}
		for _, g := range p.Spec.ReadinessGates {
			if c := podCondition(p, g.ConditionType); c == nil || c.Status != corev1.ConditionTrue {
				e.say("Its readiness gate %s is not true.", g.ConditionType)
			}
		}
	}
}
