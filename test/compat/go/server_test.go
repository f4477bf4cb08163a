// Package compat runs the vendor's own Go clients against the server: once pointed at
// it by their documented settings, and once with no setting at all, in a network of
// their own in which Azure's public names are the server's.
package compat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// credentials is what the server writes for its clients.
type credentials struct {
	HTTP, HTTPS, CAFile                       string
	TenantID, SubscriptionID                  string
	ResourceGroup, WorkspaceName, WorkspaceID string
	ClientID, ClientSecret, SharedKey         string
}

// start runs the server on a fresh directory until the test ends, and makes this
// process trust its certificates: that must be the first use of TLS in the process.
func start(t *testing.T, args ...string) credentials {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(binary(t), append([]string{"serve", "--data", dir, "--http", "127.0.0.1:0"}, args...)...)
	log, err := os.Create(filepath.Join(t.TempDir(), "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server: %v", err)
		}
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("the server said:\n%s", text)
		}
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var c credentials
		text, err := os.ReadFile(filepath.Join(dir, "credentials.json"))
		if err == nil && json.Unmarshal(text, &c) == nil && healthy(c.HTTP) {
			t.Setenv("SSL_CERT_FILE", c.CAFile)
			return c
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not start")
		}
	}
}

func healthy(base string) bool {
	resp, err := http.Get(base + "/healthz")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// binary is the program under test: YAGURA_BIN, or one built from this checkout.
func binary(t *testing.T) string {
	t.Helper()
	if bin := os.Getenv("YAGURA_BIN"); bin != "" {
		return bin
	}
	bin := filepath.Join(t.TempDir(), "yagura")
	if out, err := exec.Command("go", "build", "-C", "../../..", "-o", bin, "./cmd/yagura").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// within is a context for one test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), d, fmt.Errorf("%s took longer than %s", t.Name(), d))
	t.Cleanup(cancel)
	return ctx
}
