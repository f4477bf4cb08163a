package table

import (
	"context"
	"io"
)

// Batch is some rows of one table, column by column. It is not changed once
// another goroutine can see it.
type Batch struct {
	Schema *Schema
	Vecs   []Vec // one for each column, each Rows long
	Rows   int
}

// NewBatch returns an empty batch that AppendRow can fill.
func NewBatch(s *Schema) *Batch {
	b := &Batch{Schema: s, Vecs: make([]Vec, len(s.Cols))}
	for i, c := range s.Cols {
		b.Vecs[i] = NewVec(c.Type, 0)
	}
	return b
}

// AppendRow adds a row; each value is nil or of its column's type.
func (b *Batch) AppendRow(row ...Value) {
	for i, v := range row {
		Append(b.Vecs[i], v)
	}
	b.Rows++
}

// Row returns row i.
func (b *Batch) Row(i int) []Value {
	r := make([]Value, len(b.Vecs))
	for c, v := range b.Vecs {
		r[c] = v.At(i)
	}
	return r
}

// Slice returns rows [i, j), sharing memory.
func (b *Batch) Slice(i, j int) *Batch {
	s := &Batch{Schema: b.Schema, Vecs: make([]Vec, len(b.Vecs)), Rows: j - i}
	for c, v := range b.Vecs {
		s.Vecs[c] = v.Slice(i, j)
	}
	return s
}

// Gather returns the rows at idx; a negative index makes a row of nulls.
func (b *Batch) Gather(idx []int) *Batch {
	g := &Batch{Schema: b.Schema, Vecs: make([]Vec, len(b.Vecs)), Rows: len(idx)}
	for c, v := range b.Vecs {
		g.Vecs[c] = v.Gather(idx)
	}
	return g
}

// ConcatBatches joins batches of one schema into one.
func ConcatBatches(s *Schema, bs []*Batch) *Batch {
	if len(bs) == 1 {
		return bs[0]
	}
	out := &Batch{Schema: s, Vecs: make([]Vec, len(s.Cols))}
	for _, b := range bs {
		out.Rows += b.Rows
	}
	for c := range s.Cols {
		vs := make([]Vec, len(bs))
		for i, b := range bs {
			vs[i] = b.Vecs[c]
		}
		out.Vecs[c] = Concat(s.Cols[c].Type, vs)
	}
	return out
}

// NewReader returns a Reader of batches that are in memory.
func NewReader(s *Schema, bs ...*Batch) Reader { return &memReader{s, bs} }

type memReader struct {
	s  *Schema
	bs []*Batch
}

func (r *memReader) Schema() *Schema { return r.s }
func (r *memReader) Close() error    { return nil }
func (r *memReader) Next(ctx context.Context) (*Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(r.bs) == 0 {
		return nil, io.EOF
	}
	b := r.bs[0]
	r.bs = r.bs[1:]
	return b, nil
}

// ReadAll reads r to its end into one batch. It does not close r.
func ReadAll(ctx context.Context, r Reader) (*Batch, error) {
	var bs []*Batch
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			if len(bs) == 0 {
				return NewBatch(r.Schema()), nil
			}
			return ConcatBatches(r.Schema(), bs), nil
		}
		if err != nil {
			return nil, err
		}
		bs = append(bs, b)
	}
}
