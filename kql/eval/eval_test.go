package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// values makes a table of constant rows; schema is "a:long b:string".
func values(t testing.TB, schema string, rows ...[]table.Value) *plan.Values {
	t.Helper()
	s := &table.Schema{}
	for _, c := range strings.Fields(schema) {
		name, typ, _ := strings.Cut(c, ":")
		ty, ok := table.ParseType(typ)
		if !ok {
			t.Fatalf("no type %s", typ)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: ty})
	}
	b := table.NewBatch(s)
	for _, r := range rows {
		b.AppendRow(r...)
	}
	return &plan.Values{Rows: b}
}

func row(vals ...table.Value) []table.Value { return vals }

func longs(n int64) *plan.Range {
	return &plan.Range{Name: "x", Of: table.Long, From: lit(int64(1)), To: lit(n), Step: lit(int64(1))}
}

func lit(v table.Value) *plan.Lit { return &plan.Lit{Value: v, Of: table.TypeOfValue(v)} }

func col(n plan.Node, name string) *plan.Col {
	i := n.Schema().Index(name)
	return &plan.Col{Index: i, Of: n.Schema().Cols[i].Type}
}

// call makes a call of a function whose arguments fit as they are.
func call(t testing.TB, name string, args ...plan.Expr) *plan.Call {
	t.Helper()
	f, ok := fn.LookupAggregate(name)
	if !ok {
		if f, ok = fn.Lookup(name); !ok {
			t.Fatalf("no function %s", name)
		}
	}
	info := (&plan.Call{Args: args}).ArgInfo()
	o, _, err := f.Resolve(info)
	if err != nil {
		t.Fatal(err)
	}
	return &plan.Call{Func: f, Over: o, Args: args, Ret: o.Returns(info)}
}

func run1(t testing.TB, n plan.Node, l Limits) (*table.Batch, error) {
	t.Helper()
	r, err := Run(context.Background(), n, nil, l)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return table.ReadAll(context.Background(), r)
}

// want compares the rows of n, written as text, with those given.
func want(t *testing.T, n plan.Node, rows ...string) {
	t.Helper()
	b, err := run1(t, n, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range b.Rows {
		var cells []string
		for _, v := range b.Row(i) {
			if v == nil {
				cells = append(cells, "null")
			} else {
				cells = append(cells, table.Text(v))
			}
		}
		got = append(got, strings.Join(cells, " "))
	}
	if !slices.Equal(got, rows) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(rows, "\n"))
	}
}

func TestJoinKinds(t *testing.T) {
	l := values(t, "k:long a:string", row(int64(1), "a"), row(int64(1), "b"), row(int64(2), "c"), row(nil, "n"))
	r := values(t, "k:long b:string", row(int64(1), "x"), row(int64(1), "y"), row(int64(3), "z"), row(nil, "m"))
	both := []plan.JoinCol{{Name: "a", Index: 1}, {Name: "b", Right: true, Index: 1}}
	left, right := both[:1], both[1:]
	for _, c := range []struct {
		kind plan.JoinKind
		cols []plan.JoinCol
		rows []string
	}{
		{plan.InnerUnique, both, []string{"a x", "a y"}},
		{plan.Inner, both, []string{"a x", "a y", "b x", "b y"}},
		{plan.LeftOuter, both, []string{"a x", "a y", "b x", "b y", "c ", "n "}},
		{plan.RightOuter, both, []string{"a x", "a y", "b x", "b y", " z", " m"}},
		{plan.FullOuter, both, []string{"a x", "a y", "b x", "b y", "c ", "n ", " z", " m"}},
		{plan.LeftSemi, left, []string{"a", "b"}},
		{plan.LeftAnti, left, []string{"c", "n"}},
		{plan.RightSemi, right, []string{"x", "y"}},
		{plan.RightAnti, right, []string{"z", "m"}},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			want(t, &plan.Join{Kind: c.kind, Left: l, Right: r, On: []plan.JoinKey{{L: col(l, "k"), R: col(r, "k")}}, Cols: c.cols}, c.rows...)
		})
	}
}

func TestJoinOfManyPairs(t *testing.T) {
	j := &plan.Join{Kind: plan.Inner, Left: longs(3000), Right: longs(300), Cols: []plan.JoinCol{{Name: "x"}, {Name: "y", Right: true}}}
	b, err := run1(t, &plan.Summarize{In: j, Aggs: []plan.Agg{{Names: []string{"n"}, Call: call(t, "count")}}}, Limits{})
	if err != nil || b.Vecs[0].At(0) != int64(900000) {
		t.Error(b, err)
	}
	none := &plan.Join{Kind: plan.RightOuter, Left: longs(0), Right: longs(2), Cols: []plan.JoinCol{{Name: "x"}, {Name: "y", Right: true}}}
	want(t, none, "null 1", "null 2")
}

func TestSortPutsNullsAndNaNTogether(t *testing.T) {
	in := values(t, "r:real n:long", row(1.0, int64(1)), row(nil, int64(2)), row(math.Inf(-1), int64(3)), row(math.NaN(), int64(4)), row(1.0, int64(5)))
	for _, c := range []struct {
		desc, first bool
		rows        []string
	}{
		{false, true, []string{"null 2", "NaN 4", "-Infinity 3", "1 1", "1 5"}},
		{false, false, []string{"-Infinity 3", "1 1", "1 5", "NaN 4", "null 2"}},
		{true, true, []string{"null 2", "NaN 4", "1 1", "1 5", "-Infinity 3"}},
		{true, false, []string{"1 1", "1 5", "-Infinity 3", "NaN 4", "null 2"}},
	} {
		keys := []plan.SortKey{{Expr: col(in, "r"), Desc: c.desc, NullsFirst: c.first}}
		want(t, &plan.Sort{In: in, Keys: keys}, c.rows...)
		want(t, &plan.Top{In: in, N: 3, Keys: keys}, c.rows[:3]...)
	}
}

func TestSortOfManyRunsIsStable(t *testing.T) {
	in := longs(200000)
	key := call(t, "%", col(in, "x"), lit(int64(7)))
	b, err := run1(t, &plan.Sort{In: in, Keys: []plan.SortKey{{Expr: key}}}, Limits{})
	if err != nil || b.Rows != 200000 {
		t.Fatal(b, err)
	}
	xs := b.Vecs[0].(*table.Of[int64]).Vals
	for i := 1; i < len(xs); i++ {
		if a, b := xs[i-1], xs[i]; a%7 > b%7 || a%7 == b%7 && a > b {
			t.Fatalf("row %d: %d before %d", i, a, b)
		}
	}
}

func TestSummarize(t *testing.T) {
	in := values(t, "k:string v:long", row("a", int64(1)), row("b", nil), row("a", int64(3)), row("", int64(5)))
	aggs := []plan.Agg{{Names: []string{"n"}, Call: call(t, "count")}, {Names: []string{"s"}, Call: call(t, "sum", col(in, "v"))}, {Names: []string{"m"}, Call: call(t, "max", col(in, "v"))}}
	want(t, &plan.Summarize{In: in, Keys: []plan.Named{{Name: "k", Expr: col(in, "k")}}, Aggs: aggs}, "a 2 4 3", "b 1 0 null", " 1 5 5")
	want(t, &plan.Summarize{In: &plan.Limit{In: in}, Aggs: aggs}, "0 0 null")
	want(t, &plan.Summarize{In: in, Keys: []plan.Named{{Name: "k", Expr: col(in, "v")}}}, "1", "null", "3", "5")
}

func TestMakeSeries(t *testing.T) {
	in := values(t, "k:string x:long v:long", row("a", int64(3), int64(1)), row("b", int64(11), int64(2)), row("a", int64(4), int64(5)), row("a", nil, int64(9)), row("a", int64(99), int64(7)))
	m := &plan.MakeSeries{
		In: in, By: []plan.Named{{Name: "k", Expr: col(in, "k")}}, Axis: plan.Named{Name: "x", Expr: col(in, "x")}, Step: lit(int64(5)),
		Aggs: []plan.SeriesAgg{{Name: "s", Call: call(t, "sum", col(in, "v")), Default: lit(int64(0))}},
	}
	from := *m
	from.From, from.To = lit(int64(1)), lit(int64(12))
	want(t, &from, "a [6,0,0] [1,6,11]", "b [0,0,2] [1,6,11]")
	to := *m
	to.To = lit(int64(15))
	want(t, &to, "a [6,0,0] [0,5,10]", "b [2] [10]")
	to.In = &plan.Limit{In: in}
	want(t, &to)
}

func TestMvExpand(t *testing.T) {
	dyn := func(s string) table.Value {
		tree, err := table.ParseTree(s)
		if err != nil {
			t.Fatal(err)
		}
		return table.DynValue(tree)
	}
	in := values(t, "n:long d:dynamic e:dynamic",
		row(int64(1), dyn(`[1,2,3]`), dyn(`{"a":1,"b":"x"}`)), row(int64(2), nil, dyn(`[]`)), row(int64(3), dyn(`[]`), dyn(`[]`)), row(int64(4), dyn(`"s"`), nil))
	e := &plan.MvExpand{In: in, Cols: []plan.MvCol{{Name: "d", Expr: col(in, "d"), Index: 1, To: table.Long}, {Name: "f", Expr: col(in, "e"), Index: -1, To: table.Dynamic}}, ItemIndex: "i"}
	schema := e.Schema().String()
	if schema != "n:long, d:long, e:dynamic, f:dynamic, i:long" {
		t.Error(schema)
	}
	p := &plan.Project{In: e, Cols: []plan.Named{{Name: "n", Expr: col(e, "n")}, {Name: "d", Expr: col(e, "d")}, {Name: "f", Expr: col(e, "f")}, {Name: "i", Expr: col(e, "i")}}}
	want(t, p, `1 1 {"a":1} 0`, `1 2 {"b":"x"} 1`, `1 3 null 2`, `2 null null 0`, `4 null null 0`)

	sub := &plan.SubInput{ID: 1, Table: e.Schema()}
	a := &plan.MvApply{Expand: e, ID: 1, Keep: []int{0}, Names: []string{"n", "s"},
		Sub: &plan.Summarize{In: sub, Aggs: []plan.Agg{{Names: []string{"s"}, Call: call(t, "sum", col(sub, "d"))}}}}
	want(t, a, "1 6", "2 0", "3 0", "4 0")
}

func TestCacheRunsOnce(t *testing.T) {
	opened := 0
	scan := &plan.Scan{Ref: table.Ref{Table: "T"}, Table: &table.Schema{Cols: []table.Column{{Name: "x", Type: table.Long}}}}
	src := func(_ context.Context, n plan.Node) (table.Reader, error) {
		if n != plan.Node(scan) {
			return nil, nil
		}
		opened++
		return table.NewReader(scan.Table, &table.Batch{Schema: scan.Table, Vecs: []table.Vec{&table.Of[int64]{Vals: []int64{1, 2}}}, Rows: 2}), nil
	}
	u := &plan.Union{Ins: []plan.Node{&plan.Cache{ID: 1, In: scan}, &plan.Cache{ID: 1, In: scan}}}
	r, err := Run(context.Background(), u, src, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := table.ReadAll(context.Background(), r)
	if err != nil || b.Rows != 4 || opened != 1 {
		t.Error(b.Rows, err, opened)
	}
}

func TestLimits(t *testing.T) {
	sorted := &plan.Sort{In: longs(100000), Keys: []plan.SortKey{{Expr: &plan.Col{Of: table.Long}}}}
	if _, err := run1(t, sorted, Limits{Rows: 50000}); !errors.Is(err, ErrRows) {
		t.Error(err)
	}
	if _, err := run1(t, sorted, Limits{Bytes: 100000}); !errors.Is(err, ErrMemory) {
		t.Error(err)
	}
	list := &plan.Summarize{In: longs(100000), Aggs: []plan.Agg{{Names: []string{"l"}, Call: call(t, "make_list", &plan.Col{Of: table.Long})}}}
	if _, err := run1(t, list, Limits{Bytes: 100000}); !errors.Is(err, ErrMemory) {
		t.Error(err)
	}
	if _, err := run1(t, &plan.Filter{In: longs(100000), Cond: lit(true)}, Limits{Rows: 10, Bytes: 10}); err != nil {
		t.Errorf("a filter holds nothing: %v", err)
	}
}

func TestCancelIsPrompt(t *testing.T) {
	many := longs(math.MaxInt64)
	x := &plan.Col{Of: table.Long}
	count := []plan.Agg{{Names: []string{"n"}, Call: call(t, "count")}}
	for name, n := range map[string]plan.Node{
		"sort":      &plan.Sort{In: many, Keys: []plan.SortKey{{Expr: x, Desc: true}}},
		"summarize": &plan.Summarize{In: many, Aggs: count},
		"filter":    &plan.Filter{In: many, Cond: lit(false)},
		"join":      &plan.Summarize{In: &plan.Join{Kind: plan.Inner, Left: many, Right: longs(1000), Cols: []plan.JoinCol{{Name: "x"}}}, Aggs: count},
		"top":       &plan.Top{In: many, N: 10, Keys: []plan.SortKey{{Expr: x, Desc: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			r, err := Run(ctx, n, nil, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			time.AfterFunc(50*time.Millisecond, cancel)
			begun := time.Now()
			_, err = table.ReadAll(ctx, r)
			if took := time.Since(begun); !errors.Is(err, context.Canceled) || took > 300*time.Millisecond {
				t.Errorf("%v after %v", err, took)
			}
		})
	}
}

func TestPanicIsAnError(t *testing.T) {
	bad := &plan.Call{Func: &fn.Func{Name: "bad"}, Over: &fn.Overload{Eval: func([]table.Vec, int) (table.Vec, error) { panic("broken") }}, Ret: table.Long}
	n := &plan.Project{In: longs(1), Cols: []plan.Named{{Name: "y", Expr: bad}}}
	if _, err := run1(t, n, Limits{}); !errors.Is(err, ErrInternal) || !strings.Contains(fmt.Sprint(err), "broken") {
		t.Error(err)
	}
	if _, err := Value(bad); !errors.Is(err, ErrInternal) {
		t.Error(err)
	}
}

func TestEveryPluginRuns(t *testing.T) {
	for _, p := range fn.Plugins() {
		_, runs := plugins[p.Name]
		if want := p.Refused == "" && !p.Source; runs != want {
			t.Errorf("%s: runs is %t, not %t", p.Name, runs, want)
		}
	}
}
