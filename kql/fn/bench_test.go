package fn

import (
	"fmt"
	"testing"

	"github.com/yagura/yagura/table"
)

// BenchmarkEval measures calls that most queries make, per batch of 4096 rows.
func BenchmarkEval(b *testing.B) {
	const rows = 4096
	line, num, when := &table.Of[string]{}, &table.Of[int64]{}, &table.Of[table.Time]{}
	for i := range rows {
		line.Append(fmt.Sprintf("2026-11-23 06:%02d:%02d ERROR worker-%d failed to open /var/log/app.log: permission denied (code=%d)", i/60%60, i%60, i%7, i))
		num.Append(int64(i))
		when.Append(table.UnixTicks + table.Time(i)*table.TicksPerSecond)
	}
	text := func(s string) table.Vec { return table.Repeat(table.String, s, rows) }
	for _, c := range []struct {
		name string
		args []table.Vec
	}{
		{"has", []table.Vec{line, text("permission")}},
		{"contains", []table.Vec{line, text("DENIED")}},
		{"contains_cs", []table.Vec{line, text("denied")}},
		{"startswith", []table.Vec{line, text("2027")}},
		{"=~", []table.Vec{line, text("x")}},
		{"==", []table.Vec{num, table.Repeat(table.Long, int64(7), rows)}},
		{"+", []table.Vec{num, num}},
		{"in", []table.Vec{num, table.Repeat(table.Long, int64(7), rows), table.Repeat(table.Long, int64(9), rows)}},
		{"bin", []table.Vec{when, table.Repeat(table.Timespan, table.Duration(table.TicksPerHour), rows)}},
		{"tostring", []table.Vec{num}},
		{"tolower", []table.Vec{line}},
		{"split", []table.Vec{line, text(" ")}},
		{"extract", []table.Vec{text(`code=(\d+)`), table.Repeat(table.Long, int64(1), rows), line}},
		{"strcat", []table.Vec{line, num}},
	} {
		b.Run(c.name, func(b *testing.B) {
			f, _ := Lookup(c.name)
			args := make([]Arg, len(c.args))
			for i, v := range c.args {
				args[i] = Arg{Type: v.Type(), IsConst: true, Const: v.At(0)}
			}
			o, _, err := f.Resolve(args)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := o.Eval(c.args, rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
