// Package duck is the DuckDB backend. It is the only package that needs cgo.
package duck

import (
	"context"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/table"
)

type Options struct {
	MemoryLimit string
	Threads     int
	TempDir     string
}

type DB struct{}

var _ engine.Backend = (*DB)(nil)

// Open starts DuckDB and registers, as a UDF, each scalar function that has an
// Eval and no DuckDB template.
func Open(o Options) (*DB, error) { panic("being written") }

func (d *DB) Dialect() *sqlgen.Dialect { return sqlgen.DuckDB }

func (d *DB) Run(ctx context.Context, f engine.Fragment, stats *engine.Stats) (table.Reader, error) {
	panic("being written")
}

func (d *DB) Close() error { panic("being written") }
