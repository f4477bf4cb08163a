package duck

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// placedRows makes rows whose bags have the same places with values of one type each, or
// not, if they are odd. All rows have all places if they are whole.
func placedRows(r *rand.Rand, n, from int, odd, whole bool) *table.Batch {
	b := table.NewBatch(indexedTable)
	for i := range n {
		var x table.Value
		if whole || r.IntN(20) > 0 {
			bag := fmt.Sprintf(`{"region":"r%d","attempt":%d,"ok":%t,"ratio":%d.5,"in":{"host":"h%d x"},"ids":[%d]}`, r.IntN(5), r.IntN(4), r.IntN(3) > 0, r.IntN(9), r.IntN(7), i)
			switch {
			case odd && r.IntN(3) == 0:
				bag = pick(r, `{"region":5,"attempt":"1"}`, `[1]`, `"r1"`, `{}`, `{"region":null}`, `{"ok":"true","ratio":1}`, `{"in":"h1"}`, `{"region":{"a":1}}`)
			case !whole && r.IntN(10) == 0:
				bag = pick(r, `{}`, `{"region":null,"attempt":2}`, `{"region":""}`)
			}
			x = table.NewDyn(table.Raw(bag))
		}
		b.AppendRow(int64(from+i), "", x, nil, day+table.Time(from+i)*table.TicksPerSecond)
	}
	return b
}

// places are questions about places.
func placeQuery(r *rand.Rand) string {
	text := func() string {
		return pick(r, `"r1"`, `"r2"`, `""`, `"R1"`, `"h1 x"`, `"5"`, `"true"`, `"1"`)
	}
	place := func() string {
		return pick(r, "X.region", `X["region"]`, "X.in.host", "X.attempt", "X.ok", "X.ratio", "X.none", "X.in", "X.ids[0]")
	}
	value := func() string {
		return pick(r, "tostring(", "tolong(", "todouble(", "tobool(", "toint(", "isempty(", "isnotempty(", "isnull(", "isnotnull(") + place() + ")"
	}
	cond := func() string {
		switch r.IntN(5) {
		case 0:
			return place() + pick(r, " == ", " != ", " has ", " contains ", " startswith ", " =~ ", " !has ") + text()
		case 1:
			return place() + pick(r, " == ", " < ", " >= ", " != ") + pick(r, "1", "2", "1.5", "true", "long(null)")
		case 2:
			return place() + pick(r, " in (", " !in (", " in~ (") + text() + ", " + text() + ")"
		case 3:
			return "tostring(" + place() + ")" + pick(r, " == ", " has ") + text()
		}
		return pick(r, "tolong(", "todouble(") + place() + ")" + pick(r, " > 1", " == 2", " <= 0.5")
	}
	q := "T"
	for range r.IntN(3) {
		q += " | where " + cond() + pick(r, "", " or "+cond(), " and not("+cond()+")")
	}
	switch r.IntN(4) {
	case 0:
		return q + " | summarize n = count(), s = sum(todouble(" + place() + ")) by k = " + value()
	case 1:
		return q + " | extend k = " + value() + " | summarize count() by k, l = " + value()
	case 2:
		return q + " | project Id, a = " + value() + ", b = " + value() + ", x = X.region"
	}
	return q + " | project Id, X"
}

// checkPlaces compares what the evaluator says of bags with what DuckDB says of extents
// that have places as columns, of others, and of rows that are in none. It returns how
// many answers read such a column.
func checkPlaces(t *testing.T, seed uint64, n, queries int) (columns int) {
	r := rand.New(rand.NewPCG(seed, 12))
	var all []*table.Batch
	for i, odd := range []bool{false, false, true, false, true} {
		all = append(all, placedRows(r, n, i*n, odd, !odd && seed%2 == 1))
	}
	rows := table.ConcatBatches(indexedTable, all)
	st, db := stored(t, all)
	e := engine.New(st, db, engine.Options{SmallRows: -1})
	for range queries {
		text := placeQuery(r)
		want, ok, err := evaluated(t, text, rows)
		if !ok {
			continue // two types that do not compare
		}
		got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
		if err != nil || gotErr != nil {
			t.Errorf("seed %d: the bags give %v, their places %v\n%s", seed, err, gotErr, text)
			continue
		}
		if strings.Contains(stats.Plan, "column of T: X/") {
			columns++
		}
		if why := differ(want, got, false, true); why != "" {
			t.Errorf("seed %d: %s\n%s\n%s\n%s", seed, why, text, stats.Plan, strings.Join(stats.SQL, "\n"))
		}
	}
	return columns
}

func TestPlacesAgree(t *testing.T) {
	const seeds, queries = 2, 90
	read := 0
	for seed := range uint64(seeds) {
		read += checkPlaces(t, seed, 400, queries)
	}
	t.Logf("%d of %d answers came from columns of places", read, seeds*queries)
	if read < seeds*queries/3 {
		t.Errorf("only %d of %d answers came from columns of places", read, seeds*queries)
	}
}

func FuzzPlacesAgree(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkPlaces(t, seed, 60, 40) })
}
