package eval

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/table"
)

// holding counts the rows and bytes that one operator holds.
type holding struct {
	r           *run
	rows, bytes int64
}

func (r *run) holding() *holding { return &holding{r: r} }

// add counts more rows and bytes (or fewer, if negative).
func (h *holding) add(rows, bytes int64) error {
	h.rows += rows
	h.bytes += bytes
	h.r.held += bytes
	if l := h.r.limits.Rows; l > 0 && h.rows > l {
		return ErrRows
	}
	if l := h.r.limits.Bytes; l > 0 && h.r.held > l {
		return ErrMemory
	}
	return nil
}

// release gives all back.
func (h *holding) release() {
	if h != nil {
		h.r.held -= h.bytes
		h.rows, h.bytes = 0, 0
	}
}

// keep returns a copy of b, which is valid after the next call of the reader that it
// is from, and counts it.
func (h *holding) keep(b *table.Batch) (*table.Batch, error) {
	if err := h.add(int64(b.Rows), b.Bytes()); err != nil {
		return nil, err
	}
	c := table.NewBatch(b.Schema)
	extendBatch(c, b)
	return c, nil
}

// all reads in to its end into one batch.
func (h *holding) all(ctx context.Context, in table.Reader) (*table.Batch, error) {
	out := table.NewBatch(in.Schema())
	err := each(ctx, in, func(b *table.Batch) error {
		if err := h.add(int64(b.Rows), b.Bytes()); err != nil {
			return err
		}
		extendBatch(out, b)
		return nil
	})
	return out, err
}

// extendBatch adds the rows of src to dst, which nobody else sees yet.
func extendBatch(dst, src *table.Batch) {
	for c := range dst.Vecs {
		extend(dst.Vecs[c], src.Vecs[c])
	}
	dst.Rows += src.Rows
}

// extend adds the rows of src to dst, a column of the same type.
func extend(dst, src table.Vec) {
	switch d := dst.(type) {
	case *table.Of[bool]:
		extendOf(d, src)
	case *table.Of[int32]:
		extendOf(d, src)
	case *table.Of[int64]:
		extendOf(d, src)
	case *table.Of[float64]:
		extendOf(d, src)
	case *table.Of[table.Dec]:
		extendOf(d, src)
	case *table.Of[string]:
		extendOf(d, src)
	case *table.Of[table.Time]:
		extendOf(d, src)
	case *table.Of[table.Duration]:
		extendOf(d, src)
	case *table.Of[table.UUID]:
		extendOf(d, src)
	case *table.Of[table.Dyn]:
		extendOf(d, src)
	default:
		panic(fmt.Sprintf("eval: %T is not a column", dst))
	}
}

func extendOf[T table.Elem](d *table.Of[T], src table.Vec) {
	s := src.(*table.Of[T])
	if s.Null != nil && d.Null == nil {
		d.Null = make([]bool, len(d.Vals), len(d.Vals)+len(s.Vals))
	}
	d.Vals = append(d.Vals, s.Vals...)
	switch {
	case s.Null != nil:
		d.Null = append(d.Null, s.Null...)
	case d.Null != nil:
		d.Null = append(d.Null, make([]bool, len(s.Vals))...)
	}
}
