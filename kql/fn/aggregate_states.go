package fn

import (
	"github.com/yagura/yagura/table"
)

// stateFuncs are the scalar functions on what hll and tdigest give.
var stateFuncs = []Func{
	{
		Name: "dcount_hll", Kind: Scalar, Result: PrefixAndArg,
		Doc:       "The number of distinct values that a state of hll has seen.",
		Overloads: []Overload{{Params: P(DynP("hll")), Returns: Is(table.Long), Eval: Map1OK(dcountHLL)}},
		Examples:  []Example{{`dcount_hll(dynamic([[1024,14],["7","8"],[]]))`, "2"}},
	},
	{
		Name: "hll_merge", Kind: Scalar, Result: PrefixOnly, Prefix: "hll_merged_result",
		Doc: "The state of hll over all values that the given states have seen.",
		Overloads: []Overload{{
			Params: P(DynP("hll"), Rest(DynP("hll"))), Returns: Is(table.Dynamic), Eval: mergeStates(func() Accumulator { return &hllMerge{} }),
		}},
		Examples: []Example{{`dcount_hll(hll_merge(dynamic([[1024,14],["7","8"],[]]), dynamic([[1024,14],["8","9"],[]])))`, "3"}},
	},
	{
		Name: "merge_tdigest", Kind: Scalar, Result: PrefixOnly, Prefix: "tdigests_merge_result",
		Doc:       "The state of tdigest over all values that the given states have seen.",
		Overloads: mergeDigests,
		Examples:  []Example{{`percentile_tdigest(merge_tdigest(dynamic([["long",0],[1],[],[1]]), dynamic([["long",0],[2],[],[1]])), 100, typeof(long))`, "2"}},
	},
	{
		Name: "tdigest_merge", Kind: Scalar, Result: PrefixOnly, Prefix: "tdigests_merge_result",
		Doc:       "The state of tdigest over all values that the given states have seen.",
		Overloads: mergeDigests,
		Examples:  []Example{{`percentile_tdigest(tdigest_merge(dynamic([["long",0],[1],[],[1]]), dynamic([["long",0],[2],[],[1]])), 50, typeof(long))`, "1"}},
	},
	{
		Name: "percentile_tdigest", Kind: Scalar, Result: PrefixAndArg,
		Doc: "The value at a percentile of what a state of tdigest has seen, as a dynamic or of the given type.",
		Overloads: []Overload{
			{Params: P(DynP("tdigest"), realOf("percentile")), Returns: Is(table.Dynamic), Eval: percentileDigest(table.Dynamic)},
			{
				Params: P(DynP("tdigest"), realOf("percentile"), TypeP("type")),
				Returns: func(args []Arg) table.Type {
					name, _ := args[2].Const.(string)
					t, _ := table.ParseType(name)
					return t
				},
				Eval: percentileDigestAs,
			},
		},
		Examples: []Example{{`percentile_tdigest(dynamic([["long",0],[1,2,3],[],[1,1,1]]), 50, typeof(long))`, "2"}},
	},
	{
		Name: "percentiles_array_tdigest", Kind: Scalar, Result: PrefixAndArg, Prefix: "percentile_tdigest",
		Doc: "The values at several percentiles of what a state of tdigest has seen, as an array.",
		Overloads: []Overload{
			{Params: P(DynP("tdigest"), Rest(realOf("percentile"))), Returns: Is(table.Dynamic), Eval: percentilesDigest},
			{Params: P(DynP("tdigest"), DynP("percentiles"), Opt(TypeP("typeLiteral"))), Returns: Is(table.Dynamic), Eval: percentilesDigestAs},
		},
		Examples: []Example{
			{`percentiles_array_tdigest(dynamic([["long",0],[1,2,3],[],[1,1,1]]), 0, 100)`, "dynamic([1,3])"},
			{`percentiles_array_tdigest(dynamic([["long",0],[1,2,3],[],[1,1,1]]), dynamic([0, 50]), typeof(real))`, "dynamic([1.0,2.0])"},
		},
	},
	{
		Name: "rank_tdigest", Kind: Scalar,
		Doc:       "How many of the values that a state of tdigest has seen are not above the given one.",
		Overloads: digestRanks(func(rank, _ float64) float64 { return rank }),
		Examples:  []Example{{`rank_tdigest(dynamic([["long",0],[1,2,3],[],[1,1,1]]), 2)`, "2.0"}},
	},
	{
		Name: "percentrank_tdigest", Kind: Scalar,
		Doc:       "How many per cent of the values that a state of tdigest has seen are not above the given one.",
		Overloads: digestRanks(func(rank, total float64) float64 { return rank / total * 100 }),
		Examples:  []Example{{`percentrank_tdigest(dynamic([["long",0],[1,2],[],[1,1]]), 1)`, "50.0"}},
	},
}

var mergeDigests = []Overload{{
	Params: P(DynP("tdigest"), Rest(DynP("tdigest"))), Returns: Is(table.Dynamic), Eval: mergeStates(func() Accumulator { return &digestMerge{} }),
}}

func dcountHLL(d table.Dyn) (int64, bool) {
	h, ok := decodeHLL(d)
	if !ok {
		return 0, false
	}
	return h.estimate(), true
}

// mergeStates merges the states of each row.
func mergeStates(agg func() Accumulator) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		out := &table.Of[table.Dyn]{}
		for i := range rows {
			a := agg()
			for k := range args {
				if err := a.Add(args[k:k+1], i); err != nil {
					return nil, err
				}
			}
			if r := a.Result(); len(r) == 0 {
				out.AppendNull()
			} else {
				table.Append(out, r[0])
			}
		}
		return out, nil
	}
}

// digestAt reads the state in row i.
func digestAt(v table.Vec, i int) (*tdigest, bool) {
	d := v.(*table.Of[table.Dyn])
	if d.IsNull(i) {
		return nil, false
	}
	return decodeTDigest(d.Vals[i])
}

// percentileDigest gives the percentiles of states as values of type t.
func percentileDigest(t table.Type) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		out := table.NewVec(t, rows)
		for i := range rows {
			var v table.Value
			d, ok := digestAt(args[0], i)
			p, okP := number(args[1], i)
			if ok && okP {
				v = d.value(p, t)
			}
			table.Append(out, v)
		}
		return out, nil
	}
}

// value is the percentile p of d as a value of type t; null if d's values cannot be
// that.
func (d *tdigest) value(p float64, t table.Type) table.Value {
	s, ok := d.q.at(p)
	if !ok {
		return nil
	}
	v := s.value(d.of)
	switch t {
	case table.Dynamic:
		return table.DynValue(v)
	case d.of:
		return v
	case table.Real:
		return s.f
	case table.Long:
		if d.of == table.Real {
			return int64(s.f)
		}
		return s.i
	case table.Int:
		if d.of == table.Real {
			return int32(s.f)
		}
		return int32(s.i)
	}
	return nil
}

func percentileDigestAs(args []table.Vec, rows int) (table.Vec, error) {
	if rows == 0 {
		return percentileDigest(table.Dynamic)(args, 0)
	}
	t, _ := table.ParseType(args[2].(*table.Of[string]).Vals[0])
	return percentileDigest(t)(args, rows)
}

// percentilesDigestAs gives percentiles as values of the type that the last argument is,
// if that is there.
func percentilesDigestAs(args []table.Vec, rows int) (table.Vec, error) {
	if rows == 0 || len(args) < 3 {
		return percentilesDigest(args, rows)
	}
	t, _ := table.ParseType(args[2].(*table.Of[string]).Vals[0])
	return digestArrays(args[:2], rows, func(*tdigest) table.Type { return t })
}

func percentilesDigest(args []table.Vec, rows int) (table.Vec, error) {
	return digestArrays(args, rows, func(d *tdigest) table.Type { return d.of })
}

func digestArrays(args []table.Vec, rows int, of func(*tdigest) table.Type) (table.Vec, error) {
	out := &table.Of[table.Dyn]{}
	for i := range rows {
		d, ok := digestAt(args[0], i)
		if !ok {
			out.AppendNull()
			continue
		}
		at, err := percents(args[1:], i)
		if err != nil {
			return nil, err
		}
		elems := make([]any, len(at))
		for k, p := range at {
			elems[k] = tree(d.value(p, of(d)))
		}
		out.Append(table.NewDyn(elems))
	}
	return out, nil
}

func digestRanks(of func(rank, total float64) float64) []Overload {
	types := append(append([]table.Type{}, summable...), table.Dynamic)
	return []Overload{{
		Params: P(DynP("digest"), Param{Name: "value", Types: types}), Returns: Is(table.Real),
		Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			out := &table.Of[float64]{}
			for i := range rows {
				d, ok := digestAt(args[0], i)
				var s sample
				if ok {
					s, ok = sampleOf(args[1], i)
				}
				if !ok || d.q.total == 0 {
					out.AppendNull()
					continue
				}
				out.Append(of(d.q.rank(s.f), float64(d.q.total)))
			}
			return out, nil
		},
	}}
}

// DcountIntersection estimates how many distinct values all of the states in row i
// have seen, by inclusion and exclusion; exactly while they are few. It is false if
// one is no state.
func DcountIntersection(states []table.Vec, i int) (int64, bool) {
	hs := make([]*hll, len(states))
	for k, v := range states {
		d, isDyn := v.(*table.Of[table.Dyn])
		if !isDyn || d.IsNull(i) {
			return 0, false
		}
		h, ok := decodeHLL(d.Vals[i])
		if !ok {
			return 0, false
		}
		hs[k] = h
	}
	if n, ok := sparseIntersection(hs); ok {
		return n, true
	}
	var total int64
	for set := 1; set < 1<<len(hs); set++ {
		union, size := newHLL(hs[0].p), 0
		for k, h := range hs {
			if set>>k&1 != 0 {
				union.merge(h)
				size++
			}
		}
		if size%2 == 1 {
			total += union.estimate()
		} else {
			total -= union.estimate()
		}
	}
	return max(total, 0), true
}

// sparseIntersection counts the hashes that are in all of hs; false if one is dense.
func sparseIntersection(hs []*hll) (int64, bool) {
	for _, h := range hs {
		if h.regs != nil {
			return 0, false
		}
	}
	var n int64
	for x := range hs[0].sparse {
		in := true
		for _, h := range hs[1:] {
			if _, ok := h.sparse[x]; !ok {
				in = false
				break
			}
		}
		if in {
			n++
		}
	}
	return n, true
}
