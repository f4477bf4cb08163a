//go:build kubernetes

package kubernetes

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/yagura/yagura/cli"
)

// TestLive asks the command line about a real API server: what its scheduler and its
// objects say is what the advice, the simulation and the explanation read.
func TestLive(t *testing.T) {
	bin := os.Getenv("YAGURA_KUBERNETES")
	if bin == "" {
		t.Fatal("YAGURA_KUBERNETES must name the folder that scripts/kubernetes prints")
	}
	p := start(t, bin)
	const ns = "live"
	p.must(t, "POST", "/api/v1/namespaces", "", object{"metadata": object{"name": ns}})
	huge := strings.ReplaceAll(deployment(1, "", "", "        resources: {requests: {cpu: '32'}}\n"), "web", "huge")
	for path, manifest := range map[string]string{
		"/api/v1/nodes": node("n1", "16", "a", ""),
		"/apis/policy/v1/namespaces/" + ns + "/poddisruptionbudgets": budget("minAvailable: 2"),
		"/apis/apps/v1/namespaces/" + ns + "/deployments":            deployment(2, "", "", "        resources: {requests: {cpu: '1'}}\n"),
		"/apis/apps/v1/namespaces/" + ns + "/deployments?":           huge,
	} {
		var o object
		if err := yaml.Unmarshal([]byte(manifest), &o); err != nil {
			t.Fatal(err)
		}
		o["metadata"].(object)["annotations"] = object{"kwok.x-k8s.io/node": "fake"}
		p.must(t, "POST", path, "", o)
	}
	var out, errs strings.Builder
	run := func(args ...string) int {
		out.Reset()
		errs.Reset()
		args = append(args, "-kubeconfig", filepath.Join(p.dir, "kubeconfig"), "-context", "c")
		return cli.Main(t.Context(), args, nil, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	}
	watcher := &watcher{p: p, ns: ns}
	wait(t, "pods", func() bool { watcher.look(t); return watcher.now == state{2, 3} })
	const pending = "0/1 nodes are available: 1 Insufficient cpu."
	wait(t, "the scheduler's event", func() bool { return run("explain", "rollout", "huge") == 0 && strings.Contains(out.String(), pending) })

	if status := run("advise", "kube"); status != 1 {
		t.Errorf("advise: status %d: %s", status, errs.String())
	}
	for _, want := range []string{
		"error pdb-blocks-drain: poddisruptionbudget/web in live", "2 − 2 = 0 evictions are allowed",
		"error unschedulable: deployment/huge in live", "1 of 1 pod: " + pending, "It asks for 32 cpu; the most that is left on a node is 14 of 16.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("advise does not say %q:\n%s", want, out.String())
		}
	}
	if status := run("simulate", "drain", "-node", "n1"); status != 1 || !strings.Contains(out.String(), "eviction refused") {
		t.Errorf("simulate: status %d: %s%s", status, out.String(), errs.String())
	}
	p.patches(t, ns, func() string {
		run("advise", "kube", "-rps", "100", "-start", "90s", "-request", "40s", "-format", "json")
		return out.String()
	})
	if status := run("explain", "node", "n1"); status != 0 || !strings.Contains(out.String(), "14 cpu of 16") || !strings.Contains(out.String(), "budget web wants 2 healthy and has 2 (429)") {
		t.Errorf("explain node: status %d: %s%s", status, out.String(), errs.String())
	}
}

// poor breaks many rules, in ways that an API server takes.
const poor = `
{path: /api/v1/namespaces/live/services, apiVersion: v1, kind: Service, metadata: {name: poor}, spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: poor}, ports: [{port: 80, targetPort: 8080}]}}
---
{path: /apis/apps/v1/namespaces/live/deployments, apiVersion: apps/v1, kind: Deployment, metadata: {name: poor}, spec: {replicas: 1, progressDeadlineSeconds: 60, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}, selector: {matchLabels: {app: poor}},
  template: {metadata: {labels: {app: poor}}, spec: {containers: [{name: web, image: "shop/poor:1", ports: [{containerPort: 8080}], livenessProbe: {httpGet: {path: /health/db, port: 8080}}}]}}}}
---
{path: /apis/autoscaling/v2/namespaces/live/horizontalpodautoscalers, apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: poor}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: poor}, minReplicas: 1, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]}}
---
{path: /apis/apps/v1/namespaces/live/statefulsets, apiVersion: apps/v1, kind: StatefulSet, metadata: {name: thin}, spec: {replicas: 3, serviceName: thin, selector: {matchLabels: {app: thin}},
  template: {metadata: {labels: {app: thin}}, spec: {containers: [{name: db, image: "shop/thin:1", ports: [{containerPort: 9000}], lifecycle: {preStop: {sleep: {seconds: 29}}}, startupProbe: {httpGet: {path: /up, port: 9000}}, livenessProbe: {httpGet: {path: /up, port: 9000}}, readinessProbe: {httpGet: {path: /up, port: 9000}}}]}}}}
---
{path: /api/v1/namespaces/live/services, apiVersion: v1, kind: Service, metadata: {name: thin}, spec: {selector: {app: thin}, ports: [{port: 9000}]}}
---
{path: /apis/apps/v1/namespaces/live/deployments, apiVersion: apps/v1, kind: Deployment, metadata: {name: many}, spec: {replicas: 3, selector: {matchLabels: {app: many}},
  template: {metadata: {labels: {app: many}}, spec: {containers: [{name: web, image: "shop/many:1", ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /ready, port: 8080}}}]}}}}
---
{path: /api/v1/namespaces/live/services, apiVersion: v1, kind: Service, metadata: {name: many}, spec: {selector: {app: many}, ports: [{port: 80, targetPort: 8080}]}}
---
{path: /apis/policy/v1/namespaces/live/poddisruptionbudgets, apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: thin}, spec: {minAvailable: 2, selector: {matchLabels: {app: thin}}}}
`

// patches makes what breaks rules, and gives each patch of the advice to the API server,
// which validates it without keeping it.
func (p *plane) patches(t *testing.T, ns string, advise func() string) {
	for text := range strings.SplitSeq(poor, "---") {
		var o object
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		path := o["path"].(string)
		delete(o, "path")
		p.must(t, "POST", path, "", o)
	}
	paths := map[string]string{"deployment": "/apis/apps/v1", "statefulset": "/apis/apps/v1", "poddisruptionbudget": "/apis/policy/v1", "horizontalpodautoscaler": "/apis/autoscaling/v2"}
	var findings []struct {
		Rule, Namespace string
		Patch           *struct {
			Type, Target string
			Body         object
		}
	}
	text := advise()
	if err := json.Unmarshal([]byte(text), &findings); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	tried := map[string]bool{}
	for _, f := range findings {
		if f.Patch == nil || f.Namespace != ns {
			continue
		}
		kind, name, _ := strings.Cut(f.Patch.Target, "/")
		at := paths[kind] + "/namespaces/" + ns + "/" + kind + "s"
		query := "?" + url.Values{"dryRun": {"All"}, "fieldValidation": {"Strict"}}.Encode()
		method, how := "PATCH", "application/strategic-merge-patch+json"
		if f.Patch.Type == "apply" {
			method, how = "POST", ""
		} else {
			at += "/" + name
		}
		if status, answer, err := p.do(method, at+query, how, f.Patch.Body); err != nil || status >= 300 {
			t.Errorf("%s: the patch of %s: %d %s %v", f.Rule, f.Patch.Target, status, answer, err)
		}
		tried[f.Rule] = true
	}
	for _, rule := range strings.Fields("rollout-outage single-replica pdb-blocks-drain pdb-unhealthy pre-stop grace-short readiness-missing liveness-database liveness-equals-readiness start-budget requests-missing hpa-requests min-ready spread-missing progress-deadline pdb-missing") {
		if !tried[rule] {
			t.Errorf("no patch of %s was tried: %v", rule, tried)
		}
	}
}
