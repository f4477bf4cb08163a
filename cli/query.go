package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// queryOptions are the query command's flags.
type queryOptions struct {
	credentials, data, kind, output, timespan string
}

// queryCommand runs one query, or one management command, and prints its first table.
func queryCommand(ctx context.Context, args, env []string, s Streams) (err error) {
	fset := flags("query", "[flags] KQL   (or a management command, as '.show tables'; - reads it from standard input)", s)
	var o queryOptions
	credentials := credentialsFlag(fset, env)
	fset.StringVar(&o.data, "data", "", "read straight from the directory of a server that is stopped")
	fset.StringVar(&o.kind, "format", "", "table, csv, json, jsonl or parquet; default: table on a terminal, else csv")
	fset.StringVar(&o.output, "output", "", "file to write to; default: standard output")
	fset.StringVar(&o.timespan, "timespan", "", "only rows of this ISO 8601 duration or interval, as PT1H or 2026-11-01/2026-11-02")
	if err := parse(fset, args); err != nil {
		return err
	}
	o.credentials = *credentials
	if fset.NArg() != 1 {
		return &usageError{"give one query, in quotes"}
	}
	text := fset.Arg(0)
	if text == "-" {
		all, err := waiting(ctx, func() ([]byte, error) { return io.ReadAll(s.In) })
		if err != nil {
			return fmt.Errorf("read the query: %w", err)
		}
		text = string(all)
	}
	width, terminal := isTerminal(s.Out)
	if o.kind == "" {
		o.kind = "csv"
		if terminal && o.output == "" {
			o.kind = "table"
		}
	}
	write, err := writerOf(o.kind, width)
	if err != nil {
		return err
	}
	rows, closeRows, err := answer(ctx, o, text, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRows()) }()
	out := s.Out
	if o.output != "" {
		f, err := os.Create(o.output)
		if err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	return write(ctx, out, rows)
}

func writerOf(kind string, width int) (format.Writer, error) {
	if kind == "table" {
		return func(ctx context.Context, w io.Writer, rows table.Reader) error {
			return writeAligned(ctx, w, rows, width)
		}, nil
	}
	if w := format.Writers[kind]; w != nil {
		return w, nil
	}
	names := []string{"table"}
	for n := range format.Writers {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, &usageError{fmt.Sprintf("no format is called %q; there are %s", kind, strings.Join(names, ", "))}
}

// answer runs the query, on the server or in this process.
func answer(ctx context.Context, o queryOptions, text string, s Streams) (table.Reader, func() error, error) {
	if o.data != "" {
		return local(ctx, o, text, s)
	}
	c, err := app.ReadCredentials(o.credentials)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: start a server in this directory, or name its file with -credentials, or its directory with -data", err)
	}
	if err != nil {
		return nil, nil, err
	}
	path, ask := "/v1/workspaces/"+c.WorkspaceID+"/query", map[string]string{"query": text, "timespan": o.timespan}
	if isCommand(text) {
		path, ask = "/v1/rest/mgmt", map[string]string{"db": c.WorkspaceID, "csl": text}
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, nil, err
	}
	status, res, err := newRemote(c).post(ctx, path, audienceQuery, nil, body)
	if err != nil {
		return nil, nil, fmt.Errorf("ask the server: %w", err)
	}
	if status != 200 {
		return nil, nil, reportRemote(s.Err, text, status, res)
	}
	rows, err := decodeAnswer(res, s.Err)
	return rows, func() error { return nil }, err
}

// isCommand reports whether text is a management command of Kusto's.
func isCommand(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), ".") }

// local answers from the directory of a stopped server.
func local(ctx context.Context, o queryOptions, text string, s Streams) (table.Reader, func() error, error) {
	if isCommand(text) {
		return nil, nil, &usageError{"a management command needs a server that runs: leave -data out"}
	}
	cfg, err := app.LoadConfig([]string{"-data", o.data}, nil, s.Err)
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(o.data); err != nil {
		return nil, nil, err
	}
	core, err := app.OpenCore(ctx, cfg, slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return nil, nil, err
	}
	q := engine.Request{Workspace: core.Setup.WorkspaceID, Text: text}
	if o.timespan != "" {
		if q.Span, err = table.ParseSpan(o.timespan, now()); err != nil {
			return nil, nil, errors.Join(&usageError{err.Error()}, core.Close())
		}
	}
	res, err := core.Engine.Query(ctx, q)
	if err != nil {
		err = errors.Join(reportCompile(s.Err, err), core.Close())
		return nil, nil, err
	}
	return res.Tables[0].Rows, func() error {
		if res.Partial != nil {
			_, _ = fmt.Fprintln(s.Err, "yagura query: the answer is not whole:", res.Partial)
		}
		return errors.Join(res.Close(), core.Close())
	}, nil
}

// reportCompile prints the mistakes of a query with their places.
func reportCompile(w io.Writer, err error) error {
	var bad *kql.Error
	if !errors.As(err, &bad) {
		return err
	}
	for _, m := range bad.List {
		_, _ = fmt.Fprintln(w, syntax.Caret(bad.Src, m))
	}
	return errReported
}
