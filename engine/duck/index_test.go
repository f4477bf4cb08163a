package duck

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// indexedTable has a column of each type that term indexes know.
var indexedTable = &table.Schema{Cols: []table.Column{
	{Name: "Id", Type: table.Long}, {Name: "S", Type: table.String}, {Name: "X", Type: table.Dynamic}, {Name: "G", Type: table.Guid},
	{Name: table.TimeGenerated, Type: table.Datetime},
}}

// storedTable is an environment with a table T of these columns.
type storedTable struct{ cols *table.Schema }

func (s storedTable) Table(name string) (table.Ref, *table.Schema, bool) {
	return table.Ref{Table: name}, s.cols, name == "T"
}
func (storedTable) Tables() []string                 { return []string{"T"} }
func (storedTable) Stored(string) (kql.Stored, bool) { return kql.Stored{}, false }
func (storedTable) Workspace(string) (kql.Env, bool) { return nil, false }

// indexedRows makes rows with words that few rows have, in texts of all kinds.
func indexedRows(r *rand.Rand, n int) *table.Batch {
	b := table.NewBatch(indexedTable)
	for i := range n {
		word := fmt.Sprintf("%s%d", pick(r, "word", "Wort", "élan", "日本", "\u0345xx", "Kel"), i/3)
		s := pick(r, "", randomText(r)+" "+word, word+pick(r, "-", "_", "", "é")+randomText(r), "user="+word+";"+randomText(r))
		var x table.Value
		switch r.IntN(6) {
		case 0:
		case 1:
			x = table.NewDyn(s)
		case 2:
			x = table.NewDyn(float64(r.IntN(1_000_000_000)) / 1000)
		case 3:
			x = table.NewDyn([]any{s, int64(r.IntN(100_000)), nil, true, 1.5e30})
		default:
			x = table.NewDyn(&table.Bag{Keys: []string{"k", "n"}, Vals: []any{word + pick(r, "\n", "\"q\"", `\`, " ") + randomText(r), &table.Bag{Keys: []string{word}, Vals: []any{int64(i) * 1001}}}})
		}
		if d, ok := x.(table.Dyn); ok { // it is stored as JSON
			x = table.NewDyn(table.Raw(d.String()))
		}
		var g table.Value
		if r.IntN(5) > 0 {
			u := table.UUID{0: byte(i), 1: byte(i >> 8), 15: byte(r.Uint32())}
			g = u
		}
		b.AppendRow(int64(i), s, x, g, day+table.Time(i)*table.TicksPerSecond)
	}
	return b
}

// lookups makes random conditions of texts that are in rows, or nearly so.
type lookups struct {
	*rand.Rand
	rows *table.Batch
}

// text is what some row has, or part of it, or not quite.
func (l *lookups) text() string {
	row := l.IntN(l.rows.Rows)
	s, _ := l.rows.Vecs[1].At(row).(string)
	if d, ok := l.rows.Vecs[2].At(row).(table.Dyn); ok && l.IntN(3) == 0 {
		s = table.TreeText(d.Tree())
	}
	rs := []rune(s)
	if len(rs) == 0 || l.IntN(8) == 0 {
		return randomText(l.Rand)
	}
	from := l.IntN(len(rs))
	to := from + 1 + l.IntN(min(24, len(rs)-from))
	switch l.IntN(4) {
	case 0:
		from = 0
	case 1:
		to = len(rs)
	case 2:
		if words := strings.FieldsFunc(s, func(r rune) bool { return !table.IsTermRune(r) }); len(words) > 0 {
			return pick(l.Rand, words...)
		}
	}
	s = string(rs[from:to])
	switch l.IntN(6) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return strings.ToLower(s)
	}
	return s
}

func (l *lookups) cond(depth int) string {
	if depth > 0 && l.IntN(3) == 0 {
		return "(" + l.cond(depth-1) + pick(l.Rand, " and ", " or ") + l.cond(depth-1) + ")"
	}
	if depth > 0 && l.IntN(10) == 0 {
		return "not(" + l.cond(depth-1) + ")"
	}
	q := func() string { return kqlText(l.text()) }
	of := pick(l.Rand, "S", "S", "X", "tostring(X)", "X.k", "tostring(X.n)", "X[0]")
	switch l.IntN(10) {
	case 9:
		id := fmt.Sprint(l.IntN(l.rows.Rows))
		return pick(l.Rand, "Id == "+id, id+" == Id", "Id < "+id, "Id >= "+id, id+" <= Id", id+" > Id", "Id != "+id)
	case 0:
		return of + pick(l.Rand, " == ", " != ", " =~ ", " !~ ") + q()
	case 1:
		return pick(l.Rand, "S", "tostring(X.k)") + pick(l.Rand, " in (", " in~ (", " !in (") + q() + ", " + q() + ")"
	case 2:
		return of + pick(l.Rand, " has_any (", " has_all (") + q() + ", " + q() + ")"
	case 3:
		re := strings.NewReplacer(`\`, "", `"`, "", "\n", " ", "[", "", "(", "", ")", "", "*", "", "?", "", "+", "", "{", "", "|", "", "$", "").Replace(l.text())
		return "S matches regex " + kqlText(pick(l.Rand, "", "(?i)", "^", "x?")+re+pick(l.Rand, "", "$", ".*", "|"+randomWord(l.Rand)))
	case 4:
		if u, ok := l.rows.Vecs[3].At(l.IntN(l.rows.Rows)).(table.UUID); ok {
			return pick(l.Rand, "G == guid("+u.String()+")", "tostring(G) has "+kqlText(u.String()[:8]), "G == "+kqlText(strings.ToUpper(u.String())))
		}
		return "isnull(G)"
	}
	op := pick(l.Rand, "has", "has_cs", "hasprefix", "hassuffix", "hasprefix_cs", "contains", "contains_cs", "startswith", "startswith_cs", "endswith", "!has", "!contains")
	return of + " " + op + " " + q()
}

func randomWord(r *rand.Rand) string { return fmt.Sprint("word", r.IntN(100)) }

// stored puts rows into table T of workspace wsA: an extent for each batch but the last,
// which waits.
func stored(t *testing.T, parts []*table.Batch) (*store.Store, *DB) {
	t.Helper()
	dir := t.TempDir()
	st, err := store.Open(vfs.OS, dir, store.Options{IndexRows: 50})
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(Options{Dir: filepath.Join(dir, store.ExtentDir), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(db.Close(), st.Close()); err != nil {
			t.Error(err)
		}
	})
	ref := table.Ref{Workspace: wsA, Table: "T"}
	if err := st.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: parts[0].Schema}}}); err != nil {
		t.Fatal(err)
	}
	for _, b := range parts {
		if err := st.FlushAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: b}); err != nil {
			t.Fatal(err)
		}
	}
	return st, db
}

// evaluated is what the evaluator says of a query if table T has these rows; ok is false
// if the query does not compile.
func evaluated(t *testing.T, text string, rows *table.Batch) (_ *table.Batch, ok bool, _ error) {
	t.Helper()
	p, err := kql.Compile(text, storedTable{rows.Schema}, kql.Options{})
	if err != nil {
		return nil, false, err
	}
	b, err := evaluate(t, plan.RewriteAll(p.Results[0].Root, func(n plan.Node) plan.Node {
		if _, ok := n.(*plan.Scan); ok {
			return &plan.Values{Rows: rows}
		}
		return n
	}))
	return b, true, err
}

// checkLookups compares what the evaluator says of all rows with what the engine says by
// the index: rows in extents of many blocks, of one, without an index, and in the tail.
// It returns how many queries were narrowed, and how many of those by grams too.
func checkLookups(t *testing.T, seed uint64, n, queries int) (narrowed, byGrams int) {
	r := rand.New(rand.NewPCG(seed, 11))
	rows := indexedRows(r, n)
	var parts []*table.Batch
	at := 0
	most := n * 7 / 10
	for i := range 8 { // which compaction merges
		parts = append(parts, rows.Slice(at, most*(i+1)/8))
		at = most * (i + 1) / 8
	}
	for _, end := range []int{most + 30, n * 8 / 10, n * 9 / 10, n} {
		parts = append(parts, rows.Slice(at, end))
		at = end
	}
	st, db := stored(t, parts)
	if err := st.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	engines := map[string]*engine.Engine{"Go": engine.New(st, nil, engine.Options{}), "DuckDB": engine.New(st, db, engine.Options{SmallRows: -1})}
	l := &lookups{r, rows}
	for range queries {
		text := "T | where " + l.cond(2) + " | project Id"
		if l.IntN(3) == 0 {
			from := l.IntN(n)
			text = fmt.Sprintf("T | where TimeGenerated between (datetime(%s) .. %ds)", table.Text(day+table.Time(from)*table.TicksPerSecond), l.IntN(1+l.IntN(n-from))) + text[1:]
		}
		if l.IntN(8) == 0 {
			// Not of T alone: the columns that every table has would be searched too.
			text = "T | project Id, S, X, G | search " + kqlText(l.text()) + " | project Id"
		}
		want, ok, err := evaluated(t, text, rows)
		if !ok {
			t.Errorf("seed %d: %s\n%v", seed, text, err)
			continue
		}
		for name, e := range engines {
			got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text})
			if err != nil || gotErr != nil {
				if (err == nil) != (gotErr == nil) {
					t.Errorf("seed %d: %s: all rows give %v, the index %v\n%s", seed, name, err, gotErr, text)
				}
				continue
			}
			if stats.RowsOut > 0 || stats.SkippedBy.Index > 0 {
				narrowed++
				if strings.Contains(stats.Plan, "~") {
					byGrams++
				}
			}
			if why := differ(want, got, false, false); why != "" {
				t.Errorf("seed %d: %s: %s\n%s\n%s", seed, name, why, text, stats.Plan)
			}
		}
	}
	return narrowed, byGrams
}

func TestIndexAgrees(t *testing.T) {
	const seeds, queries = 2, 120
	narrowed, byGrams := 0, 0
	for seed := range uint64(seeds) {
		n, n2 := checkLookups(t, seed, 6000, queries)
		narrowed, byGrams = narrowed+n, byGrams+n2
	}
	t.Logf("%d of %d answers came by the index, %d of them by grams", narrowed, 2*seeds*queries, byGrams)
	if narrowed < seeds*queries/4 || byGrams < seeds*queries/20 {
		t.Errorf("only %d of %d answers came by the index, %d of them by grams", narrowed, 2*seeds*queries, byGrams)
	}
}

func FuzzIndexAgrees(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(8))
	f.Fuzz(func(t *testing.T, seed uint64) { checkLookups(t, seed, 600, 40) })
}

// TestIndexStats: the statistics and the plan say what was read and why not the rest.
func TestIndexStats(t *testing.T) {
	b := openBoth(t, engine.Options{})
	for _, text := range []string{`App_CL | where N >= 700 and Took > 3.0`, `App_CL | where Level has "nosuchlevel"`, `App_CL | where Props.s startswith "w"`} {
		_, res := b.ask(t, engine.Request{Text: text})
		for name, r := range res {
			st := r.Stats
			if st.Extents != 0 || st.SkippedBy.Stats != 1 || !strings.Contains(st.Plan, "bounds and values of App_CL: 0 of 1 extents\n") {
				t.Errorf("%s: %s: %+v\n%s", name, text, st, st.Plan)
			}
		}
	}
	_, res := b.ask(t, engine.Request{Text: `App_CL | where Props has "nosuchlevel"`})
	for name, r := range res {
		st := r.Stats
		line := "term index of App_CL: Props:NOSUCHLEVEL: 0 of 1 extents, 0 of their 0 rows"
		if st.Extents != 0 || st.SkippedBy.Index != 1 || !slices.Contains(strings.Split(st.Plan, "\n"), line) {
			t.Errorf("%s: %+v\n%s", name, st, st.Plan)
		}
	}
}
