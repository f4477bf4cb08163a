// Package script holds black-box tests of the commands, as scripts. The test binary
// is the program under test.
package script

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/yagura/yagura/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"yagura": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(cli.Main(ctx, os.Args[1:], os.Environ(), cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ready": ready, "http": request, "generate": generate, "eventually": eventually},
	})
}

// ready waits until the server of a directory takes and answers: ready DIR.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		c, ok := credentials(ts, args[0])
		if !ok {
			continue
		}
		res, err := http.Get(c["http"] + "/healthz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	ts.Fatalf("the server in %s did not become ready", args[0])
}

// eventually runs yagura until it succeeds and its output matches: eventually REGEXP ARG….
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[0])
	for end := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
		err := ts.Exec("yagura", args[1:]...)
		if err == nil && match.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("yagura %s: %v", strings.Join(args[1:], " "), err)
		}
	}
}

// generate writes N lines of a text, in which {i} is the line's number from 0, and {ago}
// the time so many minutes ago: generate FILE N TEXT.
func generate(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.NewReplacer("{i}", strconv.Itoa(i), "{ago}", time.Now().Add(time.Duration(-i)*time.Minute).UTC().Format(time.RFC3339)).Replace(args[2]) + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}

func credentials(ts *testscript.TestScript, dir string) (map[string]string, bool) {
	text, err := os.ReadFile(ts.MkAbs(filepath.Join(dir, "credentials.json")))
	c := map[string]string{}
	return c, err == nil && json.Unmarshal(text, &c) == nil
}

// request sends one request without credentials and prints status and body:
// http DIR METHOD PATH [BODYFILE]. {workspaceId} in PATH is replaced.
func request(ts *testscript.TestScript, _ bool, args []string) {
	c, ok := credentials(ts, args[0])
	if !ok {
		ts.Fatalf("no credentials in %s", args[0])
	}
	path := args[2]
	for k, v := range c {
		path = strings.ReplaceAll(path, "{"+k+"}", v)
	}
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(ts.ReadFile(args[3]))
	}
	req, err := http.NewRequest(args[1], c["http"]+path, body)
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	ts.Check(err)
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Check(res.Body.Close())
	_, err = ts.Stdout().Write([]byte(res.Status + "\n" + string(text) + "\n"))
	ts.Check(err)
}
