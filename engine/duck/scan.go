package duck

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// statement is the sqlgen.Env of one fragment: it gives out what the SQL refers to
// and takes it back when the statement has run.
type statement struct {
	ctx    context.Context
	end    context.CancelCauseFunc // of ctx
	d      *DB
	f      engine.Fragment
	undo   []func()
	values map[*plan.Values]string
	rows   int64                 // that scans may read
	lists  []string              // of files in the SQL, and what is shown instead of each
	stored int64                 // rows of extents that may be wanted
	tables [][2]string           // for rows in memory: their names, and what is in them
	failed atomic.Pointer[error] // the first error of what Go computes for it
}

// slowRows is from how many rows of extents on somebody may ask how far a fragment is, and
// fewKept which share of as many rows in memory may be copied for it.
const (
	slowRows = 1 << 20
	fewKept  = 16
)

// query runs the fragment's SQL, and tells how far it is meanwhile.
func (s *statement) query(c *conn, sql string) (*bind.Result, error) {
	for _, t := range s.tables {
		res, err := s.execute(c, fmt.Sprintf("CREATE TEMP TABLE %s AS %s", t[0], t[1]))
		if err != nil {
			return nil, err
		}
		bind.DestroyResult(res)
		s.undo = append(s.undo, func() {
			if err := c.exec("DROP TABLE " + t[0]); err != nil {
				c.spoilt = true
			}
		})
	}
	if s.f.Running != nil {
		defer s.f.Running(c.share)()
	}
	return s.execute(c, sql)
}

// execute is conn.query, with errors of what Go computes as they are: DuckDB keeps their
// text only.
func (s *statement) execute(c *conn, sql string) (*bind.Result, error) {
	res, err := c.query(s.ctx, s.end, sql)
	if own := s.failed.Load(); err != nil && own != nil && s.ctx.Err() == nil {
		return nil, *own
	}
	return res, err
}

// compute is eval.Func, which keeps the first error.
func (s *statement) compute(e plan.Expr) func(args []table.Vec, rows int) (table.Vec, error) {
	f := eval.Func(s.ctx, e)
	return func(args []table.Vec, rows int) (table.Vec, error) {
		v, err := f(args, rows)
		if err != nil {
			s.failed.CompareAndSwap(nil, &err)
		}
		return v, err
	}
}

func (s *statement) release() {
	for _, f := range s.undo {
		f()
	}
	s.undo = nil
}

// Func implements sqlgen.Env.
func (s *statement) Func(e plan.Expr, cols []table.Type, args []string) (string, error) {
	id := scalars.put(&scalarFunc{args: cols, run: s.compute(e)})
	s.undo = append(s.undo, func() { scalars.drop(id) })
	return callSQL(scalarName(e.Type()), id, args), nil
}

// Agg implements sqlgen.Env.
func (s *statement) Agg(c *plan.Call, args []string) (string, error) {
	f := &aggFunc{result: c.Ret, make: c.Over.Agg}
	_, f.lend = c.Over.Agg().(fn.Borrower)
	_, f.many = c.Over.Agg().(fn.Batched)
	var cols []string
	for i, a := range c.Args {
		arg := aggArg{of: a.Type()}
		if l, ok := a.(*plan.Lit); ok {
			arg.constant = table.Repeat(l.Of, l.Value, int(bind.VectorSize()))
		} else {
			cols = append(cols, args[i])
		}
		f.args = append(f.args, arg)
	}
	id := aggregates.put(f)
	s.undo = append(s.undo, func() { aggregates.drop(id) })
	return callSQL(aggName(c.Ret), id, cols), nil
}

func callSQL(name string, id int64, args []string) string {
	return fmt.Sprintf("%s(%s)", name, strings.Join(append([]string{fmt.Sprintf("%d::BIGINT", id)}, args...), ", "))
}

// Values implements sqlgen.Env.
func (s *statement) Values(v *plan.Values) (string, error) {
	if sql, ok := s.values[v]; ok {
		return sql, nil
	}
	sql := s.memory(v.Rows.Schema, []*table.Batch{v.Rows}, nil)
	if s.values == nil {
		s.values = map[*plan.Values]string{}
	}
	s.values[v] = sql
	return sql, nil
}

// memory gives a SELECT of those rows in memory for which cond (nil: all) is true. DuckDB
// cannot tell how far it is as long as something other than tables and files is read, so
// a slow fragment has a copy of them in a table.
func (s *statement) memory(schema *table.Schema, batches []*table.Batch, cond plan.Expr) string {
	sql := s.given(schema, batches, cond)
	var rows int64
	for _, b := range batches {
		rows += int64(b.Rows)
	}
	if s.stored < slowRows || rows > s.stored/fewKept {
		return sql
	}
	name := fmt.Sprintf("memory%d", len(s.tables))
	s.tables = append(s.tables, [2]string{name, sql})
	return "SELECT * FROM " + name
}

func (s *statement) given(schema *table.Schema, batches []*table.Batch, cond plan.Expr) string {
	if len(schema.Cols) == 0 { // SQL has no rows without columns
		n := 0
		for _, b := range batches {
			n += b.Rows
		}
		return fmt.Sprintf("SELECT true AS c0 FROM range(%d)", n)
	}
	var where func([]table.Vec, int) (table.Vec, error)
	if cond != nil {
		where = s.compute(cond)
	}
	id := rowSources.put(newRows(schema, batches, where))
	s.undo = append(s.undo, func() { rowSources.drop(id) })
	cols := make([]string, len(schema.Cols))
	for i := range cols {
		cols[i] = colName(i)
	}
	return fmt.Sprintf("SELECT %s FROM %s(%d)", strings.Join(cols, ", "), rowsName, id)
}

// Scan implements sqlgen.Env: a UNION ALL of the extents, in groups of those that have
// the same of the wanted columns; and the rows in memory, which are filtered in Go, so
// that what nobody wants is not copied.
func (s *statement) Scan(n *plan.Scan) (filter, filtered string, err error) {
	snap, ok := s.f.Scans[n]
	if !ok {
		return "", "", fmt.Errorf("duck: no snapshot of %v", n.Ref)
	}
	var parts, order []string
	groups := map[string][]*extent.Meta{}
	from, derived := n, []engine.DerivedColumn(nil)
	if d := s.f.Derived[n]; d != nil {
		from, derived = d.From, d.Cols
	}
	if a, b, same := sameButCase(snap.Extents); same {
		return "", "", fmt.Errorf("%w: DuckDB does not tell the columns %s and %s of table %s apart", engine.ErrUnable, a, b, n.Ref.Table)
	}
	for _, m := range snap.Extents {
		k := present(m, from.Table, derived)
		if snap.Cut(m) {
			k += expired
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], m)
		s.rows += m.Rows
	}
	for _, k := range order {
		sql, err := s.extents(from, snap, derived, k, groups[k])
		if err != nil {
			return "", "", err
		}
		parts = append(parts, sql)
	}
	if len(snap.Tail) > 0 || len(parts) == 0 {
		rows, err := derive(s.ctx, conformed(snap.Tail, from.Table), n.Table, derived)
		if err != nil {
			return "", "", err
		}
		for _, b := range rows {
			s.rows += int64(b.Rows)
		}
		filtered = s.memory(n.Table, rows, n.Filter)
	}
	return strings.Join(parts, " UNION ALL "), filtered, nil
}

// Numbers implements sqlgen.Env.
func (s *statement) Numbers(n *plan.Scan, i int) bool {
	snap, ok := s.f.Scans[n]
	if !ok || s.f.Derived[n] != nil && i >= len(s.f.Derived[n].From.Table.Cols) {
		return false
	}
	c := n.Table.Cols[i]
	for _, m := range snap.Extents {
		if st, has := m.Stat(c.Name); has && st.Type == c.Type && !st.Numbers {
			return false
		}
	}
	for _, b := range snap.Tail {
		if j := b.Schema.Index(c.Name); j >= 0 && hasNaN(b.Vecs[j]) {
			return false
		}
	}
	return true
}

func hasNaN(v table.Vec) bool {
	reals, ok := v.(*table.Of[float64])
	return ok && slices.ContainsFunc(reals.Vals, math.IsNaN)
}

// sameButCase finds two columns of the files whose names differ in case only. KQL tells
// them apart, and DuckDB does not.
func sameButCase(ms []*extent.Meta) (a, b string, found bool) {
	seen, lower := map[string]bool{}, map[string]string{}
	for _, m := range ms {
		for i := range m.Stats {
			name := m.Stats[i].Name
			if seen[name] {
				continue
			}
			seen[name] = true
			l := strings.ToLower(name)
			if other, ok := lower[l]; ok {
				return other, name, true
			}
			lower[l] = name
		}
	}
	return "", "", false
}

// expired stands behind what present says of an extent that has rows past their retention.
const expired = "!"

// present says, with a letter for each column of want, which of them m has, and for each
// derived one as which type it has the place.
func present(m *extent.Meta, want *table.Schema, derived []engine.DerivedColumn) string {
	b := make([]byte, len(want.Cols), len(want.Cols)+len(derived))
	for i, c := range want.Cols {
		b[i] = 'n'
		if st, ok := m.Stat(c.Name); ok && st.Type == c.Type {
			b[i] = 'y'
		}
	}
	for _, d := range derived {
		var t table.Type
		if p := m.PathOf(d.Column, d.Keys); p != nil && d.Typed[p.Type] != nil {
			t = p.Type
		}
		b = append(b, 'a'+byte(t))
	}
	return string(b)
}

// extents gives a SELECT of the extents that have the columns that has says.
func (s *statement) extents(n *plan.Scan, snap *store.Snapshot, derived []engine.DerivedColumn, has string, ms []*extent.Meta) (string, error) {
	cols := make([]string, len(n.Table.Cols))
	for i, c := range n.Table.Cols {
		v := ident(c.Name)
		if has[i] == 'n' {
			var err error
			if v, err = sqlgen.DuckDB.Literal(nil, c.Type); err != nil {
				return "", err
			}
		}
		cols[i] = v + " AS " + colName(i)
	}
	for i := range derived {
		at := len(n.Table.Cols) + i
		v, err := s.derived(n, &derived[i], table.Type(has[at]-'a'), has)
		if err != nil {
			return "", err
		}
		cols = append(cols, v+" AS "+colName(at))
	}
	files := make([]string, len(ms))
	for i, m := range ms {
		files[i] = m.Path(s.d.o.Dir)
	}
	list := sqlList(files)
	s.lists = append(s.lists, list, fmt.Sprintf("[/* %d extents */]", len(files)))
	sql := fmt.Sprintf("SELECT %s FROM read_parquet(%s, hive_partitioning = false)", strings.Join(cols, ", "), list)
	var where []string
	if !n.Span.All() && !within(n.Span, ms) {
		by := ident(table.TimeGenerated)
		where = append(where, fmt.Sprintf("%s >= %d AND %s < %d", by, n.Span.Start, by, n.Span.End))
	}
	if strings.HasSuffix(has, expired) {
		by := ident(table.TimeReceived)
		where = append(where, fmt.Sprintf("(%s >= %d OR %s IS NULL)", by, snap.Since, by))
	}
	if where != nil {
		sql += " WHERE " + strings.Join(where, " AND ")
	}
	return sql, nil
}

// within reports whether all rows of the extents are in span.
func within(span table.Span, ms []*extent.Meta) bool {
	for _, m := range ms {
		if !span.Contains(m.Span.Start) || !span.Contains(m.Span.End-1) {
			return false
		}
	}
	return true
}

// derived writes a derived column of extents that have the place as a column of type t;
// 0: they do not.
func (s *statement) derived(n *plan.Scan, d *engine.DerivedColumn, t table.Type, has string) (string, error) {
	null, err := sqlgen.DuckDB.Literal(d.Null, d.Type)
	if err != nil {
		return "", err
	}
	if t == 0 {
		if has[n.Table.Index(d.Column)] == 'n' {
			return null, nil
		}
		return sqlgen.Value(sqlgen.DuckDB, d.Of, s, func(int) string { return ident(d.Column) })
	}
	of := ident((&extent.Path{Column: d.Column, Keys: d.Keys}).Name())
	arg := of
	if t == table.String && !d.Whole {
		arg = "coalesce(" + of + ", '')" // what is called in Go or C takes no NULL for a string
	}
	v, err := sqlgen.Value(sqlgen.DuckDB, d.Typed[t], s, func(int) string { return arg })
	if err != nil || d.Whole { // DuckDB then groups by a dictionary as it is
		return v, err
	}
	return fmt.Sprintf("CASE WHEN %s IS NULL THEN %s ELSE %s END", of, null, v), nil
}

// derive adds derived columns to rows in memory; schema is what they have then.
func derive(ctx context.Context, rows []*table.Batch, schema *table.Schema, derived []engine.DerivedColumn) ([]*table.Batch, error) {
	if len(derived) == 0 {
		return rows, nil
	}
	out := make([]*table.Batch, len(rows))
	for i, b := range rows {
		out[i] = &table.Batch{Schema: schema, Rows: b.Rows, Vecs: slices.Clone(b.Vecs)}
	}
	for _, d := range derived {
		of, f := schema.Index(d.Column), eval.Func(ctx, d.Of)
		for _, b := range out {
			v, err := f([]table.Vec{b.Vecs[of]}, b.Rows)
			if err != nil {
				return nil, err
			}
			b.Vecs = append(b.Vecs, v)
		}
	}
	return out, nil
}

// conformed gives rows in the columns of schema.
func conformed(rows []*table.Batch, schema *table.Schema) []*table.Batch {
	out := make([]*table.Batch, len(rows))
	for i, b := range rows {
		out[i] = conform(b, schema)
	}
	return out
}

// conform gives b's rows in the columns of schema; what b lacks is null.
func conform(b *table.Batch, schema *table.Schema) *table.Batch {
	out := &table.Batch{Schema: schema, Rows: b.Rows, Vecs: make([]table.Vec, len(schema.Cols))}
	for i, c := range schema.Cols {
		if j := b.Schema.Index(c.Name); j >= 0 && b.Schema.Cols[j].Type == c.Type {
			out.Vecs[i] = b.Vecs[j]
		} else {
			out.Vecs[i] = table.Repeat(c.Type, nil, b.Rows)
		}
	}
	return out
}

func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// sqlList writes strings as a list.
func sqlList(ss []string) string {
	q := make([]string, len(ss))
	for i, s := range ss {
		q[i] = "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return "[" + strings.Join(q, ", ") + "]"
}
