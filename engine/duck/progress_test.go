package duck

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// TestProgress asks how far queries are while they run, of so many rows that somebody may,
// of which some are in memory.
func TestProgress(t *testing.T) {
	b := openBoth(t, engine.Options{})
	ref := table.Ref{Workspace: wsA, Table: "Many_CL"}
	b.put(t, ref, "TimeGenerated:datetime N:long")
	const each = 1 << 18
	for i := range slowRows/each + 1 {
		rows := &table.Batch{Schema: &table.Schema{Cols: []table.Column{{Name: "TimeGenerated", Type: table.Datetime}, {Name: "N", Type: table.Long}}}, Rows: each}
		if i == slowRows/each {
			rows.Rows = 1000
		}
		times, numbers := &table.Of[table.Time]{}, &table.Of[int64]{}
		for j := range rows.Rows {
			n := i*each + j
			times.Vals, numbers.Vals = append(times.Vals, day+table.Time(n)), append(numbers.Vals, int64(n))
		}
		rows.Vecs = []table.Vec{times, numbers}
		if err := b.st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: rows}); err != nil {
			t.Fatal(err)
		}
		if i < slowRows/each {
			if err := b.st.FlushAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, text := range []string{
		`Many_CL | extend h = hash_sha256(strcat("a", N)) | summarize max(h), count()`,
		`Many_CL | where hash_sha256(strcat("a", N)) has "b" | count`,
		`Many_CL | extend h = hash_sha256(strcat("a", N)) | top 5 by h`,
		`Many_CL | where N in (1, 2, 3) or hash_sha256(strcat("a", N)) == "b" | join kind=inner (datatable(N:long)[1, 2, 1048577]) on N | count`,
		`Many_CL | extend h = hash_sha256(strcat("a", N)) | sort by h asc | extend p = prev(h) | count`,
	} {
		got, rows := progressOf(t, b, text)
		if !slices.IsSorted(got) || len(got) == 0 || got[0] <= 0 || got[len(got)-1] >= 1 {
			t.Errorf("%s: %v", text, got)
		}
		if rows.Rows == 0 {
			t.Errorf("%s: no rows", text)
		}
	}
	// What else is to come is not known while a subquery runs, nor how long a range is.
	for _, text := range []string{
		`print toscalar(Many_CL | extend h = hash_sha256(strcat("a", N)) | summarize max(h))`,
		`union (Many_CL | extend h = hash_sha256(strcat("a", N))), (range x from 1 to 10 step 1) | summarize max(h)`,
	} {
		if got, _ := progressOf(t, b, text); len(got) > 0 {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// progressOf runs a query with DuckDB, and returns what was told of its progress meanwhile.
func progressOf(t *testing.T, b *both, text string) ([]float64, *table.Batch) {
	t.Helper()
	e := b.each["duck"]
	ended, told := make(chan struct{}), make(chan []float64)
	go func() {
		var got []float64
		for {
			select {
			case <-ended:
				told <- got
				return
			case <-time.After(time.Millisecond):
			}
			for _, a := range e.Activities(wsA) {
				if a.State == engine.InProgress && a.Progress != 0 {
					got = append(got, a.Progress)
				}
			}
		}
	}()
	res, err := e.Query(t.Context(), engine.Request{Workspace: wsA, Text: text, Now: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	rows, err := table.ReadAll(t.Context(), res.Tables[0].Rows)
	close(ended)
	got := <-told
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if err := res.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d times, %.2v, %s", text, len(got), got[:min(len(got), 8)], strings.Join(res.Stats.SQL, "\n"))
	return got, rows
}

// TestShareEnds sees that a connection tells nothing of a statement that has ended, or
// that has failed.
func TestShareEnds(t *testing.T) {
	db, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.start(); err != nil {
		t.Fatal(err)
	}
	c, err := db.pool.get()
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"CREATE TEMP TABLE t AS SELECT range AS a FROM range(3000000)", "SELECT sum(sqrt(a)) FROM t", "SELECT sum(a), error('no') FROM t GROUP BY a"} {
		if err := c.exec(sql); (err != nil) != strings.Contains(sql, "error") {
			t.Errorf("%s: %v", sql, err)
		}
		if got := c.share(); got != 0 {
			t.Errorf("%s: %v afterwards", sql, got)
		}
	}
	db.pool.put(c)
}
