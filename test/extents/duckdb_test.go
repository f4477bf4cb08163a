// Package extents shows that DuckDB reads our extents without loss.
package extents

import (
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

var schema = &table.Schema{Cols: []table.Column{
	{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long},
	{Name: "B", Type: table.Bool}, {Name: "I", Type: table.Int}, {Name: "L", Type: table.Long},
	{Name: "R", Type: table.Real}, {Name: "D", Type: table.Decimal}, {Name: "S", Type: table.String},
	{Name: "T", Type: table.Datetime}, {Name: "P", Type: table.Timespan}, {Name: "G", Type: table.Guid},
	{Name: "J", Type: table.Dynamic},
}}

func guid(t testing.TB, s string) table.UUID {
	u, err := table.ParseUUID(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// rows are extremes of each type.
func rows(t testing.TB) *table.Batch {
	b := table.NewBatch(schema)
	b.AppendRow(table.MinTime, int64(1), true, int32(math.MinInt32), int64(math.MinInt64), math.Inf(-1), table.Dec("-12345678901234567890.12345678901234567890"),
		"", table.MinTime, table.Duration(math.MinInt64), guid(t, "00112233-4455-6677-8899-aabbccddeeff"), table.NewDyn(table.Raw(`{"a":[1,{"b":null}]}`)))
	b.AppendRow(table.Time(1), int64(2), nil, nil, nil, nil, nil, "null", nil, nil, nil, nil)
	b.AppendRow(table.MaxTime, int64(3), false, int32(math.MaxInt32), int64(1<<53+1), math.NaN(), table.Dec("0.1"),
		"ü\U0001F600\x00\"'", table.MaxTime, table.Duration(math.MaxInt64), guid(t, "ffffffff-ffff-ffff-ffff-ffffffffffff"), table.NewDyn(table.Raw(`"\u0000"`)))
	return b
}

func TestDuckDBReadsExtents(t *testing.T) {
	dir := t.TempDir()
	b := rows(t)
	for _, many := range []int{1, 100} { // with 100 of each, columns get dictionaries
		var bs []*table.Batch
		for range many {
			bs = append(bs, b)
		}
		for _, dense := range []bool{false, true} {
			m, err := extent.NewDir(vfs.OS, dir).Write(table.Ref{Workspace: "w", Table: "T"}, bs, extent.Options{Dense: dense})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, m.Path(dir), b, many)
		}
	}
}

// compare reads every many-th row of a file and compares it with b.
func compare(t *testing.T, file string, b *table.Batch, many int) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.Query(fmt.Sprintf(`SELECT _Seq, TimeGenerated, B, I, L, R, D, S, T, P, G::VARCHAR, J, typeof(T), typeof(P), typeof(G), typeof(D), typeof(J)
		FROM read_parquet('%s') ORDER BY file_row_number`, filepath.ToSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for ; r.Next(); n++ {
		var got [17]any
		ptrs := make([]any, len(got))
		for i := range got {
			ptrs[i] = &got[i]
		}
		if err := r.Scan(ptrs...); err != nil {
			t.Fatal(err)
		}
		want := b.Row(n / many)
		order := []int{1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
		for i, c := range order {
			if g, w := fmt.Sprint(got[i]), plain(want[c]); g != w {
				t.Errorf("row %d, column %s: DuckDB reads %q, not %q", n, schema.Cols[c].Name, g, w)
			}
		}
		if types := fmt.Sprint(got[12:]); types != "[BIGINT BIGINT UUID VARCHAR VARCHAR]" {
			t.Fatalf("types: %s", types)
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if n != b.Rows*many {
		t.Errorf("%d rows", n)
	}
}

func plain(v table.Value) string {
	switch v := v.(type) {
	case table.Time:
		return fmt.Sprint(int64(v))
	case table.Duration:
		return fmt.Sprint(int64(v))
	}
	return fmt.Sprint(v)
}

// TestDuckDBReadsStretches: pages of nulls, of empty texts, of long ones and of all of them.
func TestDuckDBReadsStretches(t *testing.T) {
	const stretch = 5000 // more than a page's block
	s := &table.Schema{Cols: []table.Column{
		{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long},
		{Name: "S", Type: table.String}, {Name: "J", Type: table.Dynamic}, {Name: "D", Type: table.Decimal},
	}}
	b := table.NewBatch(s)
	var want []string
	for i := range 8 * stretch {
		text, dyn, dec := "", table.Value(nil), table.Value(nil)
		if kind := i / stretch; kind%2 == 1 {
			text = fmt.Sprint(i, strings.Repeat("x", i%(20*kind)))
			dyn, dec = table.NewDyn(table.Raw(fmt.Sprintf(`{"i":%d}`, i))), table.Dec(fmt.Sprint(i, ".5"))
		}
		if i/stretch == 6 && i%3 == 0 {
			dyn = table.NewDyn(table.Raw(`[]`))
		}
		b.AppendRow(table.Time(i), int64(i), text, dyn, dec)
		want = append(want, fmt.Sprint(text, plain(dyn), plain(dec)))
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir := t.TempDir()
	for _, dense := range []bool{false, true} {
		m, err := extent.NewDir(vfs.OS, dir).Write(table.Ref{Workspace: "w", Table: "T"}, []*table.Batch{b}, extent.Options{Dense: dense})
		if err != nil {
			t.Fatal(err)
		}
		for where, rows := range map[string]int{"": len(want), fmt.Sprintf("WHERE _Seq %% %d < 10", stretch): 80} {
			r, err := db.Query(fmt.Sprintf("SELECT _Seq, S, J, D FROM read_parquet('%s') %s", filepath.ToSlash(m.Path(dir)), where))
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for ; r.Next(); n++ {
				var seq int64
				var text, dyn, dec any
				if err := r.Scan(&seq, &text, &dyn, &dec); err != nil {
					t.Fatal(err)
				}
				if got := fmt.Sprint(text, fmt.Sprint(dyn), fmt.Sprint(dec)); got != want[seq] {
					t.Fatalf("row %d: %q, not %q", seq, got, want[seq])
				}
			}
			if err := r.Err(); err != nil {
				t.Fatal(err)
			}
			if n != rows {
				t.Errorf("%d rows, not %d", n, rows)
			}
		}
	}
}
