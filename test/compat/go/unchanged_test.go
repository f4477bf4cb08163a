package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// logsEndpoint is where the clients send logs to, as a data collection endpoint names it.
const logsEndpoint = "compat-ab12.westeurope-1.ingest.monitor.azure.com"

const metricsEndpoint = "westeurope.metrics.monitor.azure.com"

// azureHosts are the public names at which the clients look for Azure.
var azureHosts = []string{
	"login.microsoftonline.com", "management.azure.com", "api.loganalytics.io", "graph.microsoft.com", logsEndpoint, metricsEndpoint, "yagura.westeurope.kusto.windows.net",
}

// inside says that this process runs in a network and with a hosts file of its own.
const inside = "COMPAT_INSIDE"

// inAzure runs a test with the server in namespaces in which Azure's names are 127.0.0.1,
// so that clients need no setting but the certificate to trust.
func inAzure(t *testing.T, test func(*testing.T, credentials)) {
	if os.Getenv(inside) == "" {
		args := []string{"--mount", "--net"}
		if os.Getuid() != 0 {
			args = append(args, "--map-root-user")
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("unshare", append(args, "--", self, "-test.run", "^"+t.Name()+"$", "-test.count", "1")...)
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
	test(t, start(t, "--https", "127.0.0.1:443", "--azure-names", "--identity-endpoint", metadataService+":80"))
}

func TestClientsUnchanged(t *testing.T) {
	inAzure(t, func(t *testing.T, c credentials) {
		newClients(t, c, "https://"+logsEndpoint, nil).use(t)
	})
}

// TestPythonUnchanged runs the vendor's Python clients, as Debian packages them.
func TestPythonUnchanged(t *testing.T) {
	inAzure(t, func(t *testing.T, c credentials) {
		arg, err := json.Marshal(struct {
			credentials
			Endpoint string
		}{c, "https://" + logsEndpoint})
		if err != nil {
			t.Fatal(err)
		}
		// Debian's interpreter: another one in PATH does not see its packages.
		out := output(t, c, "/usr/bin/python3", "../python/clients.py", string(arg))
		want := map[string]any{
			"customerId": c.WorkspaceID, "status": "Success",
			"columns": []any{"Level:string", "n:long", "largest:long", "detail:dynamic"}, "rows": []any{[]any{"INFO", 3000.0, 2999.0}},
			"statistics": true, "visualization": "columnchart",
			"batch":  []any{"LogsQueryResult", "LogsQueryError", "LogsQueryResult"},
			"kusto":  []any{[]any{3000.0}},
			"values": []any{"1.23", "True", "2020-01-02 00:00:00+00:00", "-2 days, 21:56:55.500000", "None", "9007199254740993", "NaN", "{'x': 1}"},
			"tables": true, "streamed": []any{[]any{0.0}, []any{1.0}, []any{2.0}},
			"failures": []any{"InvalidStream", "NotFound", "BadArgumentError", "KustoApiError", "AADSTS7000215"},
		}
		var got map[string]any
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for name := range want {
			if !reflect.DeepEqual(got[name], want[name]) {
				t.Errorf("%s: got %v, want %v", name, got[name], want[name])
			}
		}
	})
}

// TestJavaScriptUnchanged runs the vendor's JavaScript clients, which npm has installed
// beside their own tests.
func TestJavaScriptUnchanged(t *testing.T) {
	inAzure(t, func(t *testing.T, c credentials) {
		t.Setenv("NODE_EXTRA_CA_CERTS", c.CAFile)
		arg, err := json.Marshal(map[string]string{
			"https": c.HTTPS, "tenantId": c.TenantID, "clientId": c.ClientID, "clientSecret": c.ClientSecret, "subscriptionId": c.SubscriptionID, "resourceGroup": c.ResourceGroup,
			"workspaceName": c.WorkspaceName, "workspaceId": c.WorkspaceID, "logsEndpoint": "https://" + logsEndpoint,
		})
		if err != nil {
			t.Fatal(err)
		}
		for script, want := range map[string]map[string]any{
			"clients.mjs": {
				"status": "Success", "rows": []any{[]any{"error", 3000.0, "2026-11-20T01:02:03.000Z", 2999.0}}, "visualization": "columnchart",
				"byResource": []any{[]any{3000.0}}, "batch": []any{"Success", "BadArgumentError"},
				"failures": map[string]any{"stream": []any{400.0, "InvalidStream"}, "rule": []any{404.0, "NotFound"}, "query": []any{400.0, "BadArgumentError"}, "secret": "AADSTS7000215"},
			},
			"manage.mjs": {
				"workspace": []any{45.0, "Succeeded", 36.0}, "rotated": true, "endpoint": true, "component": true, "left": []any{"yagura"}, "missing": []any{404.0, "ResourceNotFound"},
				"byCertificate": 3.0, "confidential": []any{"Bearer", "Bearer"}, "byDevice": "script@example.com", "silent": []any{false, "script@example.com"}, "byCode": "script@example.com",
				"denied": []any{403.0, "AuthorizationFailed", "Microsoft.Insights/actionGroups/read"},
			},
		} {
			lines := bytes.Split(bytes.TrimSpace(output(t, c, "node", "../js/"+script, string(arg))), []byte("\n"))
			var got map[string]any
			if err := json.Unmarshal(lines[len(lines)-1], &got); err != nil {
				t.Fatalf("%s: %v: %s", script, err, lines)
			}
			for name := range want {
				if !reflect.DeepEqual(got[name], want[name]) {
					t.Errorf("%s: %s: got %v, want %v", script, name, got[name], want[name])
				}
			}
		}
	})
}

// metadataService is where a machine in Azure asks for its identity's tokens.
const metadataService = "169.254.169.254"

// TestAzureCLIUnchanged runs Azure's command line.
func TestAzureCLIUnchanged(t *testing.T) {
	inAzure(t, func(t *testing.T, c credentials) {
		t.Setenv("AZURE_CONFIG_DIR", t.TempDir())
		t.Setenv("AZURE_CORE_COLLECT_TELEMETRY", "false")
		t.Setenv("PYTHONPATH", "../azcli")
		out := output(t, c, "../azcli/tour.sh", c.ClientID, c.ClientSecret, c.TenantID, c.ResourceGroup, c.WorkspaceName)
		want := []string{"Enabled", c.WorkspaceID, c.SharedKey, "Cli_CL", "45", "60", "Beats", "7", "1", "Succeeded"}
		if got := strings.Fields(string(out)); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// output runs a program that trusts the server's certificates and returns what it prints.
func output(t *testing.T, c credentials, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "REQUESTS_CA_BUNDLE="+c.CAFile)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, said.String())
	}
	return out
}

func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return fmt.Errorf("bring the loopback up: %w", err)
	}
	defer unix.Close(s)
	alias, err := unix.NewIfreq("lo:1")
	if err == nil {
		err = alias.SetInet4Addr(net.ParseIP(metadataService).To4())
	}
	if err == nil {
		err = unix.IoctlIfreq(s, unix.SIOCSIFADDR, alias)
	}
	if err != nil {
		return fmt.Errorf("give the loopback the address %s: %w", metadataService, err)
	}
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
