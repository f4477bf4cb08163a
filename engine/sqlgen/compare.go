package sqlgen

import (
	"math"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// comparable says of which types SQL's = and < mean what KQL's do, apart from nulls
// and NaN.
func comparable(t table.Type) bool {
	return t != table.Decimal && t != table.Dynamic
}

// alike checks that the operands of a comparison have one type, of these.
func alike(c *plan.Call) error {
	t := c.Args[0].Type()
	for _, a := range c.Args {
		if a.Type() != t || !comparable(t) {
			return unsupported("%s of %v and %v", c.Func.Name, t, a.Type())
		}
	}
	return nil
}

// equality writes == and !=. Two nulls give null; a null equals nothing else.
func equality(x *exprs, c *plan.Call) (string, error) {
	if err := alike(c); err != nil {
		return "", err
	}
	a, b := c.Args[0], c.Args[1]
	args, err := x.values(c.Args)
	if err != nil {
		return "", err
	}
	l, r := atom(args[0]), atom(args[1])
	eq := c.Func.Name == "=="
	if !nullable(a) && !nullable(b) {
		if eq {
			return l + " = " + r + x.notNaN(l, a, b), nil
		}
		if n := x.notNaN(l, a, b); n != "" {
			return "NOT (" + l + " = " + r + n + ")", nil
		}
		return l + " <> " + r, nil
	}
	same := l + " IS NOT DISTINCT FROM " + r + x.notNaN(l, a, b)
	if !eq {
		same = l + " IS DISTINCT FROM " + r
		if n := x.notNaN(l, a, b); n != "" {
			same = "NOT (" + l + " IS NOT DISTINCT FROM " + r + n + ")"
		}
	}
	if !nullable(a) || !nullable(b) {
		return same, nil
	}
	return "CASE WHEN " + l + " IS NULL AND " + r + " IS NULL THEN NULL ELSE " + same + " END", nil
}

// notNaN is what makes an equality of reals false where both are NaN, which SQL takes
// for equal.
func (x *exprs) notNaN(l string, a, b plan.Expr) string {
	if a.Type() != table.Real || x.number(a) || x.number(b) {
		return ""
	}
	return " AND coalesce(NOT isnan(" + l + "), true)"
}

// number reports whether e, a real, surely is not NaN.
func (x *exprs) number(e plan.Expr) bool {
	switch e := e.(type) {
	case *plan.Lit:
		f, ok := e.Value.(float64)
		return ok && !math.IsNaN(f)
	case *plan.Col:
		return e.Of == table.Real && x.in != nil && x.numbers(x.in, e.Index)
	}
	return false
}

// numbers reports whether column i of n, of reals, surely has no NaN.
func (g *gen) numbers(n plan.Node, i int) bool {
	switch n := n.(type) {
	case *plan.Scan:
		return g.env.Numbers(n, i)
	case *plan.Filter, *plan.Limit, *plan.Sort, *plan.Top:
		return g.numbers(n.Inputs()[0], i)
	case *plan.Project:
		c, ok := n.Cols[i].Expr.(*plan.Col)
		return ok && g.numbers(n.In, c.Index)
	}
	return false
}

// order writes <, <=, > and >=: null if an operand is null, false if one is NaN, which
// SQL takes for larger than all numbers.
func order(x *exprs, c *plan.Call) (string, error) {
	if err := alike(c); err != nil {
		return "", err
	}
	args, err := x.values(c.Args)
	if err != nil {
		return "", err
	}
	return x.compareTwo(c.Func.Name, atom(args[0]), atom(args[1]), c.Args[0], c.Args[1]), nil
}

func (x *exprs) compareTwo(op, l, r string, a, b plan.Expr) string {
	s := l + " " + op + " " + r
	if a.Type() != table.Real {
		return s
	}
	larger, e, other, o := r, b, l, a
	if op == ">" || op == ">=" {
		larger, e, other, o = l, a, r, b
	}
	switch {
	case x.number(e):
		return s
	case nullable(o):
		return "CASE WHEN isnan(" + larger + ") AND " + other + " IS NOT NULL THEN false ELSE " + s + " END"
	}
	return s + " AND NOT isnan(" + larger + ")"
}

// between writes between and !between: both ends are included. A timespan as the end
// of a range of datetimes is its length.
func between(x *exprs, c *plan.Call) (string, error) {
	v, lo, hi := c.Args[0], c.Args[1], c.Args[2]
	args, err := x.values(c.Args)
	if err != nil {
		return "", err
	}
	if v.Type() == table.Datetime && lo.Type() == table.Datetime && hi.Type() == table.Timespan {
		l, ok1 := lo.(*plan.Lit)
		h, ok2 := hi.(*plan.Lit)
		if !ok1 || !ok2 || l.Value == nil || h.Value == nil {
			return "", unsupported("between with a length that is not constant")
		}
		end := l.Value.(table.Time) + table.Time(h.Value.(table.Duration))
		if !end.Valid() {
			return "", unsupported("between with an end out of range")
		}
		hi = &plan.Lit{Value: end, Of: table.Datetime}
		if args[2], err = x.d.Literal(end, table.Datetime); err != nil {
			return "", err
		}
	} else if err := alike(c); err != nil {
		return "", err
	}
	s := x.compareTwo(">=", atom(args[0]), atom(args[1]), v, lo) + " AND " + x.compareTwo("<=", atom(args[0]), atom(args[2]), v, hi)
	if c.Func.Name == "!between" {
		return "NOT (" + s + ")", nil
	}
	return s, nil
}
