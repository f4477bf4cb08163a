package cli

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/report"
	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/app"
)

// adviseGarbage is how much the heap may grow, in percent, before garbage is collected: a
// command ends soon, and what it has read stays in use until then.
const adviseGarbage = 200

// adviseCommand judges what would run before it does.
func adviseCommand(ctx context.Context, args, env []string, s Streams) error {
	if !slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "GOGC=") }) {
		debug.SetGCPercent(adviseGarbage)
	}
	if len(args) > 0 {
		switch args[0] {
		case "kube":
			return adviseKube(ctx, args[1:], env, s)
		case "windows":
			return adviseWindows(ctx, args[1:], env, s)
		}
	}
	return &usageError{"say what to advise on: kube or windows"}
}

// adviseKube judges Kubernetes manifests.
func adviseKube(ctx context.Context, args, env []string, s Streams) error {
	fset := flags("advise kube", "[flags] PATH…   (- is standard input)", s)
	format := formatFlag(fset)
	failOn := failFlag(fset)
	now := timeFlag(fset)
	live := liveFlags(fset)
	send := sendFlags(fset, env)
	var m rule.Measured
	measuredFlags(fset, &m)
	if err := parse(fset, args); err != nil {
		return err
	}
	write, limit, err := reporting(*format, *failOn)
	if err != nil {
		return err
	}
	set, err := live.read(ctx, fset.Args(), s)
	if err != nil {
		return err
	}
	m.Now = now()
	findings, err := rule.Check(ctx, rule.Input{Set: set, Measured: m})
	if err != nil {
		return err
	}
	if err := write(s.Out, report.Report{Findings: findings, Rules: rule.All(), Version: app.Version}); err != nil {
		return err
	}
	if err := send.recommendations(ctx, findings, m.Now); err != nil {
		return err
	}
	if report.Worst(findings) >= limit {
		return errReported
	}
	return nil
}

func failFlag(fset *flag.FlagSet) *string {
	return fset.String("fail-on", "error", "exit with status 1 if there is a finding of this severity: note, warning, error or never")
}

// reporting is how findings are written, and from which severity on the command fails.
func reporting(format, failOn string) (report.Format, rule.Severity, error) {
	write, ok := report.Formats[format]
	if !ok {
		return nil, 0, &usageError{fmt.Sprintf("there is no format %q: it is text, json or sarif", format)}
	}
	if failOn == "never" {
		return write, 255, nil
	}
	limit, err := rule.ParseSeverity(failOn)
	if err != nil {
		return nil, 0, &usageError{err.Error()}
	}
	return write, limit, nil
}

func formatFlag(fset *flag.FlagSet) *string {
	return fset.String("format", "text", "text, json or sarif")
}

// timeFlag is the time at which dates are judged.
func timeFlag(fset *flag.FlagSet) func() time.Time {
	at := time.Now
	fset.Func("now", "judge certificates, credentials and support at this time (RFC 3339, or a date); default: now", func(text string) error {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t, err = time.Parse(time.DateOnly, text)
		}
		at = func() time.Time { return t }
		return err
	})
	return func() time.Time { return at() }
}

func measuredFlags(fset *flag.FlagSet, m *rule.Measured) {
	fset.Float64Var(&m.RPS, "rps", 0, "requests a second that each workload takes")
	fset.DurationVar(&m.Start, "start", 0, "the slowest of a hundred starts, from the container's start to the first answer")
	fset.DurationVar(&m.Request, "request", 0, "the longest of a thousand requests")
	fset.DurationVar(&m.Propagation, "propagation", 0, "how long requests still reach a deleted pod; default: worked out from the service")
	fset.DurationVar(&m.Drain, "drain", 0, "how long the program goes on to listen after TERM")
	fset.DurationVar(&m.Database, "database", 0, "how long a call to the database may wait")
	fset.DurationVar(&m.Provision, "provision", 0, "how long a new node takes")
}

// readManifests reads files, folders and standard input. Paths in reports are as they
// were given.
func readManifests(paths []string, namespace string, s Streams) (*manifest.Set, error) {
	if len(paths) == 0 {
		return nil, &usageError{"give files or folders to read, or - for standard input"}
	}
	set := manifest.New()
	set.Namespace = namespace
	for _, p := range paths {
		var err error
		if p == "-" {
			err = set.ReadStream("-", s.In)
		} else {
			err = set.ReadPath(nativeFS{}, p)
		}
		if err != nil {
			return nil, &usageError{err.Error()}
		}
	}
	return set, nil
}

// nativeFS opens paths as the operating system has them.
type nativeFS struct{}

func (nativeFS) Open(name string) (fs.File, error) { return os.Open(filepath.FromSlash(name)) }

// ReadDir lists a folder by name.
func (nativeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := os.ReadDir(filepath.FromSlash(name))
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}
