package compat

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// azureHosts are the public names at which the clients look for Azure.
var azureHosts = []string{
	"login.microsoftonline.com", "management.azure.com", "api.loganalytics.io", "compat-ab12.westeurope-1.ingest.monitor.azure.com",
}

// inside says that this process runs in a network and with a hosts file of its own.
const inside = "COMPAT_INSIDE"

// TestClientsUnchanged gives the clients no setting but the certificate to trust. They
// run, with the server, in namespaces in which Azure's names are 127.0.0.1.
func TestClientsUnchanged(t *testing.T) {
	if os.Getenv(inside) == "" {
		args := []string{"--mount", "--net"}
		if os.Getuid() != 0 {
			args = append(args, "--map-root-user")
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("unshare", append(args, "--", self, "-test.run", "^TestClientsUnchanged$", "-test.count", "1")...)
		cmd.Env = append(os.Environ(), inside+"=1", "YAGURA_BIN="+binary(t))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	hosts := "127.0.0.1 localhost\n"
	for _, h := range azureHosts {
		hosts += "127.0.0.1 " + h + "\n"
	}
	file := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(file, []byte(hosts), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(file, "/etc/hosts", "", unix.MS_BIND, ""); err != nil {
		t.Fatalf("replace /etc/hosts: %v", err)
	}
	if err := loopbackUp(); err != nil {
		t.Fatal(err)
	}
	c := start(t, "--https", "127.0.0.1:443", "--azure-names")
	newClients(t, c, "https://"+azureHosts[3], nil).use(t)
}

func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return fmt.Errorf("bring the loopback up: %w", err)
	}
	defer unix.Close(s)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("bring the loopback up: %w", err)
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("bring the loopback up: %w", err)
	}
	return nil
}
