package fn

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"

	"github.com/yagura/yagura/table"
)

// Percentiles in two steps: PercentileState makes, of some rows, what PercentileStates puts
// together, and PercentilesOf gives the percentiles of that, the same as of all rows at
// once. No query can call these; what they pass on is text of our own.
var (
	// PercentileState is of a column and, if it is weighted, weights.
	PercentileState = &Func{Name: "state of percentile", Kind: Aggregate, Overloads: stateOverloads()}
	// PercentileStates is of states.
	PercentileStates = &Func{Name: "states of percentile", Kind: Aggregate, Overloads: []Overload{{
		Params: P(Param{Name: "states", Types: []table.Type{table.String}}), Returns: Is(table.String),
		Agg: func() Accumulator { return &percentileStates{} },
	}}}
)

func stateOverloads() []Overload {
	var out []Overload
	for _, r := range ranked {
		for _, params := range [][]Param{P(Param{Name: "expr", Types: []table.Type{r.arg}}), P(Param{Name: "expr", Types: []table.Type{r.arg}}, LongP("weight"))} {
			out = append(out, Overload{Params: params, Returns: Is(table.String), Agg: func() Accumulator {
				return &percentileState{percentiles{q: newQuantiles(r.ret, percentileExact), weighted: len(params) > 1, at: []float64{}}}
			}})
		}
	}
	return out
}

// PercentilesOf are n percentiles of a state, as values of type t, which is that of the
// column that the state is of; of no value each is null.
func PercentilesOf(t table.Type, n int) *Func {
	o := Overload{
		Params: P(Param{Name: "state", Types: []table.Type{table.String}}, Rest(RealP("percentile"))), Returns: Is(t),
		Outs: func([]Arg) []table.Column { return slices.Repeat([]table.Column{{Type: t}}, n) },
	}
	o.EvalN = func(_ context.Context, args []table.Vec, rows int) ([]table.Vec, error) {
		out := make([]table.Vec, n)
		for k := range out {
			out[k] = table.NewVec(t, rows)
		}
		for i := range rows {
			q, ok := readQuantiles(args[0].(*table.Of[string]).Vals[i])
			for k, at := range args[1:] {
				var v table.Value
				if ok {
					if s, ok := q.at(at.(*table.Of[float64]).Vals[i]); ok {
						v = s.value(t)
					}
				}
				table.Append(out[k], v)
			}
		}
		return out, nil
	}
	return &Func{Name: "percentiles of state", Kind: Scalar, Overloads: []Overload{o}}
}

// percentileState is percentiles whose result is the state; empty for no value.
type percentileState struct{ percentiles }

func (a *percentileState) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil {
		return err
	}
	return a.percentiles.Merge(&b.percentiles)
}

func (a *percentileState) Result() []table.Value { return []table.Value{a.q.text()} }

// percentileStates puts states together.
type percentileStates struct{ q *quantiles }

func (a *percentileStates) Add(args []table.Vec, row int) error {
	if q, ok := readQuantiles(args[0].(*table.Of[string]).Vals[row]); ok {
		return a.put(q)
	}
	return nil
}

func (a *percentileStates) put(q *quantiles) error {
	if a.q == nil {
		a.q = q
		return nil
	}
	return a.q.merge(q)
}

func (a *percentileStates) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil || b.q == nil {
		return err
	}
	return a.put(b.q)
}

func (a *percentileStates) Result() []table.Value {
	if a.q == nil {
		return []table.Value{""}
	}
	return []table.Value{a.q.text()}
}

func (a *percentileStates) Bytes() int64 {
	if a.q == nil {
		return 0
	}
	return a.q.bytes()
}

// text writes q, empty if it has no value: in base64 its type, how many bits are dropped
// and how many buckets there are; and of each bucket how far its key is from the last one's,
// what was dropped of the keys of its ends, its weight, and how far its ends are, as
// longs, from what the keys tell.
func (q *quantiles) text() string {
	q.gather()
	if len(q.buckets) == 0 {
		return ""
	}
	b := binary.AppendUvarint(nil, uint64(q.of))
	b = binary.AppendUvarint(b, uint64(q.drop))
	b = binary.AppendUvarint(b, uint64(len(q.buckets)))
	last, low := uint64(0), uint64(1)<<q.drop-1
	for i, p := range q.buckets {
		b = binary.AppendUvarint(b, p.lo>>q.drop-last)
		last = p.lo >> q.drop
		b = binary.AppendUvarint(b, p.lo&low)
		b = binary.AppendUvarint(b, p.hi-p.lo)
		b = binary.AppendUvarint(b, uint64(p.weight))
		if q.longs {
			b = binary.AppendVarint(b, q.whole[i][0]-q.valueOf(p.lo).i)
			b = binary.AppendVarint(b, q.whole[i][1]-q.valueOf(p.hi).i)
		}
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

// readQuantiles reads what text wrote; false if it is not that, or empty.
func readQuantiles(text string) (*quantiles, bool) {
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(b) == 0 {
		return nil, false
	}
	ok := true
	next := func() uint64 {
		n, size := binary.Uvarint(b)
		ok = ok && size > 0
		b = b[max(0, size):]
		return n
	}
	long := func() int64 {
		n, size := binary.Varint(b)
		ok = ok && size > 0
		b = b[max(0, size):]
		return n
	}
	of, drop, n := next(), next(), next()
	if !ok || of > uint64(table.Dynamic) || drop > 63 || n > uint64(len(b)) {
		return nil, false
	}
	q := newQuantiles(table.Type(of), percentileExact)
	q.drop, q.buckets = uint(drop), make([]packed, 0, n)
	for last := uint64(0); n > 0 && ok; n-- {
		last += next()
		p := packed{lo: last<<drop | next()}
		p.hi = p.lo + next()
		p.weight = int64(min(next(), math.MaxInt64))
		if q.buckets = append(q.buckets, p); q.longs {
			q.whole = append(q.whole, [2]int64{q.valueOf(p.lo).i + long(), q.valueOf(p.hi).i + long()})
		}
		if ok = ok && q.total <= math.MaxInt64-p.weight; ok {
			q.total += p.weight
		}
	}
	return &q, ok && len(b) == 0 && slices.IsSortedFunc(q.buckets, func(a, b packed) int { return cmp.Compare(a.lo, b.lo) })
}
