package duck

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// randomTable is what random queries read: a column of each type, and Id, which is
// different in each row.
var randomTable = &table.Schema{Cols: []table.Column{
	{Name: "Id", Type: table.Long}, {Name: "B", Type: table.Bool}, {Name: "I", Type: table.Int}, {Name: "L", Type: table.Long},
	{Name: "R", Type: table.Real}, {Name: "S", Type: table.String}, {Name: "D", Type: table.Datetime}, {Name: "P", Type: table.Timespan},
	{Name: "G", Type: table.Guid}, {Name: "X", Type: table.Dynamic}, {Name: "C", Type: table.Decimal},
}}

// queries makes random queries.
type queries struct {
	*rand.Rand
	cols []table.Column
	next int
	many bool // Id may be the same in several rows
}

func pick[T any](r *rand.Rand, vs ...T) T { return vs[r.IntN(len(vs))] }

// query makes a query of a few operators.
func (q *queries) query() string {
	q.cols = slices.Clone(randomTable.Cols)
	parts := []string{"T | project " + q.names()}
	for range 1 + q.IntN(4) {
		parts = append(parts, q.op())
	}
	return strings.Join(parts, "\n| ")
}

func (q *queries) op() string {
	switch q.IntN(14) {
	case 0, 1:
		return "where " + q.expr(table.Bool, 2)
	case 2, 3:
		t := pick(q.Rand, table.Bool, table.Long, table.Real, table.String, table.Datetime, table.Timespan)
		e := q.expr(t, 2)
		q.cols = append(q.cols, table.Column{Name: q.name(), Type: t})
		return "extend " + q.cols[len(q.cols)-1].Name + " = " + e
	case 4:
		q.keep(1 + q.IntN(len(q.cols)))
		return "project " + q.names()
	case 5, 6:
		return q.summarize()
	case 7:
		q.keep(1 + q.IntN(3))
		return "distinct " + q.names()
	case 8:
		return q.join()
	case 9:
		return q.whereInRows()
	case 10:
		return q.lookup()
	case 11:
		return q.expand()
	case 12:
		return q.sorted()
	}
	if q.index("Id") >= 0 && !q.many {
		return "top " + fmt.Sprint(q.IntN(20)) + " by Id " + pick(q.Rand, "asc", "desc")
	}
	q.cols = []table.Column{{Name: "Count", Type: table.Long}}
	return "count"
}

func (q *queries) name() string { q.next++; return fmt.Sprint("v", q.next) }

func (q *queries) index(name string) int {
	return slices.IndexFunc(q.cols, func(c table.Column) bool { return c.Name == name })
}

// keep leaves n columns of types that groups may have, and of which equal values are
// written alike (1.5 and 1.50 are not).
func (q *queries) keep(n int) {
	q.cols = slices.DeleteFunc(q.cols, func(c table.Column) bool { return c.Type == table.Dynamic || c.Type == table.Decimal })
	q.Shuffle(len(q.cols), func(i, j int) { q.cols[i], q.cols[j] = q.cols[j], q.cols[i] })
	q.cols = q.cols[:min(n, len(q.cols))]
}

func (q *queries) names() string {
	ns := make([]string, len(q.cols))
	for i, c := range q.cols {
		ns[i] = c.Name
	}
	return strings.Join(ns, ", ")
}

func (q *queries) summarize() string {
	var aggs []string
	var made []table.Column
	add := func(t table.Type, text string) {
		made = append(made, table.Column{Name: q.name(), Type: t})
		aggs = append(aggs, made[len(made)-1].Name+" = "+text)
	}
	for range 1 + q.IntN(3) {
		switch q.IntN(8) {
		case 0:
			add(table.Long, "count()")
		case 1:
			add(table.Long, "countif("+q.expr(table.Bool, 1)+")")
		case 2:
			add(table.Long, "sum("+q.expr(table.Long, 1)+")")
		case 3:
			add(table.Real, "avg("+q.expr(table.Long, 0)+" % 1000)") // of small numbers it is exact
		case 4:
			t := pick(q.Rand, table.Long, table.Real, table.String, table.Datetime)
			add(t, pick(q.Rand, "min", "max")+"("+q.expr(t, 1)+")")
		case 5:
			add(table.Long, "dcount("+q.expr(pick(q.Rand, table.Long, table.String), 1)+")")
		case 6:
			add(table.Long, "sumif("+q.expr(table.Long, 0)+", "+q.expr(table.Bool, 1)+")")
		case 7:
			add(table.Real, "round(stdev("+q.expr(table.Long, 0)+" % 1000), 6)")
		}
	}
	var by []string
	for range q.IntN(3) {
		t := pick(q.Rand, table.Long, table.String, table.Datetime, table.Bool, table.Int, table.Guid)
		if e := q.expr(t, 1); e != "" {
			made = append(made, table.Column{Name: q.name(), Type: t})
			by = append(by, made[len(made)-1].Name+" = "+e)
		}
	}
	keys := len(by)
	q.cols = append(slices.Clone(made[len(made)-keys:]), made[:len(made)-keys]...)
	if keys == 0 {
		return "summarize " + strings.Join(aggs, ", ")
	}
	return "summarize " + strings.Join(aggs, ", ") + " by " + strings.Join(by, ", ")
}

func (q *queries) join() string {
	key := pick(q.Rand, "L", "S", "I", "D", "G", "B")
	if q.index(key) < 0 {
		return "where true"
	}
	kind := pick(q.Rand, "inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti", "rightsemi", "rightanti")
	right := []table.Column{randomTable.Cols[randomTable.Index(key)], {Name: "Id", Type: table.Long}, {Name: "S", Type: table.String}}
	if key == "S" {
		right = right[:2]
	}
	names := make([]string, len(right))
	for i, c := range right {
		names[i] = c.Name
	}
	text := "join kind=" + kind + " (T | where " + (&queries{Rand: q.Rand, cols: randomTable.Cols}).expr(table.Bool, 1) + " | project " + strings.Join(names, ", ") + ") on " + key
	switch kind {
	case "leftsemi", "leftanti":
	case "rightsemi", "rightanti":
		q.cols = right
	default:
		q.many = true
		for _, c := range right {
			for n := 1; q.index(c.Name) >= 0; n++ {
				c.Name = strings.TrimRight(c.Name, "123456789") + fmt.Sprint(n)
			}
			q.cols = append(q.cols, c)
		}
	}
	return text
}

// whereInRows keeps the rows of which a column has a value that rows of T have, or has none.
func (q *queries) whereInRows() string {
	name := pick(q.Rand, "B", "I", "L", "S", "D", "P", "G", "Id")
	if q.index(name) < 0 {
		return "where true"
	}
	of := (&queries{Rand: q.Rand, cols: randomTable.Cols}).expr(table.Bool, 1)
	return "where " + name + pick(q.Rand, " in", " !in") + " ((T | where " + of + " | project " + name + "))"
}

func (q *queries) lookup() string {
	key := pick(q.Rand, "L", "S", "I", "B")
	if q.index(key) < 0 {
		return "where true"
	}
	name := q.name()
	q.cols = append(q.cols, table.Column{Name: name, Type: table.Long})
	return "lookup kind=" + pick(q.Rand, "leftouter", "inner") + " (T | summarize " + name + " = max(Id) by " + key + ") on " + key
}

// expand makes a row of each value in X.
func (q *queries) expand() string {
	i := q.index("X")
	if i < 0 || q.cols[i].Type != table.Dynamic {
		return "where true"
	}
	q.many = true
	t := pick(q.Rand, table.String, table.Long)
	q.cols = slices.Clone(q.cols)
	q.cols[i].Type = t
	return "mv-expand X to typeof(" + t.String() + ")"
}

// sorted puts the rows in an order that no two of them share, and takes the first of them
// or looks from one at the next.
func (q *queries) sorted() string {
	if q.index("Id") < 0 || q.many {
		return "where true"
	}
	if by := pick(q.Rand, "B", "I", "L", "S", "D", "P", "G"); q.index(by) >= 0 && q.IntN(2) == 0 {
		return fmt.Sprintf("sort by %s %s nulls %s, Id asc | take %d", by, pick(q.Rand, "asc", "desc"), pick(q.Rand, "first", "last"), q.IntN(20))
	}
	name := q.name()
	q.cols = append(q.cols, table.Column{Name: name, Type: table.Long})
	return "sort by Id asc | extend " + name + " = " + pick(q.Rand, "row_number()", "row_cumsum(Id)", "prev(Id)", "next(Id, 2, 7)")
}

// column returns a column of type t, or a constant if there is none.
func (q *queries) column(t table.Type) string {
	var names []string
	for _, c := range q.cols {
		if c.Type == t {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return q.literal(t)
	}
	return pick(q.Rand, names...)
}

func (q *queries) literal(t table.Type) string {
	v := randomValue(q.Rand, t)
	if v == nil {
		return t.String() + "(null)"
	}
	switch v := v.(type) {
	case string:
		return kqlText(v)
	case int64:
		return fmt.Sprintf("long(%d)", v)
	case float64:
		return "real(" + strings.Replace(fmt.Sprint(v), "Inf", "inf", 1) + ")"
	case table.Duration:
		return fmt.Sprintf("totimespan(long(%d))", v)
	case table.Dyn:
		return "dynamic(" + v.String() + ")"
	}
	return t.String() + "(" + table.Text(v) + ")"
}

func kqlText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\x00", "", "\n", " ").Replace(s) + `"`
}

// expr makes an expression of type t.
func (q *queries) expr(t table.Type, depth int) string {
	if depth == 0 || q.IntN(5) == 0 {
		if q.IntN(4) == 0 {
			return q.literal(t)
		}
		return q.column(t)
	}
	e := func(t table.Type) string { return q.expr(t, depth-1) }
	switch t {
	case table.Bool:
		switch q.IntN(8) {
		case 0:
			return "(" + e(t) + pick(q.Rand, " and ", " or ") + e(t) + ")"
		case 1:
			return "not(" + e(t) + ")"
		case 2, 3:
			o := pick(q.Rand, table.Int, table.Long, table.Real, table.Datetime, table.Timespan, table.Decimal)
			return "(" + e(o) + pick(q.Rand, " == ", " != ", " < ", " <= ", " > ", " >= ") + e(o) + ")"
		case 4:
			return "(" + e(table.String) + pick(q.Rand, " == ", " != ", " =~ ", " !~ ") + e(table.String) + ")"
		case 5:
			op := pick(q.Rand, "has", "!has", "contains", "startswith", "endswith", "has_cs", "contains_cs", "hasprefix", "hassuffix")
			return "(" + e(table.String) + " " + op + " " + kqlText(randomText(q.Rand)) + ")"
		case 6:
			o := pick(q.Rand, table.Long, table.String, table.Real, table.Dynamic)
			return pick(q.Rand, "isnull", "isnotnull", "isempty", "isnotempty") + "(" + e(o) + ")"
		}
		o := pick(q.Rand, table.Long, table.String, table.Int)
		return "(" + e(o) + pick(q.Rand, " in (", " !in (") + q.literal(o) + ", " + q.literal(o) + "))"
	case table.Long:
		switch q.IntN(7) {
		case 0, 1:
			return "(" + e(t) + pick(q.Rand, " + ", " - ", " * ", " / ", " % ") + e(t) + ")"
		case 2:
			return "strlen(" + e(table.String) + ")"
		case 3:
			return "bin(" + e(t) + ", " + fmt.Sprint(1+q.IntN(100)) + ")"
		case 4:
			return "tolong(" + e(pick(q.Rand, table.Real, table.Int, table.String, table.Bool)) + ")"
		case 5:
			return "iff(" + e(table.Bool) + ", " + e(t) + ", " + e(t) + ")"
		}
		return "tolong(" + q.column(table.Dynamic) + ")"
	case table.Real:
		if q.IntN(2) == 0 {
			return "(" + e(t) + pick(q.Rand, " + ", " - ", " * ", " / ") + e(t) + ")"
		}
		return "toreal(" + e(pick(q.Rand, table.Long, table.Int, table.String)) + ")"
	case table.String:
		switch q.IntN(5) {
		case 0:
			return "strcat(" + e(t) + ", " + e(pick(q.Rand, table.Long, table.String, table.Real)) + ")"
		case 1:
			return pick(q.Rand, "tolower", "toupper") + "(" + e(t) + ")"
		case 2:
			return "tostring(" + e(pick(q.Rand, table.Long, table.Datetime, table.Real, table.Guid, table.Bool, table.Dynamic)) + ")"
		case 3:
			return "substring(" + e(t) + ", " + fmt.Sprint(q.IntN(6)-2) + ", " + fmt.Sprint(q.IntN(6)) + ")"
		}
		return "case(" + e(table.Bool) + ", " + e(t) + ", " + e(table.Bool) + ", " + e(t) + ", " + e(t) + ")"
	case table.Datetime:
		switch q.IntN(3) {
		case 0:
			return "bin(" + e(t) + ", " + pick(q.Rand, "1h", "1d", "7d", "1s") + ")"
		case 1:
			return "(" + e(t) + pick(q.Rand, " + ", " - ") + e(table.Timespan) + ")"
		}
		return pick(q.Rand, "startofday", "endofday", "startofmonth", "startofweek") + "(" + e(t) + ")"
	case table.Timespan:
		if q.IntN(2) == 0 {
			return "(" + q.column(table.Datetime) + " - " + q.column(table.Datetime) + ")"
		}
	}
	return q.column(t)
}

// randomTableRows makes the rows of the table T.
func randomTableRows(r *rand.Rand) *table.Batch {
	rows := randomRows(r, randomTable, 40).Rows
	for i := range rows.Rows {
		rows.Vecs[0].(*table.Of[int64]).Vals[i] = int64(i)
	}
	rows.Vecs[0].(*table.Of[int64]).Null = nil
	tame(rows)
	dyns := rows.Vecs[randomTable.Index("X")].(*table.Of[table.Dyn])
	for i, d := range dyns.Vals { // dynamic is stored as JSON, which has no datetimes
		if !dyns.IsNull(i) {
			dyns.Vals[i] = table.NewDyn(table.Raw(d.String()))
		}
	}
	return rows
}

// checkRandom makes rows and n queries from a seed, and counts the queries that had SQL.
func checkRandom(t *testing.T, seed uint64, n int) (sql int) {
	r := rand.New(rand.NewPCG(seed, 7))
	rows := randomTableRows(r)
	e := storeOf(t, rows)
	for range n {
		if checkQuery(t, e, rows, (&queries{Rand: r}).query()) {
			sql++
		}
	}
	return sql
}

// checkQuery compares what the evaluator says of rows in memory with what the engine says
// of them in a store, most of them in extents. What may be put together of what extents gave
// before is asked again, until it is.
func checkQuery(t *testing.T, e *engine.Engine, rows *table.Batch, text string) (sql bool) {
	p, err := kql.Compile(text, oneTable{}, kql.Options{})
	if err != nil {
		t.Errorf("%s\n%v", text, err)
		return false
	}
	want, err := evaluate(t, plan.RewriteAll(p.Results[0].Root, func(n plan.Node) plan.Node {
		if _, ok := n.(*plan.Scan); ok {
			return &plan.Values{Rows: rows}
		}
		return n
	}))
	times := 1
	if strings.Contains(text, "summarize") || strings.Contains(text, "distinct") {
		times = 3
	}
	for n := range times {
		got, stats, gotErr := read(t, e, engine.Request{Workspace: wsA, Text: text, Timeout: 20 * time.Second})
		sql = sql || len(stats.SQL) > 0
		if err != nil || gotErr != nil {
			t.Errorf("Go says %v, DuckDB %v\n%s\n%s", err, gotErr, text, strings.Join(stats.SQL, "\n"))
			return sql
		}
		if why := differ(want, got, false, false); why != "" {
			t.Errorf("asked %d times before: %s\n%s\n%s\n%s", n, why, text, stats.Plan, strings.Join(stats.SQL, "\n"))
			return sql
		}
	}
	return sql
}

// storeOf returns an engine over a store with rows as the table T.
func storeOf(t testing.TB, rows *table.Batch) *engine.Engine {
	dir := t.TempDir()
	st, err := store.Open(vfs.OS, dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	ref := table.Ref{Workspace: wsA, Table: "T"}
	if err := st.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: ref, Schema: randomTable}}}); err != nil {
		t.Fatal(err)
	}
	times := &table.Of[table.Time]{Vals: make([]table.Time, rows.Rows)}
	for i := range times.Vals {
		times.Vals[i] = day + table.Time(i)
	}
	stored := &table.Batch{
		Schema: &table.Schema{Cols: append(slices.Clone(randomTable.Cols), table.Column{Name: table.TimeGenerated, Type: table.Datetime})},
		Vecs:   append(slices.Clone(rows.Vecs), times), Rows: rows.Rows,
	}
	const parts = 4 // the last in no extent
	for i := range parts {
		part := stored.Slice(i*rows.Rows/parts, (i+1)*rows.Rows/parts)
		if err := st.FlushAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := st.Append(t.Context(), "", store.Rows{Ref: ref, Batch: part}); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(Options{Dir: filepath.Join(dir, store.ExtentDir), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return engine.New(st, db, engine.Options{SmallRows: -1})
}

func evaluate(t *testing.T, n plan.Node) (*table.Batch, error) {
	rd, err := eval.Run(t.Context(), n, nil, eval.Limits{})
	if err != nil {
		return nil, err
	}
	b, err := table.ReadAll(t.Context(), rd)
	return b, errors.Join(err, rd.Close())
}

func read(t *testing.T, e *engine.Engine, q engine.Request) (*table.Batch, *engine.Stats, error) {
	res, err := e.Query(t.Context(), q)
	if err != nil {
		return nil, &engine.Stats{}, err
	}
	b, err := table.ReadAll(t.Context(), res.Tables[0].Rows)
	return b, &res.Stats, errors.Join(err, res.Close())
}

type oneTable struct{}

func (oneTable) Table(name string) (table.Ref, *table.Schema, bool) {
	return table.Ref{Table: name}, randomTable, name == "T"
}
func (oneTable) Tables() []string                 { return []string{"T"} }
func (oneTable) Stored(string) (kql.Stored, bool) { return kql.Stored{}, false }
func (oneTable) Workspace(string) (kql.Env, bool) { return nil, false }

func TestRandomQueriesAgree(t *testing.T) {
	const seeds, each = 12, 50
	sql := 0
	for seed := range uint64(seeds) {
		sql += checkRandom(t, seed, each)
	}
	checkRandom(t, 205, 40) // has a top under a semi join, which DuckDB got wrong
	if sql < seeds*each/2 {
		t.Errorf("only %d of %d queries have SQL", sql, seeds*each)
	}
}

// FuzzQueriesAgree asks one query for each input, of one of a few tables that stay open: a
// store and a DuckDB for each input would leave no time for new ones.
func FuzzQueriesAgree(f *testing.F) {
	type world struct {
		rows *table.Batch
		e    *engine.Engine
	}
	var worlds [4]world
	for i := range worlds {
		rows := randomTableRows(rand.New(rand.NewPCG(uint64(i), 7)))
		worlds[i] = world{rows, storeOf(f, rows)}
	}
	f.Add(uint8(0), uint64(1))
	f.Fuzz(func(t *testing.T, table uint8, seed uint64) {
		w := worlds[int(table)%len(worlds)]
		checkQuery(t, w.e, w.rows, (&queries{Rand: rand.New(rand.NewPCG(seed, 7))}).query())
	})
}

// TestTopBeforeJoin: what follows a top does not change which rows it takes.
func TestTopBeforeJoin(t *testing.T) {
	rows := randomTableRows(rand.New(rand.NewPCG(3, 7)))
	e := storeOf(t, rows)
	for _, text := range []string{
		"T | top 9 by Id asc | where S in ((T | where B | project S)) | project Id",
		"T | top 9 by Id asc | join kind=inner (T | where B | summarize by S) on S | project Id",
		"T | sort by Id asc | take 9 | join kind=leftsemi (T | where B) on S | project Id",
	} {
		for range 50 {
			if !checkQuery(t, e, rows, text) {
				t.Fatal("it had no SQL, or another answer")
			}
		}
	}
}
