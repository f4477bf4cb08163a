package simulate_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/yagura/yagura/advise/rollout"
	"github.com/yagura/yagura/advise/schedule"
	"github.com/yagura/yagura/advise/simulate"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var amounts = []string{"0", "1", "2", "3", "10%", "25%", "30%", "50%", "100%"}

func drawDist(t *rapid.T, label string, most time.Duration) simulate.Dist {
	low := time.Duration(rapid.Int64Range(0, int64(most)).Draw(t, label))
	if rapid.Bool().Draw(t, label+" varies") {
		return simulate.Dist{Low: low, High: low + most}
	}
	return simulate.Const(low)
}

func drawWorkload(t *rapid.T, name string) simulate.Workload {
	surge, unavailable := intstr.Parse(rapid.SampledFrom(amounts).Draw(t, "surge")), intstr.Parse(rapid.SampledFrom(amounts).Draw(t, "unavailable"))
	spec := &corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m")}}}}}
	w := simulate.Workload{Kind: simulate.Deployment, Namespace: "default", Name: name, Replicas: rapid.Int32Range(0, 12).Draw(t, "replicas"), Surge: &surge, Unavailable: &unavailable,
		Pod: schedule.NewPod("default", name, map[string]string{"app": name}, spec), Start: drawDist(t, "start", 30*time.Second), Grace: 30 * time.Second, Tolerate: 300 * time.Second,
		PreStop: time.Duration(rapid.IntRange(0, 40).Draw(t, "preStop")) * time.Second, MinReady: time.Duration(rapid.IntRange(0, 20).Draw(t, "minReady")) * time.Second,
		RPS: 100, Request: simulate.Const(time.Second), Propagation: drawDist(t, "propagation", 5*time.Second)}
	if rapid.Bool().Draw(t, "readiness") {
		w.Readiness = &rollout.Probe{Period: 5 * time.Second, Success: 1, Failure: 3}
	}
	w.Broken = rapid.IntRange(0, 9).Draw(t, "broken") == 0
	return w
}

func drawNodes(t *rapid.T, least int) []simulate.Node {
	var out []simulate.Node
	for i := range rapid.IntRange(least, 5).Draw(t, "nodes") {
		name := fmt.Sprintf("n%d", i)
		out = append(out, simulate.Node{Name: name, Zone: "z", Object: &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"kubernetes.io/hostname": name}},
			Status: corev1.NodeStatus{Allocatable: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(rapid.SampledFrom([]string{"1", "2", "16"}).Draw(t, "cpu"))}}}})
	}
	return out
}

// TestRolloutInvariants: total ≤ replicas + surge and, once all were available,
// available ≥ replicas − unavailable, at every instant of any update.
func TestRolloutInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorkload(t, "web")
		sc := &simulate.Scenario{Seed: rapid.Uint64().Draw(t, "seed"), Policy: simulate.Kubernetes, Nodes: drawNodes(t, 1), Workloads: []simulate.Workload{w}, Event: simulate.Rollout{},
			Settle: time.Hour, Horizon: 3 * time.Hour, NodeMonitorGrace: 50 * time.Second}
		b, err := rollout.Deployment(w.Replicas, w.Surge, w.Unavailable)
		if err != nil {
			t.Fatal(err)
		}
		r := play(t, sc)
		room := int32(0)
		for _, n := range sc.Nodes {
			room += int32(n.Object.Status.Allocatable.Cpu().MilliValue() / 500)
		}
		for _, p := range r.Points {
			if p.Total > b.MaxTotal {
				t.Fatalf("%d pods of at most %d: %+v", p.Total, b.MaxTotal, p)
			}
			if room >= w.Replicas && p.Available < b.MinAvailable {
				t.Fatalf("%d available of at least %d: %+v", p.Available, b.MinAvailable, p)
			}
			if p.Ready < 0 || p.Pending < 0 || p.Terminating < 0 || p.Ready > p.Total || p.Available > p.Ready {
				t.Fatalf("impossible state %+v", p)
			}
		}
		if !w.Broken && room >= w.Replicas+b.Surge+w.Replicas && !r.Done {
			t.Fatalf("with room for all it stalls: %+v", r.Stall)
		}
		if lost, all := r.Lost(); lost < 0 || lost > all+w.RPS*float64(w.Replicas) {
			t.Fatalf("%f lost of %f", lost, all)
		}
	})
}

// TestDrainKeepsBudget: evictions never leave fewer healthy pods than the budget wants.
func TestDrainKeepsBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorkload(t, "web")
		w.Broken = false
		amount := intstr.Parse(rapid.SampledFrom(amounts).Draw(t, "budget"))
		b := simulate.Budget{Name: "web", Covers: []string{"web"}, AlwaysAllow: rapid.Bool().Draw(t, "always")}
		if rapid.Bool().Draw(t, "minAvailable") {
			b.Budget.MinAvailable = &amount
			b.Whole = amount.Type == intstr.Int
		} else {
			b.Budget.MaxUnavailable = &amount
		}
		nodes := drawNodes(t, 2)
		var event any = simulate.Drain{Node: "n0"}
		if rapid.Bool().Draw(t, "upgrade") {
			event = simulate.NewUpgrade("", rapid.SampledFrom([]string{"1", "2", "50%"}).Draw(t, "surge"), "", simulate.Const(time.Minute))
		}
		r := play(t, &simulate.Scenario{Seed: 1, Policy: simulate.Kubernetes, Nodes: nodes, Workloads: []simulate.Workload{w}, Budgets: []simulate.Budget{b}, Event: event,
			Settle: time.Hour, Horizon: 3 * time.Hour, NodeMonitorGrace: 50 * time.Second})
		room := int32(0)
		for _, n := range nodes {
			room += int32(n.Object.Status.Allocatable.Cpu().MilliValue() / 500)
		}
		if room < w.Replicas {
			return // it was not healthy to begin with
		}
		desired, err := b.Budget.Desired(w.Replicas)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Points {
			if p.Ready < min(desired, w.Replicas) {
				t.Fatalf("%d ready, the budget wants %d: %+v", p.Ready, desired, p)
			}
		}
		if allowed, _ := b.Budget.Allowed(w.Replicas, w.Replicas); allowed == 0 && w.Replicas > 0 && r.Evictions > 0 {
			t.Fatalf("%d evictions that the budget does not allow", r.Evictions)
		}
	})
}

// TestECSBounds: tasks stay between the lower and the upper limit.
func TestECSBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorkload(t, "web")
		w.Broken, w.Deregistration = false, 30*time.Second
		w.MinimumHealthy, w.Maximum = rapid.SampledFrom([]int32{0, 50, 100}).Draw(t, "minimum"), rapid.SampledFrom([]int32{125, 150, 200}).Draw(t, "maximum")
		r := play(t, &simulate.Scenario{Seed: 1, Policy: simulate.ECS, Nodes: drawNodes(t, 1)[:1], Workloads: []simulate.Workload{w}, Event: simulate.Rollout{}, Settle: time.Hour, Horizon: 3 * time.Hour})
		b := rollout.ECS(w.Replicas, w.MinimumHealthy, w.Maximum)
		for _, p := range r.Points {
			if p.Total > max(b.MaxTotal, 1) {
				t.Fatalf("%d tasks of at most %d", p.Total, b.MaxTotal)
			}
		}
	})
}

// BenchmarkEvents rolls 50 Deployments of 40 pods out on 100 nodes and counts pods'
// events a second.
func BenchmarkEvents(b *testing.B) {
	var text strings.Builder
	for i := range 50 {
		text.WriteString("---\n" + strings.ReplaceAll(strings.ReplaceAll(web, "web", fmt.Sprintf("w%d", i)), "replicas: 4", "replicas: 40"))
	}
	o := defaults()
	o.Nodes, o.RPS, o.Start = 100, 100, simulate.Dist{P50: 10 * time.Second, P99: 40 * time.Second}
	sc := scenario(b, text.String(), o)
	events, began := int64(0), cpuTime(b)
	for b.Loop() {
		r := play(b, sc)
		if !r.Done {
			b.Fatal(r.Stall)
		}
		events += r.Events
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(events)/(cpuTime(b)-began).Seconds(), "events/cpu-s") // the same, whatever else the machine does
}

// cpuTime is how long this process has worked.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
