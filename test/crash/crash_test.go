//go:build unix

// Package crash kills the program under load. The test binary is the program.
package crash

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/yagura/yagura/cli"
)

const asProgram = "CRASH_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Main(ctx, os.Args[1:], os.Environ(), cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// credentials is what of credentials.json is used here.
type credentials struct{ HTTP, WorkspaceID, SharedKey, TenantID, ClientID, ClientSecret string }

// server is one life of the program.
type server struct {
	cmd   *exec.Cmd
	out   bytes.Buffer
	creds credentials
}

// start starts the program on a directory and waits until it takes and answers. Its
// jobs run all the time, so that a kill meets each of them.
func start(t *testing.T, dir string) *server {
	t.Helper()
	s := &server{}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(self, "serve", "-data", dir, "-http", "127.0.0.1:0", "-https", "", "-log-level", "warn", "-memory", "256", "-min-free", "16", "-query-rate", "0", "-rule-requests", "0", "-rule-bytes", "0",
		"-flush", "40ms", "-compact", "100ms", "-retain", "150ms")
	s.cmd.Env = append(os.Environ(), asProgram+"=1")
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	file := filepath.Join(dir, "credentials.json")
	before, _ := os.Stat(file)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		st, err := os.Stat(file)
		if err != nil || before != nil && st.ModTime().Equal(before.ModTime()) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(text, &s.creds) != nil {
			continue
		}
		if s.healthy() {
			return s
		}
	}
	s.kill(t)
	t.Fatalf("the server did not start: %s", s.out.String())
	return nil
}

func (s *server) healthy() bool {
	res, err := http.Get(s.creds.HTTP + "/healthz")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
}

// post sends rows over the HTTP Data Collector API; nil means that they were
// acknowledged.
func (s *server) post(client *http.Client, ids []string) error {
	var rows []map[string]string
	for _, id := range ids {
		rows = append(rows, map[string]string{"Key": id, "Text": strings.Repeat("lorem ipsum ", rand.IntN(20))})
	}
	body, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	date := time.Now().UTC().Format(http.TimeFormat)
	key, err := base64.StdEncoding.DecodeString(s.creds.SharedKey)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "POST\n%d\napplication/json\nx-ms-date:%s\n/api/logs", len(body), date)
	req, err := http.NewRequest(http.MethodPost, s.creds.HTTP+"/api/logs?api-version=2016-04-01", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Log-Type", "Crash")
	req.Header.Set("x-ms-date", date)
	req.Header.Set("Authorization", "SharedKey "+s.creds.WorkspaceID+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s, %w", res.Status, text, err)
	}
	return nil
}

// count returns how many rows there are of each key.
func (s *server) count(t *testing.T) map[string]int {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.creds.ClientID}, "client_secret": {s.creds.ClientSecret}, "scope": {"https://api.loganalytics.io/.default"}}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	res, err := http.PostForm(s.creds.HTTP+"/"+s.creds.TenantID+"/oauth2/v2.0/token", form)
	decode(t, res, err, &token)
	body, err := json.Marshal(map[string]string{"query": "union isfuzzy=true Crash_CL, (datatable(Key_s:string)[]) | summarize n = count() by Key_s"})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, s.creds.HTTP+"/v1/workspaces/"+s.creds.WorkspaceID+"/query", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.AccessToken)
	req.Header.Set("Content-Type", "application/json")
	var answer struct {
		Tables []struct{ Rows [][]any }
		Error  json.RawMessage
	}
	res, err = http.DefaultClient.Do(req)
	decode(t, res, err, &answer)
	if answer.Error != nil || len(answer.Tables) != 1 {
		t.Fatalf("query: %s", answer.Error)
	}
	out := map[string]int{}
	for _, row := range answer.Tables[0].Rows {
		out[row[0].(string)] = int(row[1].(float64))
	}
	return out
}

func decode(t *testing.T, res *http.Response, err error, into any) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", res.Status, text, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// request is the keys of one request.
type request struct {
	keys  []string
	acked bool
}

// load sends requests, each once, until the server is gone.
func (s *server) load(life int) []*request {
	var mu sync.Mutex
	var sent []*request
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			// A connection is not used again, as a client that retries by itself
			// would send a request twice.
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
			for {
				r := &request{}
				for range 1 + rand.IntN(30) {
					r.keys = append(r.keys, fmt.Sprint(life, "/", next.Add(1)))
				}
				err := s.post(client, r.keys)
				r.acked = err == nil
				mu.Lock()
				sent = append(sent, r)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return sent
}

// check compares what is there with what was sent: rows that were acknowledged are
// there once, others of one request all once or not at all. What is found is there to
// stay from then on.
func check(t *testing.T, there map[string]int, sent []*request) (acked, maybe int) {
	t.Helper()
	known := 0
	for _, r := range sent {
		have := 0
		for _, k := range r.keys {
			if there[k] > 1 {
				t.Errorf("row %s is there %d times", k, there[k])
			}
			have += min(1, there[k])
		}
		switch {
		case r.acked && have < len(r.keys):
			t.Errorf("%d of %d acknowledged rows are lost, the first is %s", len(r.keys)-have, len(r.keys), r.keys[0])
		case have != 0 && have != len(r.keys):
			t.Errorf("%d of the %d rows of one request are there, the first is %s", have, len(r.keys), r.keys[0])
		}
		if r.acked {
			acked += have
		} else {
			maybe += have
		}
		known += have
	}
	if rows := len(there); rows != known {
		t.Errorf("%d different rows are there, %d of them were sent", rows, known)
	}
	return acked, maybe
}

// TestKill kills the program at random moments. Every row that was acknowledged is
// there once after each restart.
func TestKill(t *testing.T) {
	kills := 25
	if testing.Short() {
		kills = 4
	}
	dir := t.TempDir()
	var sent []*request
	for life := range kills {
		s := start(t, dir)
		check(t, s.count(t), sent)
		wait := time.Duration(20+rand.IntN(600)) * time.Millisecond
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			time.Sleep(wait)
			_ = s.cmd.Process.Kill()
		}()
		sent = append(sent, s.load(life)...)
		<-killed
		_ = s.cmd.Wait()
		if t.Failed() {
			t.Fatalf("life %d, killed after %v; it said: %s", life, wait, s.out.String())
		}
	}
	s := start(t, dir)
	acked, maybe := check(t, s.count(t), sent)
	if acked == 0 {
		t.Error("nothing was acknowledged")
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server did not stop in order: %v: %s", err, s.out.String())
	}
	// Stopped in order, it has all of it the next time too.
	s = start(t, dir)
	check(t, s.count(t), sent)
	s.kill(t)
	t.Logf("%d kills, %d requests, %d rows acknowledged, %d rows came in without", kills, len(sent), acked, maybe)
}
