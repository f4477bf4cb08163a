package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// intrinsic binds the functions that the binder itself knows.
func (b *binder) intrinsic(f *frame, x *syntax.Call) (value, bool) {
	switch x.Func.Text {
	case "now":
		return value{expr: b.now(f, x)}, true
	case "ago":
		return value{expr: b.ago(f, x)}, true
	case "ingestion_time":
		return value{expr: b.ingestionTime(f, x)}, true
	case "extent_id", "extentid":
		return value{expr: b.extentID(f, x)}, true
	case "extent_tags":
		return value{expr: b.extentTags(f, x)}, true
	case "column_ifexists", "columnifexists":
		return value{expr: b.columnIfExists(f, x)}, true
	case "iscolumnexists":
		return value{expr: b.isColumn(f, x)}, true
	case "pack_all":
		return value{expr: b.packAll(f, x)}, true
	case "bag_pack_columns":
		return value{expr: b.bagPackColumns(f, x)}, true
	case "bin_auto":
		return value{expr: b.binAuto(f, x)}, true
	case "column_names_of":
		return value{expr: b.namesOf(x)}, true
	case "geo_info_from_ip_address":
		return value{expr: b.located(f, x)}, true
	case "table":
		return value{rel: b.tableCall(x, b.env)}, true
	case "materialized_view":
		return b.materializedView(f, x, b.env), true
	case "external_table":
		return value{rel: b.externalTable(x, b.env)}, true
	case "graph":
		return value{rel: b.storedGraph(f, x, b.env)}, true
	case "stored_query_result":
		return value{rel: b.storedResult(x)}, true
	case "workspace", "app", "database", "cluster", "resource":
		if p, _ := b.placeCall(x, nil); p != nil {
			b.fail(x, codeTabular, "a table is expected after %s(…): %s(…).T", x.Func.Text, x.Func.Text)
		}
		return value{rel: badRel()}, true
	}
	if e, ok := b.contextual(f, x); ok {
		return value{expr: e}, true
	}
	return value{}, false
}

// arity checks the number of arguments.
func (b *binder) arity(x *syntax.Call, least, most int) bool {
	if n := len(x.Args); n < least || n > most {
		if least == most {
			b.fail(x.Func, codeArgs, "%s() takes %d arguments, not %d", x.Func.Text, least, n)
		} else {
			b.fail(x.Func, codeArgs, "%s() takes %d to %d arguments, not %d", x.Func.Text, least, most, n)
		}
		return false
	}
	return true
}

// now binds now(offset): one instant for the whole query.
func (b *binder) now(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 0, 1) {
		return bad
	}
	now := &plan.Lit{Value: b.o.Now, Of: table.Datetime}
	if len(x.Args) == 0 {
		return now
	}
	return b.offset(f, x, "+", now)
}

// ago binds ago(span).
func (b *binder) ago(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 1, 1) {
		return bad
	}
	return b.offset(f, x, "-", &plan.Lit{Value: b.o.Now, Of: table.Datetime})
}

func (b *binder) offset(f *frame, x *syntax.Call, op string, now plan.Expr) plan.Expr {
	span := b.expr(f, x.Args[0])
	if isBad(span) {
		return bad
	}
	if f.in.open && span.Type() == table.Dynamic {
		span = b.cast(x.Args[0], span, table.Timespan)
	}
	if span.Type() != table.Timespan {
		b.fail(x.Args[0], codeArgType, "%s() takes a timespan, not %s", x.Func.Text, span.Type())
		return bad
	}
	return b.operator(x, op, now, span)
}

// ingestionTime is when a row was taken in: a column, where the input still has it.
func (b *binder) ingestionTime(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 0, 0) {
		return bad
	}
	if i := f.in.index(table.TimeReceived); i >= 0 && f.agg == nil && f.in.cols[i].Type == table.Datetime {
		return f.in.col(i)
	}
	return &plan.Lit{Of: table.Datetime}
}

// existing returns the name in a constant string.
func (b *binder) existing(x syntax.Expr) string {
	b.quiet++
	muted := b.muted
	defer func() { b.quiet--; b.muted = muted }()
	name, _ := b.constText(x)
	return name
}

// columnIfExists binds column_ifexists("c", x): the column, or x if there is none.
func (b *binder) columnIfExists(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 2, 2) {
		return bad
	}
	name, ok := b.constText(x.Args[0])
	other := b.expr(f, x.Args[1])
	if !ok || f.in.bad {
		return bad
	}
	if i := f.in.index(name); i >= 0 && f.agg == nil {
		c := f.in.col(i)
		if !isBad(other) && c.Type() != other.Type() {
			b.standIns[c] = other.Type()
		}
		return c
	}
	return other
}

// isColumn binds iscolumnexists("c").
func (b *binder) isColumn(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 1, 1) {
		return bad
	}
	name, ok := b.constText(x.Args[0])
	if !ok || f.in.bad {
		return bad
	}
	return &plan.Lit{Value: f.in.index(name) >= 0, Of: table.Bool}
}

// packAll binds pack_all(ignore_null_empty): a bag of all columns.
func (b *binder) packAll(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 0, 1) || f.in.bad {
		return bad
	}
	if f.agg != nil {
		b.fail(x, codeNotAggregate, "pack_all() may not stand here")
		return bad
	}
	var idx []int
	for i, c := range f.in.cols {
		if c.Type != 0 && c.Name != plan.ExtentColumn {
			idx = append(idx, i)
		}
	}
	bag := b.packColumns(x, f.in, idx)
	if len(x.Args) == 0 {
		return bag
	}
	ignore := b.expr(noRow(), x.Args[0])
	if isBad(ignore) {
		return bad
	}
	if ignore.Type() != table.Bool {
		b.fail(x.Args[0], codeArgType, "pack_all() takes a bool")
		return bad
	}
	if l, ok := ignore.(*plan.Lit); ok && l.Value != true {
		return bag
	}
	return b.function(x, "__bag_remove_empty", bag)
}
