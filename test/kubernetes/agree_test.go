//go:build kubernetes

package kubernetes

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/rollout"
	"github.com/yagura/yagura/advise/simulate"
)

// What stages.yaml says of pods, and how long a state must last to be seen: the real
// controllers take a while for what the simulator does at once.
const (
	starts  = 2 * time.Second
	stops   = time.Second
	lasting = 600 * time.Millisecond
	// still is how long nothing must happen for a run to be over.
	still = 9 * time.Second
)

// state is what is compared.
type state struct{ ready, total int32 }

// case of a comparison: manifests, and what happens to them.
type scenario struct {
	name      string
	manifests []string
	event     any // nil: they are created
	broken    bool
}

func scenarios() []scenario {
	rolling := func(surge, unavailable string) string {
		return fmt.Sprintf("  strategy: {rollingUpdate: {maxSurge: %s, maxUnavailable: %s}}\n", surge, unavailable)
	}
	const cpu = "        resources: {requests: {cpu: '1'}}\n"
	const apart = "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}\n"
	big, small := node("n1", "16", "a", ""), func(n, zone string) string { return node(n, "1", zone, "") }
	roll := simulate.Rollout{}
	return []scenario{
		{"default of 4", []string{big, deployment(4, "", "", "")}, roll, false},
		{"surge 1 of 4", []string{big, deployment(4, rolling("1", "0"), "", "")}, roll, false},
		{"unavailable 1 of 4", []string{big, deployment(4, rolling("0", "1"), "", "")}, roll, false},
		{"surge all of 3", []string{big, deployment(3, rolling("100%", "0"), "", "")}, roll, false},
		{"30 and 20 of 10", []string{big, deployment(10, rolling("30%", "20%"), "", "")}, roll, false},
		{"one replica", []string{big, deployment(1, "", "", "")}, roll, false},
		{"recreate", []string{big, deployment(3, "  strategy: {type: Recreate}\n", "", "")}, roll, false},
		{"minReadySeconds", []string{big, deployment(3, rolling("1", "0")+"  minReadySeconds: 2\n", "", "")}, roll, false},
		{"a broken version", []string{big, deployment(4, "", "", "")}, roll, true},
		{"surge without room", []string{node("n1", "2", "a", ""), deployment(2, rolling("1", "0"), "", cpu)}, roll, false},
		{"no surge, no room", []string{node("n1", "2", "a", ""), deployment(2, rolling("0", "1"), "", cpu)}, roll, false},
		{"Pending for cpu", []string{node("n1", "2", "a", ""), deployment(3, "", "", cpu)}, nil, false},
		{"affinity", []string{big, deployment(2, "", "      affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}\n", "")}, nil, false},
		{"a taint", []string{node("n1", "16", "a", "  taints: [{key: dedicated, value: x, effect: NoSchedule}]\n"), deployment(2, "", "", "")}, nil, false},
		{"a toleration", []string{node("n1", "16", "a", "  taints: [{key: dedicated, value: x, effect: NoSchedule}]\n"), deployment(2, "", "      tolerations: [{key: dedicated, operator: Exists}]\n", "")}, nil, false},
		{"apart, and a surge", []string{node("n1", "16", "a", ""), node("n2", "16", "a", ""), deployment(2, rolling("1", "0"), apart, "")}, roll, false},
		{"apart, one after the other", []string{node("n1", "16", "a", ""), node("n2", "16", "a", ""), deployment(2, rolling("0", "1"), apart, "")}, roll, false},
		{"spread over zones", []string{small("n1", "a"), node("n2", "16", "b", ""), deployment(5, "", "      topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}]\n", cpu)}, nil, false},
		{"a StatefulSet", []string{big, statefulSet(3)}, roll, false},
		{"a budget that blocks", []string{node("n1", "16", "a", ""), node("n2", "16", "a", ""), deployment(2, "", "", ""), budget("minAvailable: 2")}, simulate.Drain{Node: "n1"}, false},
		{"a budget of one", []string{node("n1", "16", "a", ""), node("n2", "16", "a", ""), deployment(4, "", "", ""), budget("maxUnavailable: 1")}, simulate.Drain{Node: "n1"}, false},
		{"no budget", []string{node("n1", "16", "a", ""), node("n2", "16", "a", ""), deployment(4, "", "", "")}, simulate.Drain{Node: "n1"}, false},
	}
}

func node(name, cpu, zone, spec string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Node\nmetadata: {name: %s, labels: {kubernetes.io/hostname: %s, topology.kubernetes.io/zone: %s}}\nspec:\n  podCIDR: ''\n%sstatus: {capacity: {cpu: '%s', memory: 64Gi, pods: '50'}, allocatable: {cpu: '%s', memory: 64Gi, pods: '50'}}\n", name, name, zone, spec, cpu, cpu)
}

const template = "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      terminationGracePeriodSeconds: 30\n%s      containers:\n      - name: web\n        image: web:1\n%s"

func deployment(n int, spec, pod, container string) string {
	return fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: %d\n", n) + spec + fmt.Sprintf(template, pod, container)
}

func statefulSet(n int) string {
	return fmt.Sprintf("apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  replicas: %d\n  serviceName: web\n", n) + fmt.Sprintf(template, "", "")
}

func budget(spec string) string {
	return "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec:\n  " + spec + "\n  selector: {matchLabels: {app: web}}\n"
}

// TestAgree plays each scenario twice, in the simulator and with the real controllers,
// and compares the states that last, and whether it stands still before its end.
func TestAgree(t *testing.T) {
	bin := os.Getenv("YAGURA_KUBERNETES")
	if bin == "" {
		t.Fatal("YAGURA_KUBERNETES must name the folder that scripts/kubernetes prints")
	}
	p := start(t, bin)
	t.Run("all", func(t *testing.T) {
		for i, sc := range scenarios() {
			t.Run(sc.name, func(t *testing.T) {
				t.Parallel()
				want, stalls := simulated(t, sc)
				got, stood := p.play(t, sc, fmt.Sprintf("s%d", i))
				if !slices.Equal(got, want) || stood != stalls {
					t.Errorf("simulated: %v, stalls %v\nreal:      %v, stalls %v", want, stalls, got, stood)
				}
			})
		}
	})
}

// simulated are the lasting states of the simulator.
func simulated(t *testing.T, sc scenario) ([]state, bool) {
	set := manifest.New()
	if err := set.ReadStream("m", strings.NewReader(strings.Join(sc.manifests, "---\n"))); err != nil {
		t.Fatal(err)
	}
	s, err := simulate.FromManifests(set, simulate.Options{Seed: 1, Policy: simulate.Kubernetes, Event: sc.event, Start: simulate.Const(starts), Broken: sc.broken, Horizon: time.Hour, NodeMonitorGrace: 50 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Workloads {
		s.Workloads[i].Readiness = &rollout.Probe{Period: time.Millisecond, Success: 1, Failure: 3}
		s.Workloads[i].PreStop = stops
	}
	first := s.Workloads[0].Replicas
	states := []state{{first, first}}
	if sc.event == nil {
		s.Settle, states = 0, nil
	}
	r, err := simulate.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range r.Points {
		if i+1 < len(r.Points) && r.Points[i+1].At-p.At < lasting {
			continue
		}
		states = appendState(states, state{p.Ready, p.Total})
	}
	return states, !r.Done
}

func appendState(list []state, s state) []state {
	if len(list) > 0 && list[len(list)-1] == s {
		return list
	}
	return append(list, s)
}

// play makes the scenario's objects, in a namespace and on nodes of its own, and
// watches.
func (p *plane) play(t *testing.T, sc scenario, ns string) ([]state, bool) {
	p.must(t, "POST", "/api/v1/namespaces", "", map[string]any{"metadata": map[string]any{"name": ns}})
	var w object
	for _, m := range sc.manifests {
		var o object
		if err := yaml.Unmarshal([]byte(m), &o); err != nil {
			t.Fatal(err)
		}
		meta := o["metadata"].(object)
		switch o["kind"] {
		case "Node":
			name := ns + "-" + meta["name"].(string)
			meta["name"] = name
			meta["labels"].(object)["kubernetes.io/hostname"] = name
			meta["labels"].(object)["scenario"] = ns
			meta["annotations"] = object{"kwok.x-k8s.io/node": "fake"}
			p.must(t, "POST", "/api/v1/nodes", "", o)
			wait(t, "node "+name, func() bool { return p.nodeReady(t, name) })
		case "PodDisruptionBudget":
			p.must(t, "POST", "/apis/policy/v1/namespaces/"+ns+"/poddisruptionbudgets", "", o)
		default:
			o["spec"].(object)["template"].(object)["spec"].(object)["nodeSelector"] = object{"scenario": ns}
			w = o
		}
	}
	path := "/apis/apps/v1/namespaces/" + ns + "/" + strings.ToLower(w["kind"].(string)) + "s"
	want := int32(w["spec"].(object)["replicas"].(float64))
	watcher := &watcher{p: p, ns: ns}
	if sc.event == nil {
		p.must(t, "POST", path, "", w)
		return watcher.states(t, func() bool { return watcher.now == state{want, want} })
	}
	p.must(t, "POST", path, "", w)
	wait(t, "pods of "+sc.name, func() bool { watcher.look(t); return watcher.now == state{want, want} })
	time.Sleep(2 * time.Second) // the controllers' statuses follow
	switch e := sc.event.(type) {
	case simulate.Rollout:
		annotations := object{"version": "2"}
		if sc.broken {
			annotations["broken"] = "yes"
		}
		p.must(t, "PATCH", path+"/web", "application/merge-patch+json", object{"spec": object{"template": object{"metadata": object{"annotations": annotations}}}})
		return watcher.states(t, func() bool { return watcher.now == state{want, want} && watcher.updated == want })
	case simulate.Drain:
		name := ns + "-" + e.Node
		p.must(t, "PATCH", "/api/v1/nodes/"+name, "application/merge-patch+json", object{"spec": object{"unschedulable": true}})
		empty := false
		stop := make(chan struct{})
		defer close(stop)
		watcher.each = func(pods []corev1.Pod) {
			empty = !slices.ContainsFunc(pods, func(p corev1.Pod) bool { return p.Spec.NodeName == name })
		}
		go p.drain(ns, name, stop)
		return watcher.states(t, func() bool { return empty && watcher.now == state{want, want} })
	}
	t.Fatalf("unknown event %T", sc.event)
	return nil, false
}

type object = map[string]any

func (p *plane) nodeReady(t *testing.T, name string) bool {
	var n corev1.Node
	if err := json.Unmarshal(p.must(t, "GET", "/api/v1/nodes/"+name, "", nil), &n); err != nil {
		t.Fatal(err)
	}
	taints := slices.ContainsFunc(n.Spec.Taints, func(t corev1.Taint) bool { return strings.HasPrefix(t.Key, "node.kubernetes.io/") })
	return !taints && slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

// drain evicts the node's pods, and again every 5 s what was refused, as kubectl does.
func (p *plane) drain(ns, node string, stop <-chan struct{}) {
	for {
		_, text, err := p.do("GET", "/api/v1/namespaces/"+ns+"/pods", "", nil)
		var list corev1.PodList
		if err == nil && json.Unmarshal(text, &list) == nil {
			for _, q := range list.Items {
				if q.Spec.NodeName == node && q.DeletionTimestamp == nil {
					_, _, _ = p.do("POST", "/api/v1/namespaces/"+ns+"/pods/"+q.Name+"/eviction", "", object{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": object{"name": q.Name, "namespace": ns}})
				}
			}
		}
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Second):
		}
	}
}

// watcher looks at a namespace's pods.
type watcher struct {
	p       *plane
	ns      string
	now     state
	updated int32
	each    func([]corev1.Pod)
}

func (w *watcher) look(t *testing.T) {
	var list corev1.PodList
	if err := json.Unmarshal(w.p.must(t, "GET", "/api/v1/namespaces/"+w.ns+"/pods", "", nil), &list); err != nil {
		t.Fatal(err)
	}
	w.now, w.updated = state{}, 0
	for _, q := range list.Items {
		if q.DeletionTimestamp != nil {
			continue
		}
		w.now.total++
		if slices.ContainsFunc(q.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue }) {
			w.now.ready++
		}
		if q.Annotations["version"] == "2" {
			w.updated++
		}
	}
	if w.each != nil {
		w.each(list.Items)
	}
}

// states are those that last, until the goal is reached or nothing happens any more.
func (w *watcher) states(t *testing.T, goal func() bool) ([]state, bool) {
	var list []state
	if w.now.total > 0 {
		list = append(list, w.now) // before the event
	}
	last, since := state{-1, -1}, time.Now()
	for {
		w.look(t)
		if w.now != last {
			last, since = w.now, time.Now()
		}
		if time.Since(since) >= lasting {
			list = appendState(list, last)
			if goal() {
				return list, false
			}
		}
		if time.Since(since) > still {
			return list, true
		}
		time.Sleep(40 * time.Millisecond)
	}
}
