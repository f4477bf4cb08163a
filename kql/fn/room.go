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

func caught(err *error) {
	switch p := recover(); p {
	case nil:
	case tooMuch{}:
		*err = ErrTooMuch
	default:
		panic(p)
	}
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
func (o *Overload) Columns(args []table.Vec, rows int) (vs []table.Vec, err error) {
	defer caught(&err)
	return o.EvalN(args, rows)
}
