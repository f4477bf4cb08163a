package manifest_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"pgregory.net/rapid"

	"github.com/yagura/yagura/advise/manifest"
)

// TestBelongs compares what is found by the index with asking each object for each.
func TestBelongs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := manifest.New()
		for stream := range rapid.IntRange(1, 2).Draw(t, "streams") { // the index is asked, and more is read
			if err := set.ReadStream("m.yaml", strings.NewReader(belongings(t, stream))); err != nil {
				t.Fatal(err)
			}
			compareIndex(t, set)
		}
	})
}

func compareIndex(t *rapid.T, set *manifest.Set) {
	for _, w := range set.Workloads {
		var services []*corev1.Service
		for _, v := range set.Services {
			if v.Namespace == w.Meta.Namespace && len(v.Spec.Selector) > 0 && labels.SelectorFromSet(v.Spec.Selector).Matches(labels.Set(w.Template.Labels)) {
				services = append(services, v)
			}
		}
		var budgets []*policyv1.PodDisruptionBudget
		for _, b := range set.Budgets {
			covers := manifest.Covers(b, w.Meta.Namespace, w.Template.Labels)
			if covers {
				budgets = append(budgets, b)
			}
			if slices.Contains(set.CoveredBy(b), w) != (covers && w.Runs()) {
				t.Fatalf("budget %s covers %s: %v", b.Name, w.Ref(), covers)
			}
		}
		if !slices.Equal(set.ServicesOf(w), services) || !slices.Equal(set.BudgetsOf(w), budgets) {
			t.Fatalf("%s: %d services and %d budgets, not %d and %d", w.Ref(), len(set.ServicesOf(w)), len(set.BudgetsOf(w)), len(services), len(budgets))
		}
	}
}

func belongings(t *rapid.T, stream int) string {
	var b strings.Builder
	pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, what) }
	set := func(what string) string {
		return pick(what, "{}", "{a: x}", "{a: y}", "{a: x, b: x}", "{b: x, c: ''}", "{a: z}")
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "objects") {
		meta := fmt.Sprintf("metadata: {name: o%d-%d, namespace: %s}", stream, i, pick("namespace", "one", "two"))
		switch pick("kind", "workload", "service", "budget") {
		case "workload":
			fmt.Fprintf(&b, "---\napiVersion: apps/v1\nkind: %s\n%s\nspec: {template: {metadata: {labels: %s}, spec: {containers: [{name: c, image: i}]}}}\n", pick("controller", "Deployment", "StatefulSet"), meta, set("labels"))
		case "service":
			fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Service\n%s\nspec: {selector: %s, ports: [{port: 80}]}\n", meta, set("selector"))
		default:
			selector := pick("by", "{matchLabels: "+set("match")+"}", "{matchExpressions: [{key: a, operator: In, values: [x, z]}]}", "{matchLabels: {b: x}, matchExpressions: [{key: a, operator: DoesNotExist}]}", "{}", "null", "{matchExpressions: [{key: a, operator: Is}]}")
			fmt.Fprintf(&b, "---\napiVersion: %s\nkind: PodDisruptionBudget\n%s\nspec: {minAvailable: 1, selector: %s}\n", pick("version", "policy/v1", "policy/v1beta1"), meta, selector)
		}
	}
	return b.String()
}

// TestStatefulSetPods: a service may select the pods of a StatefulSet by their names and
// numbers, which the controller writes on them.
func TestStatefulSetPods(t *testing.T) {
	set := manifest.New()
	text := "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {replicas: 2, ordinals: {start: 1}, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}}\n"
	selectors := map[string]bool{
		"{statefulset.kubernetes.io/pod-name: db-1}":          true,
		"{app: db, statefulset.kubernetes.io/pod-name: db-2}": true,
		"{statefulset.kubernetes.io/pod-name: db-0}":          false,
		"{statefulset.kubernetes.io/pod-name: db-3}":          false,
		"{statefulset.kubernetes.io/pod-name: web-1}":         false,
		"{apps.kubernetes.io/pod-index: '2'}":                 true,
		"{app: web, apps.kubernetes.io/pod-index: '2'}":       false,
	}
	for selector := range selectors {
		text += "---\napiVersion: v1\nkind: Service\nmetadata: {name: s" + strconv.Itoa(len(text)) + "}\nspec: {ports: [{port: 1}], selector: " + selector + "}\n"
	}
	if err := set.ReadStream("m.yaml", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	of := set.ServicesOf(set.Workloads[0])
	want := 0
	for _, selects := range selectors {
		if selects {
			want++
		}
	}
	if len(of) != want {
		t.Errorf("%d of %d services", len(of), want)
	}
	for _, v := range of {
		if v.Spec.Selector["statefulset.kubernetes.io/pod-name"] == "db-0" {
			t.Errorf("%v selects it", v.Spec.Selector)
		}
	}
}
