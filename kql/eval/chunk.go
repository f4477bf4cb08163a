package eval

import (
	"context"
	"errors"
	"time"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// A function of values that can be long is computed some rows at a time, so that a query
// stops soon after it is cancelled, and before what it makes fills the memory.
const (
	firstChunk = 64
	chunkBytes = 4 << 20               // that a chunk reads about at most
	chunkTime  = 10 * time.Millisecond // of which a chunk is to take about
)

// chunked computes f over rows, in chunks where it may take long. varying are the args
// that are no constants.
func (x *exprs) chunked(ctx context.Context, c *fn.Func, rets []table.Type, args, varying []table.Vec, rows int, f func([]table.Vec, int) ([]table.Vec, error)) ([]table.Vec, error) {
	if c.Kind == fn.Window || !long(rets, args) {
		return f(args, rows)
	}
	var parts [][]table.Vec
	var made int64
	for at, n := 0, firstChunk; at < rows || at == 0; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n = atOnce(varying, at, min(n, rows-at))
		slices := args
		if n < rows {
			slices = make([]table.Vec, len(args))
			for i, a := range args {
				slices[i] = a.Slice(at, at+n)
			}
		}
		began := time.Now()
		out, err := f(slices, n)
		switch {
		case errors.Is(err, fn.ErrTooMuch) && n > 1:
			n = max(1, n/16)
			continue
		case errors.Is(err, fn.ErrTooMuch):
			return nil, ErrMemory
		case err != nil:
			return nil, err
		}
		for _, v := range out {
			made += table.VecBytes(v)
		}
		if l := x.r.limits.Bytes; l > 0 && x.r.held+made > l {
			return nil, ErrMemory
		}
		if n == rows {
			return out, nil
		}
		parts = append(parts, out)
		at, n = at+n, nextChunk(n, time.Since(began), rows-at-n)
	}
	out := make([]table.Vec, len(rets))
	for i, t := range rets {
		vs := make([]table.Vec, len(parts))
		for j, p := range parts {
			vs[j] = p[i]
		}
		out[i] = table.Concat(t, vs)
	}
	return out, nil
}

// atOnce is how many of n rows of args from one on are to be read at once: fewer if
// values are very long, but one.
func atOnce(args []table.Vec, at, n int) int {
	bytes := 0
	for i := range n {
		for _, a := range args {
			switch a := a.(type) {
			case *table.Of[string]:
				bytes += len(a.Vals[at+i])
			case *table.Of[table.Dyn]:
				bytes += a.Vals[at+i].Width()
			}
		}
		if bytes > chunkBytes {
			return max(1, i)
		}
	}
	return n
}

// nextChunk is how many of the rows that are left take about chunkTime, after so many
// took so long.
func nextChunk(rows int, took time.Duration, left int) int {
	if took < chunkTime/100 {
		return max(left, 1)
	}
	return max(1, int(float64(rows)*float64(chunkTime)/float64(took)))
}

// long reports whether values of these types can be long.
func long(rets []table.Type, args []table.Vec) bool {
	for _, t := range rets {
		if t == table.Dynamic || t == table.String {
			return true
		}
	}
	for _, a := range args {
		if t := a.Type(); t == table.Dynamic || t == table.String {
			return true
		}
	}
	return false
}
