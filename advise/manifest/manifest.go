// Package manifest reads what is known of a cluster: Kubernetes objects from YAML and
// JSON streams (files, rendered charts, kubectl's dumps), and what az prints of an AKS
// cluster, its node pools and credentials. Kinds that nobody asks about pass by; they
// are counted. Objects get the API server's defaults.
package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"sigs.k8s.io/yaml"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rollout"
)

// MaxBytes bounds one stream.
const MaxBytes = 64 << 20

// ErrTooLarge is a stream of more than MaxBytes.
var ErrTooLarge = message.Errorf("the stream is too large")

// Set is what was read, in the order it was read.
type Set struct {
	Workloads   []*Workload
	ReplicaSets []*appsv1.ReplicaSet // those that belong to a Deployment
	Pods        []*corev1.Pod
	Services    []*corev1.Service
	Ingresses   []*networkingv1.Ingress
	Budgets     []*policyv1.PodDisruptionBudget
	Autoscalers []*autoscalingv2.HorizontalPodAutoscaler
	Nodes       []*corev1.Node
	Secrets     []*corev1.Secret
	Claims      []*corev1.PersistentVolumeClaim
	Volumes     []*corev1.PersistentVolume
	Classes     []*storagev1.StorageClass
	Events      []*Event
	Clusters    []*Cluster
	Pools       []*Pool
	Credentials []*Credential

	// Others counts documents of kinds that pass by.
	Others map[string]int
	// Operated says that custom resources, or definitions of such, are among them: an
	// operator may make pods of its own.
	Operated bool
	// Problems are documents and fields that cannot be read.
	Problems []Problem

	// Namespace is that of objects that name none, as kubectl's -n. If it is empty they
	// are in the one that all others of their stream name, as where Helm renders some
	// objects with the namespace of the release and some without; else in default.
	Namespace string

	sources  map[any]Source
	index    atomic.Pointer[index]
	homeless []*metav1.ObjectMeta // objects of this stream that name no namespace
	named    []string             // the namespaces that the others name
	patches  map[string]bool      // files of kustomizations
}

// Workload is a controller of pods, or a pod of its own.
type Workload struct {
	APIVersion, Kind string
	Meta             *metav1.ObjectMeta
	// Replicas is how many pods are wanted; 1 for kinds that have no such field.
	Replicas int32
	// ReplicasSet says that the manifest names the number.
	ReplicasSet bool
	Selector    *metav1.LabelSelector
	Template    *corev1.PodTemplateSpec
	// Path leads to the pod template: spec.template, or nothing for a pod.
	Path []string

	// One of these is set for the kinds that roll out.
	Deployment  *appsv1.Deployment
	StatefulSet *appsv1.StatefulSet
	DaemonSet   *appsv1.DaemonSet
}

// Ref names the workload as kubectl does: deployment/web.
func (w *Workload) Ref() string { return strings.ToLower(w.Kind) + "/" + w.Meta.Name }

// Runs reports whether the workload's pods are meant to run for ever.
func (w *Workload) Runs() bool { return w.Kind != "Job" && w.Kind != "CronJob" }

// Rolling is how many pods more and fewer a rolling update of a Deployment or DaemonSet may
// have, as its manifest says it; ok is false for what is not updated by replacing pods bit
// by bit.
func (w *Workload) Rolling() (surge, unavailable *intstr.IntOrString, ok bool) {
	switch {
	case w.Deployment != nil && w.Deployment.Spec.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType:
		r := w.Deployment.Spec.Strategy.RollingUpdate
		return r.MaxSurge, r.MaxUnavailable, true
	case w.DaemonSet != nil && w.DaemonSet.Spec.UpdateStrategy.Type == appsv1.RollingUpdateDaemonSetStrategyType:
		r := w.DaemonSet.Spec.UpdateStrategy.RollingUpdate
		return r.MaxSurge, r.MaxUnavailable, true
	}
	return nil, nil, false
}

// Bounds are what an update of a Deployment or DaemonSet keeps to when it has that many
// pods; ok is false as for Rolling, and where a percentage cannot be read.
func (w *Workload) Bounds(pods int32) (b rollout.Bounds, ok bool) {
	surge, unavailable, ok := w.Rolling()
	if !ok {
		return b, false
	}
	resolve := rollout.Deployment
	if w.DaemonSet != nil {
		resolve = rollout.DaemonSet
	}
	b, err := resolve(pods, surge, unavailable)
	return b, err == nil
}

// Problem is a document or field that cannot be read.
type Problem struct {
	Source Source
	// Field is where in the document; empty for the whole of it.
	Field string
	Err   error
	// Ignored says that the rest of the document was read: the field is unknown.
	Ignored bool
}

func (p Problem) String() string { return fmt.Sprintf("%s: %v", p.Source, p.Err) }

// New returns an empty set.
func New() *Set {
	return &Set{Others: map[string]int{}, sources: map[any]Source{}, patches: map[string]bool{}}
}

// Len is how many objects were read.
func (s *Set) Len() int { return len(s.sources) }

// Source says where an object of the set was read.
func (s *Set) Source(object any) Source { return s.sources[object] }

// ReadStream adds a stream's objects. What cannot be read is a Problem of the set;
// the error is one of reading.
func (s *Set) ReadStream(name string, r io.Reader) error {
	if s.patches[path.Clean(name)] {
		s.Others["patch"]++
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return message.Errorf("read %s: %s", name, err)
	}
	if len(text) > MaxBytes {
		return message.Errorf("read %s: %s: more than %d MiB", name, ErrTooLarge, MaxBytes>>20)
	}
	for _, doc := range split(name, text) {
		s.document(doc)
	}
	s.settle()
	return nil
}

// settle gives the objects of a stream that name no namespace theirs.
func (s *Set) settle() {
	home := s.Namespace
	switch {
	case home != "":
	case len(s.named) == 1:
		home = s.named[0]
	default:
		home = metav1.NamespaceDefault
	}
	for _, m := range s.homeless {
		m.Namespace = home
	}
	s.homeless, s.named = nil, nil
}

// ReadPath adds a file, or the manifests in a folder and below it; kustomizations there are
// noted first.
func (s *Set) ReadPath(fsys fs.FS, name string) error {
	st, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	if !st.IsDir() {
		return s.readFile(fsys, name)
	}
	return fs.WalkDir(fsys, name, func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			for _, k := range kustomizations {
				if text, err := fs.ReadFile(fsys, path.Join(file, k)); err == nil {
					s.Kustomize(path.Join(file, k), text)
				}
			}
		}
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != name && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(file))):
			return nil
		}
		return s.readFile(fsys, file)
	})
}

// kustomizations are the names of a folder's kustomization.
var kustomizations = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// Kustomize notes the patches that a kustomization names, if the file is one: streams of
// their names pass by, for alone they are no manifests.
func (s *Set) Kustomize(file string, text []byte) {
	if !slices.Contains(kustomizations, path.Base(file)) {
		return
	}
	var k struct {
		Patches, PatchesJson6902 []struct{ Path string }
		PatchesStrategicMerge    []string
	}
	if yaml.Unmarshal(text, &k) != nil {
		return // the document is told as it is read
	}
	for _, p := range append(k.Patches, k.PatchesJson6902...) {
		k.PatchesStrategicMerge = append(k.PatchesStrategicMerge, p.Path)
	}
	for _, p := range k.PatchesStrategicMerge {
		s.patches[path.Join(path.Dir(file), p)] = true
	}
}

func (s *Set) readFile(fsys fs.FS, name string) (err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.ReadStream(name, f)
}
