package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/explain"
	"github.com/yagura/yagura/advise/manifest"
)

// explainCommand says why a pod, node or rollout is as it is, or what an event means.
func explainCommand(ctx context.Context, args, env []string, s Streams) error {
	const synopsis = "pod|node|rollout NAME [flags] PATH…   (- is standard input), or: event MESSAGE"
	fset := flags("explain", synopsis, s)
	format := fset.String("format", "text", "text or json")
	live := liveFlags(fset)
	kept := workspaceFlags(fset, env)
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		return parse(fset, args)
	}
	if len(args) < 2 {
		return &usageError{"say what to explain: pod, node or rollout and its name, or event and its message"}
	}
	if args[0] != "event" && strings.HasPrefix(args[1], "-") {
		return &usageError{fmt.Sprintf("give the name before the flags: explain %s NAME [flags]", args[0])}
	}
	if err := parse(fset, args[2:]); err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return &usageError{fmt.Sprintf("there is no format %q: it is text or json", *format)}
	}
	if !*kept.on && (*kept.at != "" || *kept.cluster != "") {
		return &usageError{"-at and -cluster choose rows of a workspace: give -from-workspace too"}
	}
	if *kept.on && (fset.NArg() > 0 || live.context != "") {
		return &usageError{"give files, -context or -from-workspace, and one of them only"}
	}
	e, err := explained(ctx, args[0], args[1], kept, func() (*manifest.Set, error) { return live.read(ctx, fset.Args(), s) })
	if err != nil {
		return err
	}
	if *format == "json" {
		enc := json.NewEncoder(s.Out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(e)
	}
	_, _ = fmt.Fprintf(s.Out, "%s: %s\n", e.Subject, e.Text)
	for _, line := range e.Evidence {
		_, _ = fmt.Fprintf(s.Out, "    %s\n", strings.ReplaceAll(line, "\n", "\n      "))
	}
	return nil
}

func explained(ctx context.Context, kind, name string, kept *workspace, read func() (*manifest.Set, error)) (*explain.Explanation, error) {
	if kind == "event" {
		return explain.Event(name), nil
	}
	find, ok := map[string]func(*manifest.Set, string) (*explain.Explanation, error){"pod": explain.Pod, "node": explain.Node, "rollout": explain.Rollout}[kind]
	if !ok {
		return nil, &usageError{fmt.Sprintf("%q cannot be explained: it is pod, node, rollout or event", kind)}
	}
	if !*kept.on {
		set, err := read()
		if err != nil {
			return nil, err
		}
		return find(set, name)
	}
	inv, err := kept.read(ctx)
	if err != nil {
		return nil, err
	}
	if kind == "rollout" {
		return inv.Rollout(name)
	}
	e, err := find(inv.Set, name)
	if kind != "pod" || !errors.Is(err, explain.ErrNotFound) {
		return e, err
	}
	at, ok, lost := kept.lastSeen(ctx, name[strings.LastIndexByte(name, '/')+1:])
	if lost != nil || !ok {
		return nil, errors.Join(err, lost)
	}
	stamp := at.Format(time.RFC3339Nano)
	return nil, fmt.Errorf("%w; it was there until %s: -at %s explains it as it was then", err, stamp, stamp)
}
