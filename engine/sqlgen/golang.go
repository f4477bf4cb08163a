package sqlgen

import (
	"fmt"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// inGo writes e as one call in Go. What SQL can compute of it comes as arguments,
// except dynamic values, which would be written as text only to be read again.
func (x *exprs) inGo(e plan.Expr) (string, error) {
	f := &golang{x: x, seen: map[string]int{}}
	body, err := f.body(e, true)
	if err != nil {
		return "", err
	}
	return x.env.Func(body, f.cols, f.args)
}

// golang is an expression that is called in Go, while it is being cut out.
type golang struct {
	x    *exprs
	cols []table.Type
	args []string
	seen map[string]int // args by their SQL
}

// body returns e with all that SQL computes replaced by columns.
func (f *golang) body(e plan.Expr, top bool) (plan.Expr, error) {
	if _, ok := e.(*plan.Lit); ok {
		return e, nil
	}
	_, isCol := e.(*plan.Col)
	if isCol || !top && e.Type() != table.Dynamic {
		if s, err := f.x.native(e); err == nil {
			return f.arg(s, e.Type()), nil
		}
	}
	switch e := e.(type) {
	case *plan.Call:
		return f.call(e)
	case *plan.Field:
		c, err := f.call(e.Call)
		if err != nil {
			return nil, err
		}
		return &plan.Field{Call: c, I: e.I, Of: e.Of}, nil
	case *plan.InRows:
		if _, ok := e.Root.(*plan.Values); !ok {
			return nil, unsupported("a subquery that has not run")
		}
		v, err := f.body(e.X, false)
		if err != nil {
			return nil, err
		}
		return &plan.InRows{X: v, Op: e.Op, Root: e.Root}, nil
	case *plan.Scalar:
		return nil, unsupported("a scalar subquery")
	}
	return nil, fmt.Errorf("sqlgen: %T is not an expression", e)
}

func (f *golang) call(c *plan.Call) (*plan.Call, error) {
	if c.Over.Impure || c.Func.Kind == fn.Window || !c.Over.OneColumn() && c.Over.EvalN == nil {
		return nil, unsupported("function %s", c.Func.Name)
	}
	out := *c
	out.Args = make([]plan.Expr, len(c.Args))
	for i, a := range c.Args {
		var err error
		if out.Args[i], err = f.body(a, false); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

func (f *golang) arg(sql string, t table.Type) plan.Expr {
	i, ok := f.seen[sql]
	if !ok {
		i = len(f.args)
		f.seen[sql] = i
		f.args, f.cols = append(f.args, sql), append(f.cols, t)
	}
	return &plan.Col{Index: i, Of: t}
}
