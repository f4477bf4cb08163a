package fn

import (
	"strings"

	"github.com/yagura/yagura/table"
)

// Functions on property bags. What is not a bag has no result.
var bagFuncs = []Func{
	{
		Name: "bag_has_key", Kind: Scalar, Doc: "Whether a bag has a key, or a JSON path of keys.",
		Overloads: []Overload{{Params: P(BagP("bag"), Str("key")), Returns: Is(table.Bool), Eval: lift2(dyns, texts, func(d table.Dyn, key string) (bool, bool) {
			b, ok := d.Bag()
			path, isKey := keyPath(key)
			return ok && isKey && hasPath(b, path), ok
		})}},
		Examples: []Example{{`bag_has_key(dynamic({"a":1}), "a")`, `true`}, {`bag_has_key(dynamic({"a":{"b":1}}), "$.a.c")`, `false`}},
	},
	{
		Name: "bag_keys", Kind: Scalar, Doc: "The keys of a bag, as an array.",
		Overloads: []Overload{{Params: P(BagP("object")), Returns: Is(table.Dynamic), Eval: lift1(dyns, func(d table.Dyn) (table.Dyn, bool) {
			b, ok := d.Bag()
			if !ok {
				return table.Dyn{}, false
			}
			keys := make([]any, len(b.Keys))
			for i, k := range b.Keys {
				keys[i] = k
			}
			return table.NewDyn(keys), true
		})}},
		Examples: []Example{{`bag_keys(dynamic({"a":1,"b":{"c":2}}))`, `dynamic(["a","b"])`}},
	},
	{
		Name: "bag_merge", Kind: Scalar, Doc: "The keys of several bags in one; of equal keys the first stays, and what is not a bag is left out.",
		Overloads: []Overload{{Params: P(BagP("bag"), Rest(BagP("bag"))), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				out := newBagBuilder()
				for _, v := range args {
					if b, ok := bagAt(v, i); ok {
						out.addAll(b)
					}
				}
				return table.NewDyn(out.bag), true
			}), nil
		}}},
		Examples: []Example{{`bag_merge(dynamic({"a":1}), dynamic({"a":2,"b":3}))`, `dynamic({"a":1,"b":3})`}},
	},
	bagPackFunc("bag_pack", Example{`bag_pack("a", 1, "b", "x")`, `dynamic({"a":1,"b":"x"})`}),
	aliasOf(bagPackFunc("pack", Example{`pack("a", 1)`, `dynamic({"a":1})`}), "bag_pack"),
	aliasOf(bagPackFunc("pack_dictionary", Example{`pack_dictionary("a", 1)`, `dynamic({"a":1})`}), "bag_pack"),
	{
		Name: "bag_remove_keys", Kind: Scalar, Doc: "A bag without some keys; a key that starts with $ is a JSON path.",
		Overloads: []Overload{{Params: P(BagP("bag"), DynP("keys")), Returns: Is(table.Dynamic), Eval: lift2(dyns, dyns, func(d, keys table.Dyn) (table.Dyn, bool) {
			b, ok := d.Bag()
			list, isArray := keys.Array()
			if !ok || !isArray {
				return d, ok
			}
			for _, k := range list {
				s, _ := k.(string)
				if path, isKey := keyPath(s); isKey {
					b = withoutPath(b, path)
				}
			}
			return table.NewDyn(b), true
		})}},
		Examples: []Example{{`bag_remove_keys(dynamic({"a":1,"b":{"c":2,"d":3}}), dynamic(["a", "$.b.c"]))`, `dynamic({"b":{"d":3}})`}},
	},
	{
		Name: "__bag_remove_empty", Kind: Scalar, Doc: "A bag without the keys whose values are null or empty.", Hidden: true,
		Overloads: []Overload{{Params: P(BagP("bag")), Returns: Is(table.Dynamic), Eval: lift1(dyns, func(d table.Dyn) (table.Dyn, bool) {
			b, ok := d.Bag()
			if !ok {
				return table.Dyn{}, false
			}
			out := &table.Bag{}
			for i, k := range b.Keys {
				if v := b.Vals[i]; !isEmptyTree(v) {
					out.Keys, out.Vals = append(out.Keys, k), append(out.Vals, v)
				}
			}
			return table.NewDyn(out), true
		})}},
		Examples: []Example{{`__bag_remove_empty(dynamic({"a":"","b":null,"c":0,"d":{},"e":[]}))`, `dynamic({"c":0})`}},
	},
	{
		Name: "bag_set_key", Kind: Scalar, Doc: "A bag with a key set to a value; a key that starts with $ is a JSON path.",
		Overloads: []Overload{{Params: P(BagP("bag"), Const(Str("key")), AnyP("value")), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			key := texts(args[1])
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				b, ok := bagAt(args[0], i)
				path, isKey := keyPath(key.Vals[i])
				if !ok || !isKey {
					return table.Dyn{}, false
				}
				return table.NewDyn(withPath(b, path, treeOf(args[2].At(i)))), true
			}), nil
		}}},
		Examples: []Example{{`bag_set_key(dynamic({"a":1}), "$.b.c", 3)`, `dynamic({"a":1,"b":{"c":3}})`}},
	},
	{
		Name: "bag_zip", Kind: Scalar, Doc: "A bag of an array of keys and an array of values; keys that are not strings are left out, missing values are null.",
		Overloads: []Overload{{Params: P(DynP("keys"), DynP("values")), Returns: Is(table.Dynamic), Slow: slow(bagZip)}},
		Examples:  []Example{{`bag_zip(dynamic(["a","b"]), dynamic([1]))`, `dynamic({"a":1,"b":null})`}},
	},
	{
		Name: "treepath", Kind: Scalar, Doc: "The paths to all that is in a bag, as an array.", Result: PrefixAndArg, Prefix: "tree",
		Overloads: []Overload{{Params: P(BagP("object")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return lift1(dyns, func(d table.Dyn) (table.Dyn, bool) {
				paths := newElemSet(w, nil)
				treePaths(d.Tree(), "", paths)
				return table.NewDyn(paths.elems), paths.elems != nil
			})
		})}},
		Examples: []Example{{`treepath(dynamic({"a":"b","c":{"d":1}}))`, `dynamic(["['a']","['c']","['c']['d']"])`}},
	},
}

func bagZip(w *work) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		return fill(rows, nil, func(i int) (table.Dyn, bool) {
			keys, ok := arrayAt(args[0], i)
			vals, _ := arrayAt(args[1], i)
			out := newBagBuilder()
			for k, key := range keys {
				if s, isText := key.(string); isText {
					var v any
					if k < len(vals) {
						v = vals[k]
					}
					out.set(s, v)
				}
				w.Step(hashing)
			}
			return table.NewDyn(out.bag), ok
		}), nil
	}
}

// isEmptyTree reports whether a value says nothing: null, or empty.
func isEmptyTree(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *table.Bag:
		return len(v.Keys) == 0
	}
	return false
}

func bagPackFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "A bag of keys and values, given in turn.", Examples: examples,
		Overloads: []Overload{{Params: P(Rest(Str("key")), Rest(AnyP("value"))), Returns: Is(table.Dynamic), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (table.Dyn, bool) {
				out := newBagBuilder()
				for k := 0; k+1 < len(args); k += 2 {
					out.set(args[k].(*table.Of[string]).Vals[i], treeOf(args[k+1].At(i)))
				}
				return table.NewDyn(out.bag), true
			}), nil
		}}},
	}
}

func bagAt(v table.Vec, i int) (*table.Bag, bool) {
	if v.IsNull(i) {
		return nil, false
	}
	return v.(*table.Of[table.Dyn]).Vals[i].Bag()
}

// bagBuilder makes a bag of many keys without searching it for each.
type bagBuilder struct {
	bag *table.Bag
	at  map[string]int
}

func newBagBuilder() *bagBuilder { return &bagBuilder{&table.Bag{}, map[string]int{}} }

func (b *bagBuilder) set(key string, v any) {
	if i, ok := b.at[key]; ok {
		b.bag.Vals[i] = v
		return
	}
	b.at[key] = len(b.bag.Keys)
	b.bag.Keys, b.bag.Vals = append(b.bag.Keys, key), append(b.bag.Vals, v)
}

// addAll adds the keys that are not there yet.
func (b *bagBuilder) addAll(o *table.Bag) {
	for i, k := range o.Keys {
		if _, ok := b.at[k]; !ok {
			b.set(k, o.Vals[i])
		}
	}
}

// keyPath is the path of a key: one step, or those of a JSON path if it starts with $.
// The root and what is in arrays have none.
func keyPath(key string) ([]string, bool) {
	if !strings.HasPrefix(key, "$") {
		return []string{key}, true
	}
	p, err := parsePath(key)
	if err != nil {
		return []string{key}, true
	}
	keys := make([]string, len(p))
	for i, step := range p {
		k, ok := step.(string)
		if !ok {
			return nil, false
		}
		keys[i] = k
	}
	return keys, len(keys) > 0
}

func hasPath(t any, path []string) bool {
	for _, key := range path {
		b, ok := t.(*table.Bag)
		if !ok {
			return false
		}
		if t, ok = b.Get(key); !ok {
			return false
		}
	}
	return true
}

// withoutPath returns b without what is at the path.
func withoutPath(b *table.Bag, path []string) *table.Bag {
	out := &table.Bag{}
	for i, k := range b.Keys {
		v := b.Vals[i]
		if k == path[0] {
			inner, isBag := v.(*table.Bag)
			if len(path) == 1 {
				continue
			}
			if isBag {
				v = withoutPath(inner, path[1:])
			}
		}
		out.Keys, out.Vals = append(out.Keys, k), append(out.Vals, v)
	}
	return out
}

// withPath returns b with v at the path, making bags on the way; a key that was
// there moves to the end.
func withPath(b *table.Bag, path []string, v any) *table.Bag {
	key := path[0]
	old, _ := b.Get(key)
	if len(path) > 1 {
		inner, isBag := old.(*table.Bag)
		if !isBag {
			inner = &table.Bag{}
		}
		v = withPath(inner, path[1:], v)
	}
	out := withoutPath(b, []string{key})
	out.Set(key, v)
	return out
}

// treePaths adds the path of each key under t; elements of arrays are ['*'].
func treePaths(t any, at string, paths *elemSet) {
	switch t := t.(type) {
	case *table.Bag:
		for i, k := range t.Keys {
			p := at + "['" + k + "']"
			paths.addAll([]any{p})
			treePaths(t.Vals[i], p, paths)
		}
	case []any:
		for _, e := range t {
			p := at + "[0]"
			paths.addAll([]any{p})
			treePaths(e, p, paths)
		}
	}
}
