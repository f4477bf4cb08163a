package fn

import (
	"context"
	"errors"

	"github.com/yagura/yagura/table"
)

// ErrTooMuch says that a call would make more than one may at once. Of several rows
// it can be asked again for fewer.
var ErrTooMuch = errors.New("the result is too long")

// mostMade is how many bytes one call makes at most, of all its rows: a function can
// make much of little, as strrep() of strrep() does.
const mostMade = 128 << 20

type tooMuch struct{}

// mayMake leaves the call if it would make so many bytes; Column and Columns know.
func mayMake(bytes int) {
	if bytes > mostMade {
		panic(tooMuch{})
	}
}

// caught makes errors of what ends a call that is not at its end.
func caught(err *error) {
	switch p := recover(); p {
	case nil:
	case tooMuch{}:
		*err = ErrTooMuch
	default:
		cause, left := table.WhyLeft(p)
		if !left {
			panic(p)
		}
		*err = cause
	}
}

// work is what a call that can take long over one row does.
type work = table.Work

// slow makes a Slow of an Eval that says what it does.
func slow(of func(w *work) Eval) Slow {
	return func(ctx context.Context, args []table.Vec, rows int) (table.Vec, error) {
		return of(table.NewWork(ctx))(args, rows)
	}
}

// MostFolded is how many bytes a constant that is made of others takes at most, and how
// many those do: what compiles cannot be cancelled.
const MostFolded = 1 << 20

// mostFoldedSlow is that of functions that can take long over little.
const mostFoldedSlow = 16 << 10

// Folds reports whether a call of constants may be computed while a query is compiled.
func (o *Overload) Folds(args []table.Vec) bool {
	if o.Impure || !o.OneColumn() {
		return false
	}
	most := int64(MostFolded)
	if o.Slow != nil {
		most = mostFoldedSlow
	}
	for _, a := range args {
		most -= table.VecBytes(a)
	}
	return most >= 0
}

// OneColumn reports whether Column can compute the result.
func (o *Overload) OneColumn() bool { return o.Eval != nil || o.Slow != nil }

// Column computes a result that is one column, by Eval or Slow.
func (o *Overload) Column(ctx context.Context, args []table.Vec, rows int) (v table.Vec, err error) {
	defer caught(&err)
	if o.Slow != nil {
		return o.Slow(ctx, args, rows)
	}
	return o.Eval(args, rows)
}

// Columns computes a result that is several columns, by EvalN.
func (o *Overload) Columns(ctx context.Context, args []table.Vec, rows int) (vs []table.Vec, err error) {
	defer caught(&err)
	return o.EvalN(ctx, args, rows)
}
