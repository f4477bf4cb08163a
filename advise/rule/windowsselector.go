package rule

import "github.com/yagura/yagura/advise/message"

var windowsSelector = Rule{
	ID: "windows-selector", Severity: Error, Title: "A Windows image may land on a Linux node",
	Doc:     "Every cluster with Windows nodes has Linux nodes too (AKS: the first pool must be Linux). Without a selector the scheduler may choose one, and the pull fails: no matching manifest for linux/amd64. `os.name` is not enough, the scheduler does not read it.",
	Fix:     "`nodeSelector: {kubernetes.io/os: windows}`. For one version of Windows among several, AKS's label `kubernetes.azure.com/os-sku`.",
	Sources: []string{"https://kubernetes.io/docs/concepts/windows/user-guide/#ensuring-os-specific-workloads-land-on-the-appropriate-container-host", "https://learn.microsoft.com/azure/aks/learn/quick-windows-container-deploy-cli"},
	check: func(c *run) {
		for _, w := range c.Workloads {
			image, s := firstWindowsImage(w), w.Template.Spec
			if image == "" || s.NodeName != "" || s.NodeSelector["kubernetes.io/os"] != "" || s.NodeSelector["beta.kubernetes.io/os"] != "" || s.NodeSelector["kubernetes.azure.com/os-sku"] != "" || s.NodeSelector["kubernetes.azure.com/agentpool"] != "" || s.NodeSelector["agentpool"] != "" ||
				s.Affinity != nil && s.Affinity.NodeAffinity != nil && s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution != nil {
				continue
			}
			c.on(w, finding{path: pod(w), reason: message.New("Image %s is a Windows image; nodeSelector has no kubernetes.io/os.", image), failure: message.New("On a Linux node: ImagePullBackOff."),
				patch: podPatch(w, map[string]any{"nodeSelector": map[string]any{"kubernetes.io/os": "windows"}, "os": map[string]any{"name": "windows"}})})
		}
	},
}
