// Package charts renders charts with Helm's own library, as "helm template" does, and
// gives what comes out to the advice and the simulator.
package charts

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"sigs.k8s.io/yaml"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/advise/simulate"
)

type values = map[string]any

// load reads a chart of testdata; shop has the other charts as its own.
func load(t *testing.T, name string) *chart.Chart {
	t.Helper()
	c, err := loader.Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Metadata.Dependencies {
		if !slices.ContainsFunc(c.Dependencies(), func(c *chart.Chart) bool { return c.Name() == d.Name }) {
			c.AddDependency(load(t, d.Name))
		}
	}
	return c
}

// render is "helm template", custom resources and hooks included.
func render(t *testing.T, name string, v values) string {
	t.Helper()
	c := load(t, name)
	if err := chartutil.ProcessDependenciesWithMerge(c, v); err != nil {
		t.Fatal(err)
	}
	all, err := chartutil.ToRenderValues(c, v, chartutil.ReleaseOptions{Name: "r", Namespace: "test", Revision: 1, IsInstall: true}, chartutil.DefaultCapabilities)
	if err != nil {
		t.Fatal(err)
	}
	files, err := engine.Render(c, all)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, crd := range c.CRDObjects() {
		b.WriteString("---\n" + string(crd.File.Data) + "\n")
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".txt") && !strings.HasPrefix(filepath.Base(name), "_") {
			b.WriteString("---\n# Source: " + name + "\n" + files[name] + "\n")
		}
	}
	return b.String()
}

// variants are the charts with values that change what they render: each of a list of
// settings alone and every two of them together.
func variants() []struct {
	chart  string
	values values
} {
	web := []values{
		{"replicas": 1}, {"replicas": 5, "strategy": values{"type": "RollingUpdate", "rollingUpdate": values{"maxSurge": "50%", "maxUnavailable": 0}}},
		{"strategy": values{"type": "Recreate"}}, {"pdb": values{"enabled": true, "minAvailable": "50%"}}, {"pdb": values{"enabled": true, "maxUnavailable": 0}},
		{"pdb": values{"enabled": true, "minAvailable": 1}}, {"autoscaling": values{"enabled": true, "min": 1}}, {"service": values{"type": "LoadBalancer"}},
		{"ingress": values{"enabled": true, "hosts": []any{"a.example", "b.example"}}, "preStop": 20}, {"windows": true, "image": values{"repository": "mcr.microsoft.com/dotnet/framework/aspnet", "tag": "4.8-windowsservercore-ltsc2022"}},
		{"env": values{"stage": "{{ .Release.Namespace }}", "number": 7}, "envFrom": []any{values{"configMapRef": values{"name": "x"}}}},
		{"affinity": values{"podAntiAffinity": values{"requiredDuringSchedulingIgnoredDuringExecution": []any{values{"topologyKey": "kubernetes.io/hostname", "labelSelector": values{"matchLabels": values{"app.kubernetes.io/instance": "{{ .Release.Name }}"}}}}}}},
		{"spread": []any{"topology.kubernetes.io/zone", "kubernetes.io/hostname"}}, {"sidecars": "- {name: proxy, image: \"{{ .Values.image.repository }}-proxy:1\"}", "resources": values{"requests": values{"cpu": "250m"}}},
	}
	out := []struct {
		chart  string
		values values
	}{{"shop", values{}}, {"shop", values{"cart": values{"enabled": false}}}, {"shop", values{"tags": values{"state": false}}}}
	add := func(chart string, v values) {
		out = append(out, struct {
			chart  string
			values values
		}{chart, v})
	}
	for i, a := range web {
		add("web", a)
		for _, b := range web[i+1:] {
			if overlap(a, b) {
				continue
			}
			both := maps.Clone(a)
			maps.Copy(both, b)
			add("web", both)
		}
	}
	for _, v := range []values{{}, {"replicas": 1}, {"replicas": 1, "minAvailable": 1}, {"policy": "Parallel"}, {"partition": 2}, {"onDelete": true}, {"minAvailable": "100%"}, {"minAvailable": nil}, {"command": []any{"pg_isready", "-h", "other"}}} {
		add("store", v)
	}
	for _, v := range []values{{}, {"systems": []any{"linux", "windows"}}, {"update": values{"maxSurge": 1, "maxUnavailable": 0}}, {"update": values{"maxUnavailable": "20%"}}, {"hook": false, "systems": []any{}}} {
		add("agent", v)
	}
	return out
}

func overlap(a, b values) bool {
	for k := range a {
		if _, ok := b[k]; ok {
			return true
		}
	}
	return false
}

// TestCharts: whatever the charts render is read whole, judged and played; a budget is
// said to block for ever if, and only if, its own arithmetic says so.
func TestCharts(t *testing.T) {
	all := variants()
	seen := map[string]bool{}
	for i, c := range all {
		t.Run(fmt.Sprintf("%s-%d", c.chart, i), func(t *testing.T) {
			text := render(t, c.chart, c.values)
			seen[text] = true
			set := manifest.New()
			if err := set.ReadStream("chart.yaml", strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
			for _, p := range set.Problems {
				t.Errorf("%v\n%s", p, text)
			}
			findings, err := rule.Check(t.Context(), rule.Input{Set: set, Measured: rule.Measured{Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}})
			if err != nil {
				t.Fatal(err)
			}
			says := []string{}
			for _, f := range findings {
				if f.Rule.ID == "pdb-blocks-drain" && f.Severity == rule.Error {
					says = append(says, strings.TrimPrefix(f.Object, "poddisruptionbudget/"))
				}
			}
			if is := blocking(t, text); !slices.Equal(slices.Sorted(slices.Values(says)), is) {
				t.Errorf("blocks for ever, says the advice: %v; say the budgets: %v\n%s", says, is, text)
			}
			play(t, set)
		})
	}
	if len(seen) < 100 {
		t.Errorf("%d different manifests are fewer than a hundred", len(seen))
	}
}

// play rolls everything out, on nodes of both systems, and drains a node.
func play(t *testing.T, set *manifest.Set) {
	for _, event := range []any{simulate.Rollout{}, simulate.Drain{Node: "node-1"}} {
		sc, err := simulate.FromManifests(set, simulate.Options{Seed: 1, Policy: simulate.Kubernetes, Event: event, Start: simulate.Const(5 * time.Second), Request: simulate.Const(time.Second),
			Propagation: simulate.Const(time.Second), RPS: 100, Horizon: time.Hour, NodeMonitorGrace: 50 * time.Second})
		if err != nil {
			if len(set.Workloads) > 0 && !slices.ContainsFunc(set.Workloads, func(w *manifest.Workload) bool { return w.Runs() }) {
				return // jobs alone
			}
			t.Fatal(err)
		}
		r, err := simulate.Run(t.Context(), sc)
		if err != nil {
			t.Fatal(err)
		}
		if lost, all := r.Lost(); lost < 0 || lost > all {
			t.Errorf("%f of %f requests are lost", lost, all)
		}
		if r.Done == (r.Stall != nil) {
			t.Errorf("done %v, and the stall is %v", r.Done, r.Stall)
		}
	}
}

// blocking names the budgets of a manifest that let no pod of theirs go at the greatest
// scale, by the manifest's own numbers: nothing of the advice is used.
func blocking(t *testing.T, text string) []string {
	type object struct {
		Kind     string
		Metadata struct{ Name string }
		Items    []values
		Spec     struct {
			Replicas                     *int
			MinAvailable, MaxUnavailable any
			MaxReplicas                  int
			ScaleTargetRef               struct{ Name string }
			Selector                     struct{ MatchLabels map[string]string }
			Template                     struct {
				Metadata struct{ Labels map[string]string }
			}
		}
	}
	var all []object
	var take func(text []byte)
	take = func(text []byte) {
		var kind struct {
			Kind  string
			Items []values
		}
		if err := yaml.Unmarshal(text, &kind); err != nil {
			t.Fatal(err)
		}
		if kind.Kind == "List" {
			for _, item := range kind.Items {
				text, err := yaml.Marshal(item)
				if err != nil {
					t.Fatal(err)
				}
				take(text)
			}
			return
		}
		if !slices.Contains([]string{"Deployment", "StatefulSet", "PodDisruptionBudget", "HorizontalPodAutoscaler"}, kind.Kind) {
			return
		}
		var o object
		if err := yaml.Unmarshal(text, &o); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	for doc := range strings.SplitSeq(text, "\n---\n") {
		take([]byte(doc))
	}
	out := []string{}
	for _, b := range all {
		if b.Kind != "PodDisruptionBudget" {
			continue
		}
		pods := 0
		for _, w := range all {
			if w.Kind != "Deployment" && w.Kind != "StatefulSet" || !contains(w.Spec.Template.Metadata.Labels, b.Spec.Selector.MatchLabels) {
				continue
			}
			n := 1
			if w.Spec.Replicas != nil {
				n = *w.Spec.Replicas
			}
			for _, h := range all {
				if h.Kind == "HorizontalPodAutoscaler" && h.Spec.ScaleTargetRef.Name == w.Metadata.Name {
					n = h.Spec.MaxReplicas
				}
			}
			pods += n
		}
		let := pods
		if b.Spec.MaxUnavailable != nil {
			let = amount(t, b.Spec.MaxUnavailable, pods)
		} else if b.Spec.MinAvailable != nil {
			let = pods - amount(t, b.Spec.MinAvailable, pods)
		}
		if pods > 0 && let <= 0 {
			out = append(out, b.Metadata.Name)
		}
	}
	slices.Sort(out)
	return out
}

func contains(labels, want map[string]string) bool {
	for k, v := range want {
		if labels[k] != v {
			return false
		}
	}
	return true
}

// amount is a number, or a percentage rounded up.
func amount(t *testing.T, v any, of int) int {
	var n int
	if _, err := fmt.Sscan(strings.TrimSuffix(fmt.Sprint(v), "%"), &n); err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(fmt.Sprint(v), "%") {
		return (n*of + 99) / 100
	}
	return n
}

// TestFolder reads charts that are not rendered: each file is named as a template, and
// none brings the advice down.
func TestFolder(t *testing.T) {
	set := manifest.New()
	if err := set.ReadPath(os.DirFS("testdata"), "web/templates"); err != nil {
		t.Fatal(err)
	}
	if len(set.Problems) == 0 {
		t.Error("templates were read as if they were manifests")
	}
}
