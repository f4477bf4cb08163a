package cli

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedInput: a command whose input never comes, on standard input or in a named
// pipe, ends when it is asked to.
func TestInterruptedInput(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"advise kube -", "advise kube " + pipe, "advise windows " + pipe, "simulate rollout -", "simulate rollout -policy ecs " + pipe, "explain pod web -", "query -", "ingest -table A_CL -"} {
		nothing, w := io.Pipe()
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan int, 1)
		var out, errs strings.Builder
		go func() { ended <- Main(ctx, strings.Fields(args), nil, Streams{In: nothing, Out: &out, Err: &errs}) }()
		time.Sleep(20 * time.Millisecond)
		stop()
		select {
		case status := <-ended:
			if status == 0 || strings.Contains(errs.String(), "panic") {
				t.Errorf("%s: status %d: %s%s", args, status, out.String(), errs.String())
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s goes on", args)
		}
		_ = w.Close()
	}
}
