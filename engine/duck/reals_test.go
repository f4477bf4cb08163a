package duck

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

var realTable = &table.Schema{Cols: []table.Column{
	{Name: "Id", Type: table.Long}, {Name: "R", Type: table.Real}, {Name: table.TimeGenerated, Type: table.Datetime},
}}

// TestRealsAgree: what is smallest, largest, in order or in a range is the same whether it
// is known that there is no NaN in a table, that there is one, or neither.
func TestRealsAgree(t *testing.T) {
	plain := 0
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 23))
		of := [][]table.Value{{1.5, -2.0, 0.0, math.Inf(1)}, {1.5, nil}, {1.5, math.NaN()}, {math.NaN()}, {nil}}
		var parts []*table.Batch
		for p := range 5 {
			values := of[r.IntN(2)]
			if seed > 1 {
				values = of[r.IntN(len(of))]
			}
			b := table.NewBatch(realTable)
			for i := range 40 {
				id := p*40 + i
				b.AppendRow(int64(id), pick(r, values...), day+table.Time(id)*table.TicksPerSecond)
			}
			parts = append(parts, b)
		}
		rows := table.ConcatBatches(realTable, parts)
		st, db := stored(t, parts)
		e := engine.New(st, db, engine.Options{SmallRows: -1})
		for range 60 {
			from := r.IntN(200)
			text := fmt.Sprintf("T | where Id between (%d .. %d)", from, from+r.IntN(200-from)) + pick(r, "", " | where R > 0.5", " | where R <= 1.5 or Id % 3 == 0", " | where R != 1.5", " | where R between (-3.0 .. 2.0)", " | project Id, R = R * 1", " | project R, Id")
			text += pick(r, " | summarize min(R), max(R), sum(R) by Odd = Id % 2 | order by Odd asc", " | summarize minif(R, Id % 3 == 0), maxif(R, Id % 2 == 0), count()",
				" | order by R asc, Id asc | project Id, R", " | top 9 by R desc | project R", " | summarize n = count() by R | order by R asc", " | where R == R | summarize count()", " | where R < R + 1 | summarize max(R)")
			want, ok, err := evaluated(t, text, rows)
			got, _, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
			if !ok || err != nil || gotErr != nil {
				t.Fatalf("seed %d: %s: %v, %v", seed, text, err, gotErr)
			}
			if why := differ(want, got, false, false); why != "" {
				t.Errorf("seed %d: %s\n%s", seed, why, text)
			}
		}
		for _, m := range st.Catalog().View().Extents(table.Ref{Workspace: wsA, Table: "T"}, table.Span{}) {
			if s, ok := m.Stat("R"); ok && s.Numbers {
				plain++
			} else if ok && seed < 2 {
				t.Errorf("seed %d: it is not known that an extent has no NaN", seed)
			}
		}
	}
	if plain < 8 {
		t.Errorf("of only %d extents it is known that they have no NaN", plain)
	}
}
