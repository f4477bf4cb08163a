package duck

import (
	"fmt"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// TestExpired asks for rows of which some were received too long ago to be seen, in extents
// that have others too: no query sees them, by whatever way it is answered.
func TestExpired(t *testing.T) {
	b := openBoth(t, engine.Options{})
	ref := table.Ref{Workspace: wsA, Table: "Old_CL"}
	b.put(t, ref, "TimeGenerated:datetime N:long Message:string")
	now := table.FromGo(time.Now())
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{
		{Name: "TimeGenerated", Type: table.Datetime}, {Name: "N", Type: table.Long}, {Name: "Message", Type: table.String}, {Name: table.TimeReceived, Type: table.Datetime},
	}})
	const all, seen = 600, 300 // a row a tenth of a day, of 60 days
	for i := range all {
		received := now - table.Time(all-i)*table.TicksPerDay/10 + table.TicksPerHour
		rows.AppendRow(now-table.Time(i)*table.TicksPerMinute, int64(i), fmt.Sprintf("needle%d", i), received)
	}
	if err := b.st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: rows}); err != nil {
		t.Fatal(err)
	}
	flush(t, b)
	for range 3 { // so that it would be remembered
		for _, q := range []struct {
			text string
			want string
		}{
			{`Old_CL | count`, fmt.Sprint(seen)},
			{`Old_CL | summarize min(N), count()`, fmt.Sprintf("%d %d", all-seen, seen)},
			{`Old_CL | where Message has "needle7" | count`, "0"},
			{`Old_CL | where Message has "needle599" | count`, "1"},
			{`Old_CL | where N < 310 | project N | summarize count()`, "10"},
			{fmt.Sprintf(`Old_CL | where TimeGenerated > datetime(%s) | count`, time.Now().Add(-4*time.Hour).UTC().Format(time.RFC3339)), "0"},
			{`Old_CL | top 1 by N asc | project N`, fmt.Sprint(all - seen)},
			{fmt.Sprintf(`Old_CL | where ingestion_time() < datetime(%s) | count`, time.Now().Add(-30*24*time.Hour).UTC().Format(time.RFC3339)), "0"},
			{`search "needle7" | count`, "0"},
		} {
			b.want(t, q.text, q.want)
		}
	}
}
