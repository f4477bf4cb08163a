package engine

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// fewAlternatives is up to how many comparisons of one value stay as they are written.
const fewAlternatives = 8

// The operators of lists, by those of one value, in a chain of or and of and.
var (
	anyOf  = map[string]string{"==": "in", "has": "has_any"}
	noneOf = map[string]string{"!=": "!in"}
)

// alternatives looks a value up in a list where a condition compares it with many
// constants, one after the other: x == 1 or x == 2 or … is x in (1, 2, …), x has "a" or
// x has "b" or … is x has_any ("a", "b", …), and x != 1 and x != 2 and … is x !in (1, 2,
// …). In a list they are found by their hashes.
func alternatives(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		if cond := gathered(f.Cond); cond != f.Cond {
			return &plan.Filter{In: f.In, Cond: cond}
		}
		return n
	})
}

// gathered is e, of which the parts that are chains of and and or are lists where they
// compare one value often enough.
func gathered(e plan.Expr) plan.Expr {
	word, lists := "or", anyOf
	if _, ok := isCall(e, "and"); ok {
		word, lists = "and", noneOf
	}
	parts := chained(nil, e, word)
	if len(parts) == 1 {
		return e
	}
	changed := false
	same := map[string][]int{} // the parts that compare a value in one way, by their texts
	for i, p := range parts {
		if by := gathered(p); by != p {
			parts[i], changed = by, true
		} else if op, x, _ := compared(p); lists[op] != "" {
			var key strings.Builder
			key.WriteString(op)
			if writeExpr(&key, x) {
				same[key.String()] = append(same[key.String()], i)
			}
		}
	}
	for _, at := range same {
		if len(at) <= fewAlternatives {
			continue
		}
		op, x, _ := compared(parts[at[0]])
		args := []plan.Expr{x}
		for _, i := range at {
			_, _, c := compared(parts[i])
			args = append(args, c)
			parts[i] = nil
		}
		parts[at[0]], changed = overloaded(lists[op], args...), true
	}
	if !changed {
		return e
	}
	return chain(word, slices.DeleteFunc(parts, func(p plan.Expr) bool { return p == nil }))
}

// compared returns how e compares what value with which constant, "" if a list of them
// would not mean the same.
func compared(e plan.Expr) (op string, x plan.Expr, c *plan.Lit) {
	call, ok := e.(*plan.Call)
	if !ok || anyOf[call.Func.Name] == "" && noneOf[call.Func.Name] == "" {
		return "", nil, nil
	}
	op, x = call.Func.Name, call.Args[0]
	if c, ok = call.Args[1].(*plan.Lit); !ok && op != "has" {
		x = call.Args[1]
		c, ok = call.Args[0].(*plan.Lit)
	}
	if !ok || c.Value == nil || c.Of != x.Type() || !pure(x) {
		return "", nil, nil
	}
	switch c.Of {
	case table.String:
		if op == "has" && c.Value == "" {
			return "", nil, nil
		}
		return op, x, c
	case table.Int, table.Long, table.Datetime, table.Timespan:
		return op, x, c
	}
	return "", nil, nil // a real may be NaN; the index finds guids that are compared one by one
}
