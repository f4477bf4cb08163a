package duck

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// TestLatestRows: the last row of each group is the same whether whole rows are read from
// where the oldest of them is, or all.
func TestLatestRows(t *testing.T) {
	early := 0
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 17))
		var parts []*table.Batch
		id := 0
		for p := range 8 {
			b := table.NewBatch(indexedTable)
			for range 200 {
				at := day + table.Time(id*7919%1601+p*800)*8*table.TicksPerSecond + table.Time(p)*table.TicksPerSecond // each once
				word := fmt.Sprint("word", r.IntN(9))
				if p == 2 && seed == 3 {
					word = "gone" // a group that is not heard of again
				}
				b.AppendRow(int64(id), word, nil, nil, at)
				id++
			}
			parts = append(parts, b)
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		rows := table.ConcatBatches(indexedTable, parts)
		st, db := stored(t, parts)
		e := engine.New(st, db, engine.Options{SmallRows: -1})
		for range 30 {
			text := "T" + pick(r, "", " | where Id % 3 == 1", fmt.Sprintf(" | where Id < %d", r.IntN(1600)), " | extend When = TimeGenerated") +
				" | summarize arg_max(TimeGenerated, " + pick(r, "*", "Id", "Id, S") + ") by " + pick(r, "S", "Key = strcat(S, 'x')", "Odd = Id % 2, S", "Id")
			text += " | project Id, TimeGenerated | order by Id asc"
			want, ok, err := evaluated(t, text, rows)
			got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
			if !ok || err != nil || gotErr != nil {
				t.Fatalf("seed %d: %s: %v, %v", seed, text, err, gotErr)
			}
			if why := differ(want, got, false, false); why != "" {
				t.Errorf("seed %d: %s\n%s\n%s", seed, why, text, stats.Plan)
			}
			if n := 0; strings.Contains(stats.Plan, "last rows of T: ") {
				if _, err := fmt.Sscanf(stats.Plan[strings.Index(stats.Plan, "last rows of T: "):], "last rows of T: %d", &n); err == nil && n < 7 {
					early++
				}
			}
		}
	}
	if early < 40 {
		t.Errorf("only %d answers came from some of the extents", early)
	}
}

// TestLatestByChance: rows that another look may not find are looked at once.
func TestLatestByChance(t *testing.T) {
	b := table.NewBatch(indexedTable)
	for id := range 400 {
		b.AppendRow(int64(id), fmt.Sprint("word", id%3), nil, nil, day+table.Time(id)*table.TicksPerSecond)
	}
	st, db := stored(t, []*table.Batch{b.Slice(0, 150), b.Slice(150, 300), b.Slice(300, 400)})
	e := engine.New(st, db, engine.Options{SmallRows: -1})
	for cond, want := range map[string]bool{"Id >= 0": true, "rand() < 0.5": false} {
		got, stats, err := read(t, e, engine.Request{Workspace: wsA, Text: "T | where " + cond + " | summarize arg_max(TimeGenerated, Id) by S"})
		if err != nil || got.Rows != 3 || strings.Contains(stats.Plan, "last rows of T") != want {
			t.Errorf("%s: %d rows, %v\n%s", cond, got.Rows, err, stats.Plan)
		}
	}
}

// TestSeriesOfBins: a make-series that a summarize by its bins computes is what it is in Go.
func TestSeriesOfBins(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 19))
	b := table.NewBatch(indexedTable)
	for id := range 2000 {
		b.AppendRow(int64(id), fmt.Sprint("word", id%7), nil, nil, day+table.Time(r.IntN(86400))*table.TicksPerSecond)
	}
	st, db := stored(t, []*table.Batch{b})
	e := engine.New(st, db, engine.Options{SmallRows: -1})
	const from = "datetime_add('second', %d, datetime(%s))"
	at := func() string { return fmt.Sprintf(from, r.IntN(90000)-1800, table.Text(day)) }
	for range 60 {
		axis := pick(r, "on TimeGenerated from "+at()+" to "+at()+" step "+pick(r, "1h", "7m", "1d", "50s"), "on TimeGenerated in range("+at()+", "+at()+", 40m)")
		text := "T" + pick(r, "", " | where Id < 900", " | where Id < 0") + " | make-series " + pick(r, "", "kind=nonempty ") +
			pick(r, "n = count()", "n = avg(Id) default = -1", "n = dcount(S)", "n = count(), m = max(Id)", "n = max(S) default = 'none'", "n = sum(Id) / count()") +
			" " + axis + pick(r, "", " by S", " by Odd = Id % 2, S")
		if cols := strings.Contains(text, " by S"); cols {
			text += " | order by S asc"
		} else if strings.Contains(text, " by Odd") {
			text += " | order by Odd asc, S asc"
		}
		want, ok, err := evaluated(t, text, b)
		got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
		if !ok || fmt.Sprint(err) != fmt.Sprint(gotErr) {
			t.Fatalf("%s: %v, %v", text, err, gotErr)
		}
		if err != nil {
			continue
		}
		if why := differ(want, got, false, false); why != "" {
			t.Errorf("%s\n%s\n%s", why, text, stats.Plan)
		}
		if !strings.Contains(stats.Plan, "bin_at") {
			t.Errorf("the bins were made in Go\n%s\n%s", text, stats.Plan)
		}
	}
}
