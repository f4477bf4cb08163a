package kql

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// optionAliases are other spellings of options, which documentation and clients have.
var optionAliases = map[string]string{
	"truncation_max_records": "truncationmaxrecords", "truncation_max_size": "truncationmaxsize", "validatepermissions": "validate_permissions",
}

// optionName is the option that a statement sets, by the name that it has here.
func optionName(s *syntax.Set) string {
	if name, ok := optionAliases[s.Name.Text]; ok {
		return name
	}
	return s.Name.Text
}

// set binds "set option = value"; without a value the option is true. An option that
// only tells a cluster how to go about its work has no effect, and so has one that
// nobody knows.
func (b *binder) set(s *syntax.Set) {
	name := optionName(s)
	var e plan.Expr = &plan.Lit{Value: true, Of: table.Bool}
	if s.X != nil {
		v := b.any(noRow(), s.X)
		if v.expr == nil || isBad(v.expr) {
			return
		}
		e = v.expr
	}
	l, ok := e.(*plan.Lit)
	if !ok {
		b.fail(s.X, codeConstant, "the value of an option must be a constant")
		return
	}
	if _, no := fn.Refused("set " + name); no {
		b.refused(s.Name, "set "+name)
		return
	}
	b.sets[name] = l
	switch name {
	case "query_now":
		if t, ok := b.setting(s, table.Datetime).(table.Time); ok {
			b.o.Now = t
		}
	case "query_datetimescope_from":
		if t, ok := b.setting(s, table.Datetime).(table.Time); ok {
			b.o.Span.Start = max(b.o.Span.Start, t)
			if b.o.Span.End == 0 {
				b.o.Span.End = table.MaxTime + 1
			}
		}
	case "query_datetimescope_to":
		if t, ok := b.setting(s, table.Datetime).(table.Time); ok && (b.o.Span.End == 0 || t < b.o.Span.End) {
			b.o.Span.End = t
		}
	case "query_datetimescope_column":
		if c, ok := b.setting(s, table.String).(string); ok && c != table.TimeGenerated {
			b.fail(s, codeColumn, "only %s can bound a query", table.TimeGenerated)
		}
	case "query_language":
		if l, ok := b.setting(s, table.String).(string); ok && !slices.Contains([]string{"kql", "csl"}, strings.ToLower(l)) {
			b.fail(s, codeWord, "the language '%s' is not there: write kql", l)
		}
	case "query_take_max_records", "truncationmaxrecords", "truncationmaxsize", "query_max_entities_in_union", "maxoutputcolumns",
		"maxmemoryconsumptionperiterator", "max_memory_consumption_per_query_per_node":
		if n, ok := b.setting(s, table.Long).(int64); ok && n < 0 {
			b.fail(s, codeType, "the number must not be negative")
		}
	case "query_cursor_after_default", "query_cursor_before_or_at_default", "query_cursor_current":
		b.setting(s, table.String)
	}
}

// preset sets the options that come with the request. Mistakes in them have no place in
// the text.
func (b *binder) preset() {
	for _, name := range slices.Sorted(maps.Keys(b.o.Set)) {
		file, errs := syntax.Parse("set " + name + " = " + b.o.Set[name] + ";")
		before := len(b.errs)
		b.errs = append(b.errs, errs...)
		for _, s := range file.Stmts {
			if set, ok := s.(*syntax.Set); ok && len(errs) == 0 {
				b.set(set)
			}
		}
		for _, e := range b.errs[before:] {
			e.Pos, e.End = 0, 0
		}
	}
}

// setting is the value of an option as a type, which it must have.
func (b *binder) setting(s *syntax.Set, t table.Type) table.Value {
	name := optionName(s)
	l := b.sets[name]
	v := fn.Cast(l.Value, t)
	if v == nil || l.Of != t && !(t == table.Long && l.Of == table.Int) && !(t == table.Datetime && l.Of == table.String) {
		b.fail(s, codeType, "the option %s needs a value of type %s", s.Name.Text, t)
		delete(b.sets, name)
		return nil
	}
	return v
}

// isSet reports whether an option is set to true.
func (b *binder) isSet(name string) bool {
	l := b.sets[name]
	return l != nil && l.Value == true
}

// limitOf is the value of an option that is a number.
func (b *binder) limitOf(name string) (n int64, ok bool) {
	if l := b.sets[name]; l != nil {
		n, ok = fn.Cast(l.Value, table.Long).(int64)
	}
	return n, ok
}

// forbidden reports what an option of the request keeps a query from.
func (b *binder) forbidden(at spot, what string, options ...string) bool {
	for _, o := range options {
		if b.isSet(o) {
			b.fail(at, codeNotAllowed, "%s is not allowed: the query sets %s", what, o)
			return true
		}
	}
	return false
}

// shaped applies the options that change what a query answers.
func (b *binder) shaped(at spot, r *rel) *rel {
	if n, ok := b.limitOf("maxoutputcolumns"); ok && int64(len(r.cols)) > n {
		b.fail(at, codeNoColumns, "the result has %d columns, more than the %d that maxoutputcolumns allows", len(r.cols), n)
	}
	if b.isSet("query_results_apply_getschema") {
		return b.getSchema(nil, r)
	}
	if n, ok := b.limitOf("query_take_max_records"); ok {
		return r.from(&plan.Limit{In: r.node, N: n})
	}
	return r
}

// limits are those that options put on an answer.
func (b *binder) limits() plan.Limits {
	var l plan.Limits
	l.None = b.isSet("notruncation")
	l.Rows, _ = b.limitOf("truncationmaxrecords")
	l.Bytes, _ = b.limitOf("truncationmaxsize")
	for _, name := range []string{"maxmemoryconsumptionperiterator", "max_memory_consumption_per_query_per_node"} {
		if n, ok := b.limitOf(name); ok && n > 0 && (l.Memory == 0 || n < l.Memory) {
			l.Memory = n
		}
	}
	return l
}

// cursor binds cursor_after(c) and cursor_before_or_at(c). A cursor is an instant, as
// the number of its ticks; rows compare by when they were taken in.
func (b *binder) cursor(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 0, 1) || b.forbidden(x.Func, x.Func.Text+"()", "query_cursor_disabled") {
		return bad
	}
	c, ok := b.defaultCursor(x.Func.Text)
	if len(x.Args) > 0 {
		if c, ok = b.constText(x.Args[0]); !ok {
			return bad
		}
	}
	if !ok {
		b.fail(x.Func, codeArgs, "%s() takes 1 argument, or \"set query_%s_default = …\" before the query", x.Func.Text, x.Func.Text)
		return bad
	}
	return b.since(x, f.in, x.Func.Text, c)
}

// defaultCursor is what a query's options give a function of cursors.
func (b *binder) defaultCursor(function string) (string, bool) {
	l := b.sets["query_"+function+"_default"]
	if l == nil {
		return "", false
	}
	c, ok := l.Value.(string)
	return c, ok
}

// since is the condition of rows of in that a function of cursors stands for.
func (b *binder) since(at spot, in *rel, function, cursor string) plan.Expr {
	after := function == "cursor_after"
	if cursor == "" {
		return &plan.Lit{Value: after, Of: table.Bool}
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil {
		b.fail(at, codeLiteral, "'%s' is no cursor: cursor_current() gives one", cursor)
		return bad
	}
	i := in.index(table.TimeReceived)
	if i < 0 || in.cols[i].Type != table.Datetime {
		b.fail(at, codeName, "%s() needs the column %s, which the input does not have", function, table.TimeReceived)
		return bad
	}
	op := "<="
	if after {
		op = ">"
	}
	return b.operator(at, op, in.col(i), &plan.Lit{Value: table.Time(n), Of: table.Datetime})
}

// scoped keeps of a table what the query's cursors let through, if the query lists it
// in query_cursor_scoped_tables.
func (b *binder) scoped(at spot, name string, r *rel) *rel {
	l := b.sets["query_cursor_scoped_tables"]
	if l == nil {
		return r
	}
	names, _ := plan.ConstArray(l)
	if !slices.Contains(names, any(name)) {
		return r
	}
	for _, function := range []string{"cursor_after", "cursor_before_or_at"} {
		c, ok := b.defaultCursor(function)
		if !ok || c == "" {
			continue
		}
		if cond := b.since(at, r, function, c); !isBad(cond) {
			name := r.name
			r = r.from(&plan.Filter{In: r.node, Cond: cond})
			r.name = name
		}
	}
	return r
}
