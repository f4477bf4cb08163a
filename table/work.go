package table

import "context"

// Work is work over one long value that can be left in the midst of it, once the query
// that wants it has ended. A nil Work is never left.
type Work struct {
	ctx  context.Context
	done int
}

// NewWork begins work for a query whose context is ctx. Who begins it defers Left.
func NewWork(ctx context.Context) *Work { return &Work{ctx: ctx} }

// stepsAtOnce is how many steps take about a millisecond.
const stepsAtOnce = 1 << 20

// left is the panic by which work is left.
type left struct{ cause error }

// Step adds so many steps, and leaves the work once its context has ended.
func (w *Work) Step(steps int) {
	if w == nil {
		return
	}
	if w.done += steps + 1; w.done < stepsAtOnce {
		return
	}
	w.done = 0
	if err := w.ctx.Err(); err != nil {
		panic(left{err})
	}
}

// Left is deferred: it makes an error of what left the work that the function began.
func Left(err *error) {
	if p := recover(); p != nil {
		cause, ok := WhyLeft(p)
		if !ok {
			panic(p)
		}
		*err = cause
	}
}

// WhyLeft is the error by which work was left, if it was: p is what recover() gave.
func WhyLeft(p any) (cause error, ok bool) {
	l, ok := p.(left)
	return l.cause, ok
}
