package duck

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// countedTable has columns of each type whose values are counted, and others.
var countedTable = &table.Schema{Cols: []table.Column{
	{Name: "Level", Type: table.String}, {Name: "Ok", Type: table.Bool}, {Name: "Code", Type: table.Long}, {Name: "Small", Type: table.Int},
	{Name: "Many", Type: table.String}, {Name: "X", Type: table.Dynamic}, {Name: table.TimeGenerated, Type: table.Datetime},
}}

func countedRows(r *rand.Rand, n, from int) *table.Batch {
	b := table.NewBatch(countedTable)
	lacks := r.IntN(len(countedTable.Cols) * 2) // a column that no row of them has a value in
	levels := []string{"", "Info", "Warning", "error", "Error"}
	codes := []table.Value{nil, int64(200), int64(404), int64(-1)}
	if r.IntN(2) == 0 {
		levels, codes = levels[r.IntN(4):], codes[r.IntN(3):]
	}
	for i := range n {
		row := []table.Value{
			pick(r, levels...), pick[table.Value](r, nil, true, false), pick(r, codes...),
			pick[table.Value](r, nil, int32(1), int32(2)), fmt.Sprint("id", r.IntN(1000)),
			table.NewDyn(table.Raw(pick(r, "null", "{}", `{"region":null}`, fmt.Sprintf(`{"region":"r%d","code":%d,"ok":%t,"in":{"host":"h%d"}}`, r.IntN(4), r.IntN(3), r.IntN(2) > 0, r.IntN(3))))),
			day + table.Time(from+i)*table.TicksPerSecond,
		}
		if lacks < len(row)-1 {
			row[lacks] = nil
		}
		b.AppendRow(row...)
	}
	return b
}

func countQuery(r *rand.Rand) string {
	of := pick(r, "Level", "Level", "Ok", "Code", "Small", "Many", "tostring(X.region)", "tolong(X.code)", "tobool(X.ok)", "tostring(X.in.host)", "X.region")
	cond := func() string {
		return pick(r, "isnotempty(", "isempty(", "isnull(", "isnotnull(") + of + ")"
	}
	switch {
	case strings.Contains(of, "Level") || strings.Contains(of, "tostring"):
		cond = func() string {
			return of + pick(r, ` == "Error"`, ` =~ "error"`, ` in ("r1", "Info")`, ` has "h1"`, ` != ""`, ` startswith "r"`)
		}
	case strings.Contains(of, "ode"):
		cond = func() string { return of + pick(r, " > 1", " == 200", " != 404", " in (0, 404)") }
	}
	q := "T"
	for range r.IntN(3) {
		q += " | where " + pick(r, cond(), cond(), fmt.Sprintf("TimeGenerated > datetime_add('second', %d, datetime(%s))", r.IntN(3000), table.Text(day)))
	}
	if r.IntN(3) == 0 {
		q += " | extend v = " + of
		of = "v"
	}
	if of == "X.region" || of == "v" && strings.HasSuffix(q, "v = X.region") {
		of = "tostring(" + of + ")"
	}
	aggs := []string{"count()", "n = countif(" + cond() + ")", "lo = min(" + of + "), hi = max(" + of + ")", "dcount(" + of + ")", "m = maxif(" + of + ", " + cond() + ")", "s = dcountif(" + of + ", " + cond() + ")"}
	if strings.Contains(q, "| extend v") || of == "Ok" || strings.Contains(of, "tobool") {
		aggs = aggs[:2]
	}
	r.Shuffle(len(aggs), func(i, j int) { aggs[i], aggs[j] = aggs[j], aggs[i] })
	agg := strings.Join(aggs[:1+r.IntN(min(3, len(aggs)))], ", ")
	if r.IntN(8) == 0 {
		return q + " | count"
	}
	if r.IntN(4) == 0 {
		return q + " | project Many, TimeGenerated, k = " + of
	}
	if r.IntN(6) == 0 {
		return q + " | distinct k = " + of
	}
	return q + " | summarize " + agg + pick(r, "", " by k = "+of, " by k = "+of, " by k = strcat("+of+", '!')")
}

// TestCountsOfExtents: what is counted of extents gives what their rows give, beside rows of
// extents that a query's time cuts and rows that are in none; and no rows are missing where
// extents are not read that have none of the values asked for.
func TestCountsOfExtents(t *testing.T) {
	counted, ruledOut := 0, 0
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 23))
		var parts []*table.Batch
		for i := range 7 {
			parts = append(parts, countedRows(r, pick(r, 40, 600, 600, 600), i*500))
		}
		rows := table.ConcatBatches(countedTable, parts)
		st, db := stored(t, parts)
		e := engine.New(st, db, engine.Options{SmallRows: -1})
		for range 250 {
			text := countQuery(r)
			want, ok, err := evaluated(t, text, rows)
			got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
			if !ok || err != nil || gotErr != nil {
				t.Fatalf("seed %d: %s: %v, %v", seed, text, err, gotErr)
			}
			if why := differ(want, got, false, false); why != "" {
				t.Errorf("seed %d: %s\n%s\n%s", seed, why, text, stats.Plan)
			}
			if strings.Contains(stats.Plan, "counts of T: ") {
				counted++
			} else if strings.Contains(stats.Plan, "bounds and values of T: ") {
				ruledOut++
			}
		}
	}
	if counted < 300 || ruledOut < 20 {
		t.Errorf("only %d answers were counted of extents, and %d did without some", counted, ruledOut)
	}
}
