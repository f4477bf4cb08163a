package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/schedule"
)

// roomy is how much an imagined node has of each resource that a pod asks for.
var roomy = resource.MustParse("1Pi")

// imagined are nodes with room for everything, in three zones: n of Linux, and n more for
// each other set of labels that pods ask their node for, such as those of Windows.
func imagined(set *manifest.Set, n int) []Node {
	pools := []map[string]string{{corev1.LabelOSStable: "linux"}}
	room := corev1.ResourceList{}
	for _, w := range set.Workloads {
		for name := range schedule.Requests(&w.Template.Spec) {
			room[name] = roomy
		}
		labels := asked(&w.Template.Spec)
		if !slices.ContainsFunc(pools, func(p map[string]string) bool { return covers(p, labels) }) {
			if labels[corev1.LabelOSStable] == "" {
				labels[corev1.LabelOSStable] = "linux"
			}
			pools = append(pools, labels)
		}
	}
	var out []Node
	for i, labels := range pools {
		pool, prefix := "nodes", "node"
		if i > 0 {
			pool = fmt.Sprintf("nodes-%d", i+1)
			prefix = pool
			if labels[corev1.LabelOSStable] == "windows" {
				prefix = fmt.Sprintf("windows-%d", i+1)
			}
		}
		for k := range n {
			name, zone := fmt.Sprintf("%s-%d", prefix, k+1), fmt.Sprintf("zone-%d", k%zones+1)
			own := map[string]string{corev1.LabelHostname: name, corev1.LabelTopologyZone: zone}
			maps.Copy(own, labels)
			o := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: own}, Status: corev1.NodeStatus{Allocatable: room.DeepCopy()}}
			out = append(out, Node{Name: name, Zone: own[corev1.LabelTopologyZone], Pool: pool, Object: o})
		}
	}
	return out
}

// zones is how many zones imagined nodes are in, as most regions have them.
const zones = 3

// apartOn is how many nodes the pods of a workload need that keep apart by node, by a host
// port or by anti-affinity: all of them, those of an update's surge, and one to spare for a
// drain; and where a zone is lost, those of the others take them all.
func apartOn(set *manifest.Set) int {
	most := 0
	for _, w := range set.Workloads {
		if a := w.Template.Spec.Affinity; !schedule.WantsPorts(&w.Template.Spec) && (a == nil || a.PodAntiAffinity == nil) {
			continue
		}
		pods, spare := 0, 1
		for _, o := range set.Workloads {
			if _, n := set.Scale(o); o.Runs() && o.DaemonSet == nil && keepsFrom(w, o) {
				pods += int(n)
				if o == w {
					b, _ := w.Bounds(n)
					spare = max(int(b.Surge), 1)
				}
			}
		}
		nodes := pods + spare
		for nodes-(nodes+zones-1)/zones < pods {
			nodes++
		}
		most = max(most, nodes)
	}
	return most
}

// keepsFrom reports whether pods of one workload refuse nodes with pods of the other.
func keepsFrom(w, o *manifest.Workload) bool {
	if schedule.PortsClash(&w.Template.Spec, &o.Template.Spec) {
		return true
	}
	a := w.Template.Spec.Affinity
	if a == nil || a.PodAntiAffinity == nil || w.Meta.Namespace != o.Meta.Namespace {
		return false
	}
	return slices.ContainsFunc(a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution, func(t corev1.PodAffinityTerm) bool {
		return t.TopologyKey == corev1.LabelHostname && manifest.Selects(t.LabelSelector, o.Template.Labels)
	})
}

// covers reports whether a pool's nodes have the labels.
func covers(pool, labels map[string]string) bool {
	for name, value := range labels {
		if v, ok := pool[name]; !ok || v != value {
			return false
		}
	}
	return true
}

// asked are labels of a node that a pod can go to: of its selector, of its system, and of
// the first of the terms that its affinity requires.
func asked(spec *corev1.PodSpec) map[string]string {
	out := map[string]string{}
	if a := spec.Affinity; a != nil && a.NodeAffinity != nil && a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution != nil {
		if terms := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms; len(terms) > 0 {
			for _, e := range terms[0].MatchExpressions {
				switch {
				case e.Operator == corev1.NodeSelectorOpIn && len(e.Values) > 0:
					out[e.Key] = e.Values[0]
				case e.Operator == corev1.NodeSelectorOpExists:
					out[e.Key] = "yes"
				}
			}
		}
	}
	maps.Copy(out, spec.NodeSelector)
	if spec.OS != nil {
		out[corev1.LabelOSStable] = cmp.Or(out[corev1.LabelOSStable], string(spec.OS.Name))
	}
	delete(out, corev1.LabelHostname)
	delete(out, corev1.LabelTopologyZone)
	return out
}
