package engine

import "github.com/yagura/yagura/kql/plan"

// pushLimits moves limits under what does not change the number of rows, and makes
// Top of a limit over an order.
func pushLimits(n plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		if l, ok := n.(*plan.Limit); ok {
			return limit(l.In, l.N)
		}
		return n
	})
}

// limit returns the first n rows of in, whose own limits are pushed already.
func limit(in plan.Node, n int64) plan.Node {
	switch x := in.(type) {
	case *plan.Limit:
		return limit(x.In, min(n, x.N))
	case *plan.Sort:
		return &plan.Top{In: x.In, N: n, Keys: x.Keys}
	case *plan.Top:
		return &plan.Top{In: x.In, N: min(n, x.N), Keys: x.Keys}
	case *plan.Project:
		if !x.Window {
			return x.WithInputs([]plan.Node{limit(x.In, n)})
		}
	case *plan.Union:
		ins := make([]plan.Node, len(x.Ins))
		for i, in := range x.Ins {
			ins[i] = limit(in, n)
		}
		return &plan.Limit{In: &plan.Union{Ins: ins}, N: n}
	}
	return &plan.Limit{In: in, N: n}
}
