package eval

import (
	"context"
	"time"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// A function of values that can be long is computed some rows at a time, so that a query
// stops soon after it is cancelled, and before what it makes fills the memory.
const (
	firstChunk = 64
	firstBytes = 1 << 20 // that the first chunk is to read at most
	chunkTime  = 10 * time.Millisecond // of which a chunk is to take about
)

// chunked computes f over rows, in chunks where it may take long.
func (x *exprs) chunked(ctx context.Context, c *fn.Func, rets []table.Type, args []table.Vec, rows int, f func([]table.Vec, int) ([]table.Vec, error)) ([]table.Vec, error) {
	if c.Kind == fn.Window || !long(rets, args) {
		return f(args, rows)
	}
	first := firstOf(args, rows)
	if rows <= first {
		return f(args, rows)
	}
	var parts [][]table.Vec
	var made int64
	for at, n := 0, first; at < rows; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		end := min(at+n, rows)
		slices := make([]table.Vec, len(args))
		for i, a := range args {
			slices[i] = a.Slice(at, end)
		}
		began := time.Now()
		out, err := f(slices, end-at)
		if err != nil {
			return nil, err
		}
		for _, v := range out {
			made += table.VecBytes(v)
		}
		if l := x.r.limits.Bytes; l > 0 && x.r.held+made > l {
			return nil, ErrMemory
		}
		parts = append(parts, out)
		at, n = end, nextChunk(end-at, time.Since(began), rows-end)
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

// firstOf is how many rows of args come first: fewer if values are very long.
func firstOf(args []table.Vec, rows int) int {
	var bytes int64
	for i := range min(rows, firstChunk) {
		for _, a := range args {
			bytes += table.VecBytes(a.Slice(i, i+1))
		}
		if bytes > firstBytes {
			return max(1, i)
		}
	}
	return firstChunk
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
