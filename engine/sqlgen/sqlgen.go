// Package sqlgen writes plans as SQL. It is a pure function of plan and dialect.
//
// A relation is a SELECT whose columns are named c0, c1, … by their position in the
// plan's schema; the relation under it is called t. Functions are written by the
// templates of package fn; operators whose best SQL depends on types, on nulls and on
// where they stand (compare.go, logic.go, text.go) are written here. What has neither
// is called in Go, where the dialect can (golang.go).
package sqlgen

import (
	"errors"
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// ErrUnsupported is wrapped by the reasons why a plan cannot be written.
var ErrUnsupported = errors.New("sqlgen: not supported")

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}

// Dialect is all that differs between SQL engines, besides functions, whose
// templates are in package fn.
type Dialect struct {
	Name fn.Dialect
	// Literal writes a constant of a type; nil is a null.
	Literal func(v table.Value, t table.Type) (string, error)
	Types   map[table.Type]string
	Ops     map[string]bool // operators it can run: "Summarize", "Join", …
	UDF     bool            // expressions and aggregates can be called in Go
}

// Env is what SQL refers to outside of itself.
type Env interface {
	// Scan gives SELECTs of a table's columns as c0, c1, …: of the rows that are
	// still to be filtered by the scan's Filter, and of those that are not. Either
	// may be "", but not both.
	Scan(*plan.Scan) (filter, filtered string, err error)
	// Numbers reports whether column i of a table, of reals, surely has no NaN.
	Numbers(s *plan.Scan, i int) bool
	// Values gives a SELECT of constant rows as c0, c1, …
	Values(*plan.Values) (string, error)
	// Func gives a call, in Go, of an expression over the columns cols, whose values
	// are args.
	Func(e plan.Expr, cols []table.Type, args []string) (string, error)
	// Agg gives a call, in Go, of an aggregate of one result with these arguments. It
	// is NULL for a group without rows.
	Agg(c *plan.Call, args []string) (string, error)
}

// Supports returns nil if n's own operator and expressions can be written in d,
// and why not otherwise. It does not look at n's inputs.
func Supports(d *Dialect, n plan.Node) error {
	g := &gen{d: d, env: nowhere{}}
	ins := make([]string, len(n.Inputs()))
	for i := range ins {
		ins[i] = "SELECT 0"
	}
	_, err := g.operator(n, ins)
	return err
}

// Generate writes n and all under it.
func Generate(d *Dialect, n plan.Node, env Env) (string, error) {
	return (&gen{d: d, env: env}).rel(n)
}

// Value writes an expression of one row; col says what its columns are called.
func Value(d *Dialect, e plan.Expr, env Env, col func(i int) string) (string, error) {
	return (&gen{d: d, env: env}).exprs(nil, col).value(e)
}

// gen writes one statement.
type gen struct {
	d   *Dialect
	env Env
}

// rel writes n and all under it.
func (g *gen) rel(n plan.Node) (string, error) {
	ins := make([]string, len(n.Inputs()))
	for i, in := range n.Inputs() {
		var err error
		if ins[i], err = g.rel(in); err != nil {
			return "", err
		}
	}
	return g.operator(n, ins)
}

// operator writes n over the relations ins.
func (g *gen) operator(n plan.Node, ins []string) (string, error) {
	op := strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan.")
	if !g.d.Ops[op] {
		return "", unsupported("operator %s", op)
	}
	switch n := n.(type) {
	case *plan.Filter:
		return g.filter(n, ins[0])
	case *plan.Join:
		return g.join(n, ins[0], ins[1])
	case *plan.Limit:
		return g.limit(n, ins[0]), nil
	case *plan.Project:
		return g.project(n, ins[0])
	case *plan.Scan:
		return g.scan(n)
	case *plan.Sort:
		return g.sort(n.In, n.Keys, ins[0])
	case *plan.Summarize:
		return g.summarize(n, ins[0])
	case *plan.Top:
		return g.top(n, ins[0])
	case *plan.Union:
		return g.union(ins), nil
	case *plan.Values:
		return g.env.Values(n)
	case *plan.Widen:
		return g.widen(n, ins[0])
	}
	return "", unsupported("operator %s", op)
}

// column is how column i of the relation under an operator is called.
func column(i int) string { return fmt.Sprintf("t.c%d", i) }

// from writes the relation under an operator.
func from(in string) string { return " FROM (" + in + ") AS t" }

// nowhere is the Env of plans that are only tried.
type nowhere struct{}

func (nowhere) Scan(*plan.Scan) (string, string, error)                { return "SELECT 0", "", nil }
func (nowhere) Numbers(*plan.Scan, int) bool                           { return false }
func (nowhere) Values(*plan.Values) (string, error)                    { return "", nil }
func (nowhere) Func(plan.Expr, []table.Type, []string) (string, error) { return "", nil }
func (nowhere) Agg(*plan.Call, []string) (string, error)               { return "", nil }
