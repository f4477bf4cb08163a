package duck

import (
	"context"
	"fmt"
	"io"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/table"
)

// result reads a finished statement's rows.
type result struct {
	schema *table.Schema
	res    *bind.Result
	done   func() // gives back what the statement held
}

// Schema implements table.Reader.
func (r *result) Schema() *table.Schema { return r.schema }

// Next implements table.Reader.
func (r *result) Next(ctx context.Context) (*table.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if r.res == nil {
		return nil, io.EOF
	}
	chunk := bind.FetchChunk(*r.res)
	if chunk.Ptr == nil {
		return nil, io.EOF
	}
	defer bind.DestroyDataChunk(&chunk)
	b := &table.Batch{Schema: r.schema, Rows: int(bind.DataChunkGetSize(chunk))}
	for i, c := range r.schema.Cols {
		v, err := readVector(bind.DataChunkGetVector(chunk, bind.IdxT(i)), c.Type, b.Rows)
		if err != nil {
			return nil, fmt.Errorf("duck: read column %s: %w", c.Name, err)
		}
		b.Vecs = append(b.Vecs, v)
	}
	return b, nil
}

// Close implements table.Reader.
func (r *result) Close() error {
	if r.res != nil {
		bind.DestroyResult(r.res)
		r.res = nil
	}
	return nil
}
