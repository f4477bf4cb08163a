package main

import (
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// duck is the baseline: DuckDB in this process, on one Parquet file.
type duck struct {
	db      *sql.DB
	parquet string
}

func openDuck(work string) (*duck, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	parquet, err := filepath.Abs(filepath.Join(work, "ideal.parquet"))
	return &duck{db, parquet}, err
}

func (d *duck) close() { _ = d.db.Close() }

// load makes the ideal file and reports what that costs.
func (d *duck) load(r *report, lines string, rows int) error {
	before, began := cpu(), time.Now()
	_, err := d.db.Exec(fmt.Sprintf(`COPY (SELECT * FROM read_json('%s', columns = {TimeGenerated: 'TIMESTAMP', Computer: 'VARCHAR', Source: 'VARCHAR', Level: 'VARCHAR', Pid: 'INTEGER', DurationMs: 'DOUBLE', CorrelationId: 'VARCHAR', Message: 'VARCHAR'}))
		TO '%s' (FORMAT parquet, COMPRESSION zstd)`, lines, d.parquet))
	if err != nil {
		return fmt.Errorf("DuckDB's COPY: %w", err)
	}
	r.add(figure{Name: "DuckDB COPY, CPU", Yagura: (cpu() - before).Seconds() * 1e6 / float64(rows), Unit: "µs/row", Note: fmt.Sprintf("%.0f rows/s", float64(rows)/time.Since(began).Seconds())})
	return nil
}

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// time runs a query to its last row, several times, and returns the median.
func (d *duck) time(query string, runs int) (time.Duration, error) {
	return median(runs, func() error {
		rows, err := d.db.Query(query)
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		cells := make([]any, len(names))
		for i := range cells {
			cells[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(cells...); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func zstdSize(name string) (int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var n counter
	w, err := newZstd(&n)
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(w, f); err != nil {
		return 0, err
	}
	return int64(n), w.Close()
}
