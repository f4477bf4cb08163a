package engine

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// pathValues are values of the types that places have, as they come out of JSON.
var pathValues = map[table.Type][]table.Value{
	table.String: {"", "x", "X", "x y", "5", "5.0", "true", "00000000-0000-0000-0000-000000000001", "2026-01-02", "2026-01-02T03:04:05Z", "1.02:03:04", "é\n\"\\", "NaN", "null", "日本 x"},
	table.Long:   {int64(0), int64(1), int64(5), int64(-5), int64(math.MaxInt32), int64(math.MaxInt32) + 1, int64(1)<<53 + 1, int64(math.MaxInt64), int64(math.MinInt64)},
	table.Real:   {0.0, 1.0, 5.0, -5.25, 0.1, 1e15, 1e16, 1e21, 1e-7, 1e300, math.SmallestNonzeroFloat64, 9007199254740993.0},
	table.Bool:   {true, false},
}

// TestPathCallsAgree: what a call gives for a dynamic value it gives for the value itself.
func TestPathCallsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, types := range pathCalls {
		f, ok := fn.Lookup(name)
		if !ok {
			t.Errorf("there is no function %s", name)
			continue
		}
		for _, typ := range types {
			tried := 0
			for range 2000 {
				c, arg := randomPathCall(r, f)
				if c == nil {
					continue
				}
				typed := typedCall(c, arg, typ)
				if typed == nil {
					continue
				}
				tried++
				v := pathValues[typ][r.IntN(len(pathValues[typ]))]
				want, err1 := eval.Value(withArg(c, arg, &plan.Lit{Value: table.NewDyn(v), Of: table.Dynamic}))
				got, err2 := eval.Value(plan.RewriteExpr(typed, func(e plan.Expr) plan.Expr {
					if _, ok := e.(*plan.Col); ok {
						return &plan.Lit{Value: v, Of: typ}
					}
					return e
				}))
				if (err1 == nil) != (err2 == nil) || want != got {
					t.Errorf("%s of %v: as dynamic %v (%v), as %v %v (%v): %v", name, v, want, err1, typ, got, err2, c.Args)
					break
				}
			}
			if tried == 0 {
				t.Errorf("%s of %v was never tried", name, typ)
			}
		}
	}
}

// randomPathCall makes a call of a dynamic column and constants; nil if f has no such
// overload with as many.
func randomPathCall(r *rand.Rand, f *fn.Func) (c *plan.Call, arg int) {
	n := 1 + r.IntN(3)
	if f.Kind == fn.Operator {
		n = 2 + r.IntN(2)
	}
	args := make([]plan.Expr, n)
	if n == 2 && r.IntN(4) == 0 {
		arg = 1
	}
	lit := []table.Type{table.String, table.Long, table.Real, table.Bool}[r.IntN(4)]
	for i := range args {
		args[i] = &plan.Lit{Value: pathValues[lit][r.IntN(len(pathValues[lit]))], Of: lit}
	}
	args[arg] = &plan.Col{Of: table.Dynamic}
	return callOf(f, args), arg
}
