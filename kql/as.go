package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// as names the rows so far: for what follows in the statement, and in union's
// withsource.
func (b *binder) as(op *syntax.As, in *rel) *rel {
	b.opParams(op.Params)
	r := in.from(&plan.Cache{ID: b.id(), In: in.node})
	r.name = op.Name.Text
	b.scope.names[op.Name.Text] = &binding{rel: r}
	return r
}

// consume runs the query and answers nothing.
func (b *binder) consume(op *syntax.Consume, in *rel) *rel {
	b.opParams(op.Params, "decodeblocks")
	return newRel(&plan.Project{In: &plan.Limit{In: in.node}})
}

// tabular binds toscalar(), totable() and materialize().
func (b *binder) tabular(x *syntax.Tabular) value {
	b.opParams(x.Params, "kind")
	v := b.any(&frame{in: &rel{}, wantTable: true}, x.X)
	if x.Func == "toscalar" {
		return value{expr: b.toScalar(x, v)}
	}
	if v.rel == nil {
		if !isBad(v.expr) {
			b.fail(x.X, codeTabular, "a table is expected here, not a scalar of type %s", v.expr.Type())
		}
		return value{rel: badRel()}
	}
	if x.Func == "totable" || v.rel.graph != nil {
		return v
	}
	r := *v.rel
	r.node = &plan.Cache{ID: b.id(), In: r.node}
	return value{rel: &r}
}

func (b *binder) toScalar(x *syntax.Tabular, v value) plan.Expr {
	if v.rel == nil {
		if isConst(v.expr) || isBad(v.expr) || hasColumn(v.expr) {
			return v.expr
		}
		one := &plan.Project{In: oneRow(), Cols: []plan.Named{{Name: "x", Expr: v.expr}}}
		return &plan.Scalar{Root: one, Of: v.expr.Type()}
	}
	v.rel = b.notGraph(x.X, v.rel)
	if len(v.rel.cols) == 0 {
		switch {
		case v.rel.open:
			return &plan.Lit{Of: table.Dynamic}
		case !v.rel.bad:
			b.fail(x.X, codeNoColumns, "the table has no columns")
		}
		return bad
	}
	t := v.rel.cols[0].Type
	if t == 0 {
		return bad
	}
	root := v.rel.node
	if len(v.rel.cols) > 1 {
		root = pick(v.rel, []int{0}).node
	}
	return &plan.Scalar{Root: root, Of: t}
}

// assertSchema checks that the input has exactly some columns.
func (b *binder) assertSchema(op *syntax.AssertSchema, in *rel) *rel {
	want := b.columns(op.Cols)
	if in.bad || in.open {
		return in
	}
	same := len(want) == len(in.cols)
	for i := 0; same && i < len(want); i++ {
		same = want[i].Name == in.cols[i].Name && want[i].Type == in.cols[i].Type
	}
	if !same {
		s := &table.Schema{Cols: in.cols}
		b.fail(op, "KS249", "the columns are not those of assert-schema, but: %s", s)
	}
	return in
}

// getSchema answers the columns of its input.
func (b *binder) getSchema(op *syntax.GetSchema, in *rel) *rel {
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{
		{Name: "ColumnName", Type: table.String}, {Name: "ColumnOrdinal", Type: table.Int},
		{Name: "DataType", Type: table.String}, {Name: "ColumnType", Type: table.String},
	}})
	for i, c := range in.cols {
		if c.Type != 0 {
			rows.AppendRow(c.Name, int32(i), clrTypes[c.Type], c.Type.String())
		}
	}
	return newRel(&plan.Values{Rows: rows})
}

// clrTypes are the names of types that getschema gives as DataType.
var clrTypes = map[table.Type]string{
	table.Bool: "System.SByte", table.Int: "System.Int32", table.Long: "System.Int64", table.Real: "System.Double",
	table.Decimal: "System.Data.SqlTypes.SqlDecimal", table.String: "System.String", table.Datetime: "System.DateTime",
	table.Timespan: "System.TimeSpan", table.Guid: "System.Guid", table.Dynamic: "System.Object",
}
