// Package duck is the DuckDB backend. It is the only package that needs cgo.
//
// It uses DuckDB's C interface (by the bindings of duckdb-go, and glue.c for what they
// lack) rather than database/sql: rows then come and go as vectors of 2,048 values, to
// and from Go functions, aggregates and tables too.
package duck

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/table"
)

// Options bound what DuckDB uses.
type Options struct {
	Dir         string // where extents are; no other files can be read
	MemoryLimit string // as DuckDB writes it: "4GB"; "": half of the machine's
	Threads     int    // 0: one for each core
	TempDir     string // for what does not fit into memory; "": it does not spill
	// Growth is by how many bytes the process may grow while a statement runs, with all that
	// others do then; 0: it is not looked at. Resident says how many it has.
	Growth   int64
	Resident func() int64
}

// DB is a DuckDB without a database of its own. It starts with the first query.
type DB struct {
	o     Options
	start func() error // once
	db    bind.Database
	pool  *pool
}

var _ engine.Backend = (*DB)(nil)

// Open returns a DuckDB that is not started yet.
func Open(o Options) (*DB, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	for _, dir := range []*string{&o.Dir, &o.TempDir} {
		if *dir == "" {
			continue
		}
		abs, err := filepath.Abs(*dir)
		if err != nil {
			return nil, fmt.Errorf("duck: open: %w", err)
		}
		*dir = abs
	}
	d := &DB{o: o}
	d.start = sync.OnceValue(d.open)
	return d, nil
}

func (d *DB) open() error {
	var cfg bind.Config
	if bind.CreateConfig(&cfg) != bind.StateSuccess {
		return errors.New("duck: open: no configuration")
	}
	defer bind.DestroyConfig(&cfg)
	settings := [][2]string{
		{"threads", strconv.Itoa(d.o.Threads)},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
		{"preserve_insertion_order", "true"},
		{"temp_directory", d.o.TempDir},
	}
	if d.o.MemoryLimit != "" {
		settings = append(settings, [2]string{"memory_limit", d.o.MemoryLimit})
	}
	for _, s := range settings {
		if bind.SetConfig(cfg, s[0], s[1]) != bind.StateSuccess {
			return fmt.Errorf("duck: open: setting %s = %q refused", s[0], s[1])
		}
	}
	var msg string
	if bind.OpenExt(":memory:", &d.db, cfg, &msg) != bind.StateSuccess {
		return fmt.Errorf("duck: open: %s", msg)
	}
	d.pool = &pool{db: d.db, o: &d.o}
	return d.prepare()
}

// prepare registers what SQL calls in Go and then closes the door: only files in Dir
// can be read, and no setting can be changed.
func (d *DB) prepare() error {
	c, err := d.pool.get()
	if err != nil {
		return err
	}
	defer d.pool.put(c)
	for _, register := range []func(bind.Connection) error{registerScalars, registerFind, registerAggregates, registerRows} {
		if err := register(c.c); err != nil {
			return err
		}
	}
	var dirs []string
	for _, dir := range []string{d.o.Dir, d.o.TempDir} {
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	for _, sql := range []string{
		"SET parquet_metadata_cache = true",
		// What a join keeps is filtered by in its inputs before a top there has chosen its rows.
		"SET disabled_optimizers = 'join_filter_pushdown'",
		"SET allowed_directories = " + sqlList(dirs),
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	} {
		if err := c.exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// Dialect implements engine.Backend.
func (d *DB) Dialect() *sqlgen.Dialect { return sqlgen.DuckDB }

// Run implements engine.Backend: it runs f to its end and holds the result.
func (d *DB) Run(ctx context.Context, f engine.Fragment, stats *engine.Stats) (table.Reader, error) {
	if err := d.start(); err != nil {
		return nil, err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := &statement{ctx: ctx, end: end, d: d, f: f}
	for _, snap := range f.Scans {
		s.stored += snap.Left(snap.Extents)
	}
	sql, err := sqlgen.Generate(d.Dialect(), f.Root, s)
	if err != nil {
		s.release()
		return nil, fmt.Errorf("duck: write SQL: %w", err)
	}
	stats.SQL = append(stats.SQL, strings.NewReplacer(s.lists...).Replace(sql)) // where files are is nobody's business
	c, err := d.pool.get()
	if err != nil {
		s.release()
		return nil, err
	}
	res, err := s.query(c, sql)
	s.release()
	d.pool.put(c)
	if err != nil {
		return nil, err
	}
	stats.RowsRead += s.rows
	return &result{schema: f.Root.Schema(), res: res}, nil
}

// Close implements engine.Backend. No Run may be under way.
func (d *DB) Close() error {
	if d.pool != nil {
		d.pool.close()
	}
	if d.db.Ptr != nil {
		bind.Close(&d.db)
	}
	return nil
}
