package extent

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// benchBatches makes n rows like those of a small service's log, in batches of 3,000.
func benchBatches(n int) []*table.Batch {
	r := rand.New(rand.NewPCG(1, 1))
	s := &table.Schema{Cols: []table.Column{
		{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "Computer", Type: table.String}, {Name: "Source", Type: table.String},
		{Name: "Level", Type: table.String}, {Name: "Pid", Type: table.Long}, {Name: "DurationMs", Type: table.Real},
		{Name: "CorrelationId", Type: table.String}, {Name: "Message", Type: table.String}, {Name: table.TimeReceived, Type: table.Datetime},
		{Name: table.BilledSize, Type: table.Real}, {Name: table.Seq, Type: table.Long},
	}}
	verbs := []string{"Accepted", "Closed", "Retried", "Refused", "Established"}
	var out []*table.Batch
	for i := range n {
		if i%3000 == 0 {
			out = append(out, table.NewBatch(s))
		}
		msg := fmt.Sprintf("%s connection %d from 10.%d.%d.%d:%d for user u%d: %d bytes sent, %d received, state machine in phase %x of handshake",
			verbs[r.IntN(5)], r.IntN(1e6), r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(65536), r.IntN(5000), r.IntN(1e6), r.IntN(1e6), r.Uint32())
		out[len(out)-1].AppendRow(table.UnixTicks+table.Time(i*1000), fmt.Sprintf("node-%03d", r.IntN(200)), []string{"sshd", "kernel", "app"}[r.IntN(3)],
			[]string{"Informational", "Warning", "Error"}[r.IntN(3)], int64(r.IntN(65536)), float64(r.IntN(100_000))/1000,
			fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", r.Uint32(), r.IntN(65536), r.IntN(65536), r.IntN(65536), r.Uint64()>>16), msg,
			table.UnixTicks+table.Time(i/3000), float64(200+len(msg)), table.SeqOf(uint64(i/3000), i%3000))
	}
	return out
}

func BenchmarkWrite(b *testing.B) {
	const rows = 250_000
	bs := benchBatches(rows)
	for name, o := range map[string]Options{"fast": {IndexRows: -1}, "dense": {Dense: true, IndexRows: -1}, "fast indexed": {}, "dense indexed": {Dense: true}} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			var m *Meta
			for b.Loop() {
				var err error
				if m, err = NewDir(vfs.OS, dir).Write(ref, bs, o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
			b.ReportMetric(float64(m.Bytes)/rows, "B/row")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	const rows = 250_000
	dir := b.TempDir()
	m, err := NewDir(vfs.OS, dir).Write(ref, benchBatches(rows), Options{})
	if err != nil {
		b.Fatal(err)
	}
	s := benchBatches(1)[0].Schema
	for b.Loop() {
		r, err := NewDir(vfs.OS, dir).Read(m, s, table.Span{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := table.ReadAll(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
