//go:build linux && faults

package crash

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/yagura/yagura/engine/duck"
)

// faultVariable says what the program does at SIGUSR1.
const faultVariable = "CRASH_TEST_FAULT"

var faults = map[string]func(){"in a call": duck.FaultInCall, "on a thread": duck.FaultOnThread, "an abort": duck.Abort}

func init() {
	fault := faults[os.Getenv(faultVariable)]
	if os.Getenv(asProgram) == "" || fault == nil {
		return
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		<-asked
		fault()
	}()
}

// TestEngineCrash has the query engine die under load, twice. The server comes back in
// its place, at its address, under its process id; every acknowledged row is there once.
func TestEngineCrash(t *testing.T) {
	for fault := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Setenv(faultVariable, fault)
			dir := t.TempDir()
			s := start(t, dir)
			loaded := make(chan []*request)
			go func() { loaded <- s.load(0) }()
			for range 2 {
				time.Sleep(200 * time.Millisecond)
				began := time.Now()
				if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
					t.Fatal(err)
				}
				for time.Sleep(50 * time.Millisecond); !s.healthy(); time.Sleep(time.Millisecond) {
					if time.Since(began) > time.Minute {
						t.Fatalf("it does not come back: %s", s.out.String())
					}
				}
				if len(s.count(t)) == 0 {
					t.Error("there are no rows")
				}
				t.Logf("answered %v after the crash", time.Since(began).Round(time.Millisecond))
			}
			s.kill(t)
			sent := <-loaded
			if said := s.out.String(); t.Failed() || strings.Count(said, "the query engine crashed") != 2 {
				t.Fatalf("it said: %s", said)
			}
			s = start(t, dir)
			if acked, _ := check(t, s.count(t), sent); acked == 0 {
				t.Error("nothing was acknowledged")
			}
			s.kill(t)
		})
	}
}
