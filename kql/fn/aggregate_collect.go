package fn

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// maxElements is how many elements make_list and its like keep unless told, and at most;
// their deprecated spellings keep fewElements unless told.
const (
	maxElements = 1048576
	fewElements = 128
)

// collectAggregates put values into arrays and bags.
var collectAggregates = []Func{
	{
		Name: "make_list", Kind: Aggregate, Result: PrefixAndArg, Prefix: "list",
		Doc:       "Array of the values that are not null, in the order of the rows; at most maxSize of them. Of arrays, their elements.",
		Overloads: listOf(maxElements),
		Examples: []Example{
			{"range x from 1 to 3 step 1 | summarize make_list(x)", "dynamic([1,2,3])"},
			{"datatable(x: dynamic)[dynamic([1,2]), dynamic([3])] | summarize make_list(x)", "dynamic([1,2,3])"},
		},
	},
	{
		Name: "makelist", Kind: Aggregate, Result: PrefixAndArg, Prefix: "list", Alias: "make_list", Hidden: true,
		Doc:       "Array of the values that are not null; at most maxSize of them, 128 unless given.",
		Overloads: listOf(fewElements),
	},
	{
		Name: "make_list_if", Kind: Aggregate, Result: PrefixAndArg, Prefix: "list",
		Doc:       "Array of the values of the rows for which the predicate is true.",
		Overloads: onlyIf(listOf(maxElements), 1),
		Examples:  []Example{{"range x from 1 to 3 step 1 | summarize make_list_if(x, x != 2)", "dynamic([1,3])"}},
	},
	{
		Name: "make_list_with_nulls", Kind: Aggregate, Result: PrefixAndArg, Prefix: "list",
		Doc: "Array of all values, nulls included, in the order of the rows.",
		Overloads: []Overload{{
			Params: P(AnyP("expr")), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &list{nulls: true, most: maxElements} },
		}},
		Examples: []Example{{"datatable(x: long)[1, long(null)] | summarize make_list_with_nulls(x)", "dynamic([1,null])"}},
	},
	{
		Name: "make_set", Kind: Aggregate, Result: PrefixAndArg, Prefix: "set",
		Doc:       "Array of the distinct values, at most maxSize of them. Of arrays, the distinct elements.",
		Overloads: setOf(maxElements),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize make_set(x % 2)", "dynamic([1,0])"}},
	},
	{
		Name: "makeset", Kind: Aggregate, Result: PrefixAndArg, Prefix: "set", Alias: "make_set", Hidden: true,
		Doc:       "Array of the distinct values, at most maxSize of them, 128 unless given.",
		Overloads: setOf(fewElements),
	},
	{
		Name: "make_set_if", Kind: Aggregate, Result: PrefixAndArg, Prefix: "set",
		Doc:       "Array of the distinct values of the rows for which the predicate is true.",
		Overloads: onlyIf(setOf(maxElements), 1),
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize make_set_if(x % 3, x > 2)", "dynamic([0,1])"}},
	},
	{
		Name: "make_bag", Kind: Aggregate, Result: PrefixAndArg, Prefix: "bag",
		Doc:       "Bag of all keys of the bags; of a key's values, the first.",
		Overloads: bagOf(maxElements),
		Examples:  []Example{{`range x from 1 to 2 step 1 | summarize make_bag(bag_pack(strcat("k", x), x))`, `dynamic({"k1":1,"k2":2})`}},
	},
	{
		Name: "make_dictionary", Kind: Aggregate, Result: PrefixAndArg, Prefix: "dictionary", Alias: "make_bag", Hidden: true,
		Doc:       "Bag of the keys of the bags, at most maxSize of them, 128 unless given; of a key's values, the first.",
		Overloads: bagOf(fewElements),
	},
	{
		Name: "make_bag_if", Kind: Aggregate, Result: PrefixAndArg, Prefix: "bag",
		Doc:       "Bag of all keys of the bags of the rows for which the predicate is true.",
		Overloads: onlyIf(bagOf(maxElements), 1),
		Examples:  []Example{{`range x from 1 to 2 step 1 | summarize make_bag_if(bag_pack(strcat("k", x), x), x > 1)`, `dynamic({"k2":2})`}},
	},
	{
		Name: "buildschema", Kind: Aggregate, Result: PrefixAndArg, Prefix: "schema",
		Doc: "The smallest schema that admits all the values.",
		Overloads: []Overload{{
			Params: P(BagP("expr")), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &schemaOf{} },
		}},
		Examples: []Example{{`print x = dynamic({"a": [1]}) | summarize buildschema(x)`, "dynamic({\"a\":{\"`indexer`\":\"long\"}})"}},
	},
}

// listOf, setOf and bagOf keep so many elements unless told.
func listOf(most int64) []Overload {
	return []Overload{{
		Params: P(AnyP("expr"), Opt(LongP("maxSize"))), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &list{most: most} },
	}}
}

func setOf(most int64) []Overload {
	return []Overload{{
		Params: P(AnyP("expr"), Opt(LongP("maxSize"))), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &set{most: most} },
	}}
}

func bagOf(most int64) []Overload {
	return []Overload{{
		Params: P(BagP("expr"), Opt(LongP("maxSize"))), Returns: Is(table.Dynamic), Agg: func() Accumulator { return &bag{most: most} },
	}}
}

// sizeLimit is maxSize as the row gives it, or most, within what Kusto allows.
func sizeLimit(args []table.Vec, row int, most int64) int {
	return int(max(0, min(firstConst(args, 1, row, most), maxElements)))
}

// long is a Long of which each element is a step.
type long struct{ w *work }

func (l *long) Within(w *table.Work) { l.w = w }

// list gathers values in order.
type list struct {
	long
	nulls bool
	most  int64
	limit int
	items []any
	bytes int64
}

func (a *list) Add(args []table.Vec, row int) error {
	a.limit = sizeLimit(args, row, a.most)
	if len(a.items) >= a.limit || !a.nulls && args[0].IsNull(row) {
		return nil
	}
	v := args[0].At(row)
	a.bytes += table.ValueBytes(v)
	elems, ok := tree(v).([]any)
	if a.nulls || !ok {
		a.items = append(a.items, tree(v))
		return nil
	}
	for _, e := range elems {
		a.w.Step(1)
		if e != nil && len(a.items) < a.limit {
			a.items = append(a.items, e)
		}
	}
	return nil
}

func (a *list) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.limit = max(a.limit, b.limit)
		a.items = append(a.items, b.items[:min(len(b.items), a.limit-len(a.items))]...)
		a.bytes += b.bytes
	}
	return err
}

func (a *list) Result() []table.Value {
	return []table.Value{table.NewDyn(append([]any{}, a.items...))}
}
func (a *list) Bytes() int64 { return a.bytes }

// tree is a value as it stands inside a dynamic.
func tree(v table.Value) any {
	switch v := v.(type) {
	case table.Dyn:
		return v.Tree()
	case int32:
		return int64(v)
	}
	return v
}

// set gathers distinct values, in the order in which they first came.
type set struct {
	long
	most  int64
	limit int
	items []any
	seen  map[string]bool
	key   []byte
	bytes int64
}

func (a *set) Add(args []table.Vec, row int) error {
	a.limit = sizeLimit(args, row, a.most)
	if args[0].IsNull(row) || len(a.items) >= a.limit {
		return nil
	}
	if s, ok := args[0].(*table.Of[string]); ok {
		if a.key = textKey(a.key, s.Vals[row]); !a.seen[string(a.key)] {
			a.keep(strings.Clone(s.Vals[row]))
		}
		return nil
	}
	v := tree(args[0].At(row))
	if elems, ok := v.([]any); ok {
		for _, e := range elems {
			a.put(e)
		}
		return nil
	}
	a.put(v)
	return nil
}

// textKey is a text's key in a set: that of other values is their JSON, in which no NUL is.
func textKey(key []byte, s string) []byte { return append(append(key[:0], 0), s...) }

func (a *set) put(v any) {
	a.w.Step(hashing)
	if v == nil || len(a.items) >= a.limit {
		return
	}
	if s, ok := v.(string); ok {
		a.key = textKey(a.key, s)
	} else {
		a.key = table.AppendTreeJSON(a.key[:0], v)
	}
	if !a.seen[string(a.key)] {
		a.keep(v)
	}
}

// keep adds v, whose key is in a.key.
func (a *set) keep(v any) {
	if a.seen == nil {
		a.seen = map[string]bool{}
	}
	a.seen[string(a.key)] = true
	a.items = append(a.items, v)
	a.bytes += int64(len(a.key)) + 96
}

func (a *set) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.limit = max(a.limit, b.limit)
		for _, v := range b.items {
			a.put(v)
		}
	}
	return err
}

func (a *set) Borrows() {}

func (a *set) Result() []table.Value { return []table.Value{table.NewDyn(append([]any{}, a.items...))} }
func (a *set) Bytes() int64          { return a.bytes }

// bag gathers the keys of bags; the first value of a key stays.
type bag struct {
	long
	most  int64
	limit int
	keys  []string
	vals  []any
	seen  map[string]bool
	bytes int64
}

func (a *bag) Add(args []table.Vec, row int) error {
	a.limit = sizeLimit(args, row, a.most)
	v := args[0].(*table.Of[table.Dyn])
	if v.IsNull(row) {
		return nil
	}
	if b, ok := v.Vals[row].Bag(); ok {
		for i, k := range b.Keys {
			a.put(k, b.Vals[i])
		}
	}
	return nil
}

func (a *bag) put(k string, v any) {
	a.w.Step(hashing)
	if len(a.keys) >= a.limit || a.seen[k] {
		return
	}
	if a.seen == nil {
		a.seen = map[string]bool{}
	}
	a.seen[k] = true
	a.keys, a.vals = append(a.keys, k), append(a.vals, v)
	a.bytes += 96 + int64(len(k)) + table.ValueBytes(table.NewDyn(v))
}

func (a *bag) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.limit = max(a.limit, b.limit)
		for i, k := range b.keys {
			a.put(k, b.vals[i])
		}
	}
	return err
}

func (a *bag) Result() []table.Value {
	return []table.Value{table.NewDyn(&table.Bag{Keys: slices.Clone(a.keys), Vals: slices.Clone(a.vals)})}
}
func (a *bag) Bytes() int64 { return a.bytes }
