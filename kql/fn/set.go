package fn

import (
	"github.com/yagura/yagura/table"
)

// Functions that see arrays as sets. Elements are equal if their values are; results
// have each once, in the order in which they first come.
var setFuncs = []Func{
	{
		Name: "set_union", Kind: Scalar, Doc: "The elements that one of the arrays has.",
		Overloads: setOverload(func(arrs [][]any) ([]any, bool) {
			s := newElemSet(nil)
			for _, a := range arrs {
				s.addAll(a)
			}
			return s.elems, true
		}),
		Examples: []Example{{`set_union(dynamic([1,2,1]), dynamic([2,3]))`, `dynamic([1,2,3])`}},
	},
	{
		Name: "set_intersect", Kind: Scalar, Doc: "The elements that all arrays have.",
		Overloads: setOverload(func(arrs [][]any) ([]any, bool) { return combine(arrs, true), true }),
		Examples:  []Example{{`set_intersect(dynamic([1,2,3]), dynamic([3,2]))`, `dynamic([2,3])`}},
	},
	{
		Name: "set_difference", Kind: Scalar, Doc: "The elements of the first array that no other array has.",
		Overloads: setOverload(func(arrs [][]any) ([]any, bool) { return combine(arrs, false), true }),
		Examples:  []Example{{`set_difference(dynamic([1,2,3]), dynamic([3]))`, `dynamic([1,2])`}},
	},
	{
		Name: "set_has_element", Kind: Scalar, Doc: "Whether an array has an element that equals a value.",
		Overloads: []Overload{{Params: P(DynP("set"), AnyP("value")), Returns: Is(table.Bool), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (bool, bool) {
				a, ok := arrayAt(args[0], i)
				want := treeOf(args[1].At(i))
				for _, e := range a {
					if equalTrees(e, want) {
						return true, true
					}
				}
				return false, ok
			}), nil
		}}},
		Examples: []Example{{`set_has_element(dynamic(["this", "is"]), "is")`, `true`}},
	},
	{
		Name: "set_equals", Kind: Scalar, Doc: "Whether two arrays have the same elements.",
		Overloads: []Overload{{Params: P(DynP("set1"), DynP("set2")), Returns: Is(table.Bool), Eval: lift2(dyns, dyns, func(x, y table.Dyn) (bool, bool) {
			a, ok := x.Array()
			b, ok2 := y.Array()
			s, t := newElemSet(a), newElemSet(b)
			return len(s.elems) == len(t.elems) && len(s.common(t)) == len(s.elems), ok && ok2
		})}},
		Examples: []Example{{`set_equals(dynamic([1,2]), dynamic([2,1,1]))`, `true`}},
	},
	{
		Name: "jaccard_index", Kind: Scalar, Doc: "How alike two sets are: the size of what they share by the size of what they have together.",
		Overloads: []Overload{{Params: P(DynP("set1"), DynP("set2")), Returns: Is(table.Real), Eval: lift2(dyns, dyns, func(x, y table.Dyn) (float64, bool) {
			a, ok := x.Array()
			b, ok2 := y.Array()
			s, t := newElemSet(a), newElemSet(b)
			shared := len(s.common(t))
			return float64(shared) / float64(len(s.elems)+len(t.elems)-shared), ok && ok2
		})}},
		Examples: []Example{{`jaccard_index(dynamic([1,2,3]), dynamic([1,2,3,4]))`, `0.75`}},
	},
}

func setOverload(f func(arrs [][]any) ([]any, bool)) []Overload {
	return []Overload{{Params: P(DynP("set"), Rest(DynP("set"))), Returns: Is(table.Dynamic), Eval: overArrays(f)}}
}

// elemSet is distinct elements, in order.
type elemSet struct {
	elems []any
	keys  map[string]bool
}

func newElemSet(elems []any) *elemSet {
	s := &elemSet{keys: make(map[string]bool, len(elems))}
	s.addAll(elems)
	return s
}

func (s *elemSet) addAll(elems []any) {
	for _, e := range elems {
		if k := setKey(e); !s.keys[k] {
			s.keys[k] = true
			s.elems = append(s.elems, e)
		}
	}
}

// setKey is equal for equal elements: whole reals as long.
func setKey(e any) string {
	if f, ok := e.(float64); ok {
		if n, ok := truncate(f); ok && float64(n) == f {
			e = n
		}
	}
	return string(table.AppendTreeJSON(nil, sortedKeys(e)))
}

func (s *elemSet) common(t *elemSet) []any {
	var out []any
	for _, e := range s.elems {
		if t.keys[setKey(e)] {
			out = append(out, e)
		}
	}
	return out
}

// combine keeps those elements of the first array that all others have (in), or
// that none has.
func combine(arrs [][]any, in bool) []any {
	others := make([]*elemSet, len(arrs)-1)
	for i, a := range arrs[1:] {
		others[i] = newElemSet(a)
	}
	var out []any
next:
	for _, e := range newElemSet(arrs[0]).elems {
		for _, o := range others {
			if o.keys[setKey(e)] != in {
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}
