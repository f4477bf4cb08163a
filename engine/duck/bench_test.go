package duck

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

const benchWorkspace = "11111111-2222-3333-4444-555555555555"

var benchSchema = &table.Schema{Cols: []table.Column{
	{Name: "TimeGenerated", Type: table.Datetime}, {Name: "Computer", Type: table.String}, {Name: "Source", Type: table.String},
	{Name: "Level", Type: table.String}, {Name: "Pid", Type: table.Int}, {Name: "DurationMs", Type: table.Real},
	{Name: "CorrelationId", Type: table.String}, {Name: "Message", Type: table.String},
}}

// benchRows is how many log records the benchmarks query, benchFlush how many of them
// make an extent.
const (
	benchRows  = 1_000_000
	benchFlush = 100_000
)

// ideal is a directory with the same rows in a store and in one Parquet file that
// DuckDB wrote.
type ideal struct {
	st   *store.Store
	db   *DB
	file string
}

var benchData = sync.OnceValues(func() (*ideal, error) {
	dir, err := os.MkdirTemp("", "yagura-bench")
	if err != nil {
		return nil, err
	}
	return makeIdeal(dir)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if d := os.Getenv("YAGURA_BENCH_KEEP"); d == "" {
		dirs, err := filepath.Glob(filepath.Join(os.TempDir(), "yagura-bench*"))
		if err == nil {
			for _, d := range dirs {
				os.RemoveAll(d)
			}
		}
	}
	os.Exit(code)
}

func makeIdeal(dir string) (*ideal, error) {
	d := &ideal{}
	var err error
	if d.st, err = store.Open(vfs.OS, dir, store.Options{TailBytes: 1 << 30}); err != nil {
		return nil, err
	}
	ref := table.Ref{Workspace: benchWorkspace, Table: "Bench_CL"}
	ctx := context.Background()
	if err := d.st.Catalog().Commit(ctx, catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: table.WithStandard(benchSchema.Cols)}}}); err != nil {
		return nil, err
	}
	gen := exec.Command("go", "run", ".", "-n", fmt.Sprint(benchRows))
	gen.Dir = filepath.Join("..", "..", "..", "shared", "bench", "gen")
	gen.Stderr = os.Stderr
	out, err := gen.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := gen.Start(); err != nil {
		return nil, err
	}
	if err := load(ctx, d.st, ref, out); err != nil {
		return nil, err
	}
	if err := gen.Wait(); err != nil {
		return nil, err
	}
	if d.db, err = Open(Options{Dir: filepath.Join(dir, store.ExtentDir), TempDir: filepath.Join(dir, "spill")}); err != nil {
		return nil, err
	}
	d.file = filepath.Join(dir, "ideal.parquet")
	return d, d.copyOut(ref)
}

func load(ctx context.Context, st *store.Store, ref table.Ref, in io.Reader) error {
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, 1<<20)
	b := table.NewBatch(benchSchema)
	for n := 1; sc.Scan(); n++ {
		var r struct {
			TimeGenerated                                   time.Time
			Computer, Source, Level, CorrelationId, Message string
			Pid                                             int32
			DurationMs                                      float64
		}
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			return err
		}
		b.AppendRow(table.FromGo(r.TimeGenerated), r.Computer, r.Source, r.Level, r.Pid, r.DurationMs, r.CorrelationId, r.Message)
		if n%10_000 == 0 {
			if err := st.Append(ctx, "", store.Rows{Ref: ref, Batch: b}); err != nil {
				return err
			}
			b = table.NewBatch(benchSchema)
		}
		if n%benchFlush == 0 {
			if err := st.FlushAll(ctx); err != nil {
				return err
			}
		}
	}
	return sc.Err()
}

// copyOut writes the ideal file with a DuckDB that may write.
func (d *ideal) copyOut(ref table.Ref) error {
	snap, err := d.st.Snapshot(ref, table.Span{})
	if err != nil {
		return err
	}
	defer snap.Release()
	files := make([]string, len(snap.Extents))
	for i, m := range snap.Extents {
		files[i] = snap.Path(m)
	}
	free, err := unlocked()
	if err != nil {
		return err
	}
	return free.exec(fmt.Sprintf(`COPY (SELECT make_timestamp((TimeGenerated - 621355968000000000) // 10) AS TimeGenerated, * EXCLUDE TimeGenerated
		FROM read_parquet(%s)) TO '%s' (FORMAT parquet, COMPRESSION zstd)`, sqlList(files), d.file))
}

// pairs are the same questions in KQL and in SQL.
var pairs = []struct{ name, kql, sql string }{
	{"count", `Bench_CL | count`, `SELECT count(*) FROM t`},
	{"by-level", `Bench_CL | summarize count() by Level`, `SELECT Level, count(*) FROM t GROUP BY 1`},
	{"by-hour", `Bench_CL | summarize count() by bin(TimeGenerated, 1h)`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), count(*) FROM t GROUP BY 1`},
	{"avg-by-hour-computer", `Bench_CL | summarize count(), avg(DurationMs) by bin(TimeGenerated, 1h), Computer`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), Computer, count(*), avg(DurationMs) FROM t GROUP BY 1, 2`},
	{"needle", `Bench_CL | where Message has "needle-7f3a9c" | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE contains(Message, 'needle-7f3a9c')`},
	{"top", `Bench_CL | top 100 by DurationMs desc | project TimeGenerated, Computer, DurationMs`, `SELECT TimeGenerated, Computer, DurationMs FROM t ORDER BY DurationMs DESC LIMIT 100`},
	{"distinct", `Bench_CL | distinct Computer, Source`, `SELECT DISTINCT Computer, Source FROM t`},
	{"dcount", `Bench_CL | summarize dcount(CorrelationId)`, `SELECT approx_count_distinct(CorrelationId) FROM t`},
	{"join", `Bench_CL | where Level == "Critical" | summarize bad = count() by Computer | join kind=inner (Bench_CL | summarize total = count() by Computer) on Computer | project Computer, bad, total`,
		`SELECT a.Computer, bad, total FROM (SELECT Computer, count(*) bad FROM t WHERE Level = 'Critical' GROUP BY 1) a JOIN (SELECT Computer, count(*) total FROM t GROUP BY 1) b ON a.Computer = b.Computer`},
}

// BenchmarkQueries reports, for each of pairs, the time of the KQL over the extents of
// a store, compiling included, and its ratio to the SQL on one Parquet file.
func BenchmarkQueries(b *testing.B) {
	if _, err := os.Stat("../../../shared/bench"); err != nil {
		b.Skip("no ../shared/bench beside the checkout")
	}
	d, err := benchData()
	if err != nil {
		b.Fatal(err)
	}
	free, err := unlocked()
	if err != nil {
		b.Fatal(err)
	}
	if err := free.exec(fmt.Sprintf("CREATE OR REPLACE VIEW t AS SELECT * FROM read_parquet('%s')", d.file)); err != nil {
		b.Fatal(err)
	}
	e := engine.New(d.st, d.db, engine.Options{Timeout: time.Minute, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	for _, p := range pairs {
		b.Run(p.name, func(b *testing.B) {
			var base, ours time.Duration
			for b.Loop() {
				b.StopTimer()
				began := time.Now()
				drainSQL(b, free, p.sql)
				base += time.Since(began)
				b.StartTimer()
				began = time.Now()
				drain(b, e, p.kql)
				ours += time.Since(began)
			}
			b.ReportMetric(base.Seconds()*1e3/float64(b.N), "sql-ms")
			b.ReportMetric(ours.Seconds()/base.Seconds(), "ratio")
		})
	}
}

func drain(b testing.TB, e *engine.Engine, text string) {
	res, err := e.Query(context.Background(), engine.Request{Workspace: benchWorkspace, Text: text})
	if err != nil {
		b.Fatal(err)
	}
	for _, t := range res.Tables {
		if _, err := table.ReadAll(context.Background(), t.Rows); err != nil {
			b.Fatal(err)
		}
	}
	if err := res.Close(); err != nil {
		b.Fatal(err)
	}
}

// unlocked is a connection to a DuckDB as it comes.
var unlocked = sync.OnceValues(func() (*conn, error) {
	var db bind.Database
	if bind.Open(":memory:", &db) != bind.StateSuccess {
		return nil, errors.New("open: refused")
	}
	c := &conn{}
	if bind.Connect(db, &c.c) != bind.StateSuccess {
		return nil, errors.New("connect: refused")
	}
	return c, nil
})

func drainSQL(b testing.TB, c *conn, sql string) {
	res, err := c.query(context.Background(), func(error) {}, sql)
	if err != nil {
		b.Fatal(err)
	}
	for {
		chunk := bind.FetchChunk(*res)
		if chunk.Ptr == nil {
			break
		}
		bind.DestroyDataChunk(&chunk)
	}
	bind.DestroyResult(res)
}
