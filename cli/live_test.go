package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLiveCluster explains a pod of a cluster that a kubeconfig names, with its token,
// and without a request that changes anything.
func TestLiveCluster(t *testing.T) {
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		items := ""
		if r.URL.Path == "/api/v1/pods" {
			items = `{"metadata": {"name": "web-1", "namespace": "shop"}, "spec": {"containers": []}, "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Too many pods."}]}}`
		}
		_, _ = fmt.Fprintf(w, `{"apiVersion": "v1", "kind": "PodList", "items": [%s]}`, items)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "config")
	config := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": %q, "insecure-skip-tls-verify": true}}],
"users": [{"name": "u", "user": {"token": "secret"}}], "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}]}`, server.URL)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	run := func(args ...string) int {
		out.Reset()
		errs.Reset()
		return Main(context.Background(), args, nil, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	}
	if status := run("explain", "pod", "web-1", "-kubeconfig", file, "-context", "test"); status != 0 || !strings.Contains(out.String(), "runs as many pods as it may") || asked != len(lists) {
		t.Errorf("status %d after %d requests: %s%s", status, asked, out.String(), errs.String())
	}
	if status := run("explain", "pod", "web-1", "-kubeconfig", file, "-context", "other"); status != 1 || !strings.Contains(errs.String(), `"other" does not exist`) {
		t.Errorf("another context: status %d: %s", status, errs.String())
	}
}
