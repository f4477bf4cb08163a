package duck

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

const (
	wsA = "aaaaaaaa-0000-0000-0000-000000000001"
	wsB = "bbbbbbbb-0000-0000-0000-000000000002"
)

var day = table.FromGo(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))

// both are an engine that does all in Go and one that does all it can with DuckDB,
// over one store with 1,000 rows of App_CL in workspace A, half of them in extents,
// and ten, with other columns, in workspace B.
type both struct {
	st   *store.Store
	each map[string]*engine.Engine
}

func openBoth(t *testing.T, o engine.Options) *both {
	t.Helper()
	dir := t.TempDir()
	st, err := store.Open(vfs.OS, dir, store.Options{IndexRows: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	b := &both{st: st}
	a, c := table.Ref{Workspace: wsA, Table: "App_CL"}, table.Ref{Workspace: wsB, Table: "App_CL"}
	b.put(t, a, "TimeGenerated:datetime Level:string N:long Took:real Props:dynamic")
	b.put(t, c, "TimeGenerated:datetime Level:string N:string Extra:string")
	b.rows(t, a, 0, 500)
	if err := st.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.rows(t, a, 500, 1000)
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "TimeGenerated", Type: table.Datetime}, {Name: "Level", Type: table.String}, {Name: "N", Type: table.String}, {Name: "Extra", Type: table.String}}})
	for i := range 10 {
		rows.AppendRow(day+table.Time(i), "Other", fmt.Sprint("n", i), "more")
	}
	if err := st.Append(t.Context(), "", store.Rows{Ref: c, Batch: rows}); err != nil {
		t.Fatal(err)
	}
	db, err := Open(Options{Dir: filepath.Join(dir, store.ExtentDir), TempDir: filepath.Join(dir, "spill"), Threads: 2, MemoryLimit: "300MB"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o.Resolve = func(name string) (string, bool) {
		id, ok := map[string]string{"A": wsA, "B": wsB, wsA: wsA, wsB: wsB}[name]
		return id, ok
	}
	o.SmallRows = -1
	b.each = map[string]*engine.Engine{"go": engine.New(st, nil, o), "duck": engine.New(st, db, o)}
	return b
}

func (b *both) put(t *testing.T, ref table.Ref, cols string) {
	t.Helper()
	s := &table.Schema{}
	for f := range strings.FieldsSeq(cols) {
		name, typ, _ := strings.Cut(f, ":")
		ct, ok := table.ParseType(typ)
		if !ok {
			t.Fatal(typ)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: ct})
	}
	if err := b.st.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: s}}}); err != nil {
		t.Fatal(err)
	}
}

func (b *both) rows(t *testing.T, ref table.Ref, from, to int) {
	t.Helper()
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{
		{Name: "TimeGenerated", Type: table.Datetime}, {Name: "Level", Type: table.String}, {Name: "N", Type: table.Long}, {Name: "Took", Type: table.Real},
		{Name: "Props", Type: table.Dynamic}, {Name: "_ResourceId", Type: table.String},
	}})
	for i := from; i < to; i++ {
		var took table.Value = float64(i) / 4
		if i%10 == 0 {
			took = nil
		}
		props := table.NewDyn(table.Raw(fmt.Sprintf(`{"k":%d,"s":"v%d"}`, i%5, i%3)))
		rows.AppendRow(day+table.Time(i)*table.TicksPerMinute, []string{"Info", "Error", "Warning"}[i%3], int64(i), took, props, "/subscriptions/ABC-1/resourceGroups/g")
	}
	if err := b.st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: rows}); err != nil {
		t.Fatal(err)
	}
}

// ask runs a query in both engines and checks that they agree.
func (b *both) ask(t *testing.T, q engine.Request) (*table.Batch, map[string]*engine.Result) {
	t.Helper()
	if q.Workspace == "" {
		q.Workspace = wsA
	}
	q.Now = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	var first *table.Batch
	results := map[string]*engine.Result{}
	for _, name := range []string{"go", "duck"} {
		res, err := b.each[name].Query(t.Context(), q)
		if err != nil {
			t.Fatalf("%s: %s: %v", name, q.Text, err)
		}
		rows, err := table.ReadAll(t.Context(), res.Tables[0].Rows)
		if err := errors.Join(err, res.Close(), res.Close()); err != nil {
			t.Fatalf("%s: %s: %v", name, q.Text, err)
		}
		results[name] = res
		if first == nil {
			first = rows
		} else if why := differ(first, rows, false, false); why != "" {
			t.Errorf("%s: Go and DuckDB differ: %s\n%s", q.Text, why, strings.Join(res.Stats.SQL, "\n"))
		}
	}
	return first, results
}

// want asks and compares with rows written as text.
func (b *both) want(t *testing.T, text string, rows ...string) {
	t.Helper()
	got, _ := b.ask(t, engine.Request{Text: text})
	b.wantRows(t, text, got, rows...)
}

func (*both) wantRows(t *testing.T, text string, got *table.Batch, rows ...string) {
	t.Helper()
	have := make([]string, got.Rows)
	for i := range have {
		cells := make([]string, len(got.Vecs))
		for c, v := range got.Vecs {
			if cells[c] = "null"; v.At(i) != nil {
				cells[c] = table.Text(v.At(i))
			}
		}
		have[i] = strings.Join(cells, " ")
	}
	if a, b := strings.Join(have, "\n"), strings.Join(rows, "\n"); a != b {
		t.Errorf("%s gives\n%s\nnot\n%s", text, a, b)
	}
}

func TestQueries(t *testing.T) {
	b := openBoth(t, engine.Options{})
	b.want(t, "App_CL | count", "1000")
	b.want(t, `App_CL | where TimeGenerated >= datetime(2026-01-01 08:00) and TimeGenerated < datetime(2026-01-01 09:00) | count`, "60")
	b.want(t, `App_CL | summarize n = count(), sum(N), max(Took) by Level | order by Level asc`, "Error 333 166167 249.25", "Info 334 166833 249.75", "Warning 333 166500 249.5")
	b.want(t, `App_CL | where Props.k == 2 and N < 20 | project N, s = tostring(Props.s) | order by N asc`, "2 v2", "7 v1", "12 v0", "17 v2")
	b.want(t, `App_CL | where isnull(Took) | summarize count(), dcount(N), arg_max(N, Level)`, "100 100 990 Info")
	b.want(t, `App_CL | top 2 by N | project N`, "999", "998")
	b.want(t, `App_CL | where N < 3 | join kind=leftouter (App_CL | where N < 2 | project N, Level) on N | project N, Level1 | order by N asc`, "0 Info", "1 Error", "2 ")
	b.want(t, `Heartbeat | count`, "0")
	b.want(t, `App_CL | where N == toscalar(App_CL | summarize max(N)) | project N`, "999")
	b.want(t, `App_CL | where N in ((App_CL | where N < 2 | project N)) | summarize sum(N)`, "1")
	b.want(t, `App_CL | where Level has_any ((App_CL | where N == 1 | project Level)) | count`, "333")
	b.want(t, `let m = materialize(App_CL | where N < 10); m | join kind=inner m on N | count`, "10")
	b.want(t, `App_CL | where N < 5 | mv-expand k = bag_keys(Props) | summarize count() by tostring(k) | order by k asc`, "k 5", "s 5")
	b.want(t, `App_CL | summarize make_list(N) by Level | extend n = array_length(list_N) | project Level, n | order by Level asc`, "Error 333", "Info 334", "Warning 333")
	b.want(t, `App_CL | make-series count() default=0 on TimeGenerated from datetime(2026-01-01) to datetime(2026-01-01 03:00) step 1h`, `[60,60,60] ["2026-01-01T00:00:00.0000000Z","2026-01-01T01:00:00.0000000Z","2026-01-01T02:00:00.0000000Z"]`)
}

func TestPluginsOverTables(t *testing.T) {
	b := openBoth(t, engine.Options{})
	b.want(t, `App_CL | where N < 6 | project N, Props | evaluate bag_unpack(Props) | project N, k, s | order by N asc | take 2`, "0 0 v0", "1 1 v1")
	b.want(t, `App_CL | extend b = bin(N, 500) | evaluate pivot(Level, count(), b) | project b, Error, Info | order by b asc`, "0 167 167", "500 166 167")
}

func TestStandardColumns(t *testing.T) {
	b := openBoth(t, engine.Options{})
	b.want(t, `App_CL | summarize count() by TenantId, Type, _SubscriptionId, _IsBillable, _ResourceId`, wsA+" App_CL abc-1 True /subscriptions/ABC-1/resourceGroups/g 1000")
	b.want(t, `App_CL | summarize dcount(_ItemId, 4), countif(strlen(_ItemId) == 36)`, "1000 1000")
	before, _ := b.ask(t, engine.Request{Text: "App_CL | where N >= 990 | project N, _ItemId | order by N asc"})
	if err := b.st.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, _ := b.ask(t, engine.Request{Text: "App_CL | where N >= 990 | project N, _ItemId | order by N asc"})
	if why := differ(before, after, false, false); why != "" {
		t.Errorf("_ItemId changed when rows were flushed: %s", why)
	}
}

// TestStatsKeepPaths: the SQL that is shown does not say where files are.
func TestStatsKeepPaths(t *testing.T) {
	b := openBoth(t, engine.Options{SmallRows: -1})
	_, res := b.ask(t, engine.Request{Text: `App_CL | summarize sum(N) by Level`})
	sql := strings.Join(res["duck"].Stats.SQL, "")
	if !strings.Contains(sql, "extents */]") || strings.Contains(sql, ".parquet") {
		t.Errorf("%s", sql)
	}
}

func TestSpanOfRequest(t *testing.T) {
	b := openBoth(t, engine.Options{})
	got, res := b.ask(t, engine.Request{Text: "App_CL | count", Span: table.Span{Start: day + 10*table.TicksPerHour, End: day + 11*table.TicksPerHour}})
	b.wantRows(t, "App_CL | count in a span", got, "60")
	for name, r := range res {
		if r.Stats.Extents != 0 || r.Stats.Skipped != 1 {
			t.Errorf("%s: %d extents read and %d skipped, not 0 and 1", name, r.Stats.Extents, r.Stats.Skipped)
		}
	}
}

func TestOtherWorkspaces(t *testing.T) {
	b := openBoth(t, engine.Options{})
	text := "App_CL | summarize count(), sum(N_long), countif(N_string startswith 'n'), countif(Extra == 'more') by TenantId | order by TenantId asc"
	got, _ := b.ask(t, engine.Request{Text: text, Others: []string{"B"}})
	b.wantRows(t, text, got, wsA+" 1000 499500 0 0", wsB+" 10 0 10 10")
	b.want(t, `workspace("B").App_CL | count`, "10")
	b.want(t, `union App_CL, workspace("B").App_CL | count`, "1010")
	_, err := b.each["go"].Query(t.Context(), engine.Request{Workspace: wsA, Others: []string{"C"}, Text: "App_CL"})
	if !errors.Is(err, engine.ErrNoWorkspace) {
		t.Errorf("an unknown workspace gives %v", err)
	}
}

func TestLimits(t *testing.T) {
	b := openBoth(t, engine.Options{MaxRows: 600})
	got, res := b.ask(t, engine.Request{Text: "App_CL | order by N asc | project N"})
	if got.Rows != 600 {
		t.Errorf("%d rows, not 600", got.Rows)
	}
	for name, r := range res {
		if !errors.Is(r.Partial, engine.ErrRows) {
			t.Errorf("%s: Partial is %v", name, r.Partial)
		}
	}
	got, res = b.ask(t, engine.Request{Text: "App_CL | where N < 600 | project N"})
	if got.Rows != 600 || res["go"].Partial != nil || res["duck"].Partial != nil {
		t.Errorf("as many rows as allowed: %d rows, Partial %v and %v", got.Rows, res["go"].Partial, res["duck"].Partial)
	}
	got, res = b.ask(t, engine.Request{Text: "App_CL | order by N asc | project N, '12345678'", MaxBytes: 1600})
	if got.Rows != 100 || !errors.Is(res["go"].Partial, engine.ErrBytes) || !errors.Is(res["duck"].Partial, engine.ErrBytes) {
		t.Errorf("1,600 bytes: %d rows, Partial %v and %v", got.Rows, res["go"].Partial, res["duck"].Partial)
	}
}

func TestErrors(t *testing.T) {
	b := openBoth(t, engine.Options{MaxMemory: 1 << 20, Logger: nil})
	for name, e := range b.each {
		_, err := e.Query(t.Context(), engine.Request{Workspace: wsA, Text: "App_CL | where Nope > 1"})
		if !errors.As(err, new(*kql.Error)) {
			t.Errorf("%s: a mistake gives %v", name, err)
		}
		began := time.Now()
		_, err = e.Query(t.Context(), engine.Request{Workspace: wsA, Text: endless, Timeout: 100 * time.Millisecond})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 300*time.Millisecond {
			t.Errorf("%s: a deadline gives %v after %v", name, err, time.Since(began))
		}
	}
	for _, text := range []string{
		"range x from 1 to 10000000 step 1 | summarize make_list(x)",
		`range x from 1 to 2000 step 1 | extend c = strcat("c", x % 900), r = x | evaluate pivot(c, count(), r)`, // as many cells as rows and columns multiplied
		`range x from 1 to 2000 step 1 | extend b = bag_pack(strcat("c", x), x) | evaluate bag_unpack(b)`,
	} {
		_, err := b.each["go"].Query(t.Context(), engine.Request{Workspace: wsA, Text: text})
		if !errors.Is(err, engine.ErrMemory) {
			t.Errorf("%s: too much memory gives %v", text, err)
		}
	}
}

// TestFunctionFails: where a function ends a query, who asked is told by which and why,
// whoever computes it.
func TestFunctionFails(t *testing.T) {
	b := openBoth(t, engine.Options{})
	for name, e := range b.each {
		for text, want := range map[string]string{
			`App_CL | extend f = format_datetime(TimeGenerated, strcat("q", N)) | summarize max(strlen(f))`: "format_datetime: ",
			`App_CL | where format_datetime(TimeGenerated, strcat("q", N)) == "a" | count`:                  "format_datetime: ",
		} {
			_, _, err := read(t, e, engine.Request{Workspace: wsA, Text: text})
			var told *engine.QueryError
			if !errors.As(err, &told) || !strings.HasPrefix(told.Error(), want) {
				t.Errorf("%s: %s: %v", name, text, err)
			}
		}
		text := `App_CL | extend s = strrep(strrep(strcat("a", N), 1024), 1024) | summarize max(strlen(strcat_array(repeat(s, 1000), "")))`
		if _, _, err := read(t, e, engine.Request{Workspace: wsA, Text: text}); !errors.Is(err, engine.ErrMemory) {
			t.Errorf("%s: %s: %v", name, text, err)
		}
	}
}

// TestOwnMemory: a query that asks for less memory than others get is held to it.
func TestOwnMemory(t *testing.T) {
	b := openBoth(t, engine.Options{})
	for name, e := range b.each {
		for text, want := range map[string]error{
			"set maxmemoryconsumptionperiterator=1000; App_CL | summarize count() by N | count":     engine.ErrMemory,
			"set maxmemoryconsumptionperiterator=10000000; App_CL | summarize count() by N | count": nil,
		} {
			_, _, err := read(t, e, engine.Request{Workspace: wsA, Text: text})
			if !errors.Is(err, want) {
				t.Errorf("%s: %s: %v", name, text, err)
			}
		}
	}
}

// endless takes minutes.
const endless = `App_CL | extend k = 1 | join kind=inner (App_CL | extend k = 1) on k | join kind=inner (App_CL | extend k = 1) on k | summarize dcount(strcat(N, N1, N2))`

func TestCancel(t *testing.T) {
	b := openBoth(t, engine.Options{})
	for name, e := range b.each {
		least := time.Hour
		for try := 0; try < 5 && least > 100*time.Millisecond; try++ { // a busy machine may be late
			ctx, cancel := context.WithCancel(t.Context())
			began := make(chan time.Time, 1)
			time.AfterFunc(200*time.Millisecond, func() { began <- time.Now(); cancel() })
			_, err := e.Query(ctx, engine.Request{Workspace: wsA, Text: endless})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: cancelling gives %v", name, err)
			}
			least = min(least, time.Since(<-began))
		}
		if least > 100*time.Millisecond {
			t.Errorf("%s: cancelling took %v at least", name, least)
		}
	}
}

// alike is the KQL of a table t of 1,000 rows with the same k.
func alike() string {
	var cells strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&cells, "1,%d,", i)
	}
	return "let t = datatable(k:long, a:long) [" + cells.String() + "]; "
}

// TestOutOfMemory shows that a query over DuckDB's limit fails alone.
func TestOutOfMemory(t *testing.T) {
	db, err := Open(Options{Threads: 2, MemoryLimit: "50MB"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := engine.New(nil, db, engine.Options{SmallRows: -1})
	text := alike() + `t | join kind=inner t on k
		| summarize count() by s = strcat("a rather long text to make it heavy ", a, "-", a1) | summarize max(s)`
	if _, err = e.Query(t.Context(), engine.Request{Text: text}); !errors.Is(err, engine.ErrMemory) {
		t.Errorf("a query that needs more than 50 MB gives %v", err)
	}
	rows, _, err := answerOf(e, "print 1 | where print_0 == 1")
	if err != nil || rows.Rows != 1 {
		t.Errorf("the next query gives %v", err)
	}
}

// TestGrowth shows that a query whose rows DuckDB gives to Go, and does not count, fails alone
// when they are too many.
func TestGrowth(t *testing.T) {
	var size atomic.Int64 // grows with each look
	db, err := Open(Options{Threads: 2, MemoryLimit: "100MB", Growth: 300 << 20, Resident: func() int64 { return size.Add(200 << 20) }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := engine.New(nil, db, engine.Options{SmallRows: -1})
	text := alike() + `t | join kind=inner t on k | join kind=inner t on k
		| summarize make_list(strcat("a rather long text to make it heavy ", a, "-", a1, "-", a2))`
	if _, err = e.Query(t.Context(), engine.Request{Text: text}); !errors.Is(err, engine.ErrMemory) {
		t.Errorf("a query of 1,000,000,000 rows gives %v", err)
	}
	rows, _, err := answerOf(e, "print 1 | where print_0 == 1")
	if err != nil || rows.Rows != 1 {
		t.Errorf("the next query gives %v", err)
	}
}

// TestSpill shows that a query that needs more than memory can finish.
func TestSpill(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(Options{Threads: 2, MemoryLimit: "60MB", TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	v := &table.Of[string]{}
	for i := range 1_000_000 {
		v.Append(fmt.Sprintf("a rather long text to make it heavy, number %d of many", i*7919%1_000_000))
	}
	in := &plan.Values{Rows: &table.Batch{Schema: &table.Schema{Cols: []table.Column{{Name: "s", Type: table.String}}}, Vecs: []table.Vec{v}, Rows: v.Len()}}
	s := &plan.Col{Index: 0, Of: table.String}
	sum := &plan.Summarize{In: &plan.Summarize{In: in, Keys: []plan.Named{{Name: "s", Expr: s}}}, Aggs: []plan.Agg{{Names: []string{"n"}, Call: count(t)}}}
	got, err := runAll(db, sum)
	if err != nil {
		t.Fatal(err)
	}
	if n := got.Vecs[0].At(0); n != int64(1_000_000) {
		t.Errorf("%v distinct texts", n)
	}
}

func count(t *testing.T) *plan.Call {
	f, ok := fn.LookupAggregate("count")
	if !ok {
		t.Fatal("no count")
	}
	return &plan.Call{Func: f, Over: &f.Overloads[0], Ret: table.Long}
}

// TestNamesThatDifferInCase asks a table, with its own columns only, whose columns DuckDB
// takes for one.
func TestNamesThatDifferInCase(t *testing.T) {
	b := openBoth(t, engine.Options{})
	ref := table.Ref{Workspace: wsA, Table: "Case"}
	own := &table.Schema{Cols: []table.Column{{Name: "Id", Type: table.Long}, {Name: "id", Type: table.String}, {Name: "Type", Type: table.String}}}
	if err := b.st.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: own, Bare: true}}}); err != nil {
		t.Fatal(err)
	}
	rows := table.NewBatch(&table.Schema{Cols: append([]table.Column{{Name: table.TimeGenerated, Type: table.Datetime}}, own.Cols...)})
	for i := range 10 {
		rows.AppendRow(day, int64(i), fmt.Sprint("text ", i), "mine")
	}
	if err := b.st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: rows}); err != nil {
		t.Fatal(err)
	}
	if err := b.st.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.want(t, `Case | summarize sum(Id), dcount(id), take_any(Type)`, `45 10 mine`)
	b.want(t, `Case | where id == "text 3" | project Id, id`, `3 text 3`)
}
