package manifest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/yagura/yagura/advise/manifest"
)

const dump = `{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop"},
   "spec": {"containers": [{"name": "web", "image": "web:1"}]}},
  {"apiVersion": "v1", "kind": "Widget", "metadata": {"name": "x"}}
]}
{"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [
  {"metadata": {"name": "web"}, "spec": {"template": {}, "selector": {}}}
]}`

func TestStreams(t *testing.T) {
	for name, c := range map[string]struct {
		text                      string
		workloads, pods, problems int
		line                      int // of the last workload's name
		others                    string
	}{
		"documents":   {"# a comment\n---\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n--- # next\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b\n", 2, 2, 0, 12, ""},
		"comments":    {"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---# next\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b\n---\t# no more\n", 2, 2, 0, 8, ""},
		"dump":        {dump, 2, 1, 0, 7, "Widget"},
		"windows":     {"\xef\xbb\xbfapiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: a\r\n---\r\napiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: b\r\n", 2, 2, 0, 9, ""},
		"template":    {"kind: Deployment\nmetadata:\n  name: {{ .Values.name }}\n", 0, 0, 1, 0, ""},
		"wrong type":  {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: many}\n", 0, 0, 1, 0, ""},
		"misspelt":    {"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec: {replicsa: 3}\n", 1, 0, 1, 4, ""},
		"no manifest": {"[1, two, {three: 3}]\n---\ntext\n---\n{a: 1}\n", 0, 0, 0, 0, "unknown"},
		"alias":       {"apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: a\nspec: {containers: []}\n", 1, 1, 0, 4, ""},
	} {
		t.Run(name, func(t *testing.T) {
			set := manifest.New()
			if err := set.ReadStream("m", strings.NewReader(c.text)); err != nil {
				t.Fatal(err)
			}
			if len(set.Workloads) != c.workloads || len(set.Pods) != c.pods || len(set.Problems) != c.problems {
				t.Fatalf("%d workloads, %d pods, %d problems %v", len(set.Workloads), len(set.Pods), len(set.Problems), set.Problems)
			}
			if c.line > 0 {
				if got := set.Source(set.Workloads[len(set.Workloads)-1]).Line("metadata", "name"); got != c.line {
					t.Errorf("the name is at line %d, found at %d", c.line, got)
				}
			}
			if c.others != "" && set.Others[c.others] == 0 {
				t.Errorf("%s did not pass by: %v", c.others, set.Others)
			}
		})
	}
}

// TestAliases finds fields where they are written, however often they are meant, and those
// of aliases that name each other a thousandfold.
func TestAliases(t *testing.T) {
	set := manifest.New()
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  labels: &l\n    app: a\nspec:\n  selector: {matchLabels: *l}\n  template: {metadata: {labels: *l}}\n"
	if err := set.ReadStream("m", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	src := set.Source(set.Workloads[0])
	for line, path := range map[int][]string{6: {"spec", "selector", "matchLabels", "app"}, 8: {"spec", "selector", "matchLabels"}, 9: {"spec", "template", "metadata", "labels", "fish"}} {
		if got := src.Line(path...); got != line {
			t.Errorf("%v is at line %d, found at %d", path, line, got)
		}
	}
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := range 30 {
		fmt.Fprintf(&b, "a%d: &a%d [*a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d]\n", i+1, i+1, i)
	}
	if got := manifest.LineIn(b.String(), "a30", "7", "0"); got != 30 {
		t.Errorf("an item of an alias is at line 30, found at %d", got)
	}
}

func TestFolders(t *testing.T) {
	pod := &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")}
	set := manifest.New()
	if err := set.ReadPath(fstest.MapFS{"k/a.yaml": pod, "k/sub/b.YML": pod, "k/.git/c.yaml": pod, "k/readme.md": pod, "d.json": pod}, "k"); err != nil {
		t.Fatal(err)
	}
	if len(set.Pods) != 2 {
		t.Errorf("%d pods, not 2", len(set.Pods))
	}
}

// TestPatches: what kustomize merges into manifests is none.
func TestPatches(t *testing.T) {
	deployment := func(name, more string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + "}\n" + more)}
	}
	set := manifest.New()
	files := fstest.MapFS{
		"over/kustomization.yaml": {Data: []byte("patches: [{path: more/memory.yaml}, {patch: '- op: remove'}]\npatchesStrategicMerge: [a.yaml]\npatchesJson6902: [{path: ../over/b.yaml}]\n")},
		"over/more/memory.yaml":   deployment("a", ""),
		"over/a.yaml":             deployment("a", ""),
		"over/b.yaml":             deployment("a", ""),
		"over/c.yaml":             deployment("c", ""),
		"d.yaml":                  deployment("d", "$patch: delete\n"),
		"e.yaml":                  deployment("e", "spec: {template: {spec: {containers: [{name: e, env: []}]}}}\n"),
	}
	if err := set.ReadPath(files, "."); err != nil {
		t.Fatal(err)
	}
	if len(set.Workloads) != 1 || set.Workloads[0].Meta.Name != "c" || set.Others["patch"] != 3 {
		t.Errorf("%d workloads, passed by: %v", len(set.Workloads), set.Others)
	}
	if len(set.Problems) != 2 || !errors.Is(set.Problems[0].Err, manifest.ErrPatch) || !errors.Is(set.Problems[1].Err, manifest.ErrPatch) {
		t.Errorf("problems: %v", set.Problems)
	}
}

// TestVariants: several files may have one object, of which a cluster has one.
func TestVariants(t *testing.T) {
	set := manifest.New()
	for _, file := range []string{"a.yaml", "b.yaml"} {
		text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: web}}}}\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}}\n"
		if err := set.ReadStream(file, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	for i, w := range set.Workloads {
		if list := set.BudgetsOf(w); len(list) != 1 || list[0] != set.Budgets[i] {
			t.Errorf("%d budgets of %s", len(list), set.Source(w))
		}
		if list := set.CoveredBy(set.Budgets[i]); len(list) != 1 || list[0] != w {
			t.Errorf("%d workloads of %s", len(list), set.Source(set.Budgets[i]))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(dump)
	f.Add("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n--- {a: b}\n...\n")
	f.Add(`[{"type": "Microsoft.ContainerService/managedClusters", "properties": {"agentPoolProfiles": [{"name": "p"}]}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		set := manifest.New()
		if err := set.ReadStream("m", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		for _, w := range set.Workloads {
			set.Source(w).Line("spec", "template", "0")
			set.PodsOf(w)
			set.ServicesOf(w)
			set.BudgetsOf(w)
		}
	})
}
