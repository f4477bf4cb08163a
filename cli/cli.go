// Package cli is Yagura's commands, a file each.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/yagura/yagura/app"
)

// Streams are a command's standard files.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// command is one of Yagura's commands.
type command struct {
	name, help string
	run        func(ctx context.Context, args, env []string, s Streams) error
}

// commands are listed by help in this order.
func commands() []command {
	return []command{
		{"serve", "start the server", serveCommand},
		{"query", "run a KQL query, on a server or on a stopped server's directory", queryCommand},
		{"ingest", "put files or standard input into a table", ingestCommand},
		{"advise", "judge Kubernetes manifests and Windows containers", adviseCommand},
		{"simulate", "play a rollout, drain, upgrade, loss or spike", simulateCommand},
		{"explain", "why a pod, node or rollout is as it is, and what an event means", explainCommand},
		{"version", "print the version", func(_ context.Context, _, _ []string, s Streams) error {
			_, err := fmt.Fprintln(s.Out, "yagura", app.Version)
			return err
		}},
	}
}

// errReported ends a command that has said itself what went wrong.
var errReported = errors.New("reported")

// Main runs a command and returns the process's exit status: 0, 1 if it failed, 2 if
// it was not called as it should be.
func Main(ctx context.Context, args, env []string, s Streams) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(s.Out)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], env, s)
		var bad *usageError
		switch {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errReported):
			return 1
		case errors.As(err, &bad):
			_, _ = fmt.Fprintf(s.Err, "yagura %s: %v\n", c.name, err)
			return 2
		}
		_, _ = fmt.Fprintf(s.Err, "yagura %s: %v\n", c.name, err)
		return 1
	}
	_, _ = fmt.Fprintf(s.Err, "yagura: there is no command %q; see yagura help\n", args[0])
	return 2
}

func usage(w io.Writer) {
	_, _ = fmt.Fprint(w, "Yagura is an open, self-hosted Azure Monitor.\n\nusage: yagura COMMAND [flags]\n\n")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-9s %s\n", c.name, c.help)
	}
	_, _ = fmt.Fprint(w, "\nyagura COMMAND -help lists a command's flags.\n")
}

// usageError says that a command was not called as it should be.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

// flags returns a flag set that writes its help to s.
func flags(name, synopsis string, s Streams) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(s.Err)
	fs.Usage = func() {
		_, _ = fmt.Fprintf(s.Err, "usage: yagura %s %s\n\n", name, synopsis)
		fs.PrintDefaults()
	}
	return fs
}

func parse(fs *flag.FlagSet, args []string) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errReported // the flag set has said what is wrong
	}
	return nil
}

// given are the flags that a command line has.
func given(fs *flag.FlagSet) map[string]bool {
	out := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { out[f.Name] = true })
	return out
}

// credentialsFlag is the file that says where the server is and who may use it.
func credentialsFlag(fs *flag.FlagSet, env []string) *string {
	def := app.CredentialsFile("data")
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "YAGURA_CREDENTIALS="); ok {
			def = v
		}
	}
	return fs.String("credentials", def, "file that the server wrote when it started (or YAGURA_CREDENTIALS)")
}

// isTerminal reports whether w is a terminal, and how wide it is.
func isTerminal(w any) (int, bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	return terminalWidth(f)
}
