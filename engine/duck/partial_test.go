package duck

import (
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// TestRemembered asks the same again and again while rows come and extents are merged.
// What is remembered of extents is used, and answers stay what Go makes of all rows.
func TestRemembered(t *testing.T) {
	b := openBoth(t, engine.Options{})
	app := table.Ref{Workspace: wsA, Table: "App_CL"}
	queries := []struct {
		text string
		kept bool // whether what summarize makes can be remembered
	}{
		{`App_CL | summarize count() by bin(TimeGenerated, 1h)`, true},
		{`App_CL | where Level != "Info" | summarize n = count(), sum(N), sum(Took), avg(Took), avgif(Took, N > 100), min(Took), max(Level), minif(N, Level == "Error"), maxif(TimeGenerated, N > 3), countif(N > 7), sumif(N, N > 3) by Level, k = toint(Props.k)`, true},
		{`App_CL | where strlen(Level) > 100 | summarize count(), sum(N), avg(Took), max(TimeGenerated)`, true},
		{`App_CL | distinct Level`, true},
		{`App_CL | where TimeGenerated between (datetime(2026-01-01) .. datetime(2026-01-01 09:30)) | summarize avg(Took) by Level | extend x = avg_Took * 2`, true},
		{`App_CL | summarize total = count() by Level | join kind=inner (App_CL | where N > 10 | summarize few = count() by Level) on Level | project Level, total, few`, true},
		{`App_CL | summarize dcount(N), dcount(Level), dcountif(N, N > 3), dcount(Props.k), dcount(N % 7, 2) by Level, bin(TimeGenerated, 1h)`, true},
		{`App_CL | where strlen(Level) > 100 | summarize dcount(N), dcountif(Level, N > 3)`, true},
		{`App_CL | summarize percentiles(Took, 5, 50, 99.9), percentile(N, 90), percentile(TimeGenerated, 50), m = percentile(N % 3, 10) by Level`, true},
		{`App_CL | summarize percentilesw(Took, N, 50, 90), percentilew(N, N % 4, 30), count()`, true},
		{`App_CL | where strlen(Level) > 100 | summarize percentile(N, 50), percentiles(Took, 1, 2)`, true},
		{`App_CL | where N < 3 | summarize min(Level), minif(Level, N == 2), minif(Level, N == 7)`, true},
		{`App_CL | summarize minif(Level, N > 90) by N % 10`, true},
		{`App_CL | summarize percentiles_array(N, 5, 50)`, false},
		{`App_CL | summarize dcount(Took)`, false},
		{`App_CL | summarize dcount(N), make_set(Level) | extend set_Level = array_sort_asc(set_Level)`, false},
		{`App_CL | where N in ((App_CL | where N < 9 | project N)) | summarize count()`, false},
		{`App_CL | summarize count() by bin(N, 1) | count`, true},
	}
	used := map[string]int{}
	for round, change := range []func(){
		func() {}, func() {}, func() {},
		func() { b.rows(t, app, 1000, 1100) },
		func() { flush(t, b) },
		func() { b.rows(t, app, 1100, 1300); flush(t, b) },
		func() { // so many that what they give is put together
			for i := range 12 {
				b.rows(t, app, 1300+20*i, 1320+20*i)
				flush(t, b)
			}
		},
		func() { b.rows(t, app, 1540, 1600); flush(t, b) },
		func() { compact(t, b) }, func() {},
	} {
		change()
		for _, q := range queries {
			_, res := b.ask(t, engine.Request{Text: q.text})
			used[q.text] += res["duck"].Stats.Remembered
			if round == 0 && used[q.text] > 0 {
				t.Errorf("%s: remembered at once", q.text)
			}
		}
	}
	for _, q := range queries {
		if q.kept != (used[q.text] > 0) {
			t.Errorf("%s: %d extents were remembered", q.text, used[q.text])
		}
	}
}

// Queries that differ in anything but time are not taken for one another.
func TestRememberedApart(t *testing.T) {
	b := openBoth(t, engine.Options{})
	for range 3 {
		for _, text := range []string{
			`App_CL | where N > 1 | summarize count()`, `App_CL | where N > 2 | summarize count()`, `App_CL | where N >= 2 | summarize count()`,
			`App_CL | where Took > 2 | summarize count()`, `App_CL | where Level == "2" | summarize count()`, `App_CL | summarize sum(N)`, `App_CL | summarize sum(Took)`,
			`App_CL | summarize max(N)`, `App_CL | summarize max(Took)`, `App_CL | summarize max(Took) by Level`, `App_CL | summarize x = max(N) by y = Level`,
		} {
			b.ask(t, engine.Request{Text: text})
		}
	}
	from := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	for i := range 4 {
		span := table.Span{Start: table.FromGo(from), End: table.FromGo(from.Add(time.Duration(i) * 3 * time.Hour))}
		b.ask(t, engine.Request{Text: `App_CL | summarize count(), sum(N)`, Span: span})
	}
}

func flush(t *testing.T, b *both) {
	t.Helper()
	if err := b.st.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func compact(t *testing.T, b *both) {
	t.Helper()
	if err := b.st.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
}
