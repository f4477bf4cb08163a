package duck

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Every function that has SQL for some types, by a template or in package sqlgen, must
// agree with its Eval (and every aggregate with its Accumulator) on random columns with
// nulls and extremes.

var allTypes = []table.Type{
	table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.String, table.Datetime,
	table.Timespan, table.Guid, table.Dynamic,
}

// noGo is DuckDB without calls in Go: what it supports is SQL.
var noGo = func() *sqlgen.Dialect { d := *sqlgen.DuckDB; d.UDF = false; return &d }()

const agreeRows = 96

func TestScalarsAgree(t *testing.T) {
	db := open(t)
	r := rand.New(rand.NewPCG(1, 2))
	inSQL := map[string]int{}
	for _, f := range fn.All() {
		if f.Kind != fn.Scalar && f.Kind != fn.Operator {
			continue
		}
		for _, k := range some(r, calls(r, f)) {
			in, c := randomCall(r, f, k.types, k.consts)
			if c == nil || !isSQL(c) {
				continue
			}
			inSQL[f.Name]++
			checkCall(t, db, in, c)
		}
	}
	t.Log("calls in SQL:", inSQL)
	for _, name := range []string{
		"+", "-", "*", "/", "%", "==", "!=", "<", ">=", "between", "and", "or", "not", "iff", "case", "coalesce", "in", "!in",
		"in~", "=~", "has", "!has", "contains", "startswith_cs", "has_any", "has_all", "bin", "tolong", "tostring", "strlen",
		"tolower", "isempty", "isnotnull", "strcat", "startofday", "hourofday",
	} {
		if inSQL[name] == 0 {
			t.Errorf("no call of %s is written in SQL", name)
		}
	}
}

// kind is how a function is called: with which types, of which some are constants.
type kind struct {
	types  []table.Type
	consts []bool
}

// calls lists the kinds of calls of f that may be written in SQL.
func calls(r *rand.Rand, f *fn.Func) []kind {
	var out []kind
	for _, types := range signatures(f) {
		for _, consts := range masks(len(types)) {
			for range 4 {
				if _, c := randomCall(r, f, types, consts); c != nil && isSQL(c) {
					out = append(out, kind{types, consts})
					break
				}
			}
		}
	}
	return out
}

// some picks at random about as many kinds of each function, the same ones more than
// once if there are few.
func some(r *rand.Rand, ks []kind) []kind {
	const enough = 30
	var out []kind
	for len(ks) > 0 && len(out) < enough {
		out = append(out, ks...)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(len(out), enough)]
}

// signatures lists the types of arguments that f takes as they are, up to three.
func signatures(f *fn.Func) [][]table.Type {
	var out [][]table.Type
	var extend func(ts []table.Type)
	extend = func(ts []table.Type) {
		args := make([]fn.Arg, len(ts))
		for i, t := range ts {
			args[i] = fn.Arg{Type: t, IsConst: true}
		}
		if o, casts, err := f.Resolve(args); err == nil && !slices.ContainsFunc(casts, func(t table.Type) bool { return t != 0 }) {
			if o.Returns(args) != 0 {
				out = append(out, slices.Clone(ts))
			}
		}
		if len(ts) == 3 {
			return
		}
		for _, t := range allTypes {
			extend(append(ts, t))
		}
	}
	extend(nil)
	return out
}

// masks says which arguments are constants: none, all but the first, each alone.
func masks(n int) [][]bool {
	out := [][]bool{make([]bool, n)}
	if n < 2 {
		return out
	}
	rest := make([]bool, n)
	for i := 1; i < n; i++ {
		rest[i] = true
		one := make([]bool, n)
		one[i] = true
		out = append(out, one)
	}
	first := make([]bool, n)
	first[0] = true
	return append(out, rest, first)
}

// randomCall makes rows and a call of f over them.
func randomCall(r *rand.Rand, f *fn.Func, types []table.Type, consts []bool) (*plan.Values, *plan.Call) {
	s := &table.Schema{}
	c := &plan.Call{Func: f}
	for i, t := range types {
		s.Cols = append(s.Cols, table.Column{Name: fmt.Sprint("x", i), Type: t})
		if consts[i] {
			c.Args = append(c.Args, &plan.Lit{Value: randomValue(r, t), Of: t})
		} else {
			c.Args = append(c.Args, &plan.Col{Index: i, Of: t})
		}
	}
	if len(s.Cols) == 0 {
		s.Cols = append(s.Cols, table.Column{Name: "x", Type: table.Long})
	}
	args := c.ArgInfo()
	o, casts, err := f.Resolve(args)
	if err != nil || slices.ContainsFunc(casts, func(t table.Type) bool { return t != 0 }) {
		return nil, nil
	}
	c.Over, c.Ret = o, o.Returns(args)
	if c.Ret == 0 || !o.OneColumn() || o.Impure {
		return nil, nil
	}
	return randomRows(r, s, agreeRows), c
}

func isSQL(c *plan.Call) bool {
	return sqlgen.Supports(noGo, project(&plan.Values{Rows: table.NewBatch(&table.Schema{})}, c)) == nil || isFind(c)
}

// isFind reports whether c is an operator whose SQL calls Go for some rows only.
func isFind(c *plan.Call) bool {
	if c.Func.Kind != fn.Operator || !strings.Contains(c.Func.Name, "has") && !strings.Contains(c.Func.Name, "contains") && !strings.Contains(c.Func.Name, "with") {
		return false
	}
	w := &watch{}
	if _, err := sqlgen.Generate(sqlgen.DuckDB, project(&plan.Values{Rows: table.NewBatch(&table.Schema{})}, c), w); err != nil {
		return false
	}
	return w.find
}

// watch is an Env that sees whether the arguments of a call in Go are columns only.
type watch struct{ find bool }

func (w *watch) Scan(*plan.Scan) (string, string, error) { return "SELECT 1", "", nil }
func (w *watch) Numbers(*plan.Scan, int) bool            { return false }
func (w *watch) Values(*plan.Values) (string, error)     { return "SELECT 1", nil }
func (w *watch) Func(e plan.Expr, _ []table.Type, args []string) (string, error) {
	c, ok := e.(*plan.Call)
	w.find = ok && len(args) == 1 && strings.HasPrefix(c.Args[0].Type().String(), "string")
	return "NULL", nil
}
func (w *watch) Agg(*plan.Call, []string) (string, error) { return "NULL", nil }

func project(in plan.Node, es ...plan.Expr) *plan.Project {
	p := &plan.Project{In: in}
	for i, e := range es {
		p.Cols = append(p.Cols, plan.Named{Name: fmt.Sprint("y", i), Expr: e})
	}
	return p
}

// checkCall compares c in DuckDB with c in Go.
func checkCall(t *testing.T, db *DB, in *plan.Values, c *plan.Call) {
	t.Helper()
	want, err := eval.Func(t.Context(), c)(in.Rows.Vecs, in.Rows.Rows)
	if err != nil {
		t.Fatalf("%s: %v", describe(c), err)
	}
	got, err := runAll(db, project(in, c))
	switch {
	case err == nil:
		compareVecs(t, in, c, want, got.Vecs[0], 0)
		return
	case !errors.Is(err, engine.ErrUnable):
		t.Fatalf("%s: %v", describe(c), err)
	}
	// Some row makes DuckDB refuse all: then the rows that it takes must agree.
	able := 0
	for i := range in.Rows.Rows {
		row := &plan.Values{Rows: in.Rows.Slice(i, i+1)}
		got, err := runAll(db, project(row, c))
		if errors.Is(err, engine.ErrUnable) {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", describe(c), err)
		}
		able++
		compareVecs(t, row, c, want.Slice(i, i+1), got.Vecs[0], i)
	}
	if able < agreeRows/8 {
		t.Logf("%s: DuckDB refuses all but %d of %d rows", describe(c), able, in.Rows.Rows)
	}
}

func compareVecs(t *testing.T, in *plan.Values, c *plan.Call, want, got table.Vec, _ int) {
	t.Helper()
	for i := range want.Len() {
		if !sameValue(want.At(i), got.At(i)) {
			t.Errorf("%s of %v: Go has %s, DuckDB %s", describe(c), show(in.Rows.Row(i)...), show(want.At(i)), show(got.At(i)))
			return
		}
	}
}

func sameValue(a, b table.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if x, ok := a.(float64); ok {
		y, ok := b.(float64)
		return ok && (x == y || math.IsNaN(x) && math.IsNaN(y))
	}
	if table.TypeOfValue(a) != table.TypeOfValue(b) {
		return false
	}
	return table.Text(a) == table.Text(b)
}

func describe(c *plan.Call) string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = a.Type().String()
		if l, ok := a.(*plan.Lit); ok {
			args[i] += " " + show(l.Value)
		}
	}
	return fmt.Sprintf("%s(%s)", c.Func.Name, strings.Join(args, ", "))
}

func show(vs ...table.Value) string {
	out := make([]string, len(vs))
	for i, v := range vs {
		if out[i] = "null"; v != nil {
			out[i] = fmt.Sprintf("%q", table.Text(v))
		}
	}
	return strings.Join(out, " ")
}

func TestAggregatesAgree(t *testing.T) {
	db := open(t)
	r := rand.New(rand.NewPCG(3, 4))
	inSQL := map[string]bool{}
	for _, f := range fn.All() {
		if f.Kind != fn.Aggregate {
			continue
		}
		sigs := signatures(f)
		r.Shuffle(len(sigs), func(i, j int) { sigs[i], sigs[j] = sigs[j], sigs[i] })
		for _, types := range sigs[:min(len(sigs), 15)] {
			for _, rows := range []int{0, 1, agreeRows} {
				in, c := randomAgg(r, f, types, rows)
				if c == nil {
					continue
				}
				key := &plan.Col{Index: len(types), Of: table.Int}
				sum := &plan.Summarize{In: in, Aggs: []plan.Agg{{Names: make([]string, len(c.OutTypes())), Call: c}}}
				byKey := &plan.Summarize{In: in, Keys: []plan.Named{{Name: "k", Expr: key}}, Aggs: sum.Aggs}
				if sqlgen.Supports(sqlgen.DuckDB, sum) != nil {
					continue
				}
				inSQL[f.Name] = true
				checkAgg(t, db, in, c, sum)
				checkAgg(t, db, in, c, byKey)
			}
		}
	}
	for _, name := range []string{"count", "countif", "sum", "sumif", "avg", "min", "max", "minif", "dcount", "arg_max", "stdev"} {
		if !inSQL[name] {
			t.Errorf("aggregate %s is not written in SQL", name)
		}
	}
}

// picksAny are the aggregates that may give the value of any row, or an order.
var picksAny = map[string]bool{
	"take_any": true, "any": true, "take_anyif": true, "anyif": true, "passthrough": true, "make_list": true,
	"make_list_if": true, "make_set": true, "make_set_if": true, "makelist": true, "makeset": true, "make_list_with_nulls": true,
	"make_bag": true, "make_bag_if": true, "make_dictionary": true, "buildschema": true,
	"arg_max": true, "arg_min": true, "argmax": true, "argmin": true,
	// Their sketches depend on the order of rows, within their error.
	"percentile": true, "percentiles": true, "percentilew": true, "percentilesw": true, "percentiles_array": true,
	"percentilesw_array": true, "tdigest": true, "tdigest_merge": true, "merge_tdigest": true,
}

func randomAgg(r *rand.Rand, f *fn.Func, types []table.Type, rows int) (*plan.Values, *plan.Call) {
	s := &table.Schema{}
	c := &plan.Call{Func: f}
	for i, t := range types {
		s.Cols = append(s.Cols, table.Column{Name: fmt.Sprint("x", i), Type: t})
		c.Args = append(c.Args, &plan.Col{Index: i, Of: t})
	}
	s.Cols = append(s.Cols, table.Column{Name: "k", Type: table.Int})
	args := c.ArgInfo()
	o, casts, err := f.Resolve(args)
	if err != nil || o.Agg == nil || slices.ContainsFunc(casts, func(t table.Type) bool { return t != 0 }) || picksAny[f.Name] && f.Name != "arg_max" && f.Name != "arg_min" {
		return nil, nil
	}
	c.Over, c.Ret = o, o.Returns(args)
	if c.Ret == 0 {
		return nil, nil
	}
	b := randomRows(r, s, rows)
	if spread[strings.TrimSuffix(f.Name, "if")] {
		tame(b.Rows)
	}
	b.Rows.Vecs[len(types)] = &table.Of[int32]{Vals: make([]int32, rows)}
	for i := range rows {
		b.Rows.Vecs[len(types)].(*table.Of[int32]).Vals[i] = r.Int32N(4)
	}
	return b, c
}

// spread are the aggregates that square: with infinite or huge values their result
// depends on the order of rows.
var spread = map[string]bool{
	"stdev": true, "stdevp": true, "variance": true, "variancep": true, "covariance": true, "covariancep": true,
}

// tame makes reals that are not finite, or huge, small.
func tame(b *table.Batch) {
	for _, v := range b.Vecs {
		if r, ok := v.(*table.Of[float64]); ok {
			for i, f := range r.Vals {
				if !(math.Abs(f) < 1e6) {
					r.Vals[i] = float64(i)
				}
			}
		}
	}
}

func checkAgg(t *testing.T, db *DB, in *plan.Values, c *plan.Call, n *plan.Summarize) {
	t.Helper()
	groups := map[table.Value]fn.Accumulator{}
	if len(n.Keys) == 0 {
		groups[nil] = c.Over.Agg()
	}
	args := in.Rows.Vecs[:len(c.Args)]
	for i := range in.Rows.Rows {
		var k table.Value
		if len(n.Keys) > 0 {
			k = in.Rows.Vecs[len(c.Args)].At(i)
		}
		if groups[k] == nil {
			groups[k] = c.Over.Agg()
		}
		if err := groups[k].Add(args, i); err != nil {
			t.Fatalf("%s: %v", describe(c), err)
		}
	}
	got, err := runAll(db, n)
	if errors.Is(err, engine.ErrUnable) {
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", describe(c), err)
	}
	if got.Rows != len(groups) {
		t.Errorf("%s: Go has %d groups, DuckDB %d", describe(c), len(groups), got.Rows)
		return
	}
	for i := range got.Rows {
		row := got.Row(i)
		var k table.Value
		if len(n.Keys) > 0 {
			k, row = row[0], row[1:]
		}
		want := groups[k].Result()
		for len(want) < len(row) {
			want = append(want, nil)
		}
		if c.Func.Name == "arg_max" || c.Func.Name == "arg_min" {
			row, want = row[:1], want[:1] // of equal first values any row may be taken
		}
		for j := range row {
			if !nearValue(want[j], row[j]) {
				t.Errorf("%s, group %v: Go has %s, DuckDB %s", describe(c), k, show(want...), show(row...))
				return
			}
		}
	}
}

// nearValue allows for sums of reals in another order.
func nearValue(a, b table.Value) bool {
	x, ok1 := a.(float64)
	y, ok2 := b.(float64)
	if ok1 && ok2 && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y)) {
		return true
	}
	if a == nil {
		a = emptyAs(b)
	}
	return sameValue(a, b)
}

// emptyAs is how a null stands in a column of b's type.
func emptyAs(b table.Value) table.Value {
	if _, ok := b.(string); ok {
		return ""
	}
	return nil
}

func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(Options{Threads: 2, MemoryLimit: "1GB"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func runAll(db *DB, n plan.Node) (*table.Batch, error) {
	var stats engine.Stats
	ctx := context.Background()
	rd, err := db.Run(ctx, engine.Fragment{Root: n}, &stats)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, strings.Join(stats.SQL, "\n"))
	}
	b, err := table.ReadAll(ctx, rd)
	return b, errors.Join(err, rd.Close())
}
