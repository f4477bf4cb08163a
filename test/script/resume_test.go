package script

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestResume kills an ingestion in the middle and runs it again: every record is
// there once.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	data, state := filepath.Join(dir, "data"), filepath.Join(dir, "state.json")
	creds := startServer(t, data)
	const n = 100_000
	line := func(i int) string { return fmt.Sprintf("{\"No\":%d,\"Text\":\"record %d\"}\n", i, i) }
	ingest := func() *exec.Cmd {
		cmd := exec.Command("yagura", "ingest", "-credentials", creds, "-table", "Resume_CL", "-format", "jsonl", "-state", state, "-")
		cmd.Stderr = os.Stderr
		return cmd
	}

	first := ingest()
	in, err := first.StdinPipe()
	check(t, err)
	check(t, first.Start())
	for i := range n * 3 / 4 {
		if _, err := io.WriteString(in, line(i)); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(30 * time.Second); chunks(t, state) < 2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing was sent")
		}
	}
	check(t, first.Process.Kill())
	_ = first.Wait()
	_ = in.Close()

	second := ingest()
	var all strings.Builder
	for i := range n {
		all.WriteString(line(i))
	}
	second.Stdin = strings.NewReader(all.String())
	check(t, second.Run())
	out, err := exec.Command("yagura", "query", "-credentials", creds, "-format", "jsonl", "Resume_CL | summarize rows=count(), lo=min(No), hi=max(No), different=count_distinct(No)").Output()
	check(t, err)
	if want := fmt.Sprintf(`{"rows":%d,"lo":0,"hi":%d,"different":%d}`, n, n-1, n); strings.TrimSpace(string(out)) != want {
		t.Errorf("got %s, want %s", out, want)
	}
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Error("the state of an ingestion that ended is still there")
	}
}

func chunks(t *testing.T, state string) int {
	t.Helper()
	var p struct{ Chunks int }
	text, err := os.ReadFile(state)
	if err != nil {
		return 0
	}
	check(t, json.Unmarshal(text, &p))
	return p.Chunks
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// startServer runs a server until the test ends and returns its credentials file.
func startServer(t *testing.T, data string) string {
	t.Helper()
	cmd := exec.Command("yagura", "serve", "-data", data, "-http", "127.0.0.1:0", "-https", "", "-log-level", "error")
	cmd.Stderr = os.Stderr
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	file := filepath.Join(data, "credentials.json")
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var c struct{ HTTP string }
		text, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(text, &c) != nil {
			continue
		}
		if res, err := http.Get(c.HTTP + "/healthz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return file
			}
		}
	}
	t.Fatal("the server did not become ready")
	return ""
}
