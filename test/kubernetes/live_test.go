//go:build kubernetes

package kubernetes

import (
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
	if status := run("explain", "node", "n1"); status != 0 || !strings.Contains(out.String(), "14 cpu of 16") || !strings.Contains(out.String(), "budget web wants 2 healthy and has 2 (429)") {
		t.Errorf("explain node: status %d: %s%s", status, out.String(), errs.String())
	}
}
