package fn

import (
	"github.com/yagura/yagura/table"
)

// distinctAggregates count distinct values, exactly or nearly.
var distinctAggregates = []Func{
	{
		Name: "count_distinct", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Number of distinct values, exactly.",
		Overloads: countDistinctOverloads,
		Examples:  []Example{{"range x from 1 to 5 step 1 | summarize count_distinct(x % 3)", "3"}},
	},
	{
		Name: "count_distinctif", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Number of distinct values of the rows for which the predicate is true, exactly.",
		Overloads: onlyIf(countDistinctOverloads, 1),
		Examples:  []Example{{"range x from 1 to 5 step 1 | summarize count_distinctif(x % 3, x > 3)", "2"}},
	},
	{
		Name: "dcount", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Number of distinct values, estimated. Accuracy 0 to 4 is an error of 1.6, 0.8 (the default), 0.4, 0.28 or 0.2 %.",
		Overloads: dcountOverloads,
		Examples:  []Example{{"range x from 1 to 5 step 1 | summarize dcount(x % 3)", "3"}},
	},
	{
		Name: "dcountif", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "Number of distinct values of the rows for which the predicate is true, estimated.",
		Overloads: onlyIf(dcountOverloads, 1),
		Examples:  []Example{{"range x from 1 to 5 step 1 | summarize dcountif(x % 3, x > 3)", "2"}},
	},
	{
		Name: "hll", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "The state of dcount, for dcount_hll and hll_merge.",
		Overloads: hllOverloads,
		Examples:  []Example{{"range x from 1 to 5 step 1 | summarize h = hll(x) | project dcount_hll(h)", "5"}},
	},
	{
		Name: "hll_if", Kind: Aggregate, Result: PrefixAndArg,
		Doc:       "The state of dcountif, for dcount_hll and hll_merge.",
		Overloads: onlyIf(hllOverloads, 1),
		Examples:  []Example{{"range x from 1 to 5 step 1 | summarize h = hll_if(x, x > 2) | project dcount_hll(h)", "3"}},
	},
	{
		Name: "hll_merge", Kind: Aggregate, Result: PrefixAndArg,
		Doc: "The state of dcount over all rows that the states were made of.",
		Overloads: []Overload{{
			Params: P(DynP("hll")), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &hllMerge{} },
		}},
		Examples: []Example{{"range x from 1 to 6 step 1 | summarize h = hll(x) by x % 2 | summarize h = hll_merge(h) | project dcount_hll(h)", "6"}},
	},
}

var (
	countDistinctOverloads = []Overload{{
		Params: P(Param{Name: "expr", Types: but(table.Dynamic)}), Returns: Is(table.Long), Agg: func() Accumulator { return &distinct{} },
	}}
	dcountOverloads = []Overload{{
		Params: P(AnyP("expr"), Opt(LongP("accuracy"))), Returns: Is(table.Long), Agg: func() Accumulator { return &hllAgg{} },
	}}
	hllOverloads = []Overload{{
		Params: P(Param{Name: "expr", Types: but(table.Bool, table.Real)}, Opt(LongP("accuracy"))), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &hllAgg{state: true} },
	}}
)

// distinct counts distinct values that are not null.
type distinct struct {
	seen  map[string]struct{}
	key   []byte
	bytes int64
}

func (a *distinct) Add(args []table.Vec, row int) error {
	if args[0].IsNull(row) {
		return nil
	}
	a.key = table.AppendKey(a.key[:0], args[0], row)
	if _, ok := a.seen[string(a.key)]; !ok {
		a.put(string(a.key))
	}
	return nil
}

func (a *distinct) put(k string) {
	if a.seen == nil {
		a.seen = map[string]struct{}{}
	}
	a.seen[k] = struct{}{}
	a.bytes += int64(len(k)) + 48
}

func (a *distinct) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil {
		return err
	}
	for k := range b.seen {
		if _, ok := a.seen[k]; !ok {
			a.put(k)
		}
	}
	return nil
}

func (a *distinct) Borrows() {}

func (a *distinct) Result() []table.Value { return []table.Value{int64(len(a.seen))} }
func (a *distinct) Bytes() int64          { return a.bytes }

// hllAgg is dcount, or, with state, hll.
type hllAgg struct {
	state bool
	h     *hll // nil before the first value
	key   []byte
}

func (a *hllAgg) Add(args []table.Vec, row int) error {
	if args[0].IsNull(row) {
		return nil
	}
	if a.h == nil {
		a.h = newHLL(hllBits(firstConst(args, 1, row, 1)))
	}
	a.h.add(a.hash(args[0], row))
	return nil
}

// hash is the hash of a value; of a text, without a copy of it.
func (a *hllAgg) hash(v table.Vec, row int) uint64 {
	if s, ok := v.(*table.Of[string]); ok {
		return hllHashText(s.Vals[row])
	}
	a.key = table.AppendKey(a.key[:0], v, row)
	return hllHash(a.key)
}

// AddRows implements Batched.
func (a *hllAgg) AddRows(args []table.Vec, rows []int32) error {
	texts, ok := args[0].(*table.Of[string])
	if !ok || texts.Null != nil || len(rows) == 0 {
		return addEach(a, args, rows)
	}
	if a.h == nil {
		a.h = newHLL(hllBits(firstConst(args, 1, int(rows[0]), 1)))
	}
	for _, row := range rows {
		a.h.add(hllHashText(texts.Vals[row]))
	}
	return nil
}

func (a *hllAgg) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil || b.h == nil {
		return err
	}
	if a.h == nil {
		a.h = newHLL(b.h.p)
	}
	a.h.merge(b.h)
	return nil
}

func (a *hllAgg) Borrows() {}

func (a *hllAgg) Result() []table.Value {
	switch {
	case a.state && a.h == nil:
		return nil
	case a.state:
		return []table.Value{a.h.encode()}
	case a.h == nil:
		return []table.Value{int64(0)}
	}
	return []table.Value{a.h.estimate()}
}

func (a *hllAgg) Bytes() int64 {
	if a.h == nil {
		return 0
	}
	return a.h.bytes()
}

// hllMerge merges states; what is not a state is passed over.
type hllMerge struct{ h *hll }

func (a *hllMerge) Add(args []table.Vec, row int) error {
	v := args[0].(*table.Of[table.Dyn])
	if v.IsNull(row) {
		return nil
	}
	if h, ok := decodeHLL(v.Vals[row]); ok {
		a.put(h)
	}
	return nil
}

func (a *hllMerge) put(h *hll) {
	if a.h == nil {
		a.h = newHLL(h.p)
	}
	a.h.merge(h)
}

func (a *hllMerge) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.h != nil {
		a.put(b.h)
	}
	return err
}

func (a *hllMerge) Result() []table.Value {
	if a.h == nil {
		return nil
	}
	return []table.Value{a.h.encode()}
}

func (a *hllMerge) Bytes() int64 {
	if a.h == nil {
		return 0
	}
	return a.h.bytes()
}
