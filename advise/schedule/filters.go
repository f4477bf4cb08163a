package schedule

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func unschedulable(_ *Cluster, p *Pod, n *Node) []string {
	taint := corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule}
	if n.Spec.Unschedulable && !Tolerates(p.Spec.Tolerations, taint) {
		return []string{Unschedulable}
	}
	return nil
}

func nodeName(_ *Cluster, p *Pod, n *Node) []string {
	if p.Spec.NodeName != "" && p.Spec.NodeName != n.Name {
		return []string{OtherNode}
	}
	return nil
}

func taints(_ *Cluster, p *Pod, n *Node) []string {
	for _, t := range n.Spec.Taints {
		if t.Effect != corev1.TaintEffectPreferNoSchedule && !Tolerates(p.Spec.Tolerations, t) {
			return []string{Untolerated}
		}
	}
	return nil
}

// Tolerates reports whether a toleration tolerates a taint:
// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
func Tolerates(list []corev1.Toleration, t corev1.Taint) bool {
	for _, o := range list {
		effect := o.Effect == "" || o.Effect == t.Effect
		key := o.Key == t.Key || o.Key == "" && o.Operator == corev1.TolerationOpExists
		value := o.Operator == corev1.TolerationOpExists || o.Value == t.Value
		if effect && key && value {
			return true
		}
	}
	return false
}

func nodeAffinity(_ *Cluster, p *Pod, n *Node) []string {
	if !labels.SelectorFromSet(p.Spec.NodeSelector).Matches(labels.Set(n.Labels)) {
		return []string{NodeAffinity}
	}
	if a := p.Spec.Affinity; a != nil && a.NodeAffinity != nil && !MatchesNode(a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution, n.Node) {
		return []string{NodeAffinity}
	}
	return nil
}

// MatchesNode reports whether one of a node selector's terms matches; a nil selector
// matches every node, an empty one none.
func MatchesNode(s *corev1.NodeSelector, n *corev1.Node) bool {
	if s == nil {
		return true
	}
	for _, term := range s.NodeSelectorTerms {
		if len(term.MatchExpressions)+len(term.MatchFields) > 0 && matchesTerm(term, n) {
			return true
		}
	}
	return false
}

func matchesTerm(term corev1.NodeSelectorTerm, n *corev1.Node) bool {
	for _, e := range term.MatchExpressions {
		if !requirement(e, labels.Set(n.Labels)) {
			return false
		}
	}
	for _, e := range term.MatchFields {
		if e.Key != metav1.ObjectNameField || !requirement(e, labels.Set{metav1.ObjectNameField: n.Name}) {
			return false
		}
	}
	return true
}

func requirement(e corev1.NodeSelectorRequirement, set labels.Set) bool {
	v, has := set[e.Key]
	in := false
	for _, x := range e.Values {
		in = in || x == v
	}
	switch e.Operator {
	case corev1.NodeSelectorOpIn:
		return has && in
	case corev1.NodeSelectorOpNotIn:
		return !has || !in
	case corev1.NodeSelectorOpExists:
		return has
	case corev1.NodeSelectorOpDoesNotExist:
		return !has
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		a, err1 := strconv.ParseInt(v, 10, 64)
		if len(e.Values) != 1 || err1 != nil {
			return false
		}
		b, err2 := strconv.ParseInt(e.Values[0], 10, 64)
		return err2 == nil && (e.Operator == corev1.NodeSelectorOpGt && a > b || e.Operator == corev1.NodeSelectorOpLt && a < b)
	}
	return false // the API server refuses other operators
}

func ports(_ *Cluster, p *Pod, n *Node) []string {
	if !WantsPorts(p.Spec) {
		return nil
	}
	for _, o := range n.Pods {
		if PortsClash(p.Spec, o.Spec) {
			return []string{NodePorts}
		}
	}
	return nil
}

// WantsPorts reports whether a pod wants ports of its node.
func WantsPorts(p *corev1.PodSpec) bool {
	for _, c := range p.Containers {
		for _, port := range c.Ports {
			if port.HostPort != 0 {
				return true
			}
		}
	}
	return false
}

// PortsClash reports whether two pods want the same port of their node.
func PortsClash(a, b *corev1.PodSpec) bool {
	for _, c := range a.Containers {
		for _, want := range c.Ports {
			if want.HostPort != 0 && taken(b, want) {
				return true
			}
		}
	}
	return false
}

func taken(by *corev1.PodSpec, want corev1.ContainerPort) bool {
	for _, c := range by.Containers {
		for _, port := range c.Ports {
			sameIP := anyIP(port.HostIP) || anyIP(want.HostIP) || port.HostIP == want.HostIP
			if port.HostPort == want.HostPort && port.Protocol == want.Protocol && sameIP {
				return true
			}
		}
	}
	return false
}

func anyIP(ip string) bool { return ip == "" || ip == "0.0.0.0" || ip == "::" }

func resources(_ *Cluster, p *Pod, n *Node) []string {
	var why []string
	if max, ok := n.Status.Allocatable[corev1.ResourcePods]; ok && int64(len(n.Pods))+1 > max.Value() {
		why = append(why, TooManyPods)
	}
	for name, want := range p.Requests {
		if want.IsZero() {
			continue
		}
		free := n.Free(name)
		if free.Cmp(want) < 0 {
			why = append(why, InsufficientOf+string(name))
		}
	}
	return why
}

func volumes(_ *Cluster, p *Pod, n *Node) []string {
	for _, v := range p.Volumes {
		if !MatchesNode(v, n.Node) {
			return []string{VolumeAffinity}
		}
	}
	return nil
}

// spread keeps hard topology spread constraints. Nodes that the pod may not be on do
// not count, unless the policies say so:
// https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
func spread(c *Cluster, p *Pod, n *Node) []string {
	for _, t := range p.Spec.TopologySpreadConstraints {
		if t.WhenUnsatisfiable != corev1.DoNotSchedule {
			continue
		}
		here, ok := n.Labels[t.TopologyKey]
		if !ok {
			return []string{SpreadLabel}
		}
		counts, domains := c.domains(p, t)
		least := int32(0)
		if t.MinDomains == nil || domains >= *t.MinDomains {
			least = smallest(counts)
		}
		self := int32(0)
		if selects(t.LabelSelector, t.MatchLabelKeys, p, p.Labels) {
			self = 1
		}
		if counts[here]+self-least > t.MaxSkew {
			return []string{Spread}
		}
	}
	return nil
}

// domains counts the pods that a constraint selects, by the value of its key.
func (c *Cluster) domains(p *Pod, t corev1.TopologySpreadConstraint) (map[string]int32, int32) {
	counts := map[string]int32{}
	for _, n := range c.Nodes {
		v, ok := n.Labels[t.TopologyKey]
		if !ok {
			continue
		}
		if (t.NodeAffinityPolicy == nil || *t.NodeAffinityPolicy == corev1.NodeInclusionPolicyHonor) && len(nodeAffinity(c, p, n)) > 0 {
			continue
		}
		if t.NodeTaintsPolicy != nil && *t.NodeTaintsPolicy == corev1.NodeInclusionPolicyHonor && len(taints(c, p, n)) > 0 {
			continue
		}
		counts[v] += 0
		for _, q := range n.Pods {
			if q.Namespace == p.Namespace && selects(t.LabelSelector, t.MatchLabelKeys, p, q.Labels) {
				counts[v]++
			}
		}
	}
	return counts, int32(len(counts))
}

func smallest(counts map[string]int32) int32 {
	least, first := int32(0), true
	for _, n := range counts {
		if first || n < least {
			least, first = n, false
		}
	}
	return least
}

// selects joins a selector with the incoming pod's values of matchLabelKeys.
func selects(s *metav1.LabelSelector, keys []string, p *Pod, of map[string]string) bool {
	sel, err := metav1.LabelSelectorAsSelector(s)
	if err != nil || !sel.Matches(labels.Set(of)) {
		return false
	}
	for _, k := range keys {
		if v, ok := p.Labels[k]; ok && of[k] != v {
			return false
		}
	}
	return true
}

func podAffinity(c *Cluster, p *Pod, n *Node) []string {
	if a := p.Spec.Affinity; a != nil && a.PodAffinity != nil {
		for _, t := range a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
			if !c.near(p, t, n) && !(c.nowhere(p, t) && matchesPod(p, t, p) && n.Labels[t.TopologyKey] != "") {
				return []string{Affinity}
			}
		}
	}
	if a := p.Spec.Affinity; a != nil && a.PodAntiAffinity != nil {
		for _, t := range a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
			if c.near(p, t, n) {
				return []string{AntiAffinity}
			}
		}
	}
	if c.refused(p, n) {
		return []string{TheirAnti}
	}
	return nil
}

// near reports whether a pod that the term selects runs in the node's domain.
func (c *Cluster) near(p *Pod, t corev1.PodAffinityTerm, n *Node) bool {
	here, ok := n.Labels[t.TopologyKey]
	if !ok {
		return false
	}
	for _, m := range c.Nodes {
		if m.Labels[t.TopologyKey] != here {
			continue
		}
		for _, q := range m.Pods {
			if matchesPod(p, t, q) {
				return true
			}
		}
	}
	return false
}

// nowhere reports whether no pod of the cluster is selected: then a pod that selects
// itself may be the first.
func (c *Cluster) nowhere(p *Pod, t corev1.PodAffinityTerm) bool {
	for _, n := range c.Nodes {
		for _, q := range n.Pods {
			if matchesPod(p, t, q) {
				return false
			}
		}
	}
	return true
}

// refused reports whether a pod that is there keeps this one away.
func (c *Cluster) refused(p *Pod, n *Node) bool {
	if c.anti == 0 {
		return false
	}
	for _, m := range c.Nodes {
		for _, q := range m.anti {
			for _, t := range q.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
				v, ok := m.Labels[t.TopologyKey]
				if ok && n.Labels[t.TopologyKey] == v && matchesPod(q, t, p) {
					return true
				}
			}
		}
	}
	return false
}

// matchesPod reports whether owner's term selects q. A namespace selector other than
// the empty one, which means all, cannot be resolved without the namespaces' labels;
// it selects by the names alone.
func matchesPod(owner *Pod, t corev1.PodAffinityTerm, q *Pod) bool {
	inNamespace := len(t.Namespaces) == 0 && t.NamespaceSelector == nil && q.Namespace == owner.Namespace
	for _, ns := range t.Namespaces {
		inNamespace = inNamespace || ns == q.Namespace
	}
	if s := t.NamespaceSelector; s != nil && len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		inNamespace = true
	}
	if !inNamespace || !selects(t.LabelSelector, t.MatchLabelKeys, owner, q.Labels) {
		return false
	}
	for _, k := range t.MismatchLabelKeys {
		if v, ok := owner.Labels[k]; ok && q.Labels[k] == v {
			return false
		}
	}
	return true
}
