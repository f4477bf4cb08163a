package rule_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/report"
	"github.com/yagura/yagura/advise/rule"
)

type object = map[string]any

// TestAnyManifest runs the rules over manifests of all shapes.
func TestAnyManifest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := stream(manifests(t))
		set := manifest.New()
		if err := set.ReadStream("m.yaml", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		findings := check(t, rule.Input{Set: set, Measured: measured(t)})
		for name, write := range report.Formats {
			if err := write(io.Discard, report.Report{Findings: findings, Rules: rule.All(), Version: "test"}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, f := range findings {
			if f.Reason.String() == "" || f.Failure.String() == "" || strings.Contains(message.Sentences(f.Reason, f.Failure).String(), "%!") {
				t.Fatalf("%s says %q, %q of\n%s", f.Rule.ID, f.Reason, f.Failure, text)
			}
			if line := f.Line(); line < 1 || line > strings.Count(text, "\n")+1 {
				t.Fatalf("%s is at line %d of\n%s", f.Rule.ID, line, text)
			}
		}
	})
}

// TestBlocksForever compares the advice with a cluster in which all pods are healthy
// and one is evicted, at every number of replicas that the autoscaler may choose.
func TestBlocksForever(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := manifests(t)
		text := stream(all)
		set := manifest.New()
		if err := set.ReadStream("m.yaml", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		says := map[string]bool{}
		for _, f := range check(t, rule.Input{Set: set, Measured: rule.Measured{Now: judged}}) {
			if f.Rule.ID == "pdb-blocks-drain" && f.Severity == rule.Error {
				says[f.Object] = true
			}
		}
		for _, b := range set.Budgets {
			if b.Spec.MinAvailable != nil && b.Spec.MaxUnavailable != nil {
				continue
			}
			if said, is := says["poddisruptionbudget/"+b.Name], blocks(set, b); said != is {
				t.Fatalf("budget %s: the advice is %v, the truth %v\n%s", b.Name, said, is, text)
			}
		}
	})
}

// blocks works a budget out pod by pod: does it cover pods that a drain evicts, and
// refuse each of them at every scale?
func blocks(set *manifest.Set, b *policyv1.PodDisruptionBudget) bool {
	var scaled, bare int
	grows := 0
	for _, w := range set.Workloads {
		if !w.Runs() || w.DaemonSet != nil || !manifest.Covers(b, w.Meta.Namespace, w.Template.Labels) {
			continue
		}
		_, most := set.Scale(w)
		if w.Kind == "Pod" {
			bare++
		} else {
			scaled += int(most)
			grows++
		}
	}
	nodes := 0
	for _, w := range set.Workloads {
		if w.DaemonSet != nil && manifest.Covers(b, w.Meta.Namespace, w.Template.Labels) {
			nodes += len(set.Nodes)
		}
	}
	if scaled+bare == 0 {
		return false
	}
	var expected, desired int
	switch {
	case b.Spec.MaxUnavailable != nil:
		expected = scaled
		desired = max(expected-percent(b.Spec.MaxUnavailable.String(), expected), 0)
	case b.Spec.MinAvailable != nil && !strings.HasSuffix(b.Spec.MinAvailable.String(), "%"):
		expected = scaled + bare + nodes
		desired = int(b.Spec.MinAvailable.IntVal)
	case b.Spec.MinAvailable != nil:
		expected = scaled
		desired = percent(b.Spec.MinAvailable.String(), expected)
	default:
		expected = scaled
	}
	return expected > 0 && expected-desired <= 0
}

func percent(text string, of int) int {
	var n int
	if p, ok := strings.CutSuffix(text, "%"); ok {
		fmt.Sscan(p, &n)
		return (n*of + 99) / 100
	}
	fmt.Sscan(text, &n)
	return n
}

// TestPatchesEnd applies each patch to the object it is for: the finding is gone.
func TestPatchesEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := manifests(t)
		m := measured(t)
		set := manifest.New()
		if err := set.ReadStream("m.yaml", strings.NewReader(stream(all))); err != nil {
			t.Fatal(err)
		}
		for _, f := range check(t, rule.Input{Set: set, Measured: m}) {
			if f.Patch == nil {
				continue
			}
			fixed, ok := patched(t, all, f.Patch)
			if !ok {
				t.Fatalf("%s patches %s, which is not there", f.Rule.ID, f.Patch.Target)
			}
			again := manifest.New()
			if err := again.ReadStream("m.yaml", strings.NewReader(stream(fixed))); err != nil {
				t.Fatal(err)
			}
			for _, g := range check(t, rule.Input{Set: again, Measured: m}) {
				if g.Rule == f.Rule && g.Object == f.Object && g.Reason.String() == f.Reason.String() {
					t.Fatalf("%s is still there: %s\npatch:\n%s\nof:\n%s", f.Rule.ID, f.Reason, f.Patch.YAML(), stream(all))
				}
			}
		}
	})
}

// patched applies a patch as kubectl does.
func patched(t *rapid.T, all []object, p *rule.Patch) ([]object, bool) {
	if p.Type == "apply" {
		return append(append([]object(nil), all...), p.Body()), true
	}
	out, found := append([]object(nil), all...), false
	for i, o := range out {
		kind, name := o["kind"].(string), o["metadata"].(object)["name"].(string)
		if strings.ToLower(kind)+"/"+name != p.Target {
			continue
		}
		types := map[string]any{"Deployment": appsv1.Deployment{}, "StatefulSet": appsv1.StatefulSet{}, "DaemonSet": appsv1.DaemonSet{}, "ReplicaSet": appsv1.ReplicaSet{}, "Pod": corev1.Pod{}, "Job": batchv1.Job{}, "CronJob": batchv1.CronJob{},
			"PodDisruptionBudget": policyv1.PodDisruptionBudget{}, "HorizontalPodAutoscaler": autoscalingv2.HorizontalPodAutoscaler{}}
		before, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		patch, err := json.Marshal(p.Body())
		if err != nil {
			t.Fatal(err)
		}
		after, err := strategicpatch.StrategicMergePatch(before, patch, types[kind])
		if err != nil {
			t.Fatalf("apply %s to %s: %v", patch, before, err)
		}
		var v object
		if err := json.Unmarshal(after, &v); err != nil {
			t.Fatal(err)
		}
		out[i], found = v, true
	}
	return out, found
}

func stream(all []object) string {
	var b strings.Builder
	for _, o := range all {
		text, err := yaml.Marshal(o)
		if err != nil {
			panic(err)
		}
		b.WriteString("---\n" + string(text))
	}
	return b.String()
}
