package engine

import (
	"fmt"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Compute returns e, which is over columns of the types cols, as a function of them.
// It may be called by several goroutines at once.
func Compute(e plan.Expr, cols []table.Type) (func(args []table.Vec, rows int) (table.Vec, error), error) {
	return func(args []table.Vec, rows int) (table.Vec, error) { return compute(e, args, rows) }, nil
}

func compute(e plan.Expr, cols []table.Vec, rows int) (table.Vec, error) {
	switch e := e.(type) {
	case *plan.Lit:
		return table.Repeat(e.Of, e.Value, rows), nil
	case *plan.Col:
		return cols[e.Index], nil
	case *plan.Call:
		args := make([]table.Vec, len(e.Args))
		for i, a := range e.Args {
			v, err := compute(a, cols, rows)
			if err != nil {
				return nil, err
			}
			args[i] = v
		}
		return e.Over.Eval(args, rows)
	}
	return nil, fmt.Errorf("engine: cannot compute %T", e)
}
