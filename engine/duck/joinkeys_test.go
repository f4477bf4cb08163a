package duck

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// TestJoinKeysAgree: joins of few rows with many give what they give without an index,
// whichever side has the few; where the many count only with a key of the few, the index is
// asked for these, and never where others count too.
func TestJoinKeysAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	all := []*table.Batch{indexedRows(r, 6000), indexedRows(r, 6000), indexedRows(r, 300)}
	rows := table.ConcatBatches(indexedTable, all)
	st, db := stored(t, all)
	e := engine.New(st, db, engine.Options{SmallRows: -1})
	few := func() string {
		return pick(r,
			fmt.Sprintf("(T | where S has \"word%d\" | project S, k = Id)", r.IntN(2000)),
			fmt.Sprintf("(T | where S has \"Wort%d\" | summarize k = count() by S)", r.IntN(2000)),
			fmt.Sprintf("(T | where S has \"word%d\" | extend S = iff(Id %% 2 == 0, S, \"none\"), k = 1 | project S, k)", r.IntN(2000)),
			`(datatable(S:string, k:long)["", 1, "none", 2, "none", 3])`)
	}
	const many = `(T | where Id % 3 != 1 | project S, Id, G)`
	asks := map[string][2]bool{ // whether the many are looked up, at the left and at the right
		"innerunique": {true, true}, "inner": {true, true}, "leftouter": {false, true}, "rightouter": {true, false}, "fullouter": {false, false},
		"leftsemi": {true, true}, "leftanti": {false, true}, "rightsemi": {true, true}, "rightanti": {true, false},
	}
	for kind, looked := range asks {
		told := [2]int{}
		for range 12 {
			for side, text := range []string{
				many + " | join kind=" + kind + " " + few() + " on S",
				few() + " | join kind=" + kind + " " + many + " on S",
			} {
				text += " | " + pick(r, "count", "summarize count() by S", "sort by S asc | project S")
				if kind == "innerunique" { // which of the rows with a key goes on is free
					text += " | summarize by S"
					if strings.HasSuffix(text, "count | summarize by S") {
						continue
					}
				}
				want, ok, err := evaluated(t, text, rows)
				if !ok || err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				got, stats, err := read(t, e, engine.Request{Workspace: wsA, Text: text})
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				if why := differ(want, got, false, true); why != "" {
					t.Errorf("%s\n%s\n%s", why, text, stats.Plan)
				}
				if strings.Contains(stats.Plan, "is looked up in the other") {
					told[side]++
				}
			}
		}
		for side, n := range told {
			if (n > 0) != looked[side] {
				t.Errorf("%s: the many of side %d were looked up %d times", kind, side, n)
			}
		}
	}
}
