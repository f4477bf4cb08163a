package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/schollz/progressbar/v3"

	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/table"
)

// ingestOptions are the ingest command's flags.
type ingestOptions struct {
	credentials, table, kind, schema, rejects, state string
	quiet                                            bool
}

// How much is looked at to infer a schema, and how much is sent at once.
const (
	inferRecords = 10_000
	chunkRecords = 20_000
	chunkBytes   = 8 << 20
	// sendTries is how often a chunk is sent before the command gives up.
	sendTries = 8
)

// ingestCommand puts files into a table of a running server.
func ingestCommand(ctx context.Context, args, env []string, s Streams) error {
	fset := flags("ingest", "-table NAME [flags] FILE…   (- is standard input)", s)
	o := ingestFlags(fset)
	credentials := credentialsFlag(fset, env)
	if err := parse(fset, args); err != nil {
		return err
	}
	o.credentials = *credentials
	if o.table == "" {
		return &usageError{"say which table with -table"}
	}
	if fset.NArg() == 0 {
		return &usageError{"give the files to read, or - for standard input"}
	}
	c, err := app.ReadCredentials(o.credentials)
	if err != nil {
		return fmt.Errorf("%w: start a server in this directory, or name its file with -credentials", err)
	}
	for _, name := range fset.Args() {
		in := &ingestion{o: *o, remote: newRemote(c), name: name, s: s}
		if err := in.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func ingestFlags(fset *flag.FlagSet) *ingestOptions {
	o := &ingestOptions{}
	fset.StringVar(&o.table, "table", "", "table to put rows into; a table of your own ends in _CL and is made if it is not there")
	fset.StringVar(&o.kind, "format", "", strings.Join(format.Names(), ", ")+"; default: what the file's name and first bytes tell")
	fset.StringVar(&o.schema, "schema", "", "columns as name:type, …; default: inferred from the first records")
	fset.StringVar(&o.rejects, "rejects", "", "file to write rejected records to, with their line numbers; default: the first 20 on standard error")
	fset.StringVar(&o.state, "state", "", "file that remembers how far it came; default: in the user's cache directory; needed to resume standard input")
	fset.BoolVar(&o.quiet, "quiet", false, "no progress bar")
	return o
}

// ingestion is one file on its way into a table.
type ingestion struct {
	o      ingestOptions
	remote *remote
	name   string
	s      Streams

	schema  *table.Schema
	state   progress
	rows    int64
	bad     int64
	dropped map[string]bool
	rejects io.WriteCloser
	bar     *progressbar.ProgressBar
	zip     *zstd.Encoder
}

// progress is what is remembered of an ingestion, so that one that was interrupted
// goes on where it was. Run names its chunks: a chunk that the server has already is
// not taken again, even if this file did not come to know.
type progress struct {
	Run    string `json:"run"`
	Schema string `json:"schema"`
	Chunks int    `json:"chunks"` // the server has so many
	Rows   int64  `json:"rows"`   // in them
}

func (in *ingestion) run(ctx context.Context) (err error) {
	src, size, err := in.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	if err := in.loadState(); err != nil {
		return err
	}
	if in.zip, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
		return err
	}
	if in.o.rejects != "" {
		if in.rejects, err = os.Create(in.o.rejects); err != nil {
			return fmt.Errorf("write rejected records: %w", err)
		}
		defer func() { err = errors.Join(err, in.rejects.Close()) }()
	}
	in.bar = in.progressBar(size)
	rd := progressbar.NewReader(src, in.bar)
	recs, err := format.Open(in.name, in.o.kind, &rd)
	if err != nil {
		return err
	}
	if err := in.send(ctx, recs); err != nil {
		return err
	}
	_ = in.bar.Finish()
	in.report()
	return in.dropState()
}

func (in *ingestion) open(ctx context.Context) (io.ReadCloser, int64, error) {
	if in.name == "-" {
		return waitingReader{ctx, io.NopCloser(in.s.In)}, -1, nil
	}
	f, err := waiting(ctx, func() (*os.File, error) { return os.Open(in.name) })
	if err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	if !st.Mode().IsRegular() {
		return waitingReader{ctx, f}, st.Size(), nil
	}
	return f, st.Size(), nil
}

func (in *ingestion) progressBar(size int64) *progressbar.ProgressBar {
	_, terminal := isTerminal(in.s.Err)
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(in.s.Err), progressbar.OptionSetDescription(filepath.Base(in.name)),
		progressbar.OptionShowBytes(true), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetVisibility(terminal && !in.o.quiet), progressbar.OptionClearOnFinish())
}

// send reads all records, in chunks that are the same in every run over the same file.
func (in *ingestion) send(ctx context.Context, recs format.Reader) error {
	in.dropped = map[string]bool{}
	head, end, err := in.infer(ctx, recs)
	if err != nil {
		return err
	}
	chunk, n, number := bytes.Buffer{}, 0, 0
	flush := func() error {
		if n == 0 {
			return nil
		}
		err := in.post(ctx, number, &chunk, n)
		number++
		n = 0
		chunk.Reset()
		return err
	}
	for i := 0; ; i++ {
		var rec format.Record
		switch {
		case i < len(head):
			rec = head[i]
		case end:
			return flush()
		default:
			var more bool
			if rec, more, err = in.next(recs); err != nil {
				return err
			}
			if !more {
				return flush()
			}
		}
		row, dropped, err := format.Shape(rec, in.schema)
		if err != nil {
			in.reject(err)
			continue
		}
		for _, d := range dropped {
			in.dropped[d] = true
		}
		in.encode(&chunk, row)
		if n++; n == chunkRecords || chunk.Len() >= chunkBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// infer reads the first records and decides on the columns. end says that there are
// no more than those.
func (in *ingestion) infer(ctx context.Context, recs format.Reader) (head []format.Record, end bool, err error) {
	want := in.o.schema
	if in.state.Schema != "" {
		want = in.state.Schema // of the run that goes on
	}
	if want != "" {
		in.schema, err = format.ParseSchema(want)
		return nil, false, err
	}
	for len(head) < inferRecords {
		rec, more, err := in.next(recs)
		if err != nil {
			return nil, false, err
		}
		if !more {
			end = true
			break
		}
		head = append(head, rec)
	}
	in.schema = format.Infer(head)
	if err := in.keepTypes(ctx); err != nil {
		return nil, false, err
	}
	in.state.Schema = schemaText(in.schema)
	return head, end, in.saveState()
}

// keepTypes gives inferred columns that the table has already the table's types.
func (in *ingestion) keepTypes(ctx context.Context) error {
	name, err := json.Marshal(in.o.table)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"query": "[" + string(name) + "] | getschema"})
	if err != nil {
		return err
	}
	status, text, err := in.remote.post(ctx, "/v1/workspaces/"+in.remote.c.WorkspaceID+"/query", audienceQuery, nil, body)
	if err != nil || status == http.StatusBadRequest { // 400: there is no such table yet
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("ask for the columns of %s: the server answered %d: %.300s", in.o.table, status, text)
	}
	rows, err := decodeAnswer(text, in.s.Err)
	if err != nil {
		return err
	}
	b, err := table.ReadAll(ctx, rows)
	if err != nil {
		return err
	}
	names, types := b.Schema.Index("ColumnName"), b.Schema.Index("ColumnType")
	if names < 0 || types < 0 {
		return fmt.Errorf("ask for the columns of %s: the answer is %s", in.o.table, b.Schema)
	}
	for r := range b.Rows {
		i := in.schema.Index(table.Text(b.Vecs[names].At(r)))
		if t, ok := table.ParseType(table.Text(b.Vecs[types].At(r))); ok && i >= 0 {
			in.schema.Cols[i].Type = t
		}
	}
	return nil
}

func schemaText(s *table.Schema) string {
	var parts []string
	for _, c := range s.Cols {
		parts = append(parts, c.Name+":"+c.Type.String())
	}
	return strings.Join(parts, ",")
}

// next returns the next record that can be read.
func (in *ingestion) next(recs format.Reader) (format.Record, bool, error) {
	for {
		rec, err := recs.Next()
		var bad *format.RejectError
		switch {
		case err == nil:
			return rec, true, nil
		case errors.Is(err, io.EOF):
			return rec, false, nil
		case errors.As(err, &bad):
			in.reject(bad)
		default:
			return rec, false, err
		}
	}
}

// reject notes a record that is not sent.
func (in *ingestion) reject(err error) {
	const shown = 20
	in.bad++
	if in.rejects != nil {
		_, _ = fmt.Fprintln(in.rejects, err)
	} else if in.bad <= shown {
		_ = in.bar.Clear()
		_, _ = fmt.Fprintf(in.s.Err, "%s: %v\n", in.name, err)
	}
}

// encode writes a row as a line of JSON; nulls are left out.
func (in *ingestion) encode(buf *bytes.Buffer, row []table.Value) {
	line := append(buf.AvailableBuffer(), '{')
	first := true
	for i, v := range row {
		if v == nil {
			continue
		}
		if !first {
			line = append(line, ',')
		}
		first = false
		line = table.AppendQuoted(line, in.schema.Cols[i].Name)
		line = append(line, ':')
		line = table.AppendJSON(line, v)
	}
	buf.Write(append(line, '}', '\n'))
}

// post sends a chunk until the server has it for good.
func (in *ingestion) post(ctx context.Context, number int, chunk *bytes.Buffer, n int) error {
	in.rows += int64(n)
	if number < in.state.Chunks {
		return nil // an earlier run has sent it
	}
	sum := sha256.Sum256(chunk.Bytes())
	headers := map[string]string{
		"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd",
		"Idempotency-Key": fmt.Sprintf("%s-%d-%s", in.state.Run, number, hex.EncodeToString(sum[:8])),
	}
	path := "/yagura/v1/workspaces/" + in.remote.c.WorkspaceID + "/tables/" + url.PathEscape(in.o.table) + "/rows?create=true&schema=" + url.QueryEscape(schemaText(in.schema))
	body := in.zip.EncodeAll(chunk.Bytes(), nil)
	var status int
	var text []byte
	var err error
	for try := range sendTries {
		status, text, err = in.remote.post(ctx, path, audienceIngest, headers, body)
		if err == nil && status < 300 {
			in.state.Chunks, in.state.Rows = number+1, in.rows
			return in.saveState()
		}
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted after %d rows; run the same command again to go on", in.state.Rows)
		}
		if err == nil && status < 500 && status != http.StatusTooManyRequests && status != http.StatusUnauthorized {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(1<<try) * 100 * time.Millisecond):
		}
	}
	if err == nil {
		err = fmt.Errorf("the server answered %d: %.300s", status, text)
	}
	return fmt.Errorf("%d rows are in; run the same command again to go on: %w", in.state.Rows, err)
}

func (in *ingestion) report() {
	_, _ = fmt.Fprintf(in.s.Err, "%s: %d rows into %s", in.name, in.rows, in.o.table)
	if in.bad > 0 {
		_, _ = fmt.Fprintf(in.s.Err, ", %d records rejected", in.bad)
	}
	_, _ = fmt.Fprintln(in.s.Err)
	for d := range in.dropped {
		_, _ = fmt.Fprintf(in.s.Err, "%s: column %s is not in the schema and was left out\n", in.name, d)
	}
}

// stateFile is where the progress of this file into this table stands.
func (in *ingestion) stateFile() (string, error) {
	if in.o.state != "" || in.name == "-" {
		return in.o.state, nil
	}
	path, err := filepath.Abs(in.name)
	if err != nil {
		return "", err
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a place to remember progress: %w: name one with -state", err)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{path, in.o.table, in.o.schema, in.o.kind, in.remote.c.WorkspaceID}, "\x00")))
	return filepath.Join(dir, "yagura", "ingest-"+hex.EncodeToString(sum[:12])+".json"), nil
}

func (in *ingestion) loadState() error {
	file, err := in.stateFile()
	if err != nil {
		return err
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if err == nil {
			if err := json.Unmarshal(text, &in.state); err != nil {
				return fmt.Errorf("read %s: %w", file, err)
			}
			_, _ = fmt.Fprintf(in.s.Err, "%s: going on after %d rows\n", in.name, in.state.Rows)
			return nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	run := make([]byte, 12)
	rand.Read(run)
	in.state = progress{Run: hex.EncodeToString(run)}
	return in.saveState()
}

func (in *ingestion) saveState() error {
	file, err := in.stateFile()
	if err != nil || file == "" {
		return err
	}
	text, err := json.Marshal(in.state)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return app.WriteFile(file, text, 0o600)
}

func (in *ingestion) dropState() error {
	file, err := in.stateFile()
	if err != nil || file == "" {
		return err
	}
	return os.Remove(file)
}
