package engine

import (
	"fmt"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// guard asks what a query's caller may read, once for each table, and remembers the
// first refusal. A query runs in one goroutine until its plan is lowered.
type guard struct {
	access func(table.Ref) (Access, error)
	known  map[table.Ref]Access
	err    error
}

func (g *guard) of(ref table.Ref) (Access, error) {
	if g == nil || ref.Workspace == given {
		return Access{}, nil
	}
	a, ok := g.known[ref]
	if !ok {
		var err error
		if a, err = g.access(ref); err != nil {
			return a, err
		}
		g.known[ref] = a
	}
	return a, nil
}

// refuse keeps the first error.
func (g *guard) refuse(err error) {
	if g.err == nil {
		g.err = err
	}
}

// refusal is why the query may not run, if it may not.
func (v *env) refusal() error {
	if v.guard == nil {
		return nil
	}
	return v.guard.err
}

// hidden reports whether the caller may read a table in none of the workspaces.
func (v *env) hidden(name string) bool {
	for _, w := range v.workspaces {
		if a, err := v.guard.of(table.Ref{Workspace: w, Table: name}); err == nil && a.Denied == nil {
			return false
		}
	}
	return true
}

// guarded lowers the scan of one table, as far as the caller may read it. It is the one
// way from a name to rows: whatever led to the name, a function or another workspace,
// ends here.
func (v *env) guarded(s *plan.Scan, ref table.Ref) plan.Node {
	if ref.Workspace == fresh {
		v.guardFresh(ref)
		return nil // the rows are not in the store
	}
	a, err := v.guard.of(ref)
	switch {
	case err != nil:
		v.guard.refuse(err)
		return nil
	case a.Denied != nil:
		v.guard.refuse(a.Denied)
		return nil
	case a.Where == "":
		return v.lowerOne(s, ref)
	}
	own, ok := visible(v.view, ref)
	if !ok {
		return nil
	}
	if s.Table.Index(plan.ExtentColumn) >= 0 {
		own = withExtent(own)
	}
	rows := v.lowerOne(&plan.Scan{Ref: ref, Table: own, Span: s.Span}, ref)
	if rows == nil {
		return nil
	}
	cond, err := condition(a.Where, own)
	if err != nil {
		v.guard.refuse(fmt.Errorf("engine: the condition on table %s: %w", ref.Table, err))
		return nil
	}
	rows = &plan.Filter{In: rows, Cond: cond}
	if s.Ref.Workspace != "" {
		return rows
	}
	p := &plan.Project{In: rows}
	for _, c := range s.Table.Cols {
		p.Cols = append(p.Cols, plan.Named{Name: c.Name, Expr: unitedColumn(c, own)})
	}
	return p
}

// guardFresh asks for the table that rows are on their way to. A condition on its rows
// is a refusal: what is on its way cannot be told apart.
func (v *env) guardFresh(ref table.Ref) {
	v.whole(table.Ref{Workspace: v.workspaces[0], Table: ref.Table})
}

// whole refuses the query if its caller may not read all rows of a table, of which no
// condition can choose some.
func (v *env) whole(ref table.Ref) {
	a, err := v.guard.of(ref)
	switch {
	case err != nil:
		v.guard.refuse(err)
	case a.Denied != nil:
		v.guard.refuse(a.Denied)
	case a.Where != "":
		v.guard.refuse(fmt.Errorf("%w: only some rows of table %s may be read", ErrConditional, ref.Table))
	}
}

// unitedColumn is a column of a union of tables, of the columns of one of them.
func unitedColumn(c table.Column, own *table.Schema) plan.Expr {
	for i, o := range own.Cols {
		if o.Type == c.Type && (o.Name == c.Name || unitedName(o.Name, o.Type, 2) == c.Name) {
			return &plan.Col{Index: i, Of: c.Type}
		}
	}
	return missing(c.Type)
}

// condition compiles a predicate over the columns of a table. One that asks for a column
// that the table has not is an error: nothing is read.
func condition(where string, s *table.Schema) (plan.Expr, error) {
	q, err := kql.Compile("rows | where "+where, conditionEnv{s}, kql.Options{})
	if err != nil {
		return nil, err
	}
	switch n := q.Results[0].Root.(type) {
	case *plan.Filter:
		return n.Cond, nil
	case *plan.Scan:
		if n.Filter != nil {
			return n.Filter, nil
		}
		return &plan.Lit{Value: true, Of: table.Bool}, nil
	case *plan.Values:
		return &plan.Lit{Value: false, Of: table.Bool}, nil
	}
	return nil, fmt.Errorf("it is %T, not a filter", q.Results[0].Root)
}

// conditionEnv is all that a condition can refer to.
type conditionEnv struct{ rows *table.Schema }

func (e conditionEnv) Table(name string) (table.Ref, *table.Schema, bool) {
	return table.Ref{Workspace: "-", Table: name}, e.rows, name == "rows"
}
func (conditionEnv) Tables() []string                 { return []string{"rows"} }
func (conditionEnv) Stored(string) (kql.Stored, bool) { return kql.Stored{}, false }
func (conditionEnv) Workspace(string) (kql.Env, bool) { return nil, false }
