//go:build compat

// Package compat runs other people's programs against the server. It needs them
// installed (scripts/need does that) and the server built: YAGURA_BIN names it.
package compat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

type server struct {
	*testing.T
	HTTP, CAFile, TenantID, WorkspaceID, ClientID, ClientSecret string
	token                                                       string
}

// start runs the server on a fresh directory until the test ends.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	bin := os.Getenv("YAGURA_BIN")
	if bin == "" {
		t.Fatal("YAGURA_BIN does not name the server: run make compat")
	}
	dir := t.TempDir()
	run(t, os.Interrupt, bin, append([]string{"serve", "--data", dir, "--http", "127.0.0.1:0", "--https", ""}, args...)...)
	s := &server{T: t}
	wait(t, "the server to start", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "credentials.json"))
		if err != nil || json.Unmarshal(text, s) != nil {
			return false
		}
		resp, err := http.Get(s.HTTP + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	var token struct {
		Text string `json:"access_token"`
	}
	s.post("/"+s.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {s.ClientID}, "client_secret": {s.ClientSecret}, "scope": {"https://api.loganalytics.io/.default"},
	}.Encode(), &token)
	s.token = token.Text
	return s
}

// run starts a program, and ends it with a signal when the test ends.
func run(t *testing.T, end os.Signal, name string, args ...string) {
	t.Helper()
	runAs(t, nil, end, name, args...)
}

// runAs runs it as somebody else; nil is who runs the test.
func runAs(t *testing.T, as *syscall.SysProcAttr, end os.Signal, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = as
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(end); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", name, out.String())
		}
	})
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (s *server) post(path, contentType, body string, into any) {
	s.Helper()
	q, err := http.NewRequest(http.MethodPost, s.HTTP+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	q.Header.Set("Content-Type", contentType)
	q.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("%s: %d %s, %v", path, resp.StatusCode, text, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		s.Fatalf("%s: %s: %v", path, text, err)
	}
}

// query returns the rows of a query, each as its values joined by "|".
func (s *server) query(kql string) []string {
	s.Helper()
	body, err := json.Marshal(map[string]string{"query": kql})
	if err != nil {
		s.Fatal(err)
	}
	var answer struct{ Tables []struct{ Rows [][]any } }
	s.post("/v1/workspaces/"+s.WorkspaceID+"/query", "application/json", string(body), &answer)
	var rows []string
	for _, r := range answer.Tables[0].Rows {
		row := make([]string, len(r))
		for i, v := range r {
			row[i] = fmt.Sprint(v)
		}
		rows = append(rows, strings.Join(row, "|"))
	}
	return rows
}

// freePort returns a port that is free for UDP and TCP.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		u, err := net.ListenPacket("udp", l.Addr().String())
		l.Close()
		if err == nil {
			u.Close()
			_, port, _ := net.SplitHostPort(l.Addr().String())
			return port
		}
	}
	t.Fatal("there is no free port")
	return ""
}

// syslogServer starts a server that listens for syslog over all transports.
func syslogServer(t *testing.T) (s *server, plain, secure string) {
	plain, secure = freePort(t), freePort(t)
	return start(t, "--syslog-udp", "127.0.0.1:"+plain, "--syslog-tcp", "127.0.0.1:"+plain, "--syslog-tls", "127.0.0.1:"+secure), plain, secure
}

func logger(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "logger", args...).CombinedOutput(); err != nil {
		t.Fatalf("logger %v: %v\n%s", args, err, out)
	}
}

func TestLogger(t *testing.T) {
	s, port, _ := syslogServer(t)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	to := []string{"--server", "127.0.0.1", "--port", port, "--tag", "shop", "--id=4711", "--priority", "local3.err"}
	var want []string
	for _, how := range [][]string{
		{"--udp", "--rfc3164"}, {"--udp", "--rfc5424"}, {"--tcp", "--rfc3164"}, {"--tcp", "--rfc5424"},
		{"--tcp", "--rfc3164", "--octet-count"}, {"--tcp", "--rfc5424", "--octet-count"},
		{"--tcp", "--rfc5424", "--sd-id", "zoo@123", "--sd-param", `tiger="hungry"`},
	} {
		logger(t, slices.Concat(to, how, []string{"--", "sent " + strings.Join(how, " ")})...)
		want = append(want, host+"|local3|err|shop|4711|127.0.0.1|sent "+strings.Join(how, " "))
	}
	var got []string
	wait(t, "the messages", func() bool {
		// The structured data of RFC 5424 stands before the message.
		got = s.query(`Syslog | project Computer, Facility, SeverityLevel, ProcessName, ProcessID, HostIP, Message = extract(@"(sent .*)$", 1, SyslogMessage)`)
		return len(got) == len(want)
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := s.query(`Syslog | where SyslogMessage contains_cs 'tiger=\"hungry\"' | where abs(TimeGenerated - now()) < 1m | count`); n[0] != "1" {
		t.Errorf("%s messages have structured data", n[0])
	}
}

// TestRsyslog lets rsyslog forward what it reads from its socket in every way it has.
func TestRsyslog(t *testing.T) {
	s, plain, secure := syslogServer(t)
	dir := t.TempDir()
	socket := filepath.Join(dir, "log")
	conf := fmt.Sprintf(`
global(workDirectory=%[1]q defaultNetstreamDriverCAFile=%[4]q localHostname="compat-host")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket=%[5]q useSysTimeStamp="on")
action(type="omfwd" target="127.0.0.1" port=%[2]q protocol="udp")
action(type="omfwd" target="127.0.0.1" port=%[2]q protocol="tcp" template="RSYSLOG_TraditionalForwardFormat")
action(type="omfwd" target="127.0.0.1" port=%[2]q protocol="tcp" template="RSYSLOG_ForwardFormat" TCP_Framing="octet-counted")
action(type="omfwd" target="127.0.0.1" port=%[2]q protocol="tcp" template="RSYSLOG_SyslogProtocol23Format" TCP_Framing="octet-counted")
action(type="omfwd" target="127.0.0.1" port=%[3]q protocol="tcp" template="RSYSLOG_SyslogProtocol23Format"
	StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid")
`, dir, plain, secure, s.CAFile, socket)
	file := filepath.Join(dir, "rsyslog.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	rsyslogd, err := exec.LookPath("rsyslogd")
	if err != nil {
		rsyslogd = "/usr/sbin/rsyslogd"
	}
	run(t, syscall.SIGTERM, rsyslogd, "-n", "-f", file, "-i", filepath.Join(dir, "pid"))
	wait(t, "rsyslog's socket", func() bool {
		_, err := os.Stat(socket)
		return err == nil
	})
	const messages, ways = 200, 5
	for i := range messages {
		logger(t, "--socket", socket, "--tag", "shop", "--priority", "authpriv.warning", "--", fmt.Sprintf("message %d <with> \"quotes\" é", i))
	}
	const each = `Syslog | where ProcessName == "shop" and Facility == "authpriv" and SeverityLevel == "warning" and Computer == "compat-host"
		| where SyslogMessage matches regex '^message [0-9]+ <with> "quotes" é$' and abs(TimeGenerated - now()) < 5m`
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the messages are of\n%s", strings.Join(s.query("Syslog | summarize n = count(), any(SyslogMessage) by Computer, Facility, SeverityLevel, ProcessName, HostIP"), "\n"))
		}
	})
	var got []string
	wait(t, "the messages", func() bool {
		got = s.query(each + " | summarize n = count() by SyslogMessage | summarize messages = count(), least = min(n), most = max(n)")
		return got[0] == fmt.Sprintf("%d|%d|%d", messages, ways, ways)
	})
	if all := s.query("Syslog | where ProcessName == 'shop' | count"); all[0] != fmt.Sprint(messages*ways) {
		t.Errorf("%s rows: %v", all[0], got)
	}
}
