package fn

import (
	"github.com/yagura/yagura/table"
)

var elementFuncs = []Func{
	{
		Name: "[]", Kind: Operator, Doc: "Element of a dynamic: of a bag by key, of an array by position, counted from the end if negative; null if there is none.",
		Overloads: []Overload{
			{Params: P(DynP("value"), Str("key")), Returns: Is(table.Dynamic), Eval: lift2(dyns, texts, func(d table.Dyn, key string) (table.Dyn, bool) {
				if b, ok := d.Bag(); ok {
					v, _ := b.Get(key)
					return element(v)
				}
				return table.Dyn{}, false
			})},
			{Params: P(DynP("value"), IntP("index")), Returns: Is(table.Dynamic), Eval: lift2(dyns, longs, func(d table.Dyn, i int64) (table.Dyn, bool) {
				a, _ := d.Array()
				if i < 0 {
					i += int64(len(a))
				}
				if i < 0 || i >= int64(len(a)) {
					return table.Dyn{}, false
				}
				return element(a[i])
			})},
			{Params: P(DynP("value"), DynP("key")), Returns: Is(table.Dynamic), Eval: lift2(dyns, dyns, dynamicElement)},
		},
		Examples: []Example{{`dynamic({"a":1})["a"]`, `dynamic(1)`}, {`dynamic([1,2,3])[-1]`, `dynamic(3)`}, {`isnull(dynamic([1])[5])`, `true`}},
	},
}

// element makes a tree a dynamic value; JSON's null is null.
func element(v any) (table.Dyn, bool) {
	d, ok := table.DynValue(v).(table.Dyn)
	return d, ok
}

func dynamicElement(d, key table.Dyn) (table.Dyn, bool) {
	switch k := key.Tree().(type) {
	case string:
		if b, ok := d.Bag(); ok {
			v, _ := b.Get(k)
			return element(v)
		}
	case int64:
		a, _ := d.Array()
		if k < 0 {
			k += int64(len(a))
		}
		if k >= 0 && k < int64(len(a)) {
			return element(a[k])
		}
	}
	return table.Dyn{}, false
}
