// Package sqlgen writes plans as SQL. It is a pure function of plan and dialect.
package sqlgen

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Dialect is all that differs between SQL engines, besides functions, whose
// templates are in package fn.
type Dialect struct {
	Name    fn.Dialect
	Ident   func(string) string      // quotes a name
	Literal func(table.Value) string // writes a constant
	Types   map[table.Type]string
	Ops     map[string]bool // operators it can run: "Summarize", "AsofJoin", …
	UDF     bool            // Eval can be registered, so any scalar function can run
}

var (
	DuckDB = &Dialect{Name: fn.DuckDB, UDF: true}
)

// Supports returns nil if n's own operator and expressions can be written in d,
// and why not otherwise. It does not look at n's inputs.
func Supports(d *Dialect, n plan.Node) error { panic("being written") }

// Generate writes n and all under it. from gives the SQL of each Scan.
func Generate(d *Dialect, n plan.Node, from func(*plan.Scan) string) (string, error) {
	panic("being written")
}
