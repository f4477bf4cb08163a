package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

var errClosed = errors.New("engine: the result is closed")

// answer is one table of a result: it starts when it is first read, and ends, with
// Result.Partial set, where the answer is longer than allowed.
type answer struct {
	run    *run
	root   plan.Node
	schema *table.Schema
	in     table.Reader
	first  *table.Batch // read ahead
	err    error        // io.EOF, or what ended it
}

// Schema implements table.Reader.
func (a *answer) Schema() *table.Schema { return a.schema }

// prefetch reads the first rows, so that what fails early fails before the answer.
func (a *answer) prefetch() error {
	b, err := a.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	a.first = b
	return err
}

// Next implements table.Reader.
func (a *answer) Next(ctx context.Context) (*table.Batch, error) {
	if b := a.first; b != nil {
		a.first = nil
		return b, nil
	}
	defer context.AfterFunc(ctx, func() { a.run.cancel(context.Cause(ctx)) })()
	return a.next()
}

func (a *answer) next() (b *table.Batch, err error) {
	if a.err != nil {
		return nil, a.err
	}
	defer func() {
		if err != nil {
			err = a.run.failed(err)
			a.err = err
			if !errors.Is(err, io.EOF) {
				a.run.err = err
			}
			a.run.res.Stats.Execute = time.Since(a.run.began)
		}
	}()
	defer a.run.caught(&err)
	if a.in == nil {
		root, err := a.run.resolve(a.root)
		if err != nil {
			return nil, err
		}
		all := a.run.res.Tables
		a.run.last = all[len(all)-1].Rows == table.Reader(a)
		if a.in, err = a.run.rows(root); err != nil {
			return nil, err
		}
	}
	for {
		b, err := a.in.Next(a.run.ctx)
		if err != nil {
			return nil, err
		}
		if b.Rows > 0 {
			return a.run.limit(b)
		}
	}
}

// weighedAtOnce is of how many rows the bytes are counted before the query can be left.
const weighedAtOnce = 64

// limit returns b, or as much of it as the answer may still hold.
func (r *run) limit(b *table.Batch) (*table.Batch, error) {
	if r.res.Partial != nil {
		return nil, io.EOF
	}
	if room := r.q.MaxRows - r.rowsUp; int64(b.Rows) > room {
		r.res.Partial = &LimitError{ErrRows, r.q.MaxRows}
		b = b.Slice(0, int(room))
	}
	n, size, w := 0, int64(0), table.NewWork(r.ctx)
	for at := weighedAtOnce; n < b.Rows; { // a few rows at a time, and where they are too many one by one
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		end := min(n+at, b.Rows)
		more := batchBytes(w, b.Slice(n, end))
		if size+more <= r.q.MaxBytes-r.sizeUp {
			n, size = end, size+more
			continue
		}
		if at == 1 {
			r.res.Partial = &LimitError{ErrBytes, r.q.MaxBytes}
			b = b.Slice(0, n)
			break
		}
		at = 1
	}
	r.rowsUp += int64(b.Rows)
	r.sizeUp += size
	r.e.acts.answered(r.act, r.rowsUp, r.sizeUp)
	if b.Rows == 0 {
		return nil, io.EOF
	}
	return b, nil
}

// Close implements table.Reader.
func (a *answer) Close() error {
	a.err = errClosed
	if a.in == nil {
		return nil
	}
	in := a.in
	a.in = nil
	if err := in.Close(); err != nil {
		return fmt.Errorf("close rows: %w", err)
	}
	return nil
}

// batchBytes is the size of b's values.
func batchBytes(w *table.Work, b *table.Batch) int64 {
	var n int64
	var buf []byte
	for _, v := range b.Vecs {
		switch v := v.(type) {
		case *table.Of[bool]:
			n += int64(len(v.Vals))
		case *table.Of[int32]:
			n += 4 * int64(len(v.Vals))
		case *table.Of[int64], *table.Of[float64], *table.Of[table.Time], *table.Of[table.Duration]:
			n += 8 * int64(v.Len())
		case *table.Of[table.UUID]:
			n += 16 * int64(len(v.Vals))
		case *table.Of[string]:
			for _, s := range v.Vals {
				n += int64(len(s))
			}
		case *table.Of[table.Dec]:
			for _, s := range v.Vals {
				n += int64(len(s))
			}
		case *table.Of[table.Dyn]:
			for i, d := range v.Vals {
				if !v.IsNull(i) {
					buf = w.AppendJSON(buf[:0], d)
					n += int64(len(buf))
				}
			}
		default:
			panic(fmt.Sprintf("engine: %T is not a column", v))
		}
	}
	return n
}

// counted counts the rows that pass.
type counted struct {
	table.Reader
	run  *run
	left int64 // rows that the query's progress still expects of it
}

func (c *counted) Next(ctx context.Context) (*table.Batch, error) {
	b, err := c.Reader.Next(ctx)
	read := c.left // at the end, with those that a filter has left out
	if err == nil {
		atomic.AddInt64(&c.run.res.Stats.RowsRead, int64(b.Rows))
		c.run.e.acts.reads(c.run.act, int64(b.Rows))
		read = min(read, int64(b.Rows))
	}
	c.left -= read
	c.run.act.progress.read(read)
	return b, err
}
