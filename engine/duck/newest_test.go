package duck

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// TestTopByTime: what the newest extents give is what all rows give, whichever overlap.
func TestTopByTime(t *testing.T) {
	early := 0
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 13))
		var parts []*table.Batch
		id := 0
		for p := range 8 {
			b := table.NewBatch(indexedTable)
			for range 200 {
				// Each time once, so that the order of rows is one; parts overlap, but for the last seeds.
				at := table.Time(p*200+id%200)*7919%1601 + table.Time(p)*table.Time(1601*(seed/2))
				b.AppendRow(int64(id), fmt.Sprint("word", id%50), nil, nil, day+(at*8+table.Time(p))*table.TicksPerSecond)
				id++
			}
			parts = append(parts, b)
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		rows := table.ConcatBatches(indexedTable, parts)
		st, db := stored(t, parts)
		e := engine.New(st, db, engine.Options{SmallRows: -1})
		for range 40 {
			text := "T" + pick(r, "", " | where Id % 3 == 1", fmt.Sprintf(" | where Id < %d", r.IntN(1600)), " | where S endswith '7'", " | extend When = TimeGenerated") +
				pick(r, "", " | project S, TimeGenerated, Id") +
				fmt.Sprintf(" | top %d by TimeGenerated %s", 1+r.IntN(150), pick(r, "desc", "asc")) + " | project Id, TimeGenerated"
			want, ok, err := evaluated(t, text, rows)
			got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
			if !ok || err != nil || gotErr != nil {
				t.Fatalf("seed %d: %s: %v, %v", seed, text, err, gotErr)
			}
			if why := differ(want, got, false, false); why != "" {
				t.Errorf("seed %d: %s\n%s\n%s", seed, why, text, stats.Plan)
			}
			if strings.Contains(stats.Plan, "top by time of T: ") && stats.Extents < 7 && stats.Extents+stats.Skipped == 7 {
				early++
			}
		}
	}
	if early < 40 {
		t.Errorf("only %d answers came from some of the extents", early)
	}
}

// TestTopByTimeNarrowed: likewise where a term index leaves parts of extents.
func TestTopByTimeNarrowed(t *testing.T) {
	const each = 3000
	r := rand.New(rand.NewPCG(1, 29))
	var parts []*table.Batch
	for p := range 6 {
		b := table.NewBatch(indexedTable)
		for i := range each {
			word := "common"
			if i/1024 == p%3 { // by time, so in one block of rows or two
				word = pick(r, "rare", "common")
			}
			at := p*each*3/4 + i // the quarter that two share is of odd times in one
			b.AppendRow(int64(p*each+i), word, nil, nil, day+table.Time(2*at+p%2)*table.TicksPerSecond)
		}
		parts = append(parts, b)
	}
	rows := table.ConcatBatches(indexedTable, parts)
	st, db := stored(t, parts)
	e := engine.New(st, db, engine.Options{SmallRows: -1})
	early := 0
	for range 60 {
		order := " top " + fmt.Sprint(1+r.IntN(600)) + " by TimeGenerated " + pick(r, "desc", "asc")
		if pick(r, true, false) {
			order = " summarize arg_max(TimeGenerated, Id) by S"
		}
		text := "T | where S has 'rare'" + pick(r, "", " | where Id % 3 == 1", fmt.Sprintf(" | where Id < %d", r.IntN(6*each))) + " |" + order + " | project Id, TimeGenerated"
		want, ok, err := evaluated(t, text, rows)
		got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
		if !ok || err != nil || gotErr != nil {
			t.Fatalf("%s: %v, %v", text, err, gotErr)
		}
		if why := differ(want, got, false, false); why != "" {
			t.Errorf("%s\n%s\n%s", why, text, stats.Plan)
		}
		if !strings.Contains(stats.Plan, "term index of T: ") || stats.BytesRead < 0 {
			t.Errorf("%d bytes\n%s\n%s", stats.BytesRead, text, stats.Plan)
		}
		if strings.Contains(stats.Plan, "by time of T: ") && stats.Extents < 5 {
			early++
		}
	}
	if early < 10 {
		t.Errorf("only %d answers came from some of the extents", early)
	}
}
