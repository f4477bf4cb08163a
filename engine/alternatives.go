package engine

import (
	"fmt"
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
			key := op + " " + valueKey(x)
			same[key] = append(same[key], i)
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
	var out plan.Expr
	for _, p := range parts {
		switch {
		case p == nil:
		case out == nil:
			out = p
		default:
			out = overloaded(word, out, p)
		}
	}
	return out
}

// chained appends the operands of a chain of and or or.
func chained(dst []plan.Expr, e plan.Expr, word string) []plan.Expr {
	if c, ok := isCall(e, word); ok && c.Args[0].Type() == table.Bool && c.Args[1].Type() == table.Bool {
		return chained(chained(dst, c.Args[0], word), c.Args[1], word)
	}
	return append(dst, e)
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

// valueKey is the same for expressions that give the same.
func valueKey(e plan.Expr) string {
	var b strings.Builder
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Col:
			fmt.Fprintf(&b, "column %d ", e.Index)
		case *plan.Lit:
			if e.Of == table.Dynamic { // whose texts may be of several values
				fmt.Fprintf(&b, "%p ", e)
			} else {
				fmt.Fprintf(&b, "%v %q ", e.Of, table.Text(e.Value))
			}
		case *plan.Call:
			fmt.Fprintf(&b, "%s %d ", e.Func.Name, len(e.Args))
		default:
			fmt.Fprintf(&b, "%p ", e) // only itself
		}
		return true
	})
	return b.String()
}
