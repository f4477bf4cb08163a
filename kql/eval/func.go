package eval

import (
	"context"
	"sync"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Func returns e as a function of the columns that it is over, which ends when ctx does.
// Several goroutines may call it at once. Like an fn.Eval, it does not change its
// arguments.
func Func(ctx context.Context, e plan.Expr) func(cols []table.Vec, rows int) (table.Vec, error) {
	pool := sync.Pool{New: func() any { return newRun(nil, Limits{}).exprs(nil) }}
	schema := &table.Schema{}
	return func(cols []table.Vec, rows int) (v table.Vec, err error) {
		defer recovered(&err)
		x := pool.Get().(*exprs)
		defer pool.Put(x)
		x.bind(&table.Batch{Schema: schema, Vecs: cols, Rows: rows})
		return x.eval(ctx, e)
	}
}
