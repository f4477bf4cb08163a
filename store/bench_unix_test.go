//go:build unix

package store

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

var benchRef = table.Ref{Workspace: workspace, Table: "Bench_CL"}

var benchSchema = &table.Schema{Cols: []table.Column{
	{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "Computer", Type: table.String}, {Name: "Source", Type: table.String},
	{Name: "Level", Type: table.String}, {Name: "Pid", Type: table.Long}, {Name: "DurationMs", Type: table.Real},
	{Name: "CorrelationId", Type: table.String}, {Name: "Message", Type: table.String},
	{Name: table.TimeReceived, Type: table.Datetime}, {Name: table.BilledSize, Type: table.Real},
}}

// benchRows makes n rows like those of a small service's log.
func benchRows(n int) Rows {
	r := rand.New(rand.NewPCG(1, 1))
	b := table.NewBatch(benchSchema)
	for i := range n {
		msg := fmt.Sprintf("Accepted connection %d from 10.%d.%d.%d:%d for user u%d: %d bytes sent, %d received, state machine in phase %x of handshake",
			r.IntN(1e6), r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(65536), r.IntN(5000), r.IntN(1e6), r.IntN(1e6), r.Uint32())
		b.AppendRow(start+table.Time(i*1000), fmt.Sprintf("node-%03d", r.IntN(200)), pick(r, "sshd", "kernel", "app"), pick(r, "Informational", "Warning", "Error"),
			int64(r.IntN(65536)), float64(r.IntN(100_000))/1000,
			fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", r.Uint32(), r.IntN(65536), r.IntN(65536), r.IntN(65536), r.Uint64()>>16), msg, start, float64(200+len(msg)))
	}
	return Rows{benchRef, b}
}

// cpu returns the processor time that the process has used: what counts when others
// use the machine too.
func cpu() time.Duration {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// reportCPU reports the processor time since t0 for each of rows rows.
func reportCPU(b *testing.B, t0 time.Duration, rows int) {
	b.ReportMetric(float64((cpu()-t0).Nanoseconds())/float64(rows), "cpu-ns/row")
}

func openBench(b *testing.B, o Options) *Store {
	b.Helper()
	s, err := Open(vfs.OS, b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := s.Catalog().Commit(b.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: benchRef, Schema: benchSchema}}}); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkAppend appends batches of 3,000 rows, about what a request of 1 MB holds.
func BenchmarkAppend(b *testing.B) {
	rows := benchRows(3000)
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			s := openBench(b, Options{TailBytes: 1 << 40, MinFree: -1})
			b.SetParallelism(callers)
			b.ResetTimer()
			t0 := cpu()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := s.Append(b.Context(), "", rows); err != nil {
						b.Error(err)
						return
					}
					if _, bytes := s.tail.size(); bytes > 512<<20 {
						_, last := s.tail.parts(benchRef)
						s.tail.drop(benchRef, last) // stands for Flush, which is measured by itself
					}
				}
			})
			reportCPU(b, t0, b.N*3000)
		})
	}
}

// BenchmarkEncode is what Append does before the log, for a batch of 3,000 rows.
func BenchmarkEncode(b *testing.B) {
	rows := benchRows(3000)
	s := openBench(b, Options{})
	t0 := cpu()
	for b.Loop() {
		if err := s.check([]Rows{rows}); err != nil {
			b.Fatal(err)
		}
		rec := appendBatch(appendRecord(make([]byte, 0, recordSize([]Rows{rows})), 1, "", 1), rows.Ref, rows.Batch)
		if _, err := decodeRecord(rec); err != nil {
			b.Fatal(err)
		}
	}
	reportCPU(b, t0, b.N*3000)
}

// BenchmarkFlush writes 300,000 rows from the tail to an extent.
func BenchmarkFlush(b *testing.B) {
	rows := benchRows(3000)
	var used time.Duration
	for b.Loop() {
		b.StopTimer()
		s := openBench(b, Options{})
		for range 100 {
			if err := s.Append(b.Context(), "", rows); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		t0 := cpu()
		if err := s.FlushAll(b.Context()); err != nil {
			b.Fatal(err)
		}
		used += cpu() - t0
	}
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*300_000), "cpu-ns/row")
}

// BenchmarkOpen opens a store of 10,000 extents of 20 columns in 1,000 tables. The
// files are empty.
func BenchmarkOpen(b *testing.B) {
	fs := vfs.NewMem()
	s, err := Open(fs, "data", Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 10_000 {
		m := &extent.Meta{Ref: table.Ref{Workspace: workspace, Table: fmt.Sprint("T", i%1000, "_CL")}, Rows: 100_000, Bytes: 10 << 20}
		m.Hash[0], m.Hash[1], m.Hash[31] = byte(i), byte(i>>8), 1
		m.Span = table.Span{Start: start + table.Time(i), End: start + table.Time(i+100)}
		for c := range 20 {
			m.Stats = append(m.Stats, extent.Stat{Name: fmt.Sprint("Column", c), Type: table.String, Min: "some shorter text", Max: "some longer text that was cut off"})
		}
		edit := catalog.Edit{AddExtents: []*extent.Meta{m}}
		if i < 1000 {
			edit.PutTables = []catalog.Table{{Ref: m.Ref, Schema: benchSchema}}
		}
		if err := s.cat.Commit(b.Context(), edit); err != nil {
			b.Fatal(err)
		}
		f, err := fs.Create(m.Path(filepath.Join("data", ExtentDir)))
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		if err := s.cat.Checkpoint(b.Context(), false); err != nil {
			b.Fatal(err)
		}
	}
	s.Close()
	s = nil
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	t0 := cpu()
	for b.Loop() {
		if s, err = Open(fs, "data", Options{}); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	b.ReportMetric(float64((cpu()-t0).Milliseconds())/float64(b.N), "cpu-ms/op")
	runtime.GC()
	runtime.ReadMemStats(&after)
	if n := s.Stats().Extents; n != 10_000 {
		b.Fatalf("%d extents", n)
	}
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/1e6, "MB")
}

// BenchmarkTail reads 10,000 rows that came one at a time.
func BenchmarkTail(b *testing.B) {
	s := testOpen(b, vfs.NewMem(), Options{})
	putApp(b, s)
	for i := range 10_000 {
		if err := s.Append(b.Context(), "", appRows(i, 1)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		snap, err := s.Snapshot(appRef, table.Span{})
		if err != nil {
			b.Fatal(err)
		}
		bt, err := table.ReadAll(b.Context(), snap.Reader([]string{"N"}))
		if err != nil || bt.Rows != 10_000 {
			b.Fatal(err)
		}
		snap.Release()
	}
}
