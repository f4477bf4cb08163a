package fn

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/table"
)

// percentileAggregates ask for the values at given ranks. See quantiles for how near
// they come: a value is exact while a group has no more than percentileExact distinct
// ones, and else within a range of them: 0.4 % of it where values span a thousandfold.
var percentileAggregates = []Func{
	{
		Name: "percentile", Kind: Aggregate,
		Doc:       "The smallest value such that the given percentage of the values is not larger.",
		Overloads: percentileOverloads(false, false, Const(realOf("percentile"))),
		Examples:  []Example{{"range x from 1 to 100 step 1 | summarize percentile(x, 95)", "95"}},
	},
	{
		Name: "percentiles", Kind: Aggregate,
		Doc:       "The values at several percentiles, a column each.",
		Overloads: percentileOverloads(false, false, Rest(Const(realOf("percentile")))),
		Examples:  []Example{{"range x from 1 to 100 step 1 | summarize percentiles(x, 5, 50) | project percentile_x_50", "50"}},
	},
	{
		Name: "percentiles_array", Kind: Aggregate, Result: PrefixAndArg, Prefix: "percentiles",
		Doc: "The values at several percentiles, as an array.",
		Overloads: append(percentileOverloads(false, true, Rest(Const(realOf("percentile")))),
			percentileOverloads(false, true, Const(DynP("percentiles")))...),
		Examples: []Example{{"range x from 1 to 100 step 1 | summarize percentiles_array(x, 5, 50)", "dynamic([5,50])"}},
	},
	{
		Name: "percentilew", Kind: Aggregate,
		Doc:       "The value at a percentile, each value counting as often as its weight says.",
		Overloads: percentileOverloads(true, false, Const(realOf("percentile"))),
		Examples:  []Example{{"datatable(x: long, w: long)[1, 1, 2, 9] | summarize percentilew(x, w, 50)", "2"}},
	},
	{
		Name: "percentilesw", Kind: Aggregate,
		Doc:       "The values at several percentiles, each value counting as often as its weight says.",
		Overloads: percentileOverloads(true, false, Rest(Const(realOf("percentile")))),
		Examples:  []Example{{"datatable(x: long, w: long)[1, 1, 2, 9] | summarize percentilesw(x, w, 5, 50) | project percentile_x_5", "1"}},
	},
	{
		Name: "percentilesw_array", Kind: Aggregate, Result: PrefixAndArg, Prefix: "percentiles",
		Doc: "The values at several percentiles as an array, each value counting as often as its weight says.",
		Overloads: append(percentileOverloads(true, true, Rest(Const(realOf("percentile")))),
			percentileOverloads(true, true, Const(DynP("percentiles")))...),
		Examples: []Example{{"datatable(x: long, w: long)[1, 1, 2, 9] | summarize percentilesw_array(x, w, 5, 50)", "dynamic([1,2])"}},
	},
	{
		Name: "tdigest", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "The state of percentile, for percentile_tdigest and merge_tdigest.",
		Overloads: digestOverloads(),
		Examples:  []Example{{"range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 50, typeof(long))", "50"}},
	},
	{
		Name: "tdigest_merge", Kind: Aggregate, Result: PrefixAndArg, Prefix: "merge_tdigests",
		Doc:       "The state of percentile over all rows that the states were made of.",
		Overloads: digestMergeOverloads,
		Examples:  []Example{{"range x from 1 to 100 step 1 | summarize t = tdigest(x) by x % 2 | summarize t = tdigest_merge(t) | project percentile_tdigest(t, 50, typeof(long))", "50"}},
	},
	{
		Name: "merge_tdigest", Kind: Aggregate, Result: PrefixAndArg, Prefix: "merge_tdigests", Alias: "tdigest_merge",
		Doc:       "The state of percentile over all rows that the states were made of.",
		Overloads: digestMergeOverloads,
	},
}

var digestMergeOverloads = []Overload{{
	Params: P(DynP("tdigest")), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &digestMerge{} },
}}

// ranked are the types that percentiles can be taken of, and those of the results.
var ranked = []struct{ arg, ret table.Type }{
	{table.Long, table.Long}, {table.Real, table.Real}, {table.Decimal, table.Real},
	{table.Datetime, table.Datetime}, {table.Timespan, table.Timespan}, {table.Dynamic, table.Dynamic},
}

// realOf is a number that may stand as any type of number.
func realOf(name string) Param {
	return Param{Name: name, Types: []table.Type{table.Real, table.Decimal}}
}

func percentileOverloads(weighted, array bool, percents Param) []Overload {
	out := make([]Overload, 0, len(ranked))
	for _, r := range ranked {
		o := Overload{Params: P(Param{Name: "expr", Types: []table.Type{r.arg}}), Returns: Is(r.ret)}
		first := 1
		if weighted {
			o.Params = append(o.Params, LongP("weight"))
			first = 2
		}
		o.Params = append(o.Params, percents)
		if array {
			o.Returns = Is(table.Dynamic)
		} else {
			o.Outs = func(args []Arg) []table.Column { return percentileNames(args, first, r.ret) }
		}
		o.Agg = func() Accumulator {
			return &percentiles{q: newQuantiles(r.ret, percentileExact), ret: r.ret, weighted: weighted, array: array}
		}
		out = append(out, o)
	}
	return out
}

// percentileNames names columns percentile_x_99_9.
func percentileNames(args []Arg, first int, t table.Type) []table.Column {
	cols := make([]table.Column, 0, len(args)-first)
	for _, a := range args[first:] {
		p := ""
		if a.IsConst {
			p = strings.ReplaceAll(table.Text(a.Const), ".", "_")
		}
		cols = append(cols, table.Column{Name: "percentile_" + args[0].Name + "_" + p, Type: t})
	}
	return cols
}

func newQuantiles(t table.Type, buckets int) quantiles {
	return quantiles{max: buckets, of: t, linear: t == table.Datetime, bands: bands{longs: t != table.Real}}
}

// percentiles gathers values; the percentiles are those of the first row.
type percentiles struct {
	q               quantiles
	ret             table.Type
	weighted, array bool
	at              []float64
}

func (a *percentiles) Add(args []table.Vec, row int) error {
	first, weight := 1, int64(1)
	if a.weighted {
		first = 2
		w := args[1].(*table.Of[int64])
		if w.IsNull(row) {
			return nil
		}
		weight = w.Vals[row]
	}
	if err := a.ask(args[first:], row); err != nil {
		return err
	}
	s, ok := sampleOf(args[0], row)
	if !ok {
		return nil
	}
	return a.q.add(s, weight)
}

// AddRows implements Batched.
func (a *percentiles) AddRows(args []table.Vec, rows []int32) error {
	if a.weighted || len(rows) == 0 {
		return addEach(a, args, rows)
	}
	if err := a.ask(args[1:], int(rows[0])); err != nil {
		return err
	}
	return a.q.addRows(args[0], rows)
}

// ask reads the percentiles that are asked for, unless it has.
func (a *percentiles) ask(args []table.Vec, row int) (err error) {
	if a.at == nil {
		a.at, err = percents(args, row)
	}
	return err
}

// percents reads the percentiles that a call asks for: numbers, or one array of them.
func percents(args []table.Vec, row int) ([]float64, error) {
	var at []float64
	for _, v := range args {
		d, ok := v.(*table.Of[table.Dyn])
		if !ok {
			f, ok := number(v, row)
			if !ok {
				return nil, fmt.Errorf("a percentile is null")
			}
			at = append(at, f)
			continue
		}
		elems, _ := d.Vals[row].Array()
		for _, e := range elems {
			f, ok := treeNumber(e)
			if !ok {
				return nil, fmt.Errorf("a percentile is not a number: %s", table.TreeText(e))
			}
			at = append(at, f)
		}
	}
	return at, nil
}

func treeNumber(t any) (float64, bool) {
	switch t := t.(type) {
	case int64:
		return float64(t), true
	case float64:
		return t, true
	case table.Dec:
		f, err := decReal(t)
		return f, err == nil
	}
	return 0, false
}

func (a *percentiles) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil {
		return err
	}
	if a.at == nil {
		a.at = b.at
	}
	return a.q.merge(&b.q)
}

func (a *percentiles) Borrows() {}

func (a *percentiles) Result() []table.Value {
	if a.q.total == 0 {
		return nil
	}
	out := make([]table.Value, len(a.at))
	elems := make([]any, len(a.at))
	for i, p := range a.at {
		if s, ok := a.q.at(p); ok {
			out[i] = s.value(a.ret)
			elems[i] = tree(out[i])
		}
	}
	if a.array {
		return []table.Value{table.NewDyn(elems)}
	}
	return out
}

func (a *percentiles) Bytes() int64 { return a.q.bytes() }

func digestOverloads() []Overload {
	out := make([]Overload, 0, len(ranked))
	for _, r := range ranked[:len(ranked)-1] {
		out = append(out, Overload{
			Params: P(Param{Name: "expr", Types: []table.Type{r.arg}}, Opt(LongP("weight"))), Returns: Is(table.Dynamic),
			Agg: func() Accumulator { return &digest{d: tdigest{newQuantiles(r.ret, digestBuckets), r.ret}} },
		})
	}
	return out
}

// digest is the aggregate tdigest.
type digest struct{ d tdigest }

func (a *digest) Add(args []table.Vec, row int) error {
	s, ok := sampleOf(args[0], row)
	if !ok {
		return nil
	}
	return a.d.q.add(s, firstConst(args, 1, row, 1))
}

func (a *digest) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil {
		return err
	}
	return a.d.q.merge(&b.d.q)
}

func (a *digest) Result() []table.Value {
	if a.d.q.total == 0 {
		return nil
	}
	return []table.Value{a.d.encode()}
}

func (a *digest) Bytes() int64 { return a.d.q.bytes() }

// digestMerge is the aggregate tdigest_merge; what is not a state is passed over.
type digestMerge struct{ d *tdigest }

func (a *digestMerge) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[table.Dyn])
	if v.IsNull(row) {
		return nil
	}
	if d, ok := decodeTDigest(v.Vals[row]); ok {
		return a.put(d)
	}
	return nil
}

func (a *digestMerge) put(d *tdigest) error {
	if a.d == nil {
		a.d = &tdigest{newQuantiles(d.of, digestBuckets), d.of}
	}
	return a.d.q.merge(&d.q)
}

func (a *digestMerge) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.d != nil {
		return a.put(b.d)
	}
	return err
}

func (a *digestMerge) Result() []table.Value {
	if a.d == nil {
		return nil
	}
	return []table.Value{a.d.encode()}
}

func (a *digestMerge) Bytes() int64 {
	if a.d == nil {
		return 0
	}
	return a.d.q.bytes()
}

// tdigest is a state of percentile that can stand in a dynamic: what its values are,
// and the values.
type tdigest struct {
	q  quantiles
	of table.Type
}

// encode writes [[type, dropped bits], [lows], [highs], [weights]]; highs is empty if
// each is its low.
func (d *tdigest) encode() table.Dyn {
	d.q.gather()
	lows, highs, weights := make([]any, 0, len(d.q.buckets)), []any{}, make([]any, 0, len(d.q.buckets))
	wide := false
	for i := range d.q.buckets {
		b := d.q.bucket(i)
		wide = wide || b.lo != b.hi
		lows = append(lows, tree(b.lo.value(d.of)))
		weights = append(weights, b.weight)
	}
	if wide {
		for i := range d.q.buckets {
			highs = append(highs, tree(d.q.bucket(i).hi.value(d.of)))
		}
	}
	return table.NewDyn([]any{[]any{d.of.String(), int64(d.q.drop)}, lows, highs, weights})
}

// decodeTDigest reads a state; false if v is none.
func decodeTDigest(v table.Dyn) (*tdigest, bool) {
	parts, ok := v.Array()
	if !ok || len(parts) != 4 {
		return nil, false
	}
	var arrays [4][]any
	for i, p := range parts {
		if arrays[i], ok = p.([]any); !ok {
			return nil, false
		}
	}
	head, lows, highs, weights := arrays[0], arrays[1], arrays[2], arrays[3]
	if len(head) != 2 || len(lows) != len(weights) || len(highs) != 0 && len(highs) != len(lows) {
		return nil, false
	}
	name, _ := head[0].(string)
	drop, okDrop := head[1].(int64)
	of, okType := table.ParseType(name)
	if !okDrop || !okType || drop < 0 || drop > 63 {
		return nil, false
	}
	d := &tdigest{newQuantiles(of, digestBuckets), of}
	d.q.drop = uint(drop)
	for i := range lows {
		b := bucket{}
		w, okW := weights[i].(int64)
		lo, okLo := treeSample(lows[i], of)
		if !okW || !okLo || w <= 0 || d.q.total+w < 0 {
			return nil, false
		}
		b.weight, b.lo, b.hi = w, lo, lo
		if len(highs) > 0 {
			if b.hi, ok = treeSample(highs[i], of); !ok {
				return nil, false
			}
		}
		d.q.total += w
		d.q.loose = append(d.q.loose, b)
	}
	d.q.gather()
	return d, true
}

// treeSample reads a value of type t out of a dynamic, where it may have become text.
func treeSample(v any, t table.Type) (sample, bool) {
	switch v := v.(type) {
	case int64:
		return sample{v, float64(v)}, true
	case float64:
		return sample{0, v}, t == table.Real
	case table.Time:
		return sample{int64(v), float64(v)}, true
	case table.Duration:
		return sample{int64(v), float64(v)}, true
	case string:
		if t == table.Datetime {
			x, err := table.ParseTime(v)
			return sample{int64(x), float64(x)}, err == nil
		}
		x, err := table.ParseDuration(v)
		return sample{int64(x), float64(x)}, err == nil && t == table.Timespan
	}
	return sample{}, false
}
