package rule

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/windows"
)

// image is a Windows image in its place, and how to report on it.
type image struct {
	windows.Image
	use    windows.Use
	hosts  []Host
	report func(finding)
}

// images are the Windows images of files and of workloads.
func (c *run) images() []image {
	var out []image
	for _, u := range c.Images {
		im, ok := imageOf(u)
		if !ok || u.Stage != "" {
			continue
		}
		object := &metav1.ObjectMeta{Name: u.Image}
		src := manifest.At(u.File, u.Line)
		out = append(out, image{Image: im, use: u, hosts: c.Hosts, report: func(f finding) {
			c.report(nil, "image", object, f)
			c.findings[len(c.findings)-1].Source = src
		}})
	}
	for _, w := range c.Workloads {
		nodes := append(c.nodeHosts(w), c.Hosts...)
		for i, k := range containers(w) {
			u := windows.Use{Image: k.Image, Isolation: "process"}
			if im, ok := imageOf(u); ok {
				out = append(out, image{Image: im, use: u, hosts: nodes, report: func(f finding) {
					f.path = at(w, i, "image")
					c.on(w, f)
				}})
			}
		}
	}
	return out
}

// imageOf reads a use's reference; a config that was read goes before the name.
func imageOf(u windows.Use) (windows.Image, bool) {
	im, ok := windows.ParseImage(u.Image)
	if v, has := windows.ParseVersion(u.OS); has {
		im.Version, ok = v, true
	}
	return im, ok
}

// nodeHosts are the Windows nodes that a workload's pods may be on.
func (c *run) nodeHosts(w *manifest.Workload) []Host {
	var out []Host
	seen := map[string]bool{}
	for _, n := range c.Nodes {
		version := n.Labels["node.kubernetes.io/windows-build"]
		if n.Status.NodeInfo.OperatingSystem == "windows" && version == "" {
			version = n.Status.NodeInfo.KernelVersion
		}
		if version == "" || seen[version] || !selectsNode(&w.Template.Spec, n) {
			continue
		}
		seen[version] = true
		if h, v, err := windows.ParseHost(version); err == nil {
			h.Name = fmt.Sprintf("%s (node %s)", h.Name, n.Name)
			out = append(out, Host{h, v})
		}
	}
	return out
}

func selectsNode(p *corev1.PodSpec, n *corev1.Node) bool {
	for k, v := range p.NodeSelector {
		if n.Labels[k] != v && k != "beta.kubernetes.io/os" {
			return false
		}
	}
	return true
}
