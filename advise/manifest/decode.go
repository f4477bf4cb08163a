package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/yagura/yagura/advise/message"
)

// ErrTemplate is a document with template actions in it: a chart that was not rendered.
var ErrTemplate = message.Errorf("this is a template, not a manifest: render it first (helm template, kustomize build)")

// ErrPatch is a document that changes another, which kustomize merges it with.
var ErrPatch = message.Errorf("this is a patch, not a manifest: a container has no image, or a field is $patch; build it first (kustomize build)")

var templateAction = regexp.MustCompile(`\{\{-?\s*[\w.$/*]`)

// document reads one document.
func (s *Set) document(d *document) {
	src := Source{File: d.file, doc: d}
	text, err := yaml.YAMLToJSON(d.text)
	if err != nil {
		if templateAction.Match(d.text) {
			err = ErrTemplate
		}
		s.problem(src, "", err)
		return
	}
	s.value(src, text)
}

func (s *Set) problem(src Source, field string, err error) {
	s.Problems = append(s.Problems, Problem{Source: src, Field: field, Err: err})
}

// value reads one JSON value: an object, or a list of them.
func (s *Set) value(src Source, text []byte) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return
	}
	if text[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			s.problem(src, "", err)
			return
		}
		s.list(src, nil, list, metav1.TypeMeta{})
		return
	}
	var head struct {
		metav1.TypeMeta `json:",inline"`
		Type            any               `json:"type"`
		Items           []json.RawMessage `json:"items"`
	}
	if text[0] != '{' {
		s.Others["text"]++
		return
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &head); err != nil {
		// A document that is not Kubernetes' may use these names for something else.
		s.Others["unknown"]++
		return
	}
	switch {
	case head.Kind == "" || head.APIVersion == "":
		s.azure(src, text)
	case strings.HasSuffix(head.Kind, "List") && head.Items != nil:
		s.list(src, []string{"items"}, head.Items, metav1.TypeMeta{APIVersion: head.APIVersion, Kind: strings.TrimSuffix(head.Kind, "List")})
	default:
		s.object(src, head.TypeMeta, text)
	}
}

// list reads a list's items; those of a typed list need not name their kind.
func (s *Set) list(src Source, prefix []string, items []json.RawMessage, of metav1.TypeMeta) {
	for i, item := range items {
		at := src
		at.path = append(append(append([]string(nil), src.path...), prefix...), strconv.Itoa(i))
		var head metav1.TypeMeta
		if of.Kind != "" && kjson.UnmarshalCaseSensitivePreserveInts(item, &head) == nil && head.Kind == "" {
			s.object(at, of, item)
			continue
		}
		s.value(at, item)
	}
}

// decode reads an object of a known kind. Unknown fields are noted: the API server
// drops them, or refuses them from kubectl.
func decode[T any](s *Set, src Source, text []byte) (*T, bool) {
	v := new(T)
	strict, err := kjson.UnmarshalStrict(text, v, kjson.DisallowUnknownFields)
	if err != nil {
		s.problem(src, "", message.Errorf("it is no %s: %s", strings.TrimPrefix(fmt.Sprintf("%T", v), "*"), err))
		return nil, false
	}
	if slices.ContainsFunc(strict, func(e error) bool { return strings.Contains(e.Error(), "$patch") }) {
		s.problem(src, "", ErrPatch)
		return nil, false
	}
	for _, e := range strict {
		field := ""
		if q := strings.SplitN(e.Error(), `"`, 3); len(q) == 3 {
			field = q[1]
		}
		why := message.Errorf("%q is unknown", field)
		if strings.HasPrefix(e.Error(), "duplicate") {
			why = message.Errorf("%q is there twice", field)
		}
		s.Problems = append(s.Problems, Problem{Source: src, Field: field, Err: why, Ignored: true})
	}
	return v, true
}

// keep notes where an object was read, and whether it has a namespace.
func keep[T any](s *Set, src Source, object *T, m *metav1.ObjectMeta) *T {
	if m.Namespace == "" {
		s.homeless = append(s.homeless, m)
	} else if !slices.Contains(s.named, m.Namespace) {
		s.named = append(s.named, m.Namespace)
	}
	if m.Name == "" {
		m.Name = m.GenerateName
	}
	s.sources[object] = src
	return object
}

// object reads one Kubernetes object. Old versions of a kind are read as its present
// one, whose fields they have.
func (s *Set) object(src Source, t metav1.TypeMeta, text []byte) {
	group, _, _ := strings.Cut(t.APIVersion, "/")
	if !strings.Contains(t.APIVersion, "/") {
		group = ""
	}
	switch group + "/" + t.Kind {
	case "apps/Deployment", "extensions/Deployment":
		s.deployment(src, t, text)
	case "apps/StatefulSet":
		s.statefulSet(src, t, text)
	case "apps/DaemonSet", "extensions/DaemonSet":
		s.daemonSet(src, t, text)
	case "apps/ReplicaSet", "extensions/ReplicaSet":
		s.replicaSet(src, t, text)
	case "/ReplicationController":
		s.replicationController(src, t, text)
	case "batch/Job":
		if v, ok := decode[batchv1.Job](s, src, text); ok && metav1.GetControllerOf(v) == nil {
			s.workload(src, t, &Workload{Meta: &v.ObjectMeta, Replicas: 1, Selector: v.Spec.Selector, Template: &v.Spec.Template, Path: []string{"spec", "template"}})
		}
	case "batch/CronJob":
		if v, ok := decode[batchv1.CronJob](s, src, text); ok {
			s.workload(src, t, &Workload{Meta: &v.ObjectMeta, Replicas: 1, Template: &v.Spec.JobTemplate.Spec.Template, Path: []string{"spec", "jobTemplate", "spec", "template"}})
		}
	case "/Pod":
		s.pod(src, t, text)
	case "/Service":
		if v, ok := decode[corev1.Service](s, src, text); ok {
			defaultService(v)
			s.Services = append(s.Services, keep(s, src, v, &v.ObjectMeta))
		}
	case "networking.k8s.io/Ingress":
		if strings.HasSuffix(t.APIVersion, "/v1") {
			if v, ok := decode[networkingv1.Ingress](s, src, text); ok {
				s.Ingresses = append(s.Ingresses, keep(s, src, v, &v.ObjectMeta))
			}
			return
		}
		s.Others[t.Kind]++
	case "policy/PodDisruptionBudget":
		if v, ok := decode[policyv1.PodDisruptionBudget](s, src, text); ok {
			v.APIVersion, v.Kind = t.APIVersion, t.Kind
			s.Budgets = append(s.Budgets, keep(s, src, v, &v.ObjectMeta))
		}
	case "autoscaling/HorizontalPodAutoscaler":
		s.autoscaler(src, t, text)
	default:
		s.clusterObject(src, group, t, text)
	}
}

// clusterObject reads objects that describe the cluster more than the workload.
func (s *Set) clusterObject(src Source, group string, t metav1.TypeMeta, text []byte) {
	switch group + "/" + t.Kind {
	case "/Node":
		if v, ok := decode[corev1.Node](s, src, text); ok {
			s.Nodes = append(s.Nodes, keep(s, src, v, &v.ObjectMeta))
		}
	case "/Secret":
		if v, ok := decode[corev1.Secret](s, src, text); ok {
			s.Secrets = append(s.Secrets, keep(s, src, v, &v.ObjectMeta))
		}
	case "/PersistentVolumeClaim":
		if v, ok := decode[corev1.PersistentVolumeClaim](s, src, text); ok {
			s.Claims = append(s.Claims, keep(s, src, v, &v.ObjectMeta))
		}
	case "/PersistentVolume":
		if v, ok := decode[corev1.PersistentVolume](s, src, text); ok {
			s.Volumes = append(s.Volumes, keep(s, src, v, &v.ObjectMeta))
		}
	case "storage.k8s.io/StorageClass":
		if v, ok := decode[storagev1.StorageClass](s, src, text); ok {
			s.Classes = append(s.Classes, keep(s, src, v, &v.ObjectMeta))
		}
	case "/Event", "events.k8s.io/Event":
		s.event(src, text)
	default:
		s.Others[t.Kind]++
		s.Operated = s.Operated || t.Kind == "CustomResourceDefinition" || strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
	}
}

func (s *Set) workload(src Source, t metav1.TypeMeta, w *Workload) {
	if slices.ContainsFunc(w.Template.Spec.Containers, func(c corev1.Container) bool { return c.Image == "" }) {
		s.problem(src, "", ErrPatch)
		return
	}
	w.APIVersion, w.Kind = t.APIVersion, t.Kind
	defaultPod(&w.Template.Spec)
	s.Workloads = append(s.Workloads, keep(s, src, w, w.Meta))
}

func (s *Set) deployment(src Source, t metav1.TypeMeta, text []byte) {
	v, ok := decode[appsv1.Deployment](s, src, text)
	if !ok {
		return
	}
	w := &Workload{Meta: &v.ObjectMeta, ReplicasSet: v.Spec.Replicas != nil, Template: &v.Spec.Template, Path: []string{"spec", "template"}, Deployment: v}
	defaultDeployment(v)
	w.Replicas, w.Selector = *v.Spec.Replicas, v.Spec.Selector
	s.workload(src, t, w)
}

func (s *Set) statefulSet(src Source, t metav1.TypeMeta, text []byte) {
	v, ok := decode[appsv1.StatefulSet](s, src, text)
	if !ok {
		return
	}
	w := &Workload{Meta: &v.ObjectMeta, ReplicasSet: v.Spec.Replicas != nil, Template: &v.Spec.Template, Path: []string{"spec", "template"}, StatefulSet: v}
	defaultStatefulSet(v)
	w.Replicas, w.Selector = *v.Spec.Replicas, v.Spec.Selector
	s.workload(src, t, w)
}

func (s *Set) daemonSet(src Source, t metav1.TypeMeta, text []byte) {
	v, ok := decode[appsv1.DaemonSet](s, src, text)
	if !ok {
		return
	}
	defaultDaemonSet(v)
	s.workload(src, t, &Workload{Meta: &v.ObjectMeta, Replicas: 1, Selector: v.Spec.Selector, Template: &v.Spec.Template, Path: []string{"spec", "template"}, DaemonSet: v})
}

// replicaSet reads a ReplicaSet: a workload of its own, or a Deployment's revision.
func (s *Set) replicaSet(src Source, t metav1.TypeMeta, text []byte) {
	v, ok := decode[appsv1.ReplicaSet](s, src, text)
	if !ok {
		return
	}
	set := v.Spec.Replicas != nil
	if !set {
		v.Spec.Replicas = ptr(int32(1))
	}
	if metav1.GetControllerOf(v) != nil {
		s.ReplicaSets = append(s.ReplicaSets, keep(s, src, v, &v.ObjectMeta))
		return
	}
	s.workload(src, t, &Workload{Meta: &v.ObjectMeta, Replicas: *v.Spec.Replicas, ReplicasSet: set, Selector: v.Spec.Selector, Template: &v.Spec.Template, Path: []string{"spec", "template"}})
}

func (s *Set) replicationController(src Source, t metav1.TypeMeta, text []byte) {
	v, ok := decode[corev1.ReplicationController](s, src, text)
	if !ok || v.Spec.Template == nil {
		return
	}
	w := &Workload{Meta: &v.ObjectMeta, Replicas: 1, Selector: &metav1.LabelSelector{MatchLabels: v.Spec.Selector}, Template: v.Spec.Template, Path: []string{"spec", "template"}}
	if v.Spec.Replicas != nil {
		w.Replicas, w.ReplicasSet = *v.Spec.Replicas, true
	}
	s.workload(src, t, w)
}

// pod reads a pod: of a controller, or a workload of its own. Mirror pods of static
// pods have the node as their controller.
func (s *Set) pod(src Source, t metav1.TypeMeta, text []byte) {
	v, ok := decode[corev1.Pod](s, src, text)
	if !ok {
		return
	}
	defaultPod(&v.Spec)
	s.Pods = append(s.Pods, keep(s, src, v, &v.ObjectMeta))
	if metav1.GetControllerOf(v) == nil {
		s.workload(src, t, &Workload{Meta: &v.ObjectMeta, Replicas: 1, Template: &corev1.PodTemplateSpec{ObjectMeta: *v.ObjectMeta.DeepCopy(), Spec: v.Spec}})
	}
}

// autoscaler reads version 2 and the one metric of version 1.
func (s *Set) autoscaler(src Source, t metav1.TypeMeta, text []byte) {
	if t.APIVersion == "autoscaling/v1" {
		old, ok := decode[autoscalingv1.HorizontalPodAutoscaler](s, src, text)
		if !ok {
			return
		}
		v := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: old.ObjectMeta}
		v.Spec.MinReplicas, v.Spec.MaxReplicas = old.Spec.MinReplicas, old.Spec.MaxReplicas
		v.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: old.Spec.ScaleTargetRef.APIVersion, Kind: old.Spec.ScaleTargetRef.Kind, Name: old.Spec.ScaleTargetRef.Name}
		if p := old.Spec.TargetCPUUtilizationPercentage; p != nil {
			v.Spec.Metrics = []autoscalingv2.MetricSpec{{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
				Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: p}}}}
		}
		defaultAutoscaler(v)
		s.Autoscalers = append(s.Autoscalers, keep(s, src, v, &v.ObjectMeta))
		return
	}
	if v, ok := decode[autoscalingv2.HorizontalPodAutoscaler](s, src, text); ok {
		defaultAutoscaler(v)
		s.Autoscalers = append(s.Autoscalers, keep(s, src, v, &v.ObjectMeta))
	}
}
