package fn

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

// column draws a column of type t.
func column(t *rapid.T, typ table.Type, rows int, label string) table.Vec {
	v := table.NewVec(typ, rows)
	small := rapid.IntRange(-20, 20)
	for i := range rows {
		n := small.Draw(t, fmt.Sprintf("%s %d", label, i))
		if n == 0 {
			table.Append(v, nil)
			continue
		}
		table.Append(v, sampleValue(typ, int64(n)))
	}
	return v
}

func sampleValue(typ table.Type, n int64) table.Value {
	switch typ {
	case table.Bool:
		return n > 0
	case table.Int:
		return int32(n)
	case table.Long:
		return n
	case table.Real:
		return float64(n) / 4
	case table.Decimal:
		return table.Dec(fmt.Sprint(n))
	case table.String:
		return fmt.Sprint("s", n)
	case table.Datetime:
		return table.UnixTicks + table.Time(n)
	case table.Timespan:
		return table.Duration(n)
	case table.Guid:
		return table.UUID{byte(n)}
	case table.Dynamic:
		return table.NewDyn(&table.Bag{Keys: []string{fmt.Sprint("k", n%5)}, Vals: []any{[]any{n, "x"}}})
	}
	panic("no sample of " + typ.String())
}

// calls lists for each overload of an aggregate the types of arguments to try.
func calls(o *Overload) [][]table.Type {
	var types []table.Type
	for _, p := range o.Params {
		t := table.Long
		if p.Types != nil {
			t = p.Types[0]
		}
		types = append(types, t)
	}
	out := [][]table.Type{types}
	if n := len(types); n > 0 && o.Params[n-1].Opt {
		out = append(out, types[:n-1])
	}
	if len(types) > 0 && o.Params[0].Types == nil {
		for _, t := range []table.Type{table.String, table.Real, table.Dynamic, table.Bool, table.Guid} {
			out = append(out, append([]table.Type{t}, types[1:]...))
		}
	}
	return out
}

func arguments(t *rapid.T, o *Overload, types []table.Type, rows int) []table.Vec {
	args := make([]table.Vec, len(types))
	for i, typ := range types {
		if p := o.Params[i]; p.Const || p.Name == "maxSize" || p.Name == "accuracy" {
			args[i] = table.Repeat(typ, constantFor(p, typ), rows)
			continue
		}
		args[i] = column(t, typ, rows, o.Params[i].Name)
	}
	return args
}

func constantFor(p Param, typ table.Type) table.Value {
	switch {
	case p.Name == "accuracy":
		return int64(2)
	case p.Name == "maxSize":
		return int64(7)
	case typ == table.Dynamic:
		return table.NewDyn([]any{int64(5), 50.0})
	}
	return 50.0
}

func TestMergeIsOneAccumulator(t *testing.T) {
	for _, f := range All() {
		if f.Kind != Aggregate {
			continue
		}
		for i := range f.Overloads {
			o := &f.Overloads[i]
			for _, types := range calls(o) {
				t.Run(fmt.Sprint(f.Name, " ", types), func(t *testing.T) {
					rapid.Check(t, func(t *rapid.T) { checkMerge(t, o, types) })
				})
			}
		}
	}
}

func checkMerge(t *rapid.T, o *Overload, types []table.Type) {
	rows := rapid.IntRange(0, 12).Draw(t, "rows")
	args := arguments(t, o, types, rows)
	if isState(o) {
		args[0] = states(o, rows)
	}
	one := o.Agg()
	parts := []Accumulator{o.Agg()}
	for i := range rows {
		if rapid.Bool().Draw(t, "split") {
			parts = append(parts, o.Agg())
		}
		if err := one.Add(args, i); err != nil {
			t.Fatal(err)
		}
		if err := parts[len(parts)-1].Add(args, i); err != nil {
			t.Fatal(err)
		}
	}
	for len(parts) > 1 { // neighbours, in any order of merges
		k := rapid.IntRange(0, len(parts)-2).Draw(t, "merge")
		if err := parts[k].Merge(parts[k+1]); err != nil {
			t.Fatal(err)
		}
		parts = slices.Delete(parts, k+1, k+2)
	}
	if a, b := text(one.Result()), text(parts[0].Result()); a != b {
		t.Fatalf("one accumulator gives %s, merged ones %s", a, b)
	}
}

func isState(o *Overload) bool {
	return len(o.Params) == 1 && (o.Params[0].Name == "hll" || o.Params[0].Name == "tdigest")
}

// states makes a column of what hll or tdigest give.
func states(o *Overload, rows int) table.Vec {
	f, _ := LookupAggregate(o.Params[0].Name)
	out := &table.Of[table.Dyn]{}
	for i := range rows {
		a := f.Overloads[0].Agg()
		for k := range i {
			if err := a.Add([]table.Vec{&table.Of[int64]{Vals: []int64{int64(k * 3)}}}, 0); err != nil {
				panic(err)
			}
		}
		if r := a.Result(); r == nil {
			out.AppendNull()
		} else {
			table.Append(out, r[0])
		}
	}
	return out
}

// text writes results so that sums in another order are the same.
func text(vals []table.Value) string {
	var b strings.Builder
	for _, v := range vals {
		if f, ok := v.(float64); ok {
			v = math.Round(f*1e6) / 1e6
			if v == 0.0 {
				v = 0.0
			}
		}
		fmt.Fprintf(&b, "%T %s;", v, table.Text(v))
	}
	return b.String()
}

func TestDcountErrorAndOrder(t *testing.T) {
	errs := []float64{0.016, 0.008, 0.004, 0.0028, 0.002}
	for accuracy, e := range errs {
		for _, n := range []int{100, 1000, 5000, 60000, 400000} {
			perm := rand.New(rand.NewPCG(1, uint64(n))).Perm(n)
			a, b := newHLL(hllBits(int64(accuracy))), newHLL(hllBits(int64(accuracy)))
			for i := range n {
				a.add(hllHash(fmt.Append(nil, i)))
				b.add(hllHash(fmt.Append(nil, perm[i])))
			}
			if a.estimate() != b.estimate() {
				t.Errorf("accuracy %d, %d values: %d or %d, by their order", accuracy, n, a.estimate(), b.estimate())
			}
			if d := math.Abs(float64(a.estimate())/float64(n) - 1); d > 4*e || n <= hllSparse && d > 0 {
				t.Errorf("accuracy %d, %d values: %d, off by %.2f %%", accuracy, n, a.estimate(), d*100)
			}
			back, ok := decodeHLL(a.encode())
			if !ok || back.estimate() != a.estimate() {
				t.Errorf("accuracy %d, %d values: the state does not survive a dynamic", accuracy, n)
			}
		}
	}
}

func TestHLLOfTwoPrecisions(t *testing.T) {
	a, b, want := newHLL(18), newHLL(12), newHLL(12)
	for i := range 50000 {
		h := hllHash(fmt.Append(nil, i))
		want.add(h)
		if i < 30000 {
			a.add(h)
		} else {
			b.add(h)
		}
	}
	a.merge(b)
	if a.p != 12 || !slices.Equal(a.regs, want.regs) {
		t.Error("folding to fewer registers is not what these would have been")
	}
}

func TestQuantilesErrorAndOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	shapes := map[string]func() float64{
		"uniform":   func() float64 { return rng.Float64() * 1e6 },
		"lognormal": func() float64 { return math.Exp(rng.NormFloat64() * 3) },
		"normal":    func() float64 { return rng.NormFloat64() },
		"two peaks": func() float64 { return float64(rng.IntN(2))*1e9 + rng.Float64() },
	}
	for name, draw := range shapes {
		vals := make([]float64, 100000)
		for i := range vals {
			vals[i] = draw()
		}
		a, b := newQuantiles(table.Real, 2048), newQuantiles(table.Real, 2048)
		for _, f := range vals {
			if err := a.add(sample{f: f}, 1); err != nil {
				t.Fatal(err)
			}
		}
		half := newQuantiles(table.Real, 2048)
		for i, k := range rng.Perm(len(vals)) {
			q := &b
			if i%3 == 0 {
				q = &half
			}
			if err := q.add(sample{f: vals[k]}, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.merge(&half); err != nil {
			t.Fatal(err)
		}
		slices.Sort(vals)
		for _, p := range []float64{0, 1, 5, 25, 50, 75, 95, 99, 99.9, 100} {
			got, _ := a.at(p)
			if other, _ := b.at(p); other != got {
				t.Errorf("%s, percentile %g: %g or %g, by their order", name, p, got.f, other.f)
			}
			rank, _ := slices.BinarySearch(vals, got.f)
			if off := math.Abs(float64(rank)/float64(len(vals))*100 - p); off > 0.5 {
				t.Errorf("%s, percentile %g is that of %g", name, p, float64(rank)/float64(len(vals))*100)
			}
		}
	}
}

// TestQuantilesAreOfTheMultiset: however values come, in parts and with weights, the
// buckets are those that can be computed of all of them at once.
func TestQuantilesAreOfTheMultiset(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	draws := map[table.Type]func() sample{
		table.Real: func() sample {
			return sample{f: []float64{0, math.Copysign(0, -1), math.Inf(1), -rng.ExpFloat64(), rng.ExpFloat64(), 1e300 * rng.Float64()}[rng.IntN(6)]}
		},
		table.Long: func() sample {
			i := []int64{0, -5, rng.Int64N(9000), math.MaxInt64 - rng.Int64N(9000), 1<<53 + rng.Int64N(9)}[rng.IntN(5)]
			return sample{i, float64(i)}
		},
		table.Datetime: func() sample { i := int64(table.UnixTicks) + rng.Int64N(1<<40); return sample{i, float64(i)} },
	}
	for typ, draw := range draws {
		for _, n := range []int{0, 1, 50, 3000, 30_000, 120_000} {
			limit := []int{64, 5000, percentileExact}[rng.IntN(3)]
			parts := make([]quantiles, 3)
			for i := range parts {
				parts[i] = newQuantiles(typ, limit)
			}
			weights := map[sample]int64{}
			for range n {
				s, w := draw(), int64(1)
				if n < 10_000 || rng.IntN(50) == 0 {
					w = rng.Int64N(4)
				}
				if err := parts[rng.IntN(3)].add(s, w); err != nil {
					t.Fatal(err)
				}
				if w > 0 {
					weights[s] += w
				}
			}
			q := &parts[0]
			for i := range parts[1:] {
				if err := q.merge(&parts[i+1]); err != nil {
					t.Fatal(err)
				}
			}
			q.gather()
			want := bucketsOf(q, weights, limit)
			if len(q.buckets) != len(want) {
				t.Fatalf("%v, %d values: %d buckets, not %d", typ, n, len(q.buckets), len(want))
			}
			for i := range want {
				if got := q.bucket(i); got.weight != want[i].weight || got.lo != want[i].lo || got.hi != want[i].hi {
					t.Fatalf("%v, %d values: bucket %d is %v, not %v", typ, n, i, got, want[i])
				}
			}
		}
	}
}

// bucketsOf computes what q should have.
func bucketsOf(q *quantiles, weights map[sample]int64, limit int) []bucket {
	var all []bucket
	for s, w := range weights {
		all = append(all, bucket{w, s, s})
	}
	slices.SortFunc(all, func(a, b bucket) int { return compareSamples(a.lo, b.lo) })
	for drop := uint(0); ; drop++ {
		var out []bucket
		for _, b := range all {
			if n := len(out); n > 0 && q.keyOf(out[n-1].lo)>>drop == q.keyOf(b.lo)>>drop && (drop > 0 || out[n-1].lo == b.lo) {
				out[n-1].weight += b.weight
				out[n-1].hi = b.hi
			} else {
				out = append(out, b)
			}
		}
		if drop == 0 && len(out) <= limit || drop > 0 && len(out) <= digestBuckets {
			return out
		}
	}
}

func BenchmarkQuantiles(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, of := range []struct {
		name string
		draw func() float64
	}{
		{"reals", func() float64 { return rng.ExpFloat64() * 100 }},
		{"hundreds", func() float64 { return float64(rng.IntN(500)) }},
	} {
		v := &table.Of[float64]{}
		for range 1 << 20 {
			v.Append(of.draw())
		}
		b.Run(of.name, func(b *testing.B) {
			const groups, chunk = 6, 2048
			rows := make([][]int32, groups)
			for b.Loop() {
				var qs [groups]quantiles
				for g := range qs {
					qs[g] = newQuantiles(table.Real, percentileExact)
				}
				for from := 0; from < v.Len(); from += chunk {
					for g := range rows {
						rows[g] = rows[g][:0]
					}
					for i := from; i < from+chunk; i++ {
						rows[i%groups] = append(rows[i%groups], int32(i))
					}
					for g := range qs {
						if err := qs[g].addRows(v, rows[g]); err != nil {
							b.Fatal(err)
						}
					}
				}
				for g := range qs {
					qs[g].at(50)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(v.Len()), "ns/row")
		})
	}
}

func TestPercentileIsExactForFewValues(t *testing.T) {
	q := newQuantiles(table.Long, percentileExact)
	for i := int64(1); i <= 10000; i++ {
		if err := q.add(sample{i, float64(i)}, 1); err != nil {
			t.Fatal(err)
		}
	}
	for p, want := range map[float64]int64{0: 1, 5: 500, 50: 5000, 99.9: 9990, 99.99: 9999, 100: 10000} {
		if got, _ := q.at(p); got.i != want {
			t.Errorf("percentile %g: %d, not %d", p, got.i, want)
		}
	}
	if err := q.add(sample{1, 1}, math.MaxInt64); err == nil {
		t.Error("weights beyond a long are not refused")
	}
}

func TestQuantilesAreAskedAndGoOn(t *testing.T) {
	q, once := newQuantiles(table.Real, 64), newQuantiles(table.Real, 64)
	for i := range 3000 {
		s := sample{f: float64(i * 7919 % 50)}
		for _, to := range []*quantiles{&q, &once} {
			if err := to.add(s, 1); err != nil {
				t.Fatal(err)
			}
		}
		if i%700 == 0 {
			q.at(50)
		}
	}
	for _, p := range []float64{0, 25, 50, 99, 100} {
		a, _ := q.at(p)
		b, _ := once.at(p)
		if a != b {
			t.Errorf("percentile %g: %v, and %v if it is asked for once", p, a, b)
		}
	}
	if len(q.buckets) != 50 || q.drop != 0 {
		t.Errorf("%d buckets of %d values", len(q.buckets), 50)
	}
}

func TestTDigestSurvivesADynamic(t *testing.T) {
	for _, typ := range []table.Type{table.Long, table.Real, table.Datetime, table.Timespan} {
		d := &tdigest{newQuantiles(typ, digestBuckets), typ}
		for i := range 20000 {
			v := int64(table.UnixTicks) + int64(i)*int64(i)
			s := sample{v, float64(v)}
			if typ == table.Real {
				s.i = 0
			}
			if err := d.q.add(s, 1); err != nil {
				t.Fatal(err)
			}
		}
		text := d.encode().String()
		tree, err := table.ParseTree(text)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := decodeTDigest(table.NewDyn(tree))
		if !ok {
			t.Fatalf("%s: cannot read %.80s", typ, text)
		}
		for _, p := range []float64{0, 10, 50, 100} {
			if a, b := d.value(p, typ), back.value(p, typ); a != b {
				t.Errorf("%s: percentile %g was %v, is %v", typ, p, a, b)
			}
		}
	}
}

func BenchmarkAccumulators(b *testing.B) {
	const rows = 4096
	longs := &table.Of[int64]{Vals: make([]int64, rows)}
	for i := range longs.Vals {
		longs.Vals[i] = int64(i * 7919 % 1000)
	}
	for _, name := range []string{"count", "sum", "avg", "min", "dcount", "percentile", "stdev"} {
		f, _ := LookupAggregate(name)
		args := []table.Vec{longs}
		var o *Overload
		for i := range f.Overloads {
			if n := len(f.Overloads[i].Params); n == 0 || f.Overloads[i].Params[0].Types == nil || slices.Contains(f.Overloads[i].Params[0].Types, table.Long) {
				o = &f.Overloads[i]
				break
			}
		}
		if name == "percentile" {
			args = append(args, table.Repeat(table.Real, 50.0, rows))
		}
		b.Run(name, func(b *testing.B) {
			a := o.Agg()
			b.ReportAllocs()
			for b.Loop() {
				for i := range rows {
					if err := a.Add(args, i); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}

// TestStatesOfPercentiles: what states of parts give together is what all rows give.
func TestStatesOfPercentiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, typ := range []table.Type{table.Long, table.Real, table.Datetime, table.Timespan} {
		for _, n := range []int{0, 1, 700, 40_000} {
			all, states := newQuantiles(typ, percentileExact), &table.Of[string]{}
			for range 3 {
				q := newQuantiles(typ, percentileExact)
				for range n {
					i := rng.Int64N(1 << (1 + rng.IntN(62)))
					s := sample{i, float64(i)}
					if typ == table.Real {
						s = sample{f: rng.NormFloat64()}
					}
					if err := errors.Join(q.add(s, 1), all.add(s, 1)); err != nil {
						t.Fatal(err)
					}
				}
				states.Append(q.text())
			}
			a := &percentileStates{}
			for i := range states.Vals {
				if err := a.Add([]table.Vec{states}, i); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := a.Result()[0], all.text(); got != want {
				t.Errorf("%v, %d values: %.80s, not %.80s", typ, n, got, want)
			}
		}
	}
	for _, text := range []string{"x", "AA", "////", "BQAB"} {
		if _, ok := readQuantiles(text); ok {
			t.Errorf("%q is taken for a state", text)
		}
	}
}
