package manifest

import (
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// index says what belongs to what. It is made when it is first asked, and again when more
// was read.
type index struct {
	of          [7]int // how many objects of each kind it knows
	workloads   labelled[*Workload]
	pods        labelled[*corev1.Pod]
	services    map[*Workload][]*corev1.Service
	budgets     map[*Workload][]*policyv1.PodDisruptionBudget
	covered     map[*policyv1.PodDisruptionBudget][]*Workload
	ingresses   map[name][]*networkingv1.Ingress
	autoscalers map[ref]*autoscalingv2.HorizontalPodAutoscaler
	replicaSets map[ref][]string // by their controller
	owned       map[ref][]*corev1.Pod
	bare        map[name][]*corev1.Pod
}

type name struct{ namespace, name string }

type ref struct{ namespace, kind, name string }

// labelled finds the objects of a namespace by their labels.
type labelled[T any] struct {
	all map[string][]T
	by  map[label][]T
}

type label struct{ namespace, key, value string }

func (l *labelled[T]) add(object T, namespace string, of map[string]string) {
	if l.all == nil {
		l.all, l.by = map[string][]T{}, map[label][]T{}
	}
	l.all[namespace] = append(l.all[namespace], object)
	for k, v := range of {
		at := label{namespace, k, v}
		l.by[at] = append(l.by[at], object)
	}
}

// near are the objects that can have all of these labels, and some that have not.
func (l *labelled[T]) near(namespace string, equal map[string]string) []T {
	out := l.all[namespace]
	for k, v := range equal {
		if k == appsv1.StatefulSetPodNameLabel || k == appsv1.PodIndexLabel {
			continue
		}
		if some := l.by[label{namespace, k, v}]; len(some) < len(out) {
			out = some
		}
	}
	return out
}

func (s *Set) size() [7]int {
	return [7]int{len(s.Workloads), len(s.Services), len(s.Budgets), len(s.Autoscalers), len(s.Ingresses), len(s.ReplicaSets), len(s.Pods)}
}

func (s *Set) indexed() *index {
	if x := s.index.Load(); x != nil && x.of == s.size() {
		return x
	}
	x := &index{of: s.size(), services: map[*Workload][]*corev1.Service{}, budgets: map[*Workload][]*policyv1.PodDisruptionBudget{}, covered: map[*policyv1.PodDisruptionBudget][]*Workload{},
		ingresses: map[name][]*networkingv1.Ingress{}, autoscalers: map[ref]*autoscalingv2.HorizontalPodAutoscaler{}, replicaSets: map[ref][]string{}, owned: map[ref][]*corev1.Pod{}, bare: map[name][]*corev1.Pod{}}
	for _, w := range s.Workloads {
		x.workloads.add(w, w.Meta.Namespace, w.Template.Labels)
	}
	for _, v := range s.Services {
		sel := labels.SelectorFromSet(v.Spec.Selector)
		for _, w := range x.workloads.near(v.Namespace, v.Spec.Selector) {
			if len(v.Spec.Selector) > 0 && w.selectedBy(sel) {
				x.services[w] = append(x.services[w], v)
			}
		}
	}
	for _, b := range s.Budgets {
		x.cover(b)
	}
	for w, list := range x.services {
		x.services[w] = distinct(s, list, w, func(v *corev1.Service) ref { return ref{v.Namespace, "", v.Name} })
	}
	for w, list := range x.budgets {
		x.budgets[w] = distinct(s, list, w, func(b *policyv1.PodDisruptionBudget) ref { return ref{b.Namespace, "", b.Name} })
	}
	for b, list := range x.covered {
		x.covered[b] = distinct(s, list, b, func(w *Workload) ref { return ref{w.Meta.Namespace, w.Kind, w.Meta.Name} })
	}
	for _, h := range s.Autoscalers {
		at := ref{h.Namespace, h.Spec.ScaleTargetRef.Kind, h.Spec.ScaleTargetRef.Name}
		if x.autoscalers[at] == nil {
			x.autoscalers[at] = h
		}
	}
	for _, in := range s.Ingresses {
		for service := range backends(in) {
			at := name{in.Namespace, service}
			x.ingresses[at] = append(x.ingresses[at], in)
		}
	}
	for _, rs := range s.ReplicaSets {
		o := metav1.GetControllerOf(rs)
		at := ref{rs.Namespace, o.Kind, o.Name}
		x.replicaSets[at] = append(x.replicaSets[at], rs.Name)
	}
	for _, p := range s.Pods {
		x.pods.add(p, p.Namespace, p.Labels)
		if o := metav1.GetControllerOf(p); o == nil {
			x.bare[name{p.Namespace, p.Name}] = append(x.bare[name{p.Namespace, p.Name}], p)
		} else {
			x.owned[ref{p.Namespace, o.Kind, o.Name}] = append(x.owned[ref{p.Namespace, o.Kind, o.Name}], p)
		}
	}
	s.index.Store(x)
	return x
}

// distinct keeps one object of each name: where several files have it, a cluster has one of
// them. It is that of the file which has the object that it belongs to, or the first.
func distinct[T comparable](s *Set, list []T, of any, name func(T) ref) []T {
	if len(list) < 2 {
		return list
	}
	at := map[ref]int{}
	var out []T
	for _, v := range list {
		i, ok := at[name(v)]
		switch {
		case !ok:
			at[name(v)] = len(out)
			out = append(out, v)
		case s.sources[out[i]].File != s.sources[of].File && s.sources[v].File == s.sources[of].File:
			out[i] = v
		}
	}
	return out
}

// cover notes the workloads whose pods a budget covers.
func (x *index) cover(b *policyv1.PodDisruptionBudget) {
	s := SelectorOf(b)
	sel, err := metav1.LabelSelectorAsSelector(s)
	if err != nil || s == nil {
		return
	}
	for _, w := range x.workloads.near(b.Namespace, s.MatchLabels) {
		if w.selectedBy(sel) {
			x.budgets[w] = append(x.budgets[w], b)
			if w.Runs() {
				x.covered[b] = append(x.covered[b], w)
			}
		}
	}
}

// backends are the services that an ingress leads to.
func backends(in *networkingv1.Ingress) map[string]bool {
	out := map[string]bool{}
	if b := in.Spec.DefaultBackend; b != nil && b.Service != nil {
		out[b.Service.Name] = true
	}
	for _, r := range in.Spec.Rules {
		if r.HTTP == nil {
			continue
		}
		for _, p := range r.HTTP.Paths {
			if p.Backend.Service != nil {
				out[p.Backend.Service.Name] = true
			}
		}
	}
	return out
}

// Selects reports whether a label selector selects labels. One that cannot be read
// selects nothing.
func Selects(s *metav1.LabelSelector, of map[string]string) bool {
	sel, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && sel.Matches(labels.Set(of))
}

// WorkloadsIn are the workloads of a namespace.
func (s *Set) WorkloadsIn(namespace string) []*Workload {
	return s.indexed().workloads.all[namespace]
}

// SelectsAny reports whether a selector selects a workload's pods, or a pod that was read
// whose controller may be of a kind that passes by.
func (s *Set) SelectsAny(namespace string, selector *metav1.LabelSelector) bool {
	sel, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil || selector == nil {
		return false
	}
	x := s.indexed()
	for _, w := range x.workloads.near(namespace, selector.MatchLabels) {
		if w.selectedBy(sel) {
			return true
		}
	}
	for _, p := range x.pods.near(namespace, selector.MatchLabels) {
		if sel.Matches(labels.Set(p.Labels)) {
			return true
		}
	}
	return false
}

// selectedBy reports whether a selector selects one of the workload's pods. A StatefulSet's
// carry their names and numbers:
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label
func (w *Workload) selectedBy(sel labels.Selector) bool {
	if sel.Matches(labels.Set(w.Template.Labels)) {
		return true
	}
	requirements, _ := sel.Requirements()
	if w.StatefulSet == nil || !slices.ContainsFunc(requirements, func(r labels.Requirement) bool {
		return r.Key() == appsv1.StatefulSetPodNameLabel || r.Key() == appsv1.PodIndexLabel
	}) {
		return false
	}
	first := int32(0)
	if o := w.StatefulSet.Spec.Ordinals; o != nil {
		first = o.Start
	}
	for i := range w.Replicas {
		number := strconv.Itoa(int(first + i))
		own := labels.Merge(w.Template.Labels, labels.Set{appsv1.StatefulSetPodNameLabel: w.Meta.Name + "-" + number, appsv1.PodIndexLabel: number})
		if sel.Matches(own) {
			return true
		}
	}
	return false
}

// ServicesOf are the services that send requests to a workload's pods.
func (s *Set) ServicesOf(w *Workload) []*corev1.Service { return s.indexed().services[w] }

// IngressesOf are the ingresses that lead to a service.
func (s *Set) IngressesOf(v *corev1.Service) []*networkingv1.Ingress {
	return s.indexed().ingresses[name{v.Namespace, v.Name}]
}

// SelectorOf is what a budget selects by. In policy/v1 an empty selector covers all pods
// of the namespace, in v1beta1 none, as nil does in both:
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
func SelectorOf(b *policyv1.PodDisruptionBudget) *metav1.LabelSelector {
	if s := b.Spec.Selector; s == nil || b.APIVersion == "policy/v1beta1" && len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return nil
	}
	return b.Spec.Selector
}

// Covers reports whether a budget covers pods with these labels.
func Covers(b *policyv1.PodDisruptionBudget, namespace string, of map[string]string) bool {
	return b.Namespace == namespace && Selects(SelectorOf(b), of)
}

// BudgetsOf are the disruption budgets that cover a workload's pods.
func (s *Set) BudgetsOf(w *Workload) []*policyv1.PodDisruptionBudget { return s.indexed().budgets[w] }

// CoveredBy are the workloads whose pods a budget covers; jobs are not among them.
func (s *Set) CoveredBy(b *policyv1.PodDisruptionBudget) []*Workload { return s.indexed().covered[b] }

// AutoscalerOf is the autoscaler that decides a workload's replicas, or nil.
func (s *Set) AutoscalerOf(w *Workload) *autoscalingv2.HorizontalPodAutoscaler {
	return s.indexed().autoscalers[ref{w.Meta.Namespace, w.Kind, w.Meta.Name}]
}

// Scale is the least and the greatest number of pods a workload is meant to have.
func (s *Set) Scale(w *Workload) (least, most int32) {
	if h := s.AutoscalerOf(w); h != nil {
		return *h.Spec.MinReplicas, max(h.Spec.MaxReplicas, *h.Spec.MinReplicas)
	}
	return w.Replicas, w.Replicas
}

// PodsOf are the pods of a workload that were read, by their owners. Where no ReplicaSet
// was read, a Deployment's pods are those of ReplicaSets that are named after it.
func (s *Set) PodsOf(w *Workload) []*corev1.Pod {
	x := s.indexed()
	ns := w.Meta.Namespace
	out := append([]*corev1.Pod(nil), x.owned[ref{ns, w.Kind, w.Meta.Name}]...)
	if w.Kind == "Pod" {
		out = append(out, x.bare[name{ns, w.Meta.Name}]...)
	}
	for _, rs := range x.replicaSets[ref{ns, w.Kind, w.Meta.Name}] {
		out = append(out, x.owned[ref{ns, "ReplicaSet", rs}]...)
	}
	if w.Deployment != nil && len(s.ReplicaSets) == 0 && w.Selector != nil {
		for _, p := range x.pods.near(ns, w.Selector.MatchLabels) {
			if o := metav1.GetControllerOf(p); o != nil && o.Kind == "ReplicaSet" && strings.HasPrefix(o.Name, w.Meta.Name+"-") && Selects(w.Selector, p.Labels) {
				out = append(out, p)
			}
		}
	}
	return out
}
