package main

import (
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// duck is the baseline: DuckDB in this process, on one Parquet file.
type duck struct {
	db      *sql.DB
	parquet string
	load    float64 // what a record cost it, in µs of processor time
}

func openDuck(work, file string) (*duck, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	parquet, err := filepath.Abs(filepath.Join(work, file))
	return &duck{db: db, parquet: parquet}, err
}

func (d *duck) close() { _ = d.db.Close() }

// duckTypes are what DuckDB's COPY makes of Kusto's types.
var duckTypes = map[string]string{"datetime": "TIMESTAMP", "string": "VARCHAR", "int": "INTEGER", "long": "BIGINT", "real": "DOUBLE", "dynamic": "JSON"}

// copy makes the ideal file of columns, each a name and a type, and reports what that costs.
func (d *duck) copy(r *report, name, lines string, columns []string, rows int) error {
	types := make([]string, len(columns))
	for i, c := range columns {
		name, typ, _ := strings.Cut(c, ":")
		types[i] = fmt.Sprintf("%s: '%s'", name, duckTypes[typ])
	}
	before, began := cpu(), time.Now()
	_, err := d.db.Exec(fmt.Sprintf(`COPY (SELECT * FROM read_json('%s', columns = {%s})) TO '%s' (FORMAT parquet, COMPRESSION zstd)`, lines, strings.Join(types, ", "), d.parquet))
	if err != nil {
		return fmt.Errorf("DuckDB's COPY: %w", err)
	}
	d.load = (cpu() - before).Seconds() * 1e6 / float64(rows)
	r.add(figure{Name: name, Yagura: d.load, Unit: "µs/row", Note: fmt.Sprintf("%.0f rows/s", float64(rows)/time.Since(began).Seconds())})
	return d.view()
}

// view calls the rows of the ideal file t.
func (d *duck) view() error {
	_, err := d.db.Exec(`CREATE OR REPLACE VIEW t AS SELECT * FROM read_parquet('` + d.parquet + `')`)
	return err
}

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// someID returns a value of CorrelationId that one row has.
func (d *duck) someID() (id string, err error) {
	err = d.db.QueryRow(`SELECT CorrelationId FROM read_parquet('` + d.parquet + `') LIMIT 1 OFFSET 12345`).Scan(&id)
	return id, err
}

// run runs a query to its last row.
func (d *duck) run(query string) error {
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
