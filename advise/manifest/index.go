package manifest

import (
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Selects reports whether a label selector selects labels. One that cannot be read
// selects nothing.
func Selects(s *metav1.LabelSelector, of map[string]string) bool {
	sel, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && sel.Matches(labels.Set(of))
}

// ServicesOf are the services that send requests to a workload's pods.
func (s *Set) ServicesOf(w *Workload) []*corev1.Service {
	var out []*corev1.Service
	for _, v := range s.Services {
		if v.Namespace == w.Meta.Namespace && len(v.Spec.Selector) > 0 && labels.SelectorFromSet(v.Spec.Selector).Matches(labels.Set(w.Template.Labels)) {
			out = append(out, v)
		}
	}
	return out
}

// IngressesOf are the ingresses that lead to a service.
func (s *Set) IngressesOf(v *corev1.Service) []*networkingv1.Ingress {
	var out []*networkingv1.Ingress
	for _, in := range s.Ingresses {
		if in.Namespace == v.Namespace && leadsTo(in, v.Name) {
			out = append(out, in)
		}
	}
	return out
}

func leadsTo(in *networkingv1.Ingress, service string) bool {
	if b := in.Spec.DefaultBackend; b != nil && b.Service != nil && b.Service.Name == service {
		return true
	}
	for _, r := range in.Spec.Rules {
		if r.HTTP == nil {
			continue
		}
		for _, p := range r.HTTP.Paths {
			if p.Backend.Service != nil && p.Backend.Service.Name == service {
				return true
			}
		}
	}
	return false
}

// Covers reports whether a budget covers pods with these labels. In policy/v1 an empty
// selector covers all pods of the namespace, in v1beta1 none:
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
func Covers(b *policyv1.PodDisruptionBudget, namespace string, of map[string]string) bool {
	if b.Namespace != namespace || b.Spec.Selector == nil {
		return false
	}
	if b.APIVersion == "policy/v1beta1" && len(b.Spec.Selector.MatchLabels)+len(b.Spec.Selector.MatchExpressions) == 0 {
		return false
	}
	return Selects(b.Spec.Selector, of)
}

// BudgetsOf are the disruption budgets that cover a workload's pods.
func (s *Set) BudgetsOf(w *Workload) []*policyv1.PodDisruptionBudget {
	var out []*policyv1.PodDisruptionBudget
	for _, b := range s.Budgets {
		if Covers(b, w.Meta.Namespace, w.Template.Labels) {
			out = append(out, b)
		}
	}
	return out
}

// CoveredBy are the workloads whose pods a budget covers; jobs are not among them.
func (s *Set) CoveredBy(b *policyv1.PodDisruptionBudget) []*Workload {
	var out []*Workload
	for _, w := range s.Workloads {
		if w.Runs() && Covers(b, w.Meta.Namespace, w.Template.Labels) {
			out = append(out, w)
		}
	}
	return out
}

// AutoscalerOf is the autoscaler that decides a workload's replicas, or nil.
func (s *Set) AutoscalerOf(w *Workload) *autoscalingv2.HorizontalPodAutoscaler {
	for _, h := range s.Autoscalers {
		if t := h.Spec.ScaleTargetRef; h.Namespace == w.Meta.Namespace && t.Kind == w.Kind && t.Name == w.Meta.Name {
			return h
		}
	}
	return nil
}

// Scale is the least and the greatest number of pods a workload is meant to have.
func (s *Set) Scale(w *Workload) (least, most int32) {
	if h := s.AutoscalerOf(w); h != nil {
		return *h.Spec.MinReplicas, max(h.Spec.MaxReplicas, *h.Spec.MinReplicas)
	}
	return w.Replicas, w.Replicas
}

// PodsOf are the pods of a workload that were read, by their owners.
func (s *Set) PodsOf(w *Workload) []*corev1.Pod {
	owners := map[string]bool{w.Kind + "/" + w.Meta.Name: true}
	for _, rs := range s.ReplicaSets {
		if o := metav1.GetControllerOf(rs); o.Kind == w.Kind && o.Name == w.Meta.Name && rs.Namespace == w.Meta.Namespace {
			owners["ReplicaSet/"+rs.Name] = true
		}
	}
	var out []*corev1.Pod
	for _, p := range s.Pods {
		o := metav1.GetControllerOf(p)
		switch {
		case p.Namespace != w.Meta.Namespace:
		case o == nil && w.Kind == "Pod" && p.Name == w.Meta.Name,
			o != nil && owners[o.Kind+"/"+o.Name],
			o != nil && w.Deployment != nil && len(s.ReplicaSets) == 0 && o.Kind == "ReplicaSet" && strings.HasPrefix(o.Name, w.Meta.Name+"-") && Selects(w.Selector, p.Labels):
			out = append(out, p)
		}
	}
	return out
}
