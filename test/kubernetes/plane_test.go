//go:build kubernetes

// Package kubernetes compares the simulator with a real control plane: etcd,
// kube-apiserver, controller-manager and scheduler, with KWOK for the nodes.
package kubernetes

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

const token = "test"

// plane is a running control plane.
type plane struct {
	base   string
	client *http.Client
	dir    string
}

// start runs the programs in the folder that scripts/kubernetes prints, and stops them
// when the test ends.
func start(t *testing.T, bin string) *plane {
	dir := t.TempDir()
	p := &plane{dir: dir}
	etcd, peer, api := port(t), port(t), port(t)
	p.base = fmt.Sprintf("https://127.0.0.1:%d", api)
	write(t, filepath.Join(dir, "tokens.csv"), token+",admin,admin,system:masters\n")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sa := filepath.Join(dir, "sa.key")
	write(t, sa, string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})))
	url := func(n int) string { return fmt.Sprintf("http://127.0.0.1:%d", n) }
	p.run(t, bin, "etcd", "--data-dir="+filepath.Join(dir, "etcd"), "--listen-client-urls="+url(etcd), "--advertise-client-urls="+url(etcd), "--listen-peer-urls="+url(peer),
		"--initial-advertise-peer-urls="+url(peer), "--initial-cluster=default="+url(peer), "--log-level=error", "--unsafe-no-fsync")
	p.run(t, bin, "kube-apiserver", "--etcd-servers="+url(etcd), fmt.Sprintf("--secure-port=%d", api), "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--cert-dir="+filepath.Join(dir, "certs"),
		"--token-auth-file="+filepath.Join(dir, "tokens.csv"), "--service-account-issuer=https://test", "--service-account-key-file="+sa, "--service-account-signing-key-file="+sa,
		"--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount")
	cert := filepath.Join(dir, "certs", "apiserver.crt")
	wait(t, "the API server's certificate", func() bool {
		text, err := os.ReadFile(cert)
		pool := x509.NewCertPool()
		if err != nil || !pool.AppendCertsFromPEM(text) {
			return false
		}
		p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
		return true
	})
	wait(t, "the API server", func() bool { status, _, err := p.do("GET", "/readyz", "", nil); return err == nil && status == 200 })
	config := filepath.Join(dir, "kubeconfig")
	write(t, config, fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":%q,"certificate-authority":%q}}],
"users":[{"name":"u","user":{"token":%q}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]}`, p.base, cert, token))
	p.run(t, bin, "kube-controller-manager", "--kubeconfig="+config, "--leader-elect=false", "--secure-port=0", "--concurrent-deployment-syncs=5")
	p.run(t, bin, "kube-scheduler", "--kubeconfig="+config, "--leader-elect=false", "--secure-port=0")
	nodes, err := os.ReadFile(filepath.Join(bin, "node-stages.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	pods, err := os.ReadFile("stages.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stages := filepath.Join(dir, "stages.yaml")
	write(t, stages, string(nodes)+"\n---\n"+string(pods))
	p.run(t, bin, "kwok", "--kubeconfig="+config, "--config="+stages, "--manage-all-nodes=true", "--node-lease-duration-seconds=40")
	return p
}

func (p *plane) run(t *testing.T, bin, program string, args ...string) {
	log, err := os.Create(filepath.Join(p.dir, program+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, program), args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		stop := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		stop.Stop()
		_ = log.Close()
		if t.Failed() {
			if text, err := os.ReadFile(log.Name()); err == nil {
				t.Logf("%s: …%s", program, text[max(0, len(text)-1500):])
			}
		}
	})
}

func port(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func write(t *testing.T, name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s did not come", what)
}

// do sends a request with a body of JSON.
func (p *plane) do(method, path, kind string, body any) (int, []byte, error) {
	var r io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		r = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, p.base+path, r)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if kind == "" {
		kind = "application/json"
	}
	req.Header.Set("Content-Type", kind)
	res, err := p.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, text, errors.Join(err, res.Body.Close())
}

// must is do for requests that have to succeed.
func (p *plane) must(t *testing.T, method, path, kind string, body any) []byte {
	t.Helper()
	status, text, err := p.do(method, path, kind, body)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, path, status, text, err)
	}
	return text
}
