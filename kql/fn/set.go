package fn

import (
	"github.com/yagura/yagura/table"
)

// Functions that see arrays as sets. Elements are equal if their values are; results
// have each once, in the order in which they first come.
var setFuncs = []Func{
	{
		Name: "set_union", Kind: Scalar, Doc: "The elements that one of the arrays has.",
		Overloads: setOverload(func(w *work, arrs [][]any) []any {
			s := newElemSet(w, nil)
			for _, a := range arrs {
				s.addAll(a)
			}
			return s.elems
		}),
		Examples: []Example{{`set_union(dynamic([1,2,1]), dynamic([2,3]))`, `dynamic([1,2,3])`}},
	},
	{
		Name: "set_intersect", Kind: Scalar, Doc: "The elements that all arrays have.",
		Overloads: setOverload(func(w *work, arrs [][]any) []any { return combine(w, arrs, true) }),
		Examples:  []Example{{`set_intersect(dynamic([1,2,3]), dynamic([3,2]))`, `dynamic([2,3])`}},
	},
	{
		Name: "set_difference", Kind: Scalar, Doc: "The elements of the first array that no other array has.",
		Overloads: setOverload(func(w *work, arrs [][]any) []any { return combine(w, arrs, false) }),
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
		Overloads: []Overload{{Params: P(DynP("set1"), DynP("set2")), Returns: Is(table.Bool), Slow: ofSets(func(s, t *elemSet) bool {
			return len(s.elems) == len(t.elems) && len(s.common(t)) == len(s.elems)
		})}},
		Examples: []Example{{`set_equals(dynamic([1,2]), dynamic([2,1,1]))`, `true`}},
	},
	{
		Name: "jaccard_index", Kind: Scalar, Doc: "How alike two sets are: the size of what they share by the size of what they have together.",
		Overloads: []Overload{{Params: P(DynP("set1"), DynP("set2")), Returns: Is(table.Real), Slow: ofSets(func(s, t *elemSet) float64 {
			shared := len(s.common(t))
			return float64(shared) / float64(len(s.elems)+len(t.elems)-shared)
		})}},
		Examples: []Example{{`jaccard_index(dynamic([1,2,3]), dynamic([1,2,3,4]))`, `0.75`}},
	},
}

func setOverload(f func(w *work, arrs [][]any) []any) []Overload {
	return []Overload{{Params: P(DynP("set"), Rest(DynP("set"))), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
		return overArrays(func(arrs [][]any) ([]any, bool) { return f(w, arrs), true })
	})}}
}

// ofSets lifts a function of two sets.
func ofSets[R table.Elem](f func(s, t *elemSet) R) Slow {
	return slow(func(w *work) Eval {
		return lift2(dyns, dyns, func(x, y table.Dyn) (R, bool) {
			a, ok := x.Array()
			b, ok2 := y.Array()
			return f(newElemSet(w, a), newElemSet(w, b)), ok && ok2
		})
	})
}

// elemSet is distinct elements, in order.
type elemSet struct {
	w     *work
	elems []any
	keys  map[string]bool
}

func newElemSet(w *work, elems []any) *elemSet {
	s := &elemSet{w: w, keys: make(map[string]bool, len(elems))}
	s.addAll(elems)
	return s
}

func (s *elemSet) addAll(elems []any) {
	for _, e := range elems {
		if k := s.key(e); !s.keys[k] {
			s.keys[k] = true
			s.elems = append(s.elems, e)
		}
	}
}

// hashing is about what writing an element's key and looking for it take, in steps.
const hashing = 512

// key is equal for equal elements: whole reals as long.
func (s *elemSet) key(e any) string {
	s.w.Step(hashing)
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
		if t.keys[s.key(e)] {
			out = append(out, e)
		}
	}
	return out
}

// combine keeps those elements of the first array that all others have (in), or
// that none has.
func combine(w *work, arrs [][]any, in bool) []any {
	others := make([]*elemSet, len(arrs)-1)
	for i, a := range arrs[1:] {
		others[i] = newElemSet(w, a)
	}
	var out []any
next:
	for _, e := range newElemSet(w, arrs[0]).elems {
		for _, o := range others {
			if o.keys[o.key(e)] != in {
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}
