package rule

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

var windowsFields = Rule{
	ID: "windows-fields", Severity: Error, Title: "A Windows pod has fields that only Linux knows",
	Doc:     "For a pod with `spec.os.name: windows` the API server refuses them. Without `os.name` the pod is accepted, and the kubelet ignores the field or cannot start the container. Privileged containers are HostProcess containers on Windows; users are `windowsOptions.runAsUserName`.",
	Fix:     "Remove the fields, and say `os: {name: windows}`, so that the API server checks.",
	Sources: []string{"https://kubernetes.io/docs/concepts/windows/intro/#compatibility-v1-pod", "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/"},
	check: func(c *run) {
		for _, w := range c.Workloads {
			if !OnWindows(&w.Template.Spec) {
				continue
			}
			fields, patch := linuxFields(&w.Template.Spec)
			if len(fields) == 0 {
				continue
			}
			failure := message.New("The kubelet on a Windows node ignores them or cannot start the pod.")
			if w.Template.Spec.OS != nil {
				failure = message.New("The API server refuses the pod: cannot be set for a windows pod.")
			}
			c.on(w, finding{path: pod(w), reason: message.New("%s: %s.", message.Plural("%d field", "%d fields", len(fields)), strings.Join(fields, ", ")), failure: failure, patch: podPatch(w, patch)})
		}
	},
}

// OnWindows reports whether a pod is meant for Windows nodes.
func OnWindows(p *corev1.PodSpec) bool {
	if p.OS != nil {
		return p.OS.Name == corev1.Windows
	}
	return p.NodeSelector[corev1.LabelOSStable] == "windows" || p.NodeSelector["beta.kubernetes.io/os"] == "windows"
}

// linuxFields lists what a Windows pod may not have, and the patch that removes it.
func linuxFields(p *corev1.PodSpec) ([]string, map[string]any) {
	var fields []string
	patch := map[string]any{}
	add := func(set bool, into map[string]any, prefix, name string) {
		if set {
			fields = append(fields, prefix+name)
			into[name] = nil
		}
	}
	add(p.HostPID, patch, "", "hostPID")
	add(p.HostIPC, patch, "", "hostIPC")
	add(p.HostUsers != nil, patch, "", "hostUsers")
	add(p.ShareProcessNamespace != nil, patch, "", "shareProcessNamespace")
	if s := p.SecurityContext; s != nil {
		sc := map[string]any{}
		const at = "securityContext."
		add(s.AppArmorProfile != nil, sc, at, "appArmorProfile")
		add(s.SELinuxOptions != nil, sc, at, "seLinuxOptions")
		add(s.SELinuxChangePolicy != nil, sc, at, "seLinuxChangePolicy")
		add(s.SeccompProfile != nil, sc, at, "seccompProfile")
		add(s.FSGroup != nil, sc, at, "fsGroup")
		add(s.FSGroupChangePolicy != nil, sc, at, "fsGroupChangePolicy")
		add(len(s.Sysctls) > 0, sc, at, "sysctls")
		add(s.RunAsUser != nil, sc, at, "runAsUser")
		add(s.RunAsGroup != nil, sc, at, "runAsGroup")
		add(s.SupplementalGroups != nil, sc, at, "supplementalGroups")
		add(s.SupplementalGroupsPolicy != nil, sc, at, "supplementalGroupsPolicy")
		if len(sc) > 0 {
			patch["securityContext"] = sc
		}
	}
	for _, list := range []struct {
		name       string
		containers []corev1.Container
	}{{"initContainers", p.InitContainers}, {"containers", p.Containers}} {
		var changed []any
		for _, k := range list.containers {
			sc := map[string]any{}
			fields = append(fields, containerLinuxFields(k, sc)...)
			if len(sc) > 0 {
				changed = append(changed, map[string]any{"name": k.Name, "securityContext": sc})
			}
		}
		if changed != nil {
			patch[list.name] = changed
		}
	}
	return fields, patch
}

func containerLinuxFields(k corev1.Container, into map[string]any) []string {
	s := k.SecurityContext
	if s == nil {
		return nil
	}
	var out []string
	for _, f := range []struct {
		name string
		set  bool
	}{{"appArmorProfile", s.AppArmorProfile != nil}, {"seLinuxOptions", s.SELinuxOptions != nil}, {"seccompProfile", s.SeccompProfile != nil}, {"capabilities", s.Capabilities != nil},
		{"readOnlyRootFilesystem", s.ReadOnlyRootFilesystem != nil}, {"privileged", s.Privileged != nil}, {"allowPrivilegeEscalation", s.AllowPrivilegeEscalation != nil},
		{"procMount", s.ProcMount != nil}, {"runAsUser", s.RunAsUser != nil}, {"runAsGroup", s.RunAsGroup != nil}} {
		if f.set {
			out = append(out, k.Name+".securityContext."+f.name)
			into[f.name] = nil
		}
	}
	return out
}

// firstWindowsImage is a workload's first image of Windows, or nothing.
func firstWindowsImage(w *manifest.Workload) string {
	for _, k := range w.Template.Spec.Containers {
		if _, ok := windows.ParseImage(k.Image); ok {
			return k.Image
		}
	}
	return ""
}
