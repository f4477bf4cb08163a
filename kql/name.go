package kql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// name resolves an identifier: a column, then what statements declared, then a table
// or a stored function of the workspace.
func (b *binder) name(f *frame, x *syntax.Name) value {
	if e, ok := f.vars[x.Text]; ok {
		return value{expr: e}
	}
	if v, ok := b.column(f, x); ok {
		return v
	}
	if r := f.records[x.Text]; r != nil && f.match != nil {
		return value{expr: b.elementBag(x, r)}
	} else if r != nil {
		return value{expr: b.recordBag(x, r)}
	}
	if f.match != nil && f.match.isPath(x.Text) {
		edge := b.elementBag(x, &record{cols: f.match.g.EdgeCols(), bad: f.match.bad})
		return value{expr: b.pathColumn(f.match, plan.GraphOver{Edge: f.match.edges[x.Text], Kind: "map", X: edge})}
	}
	if d := b.lookup(x.Text); d != nil {
		return b.declared(f, x, d)
	}
	if r := b.table(b.env, x.Text); r != nil {
		return value{rel: r}
	}
	if v, ok := b.storedCall(f, x, b.env, x.Text, nil); ok {
		return v
	}
	return b.unknownName(f, x)
}

// column resolves a name among the columns of a frame.
func (b *binder) column(f *frame, x *syntax.Name) (value, bool) {
	i := f.in.index(x.Text)
	if f.right != nil && i < 0 && f.right.index(x.Text) >= 0 {
		b.fail(x, codeJoinColumn, "the left side of the join has no column '%s'", x.Text)
		return value{expr: bad}, true
	}
	if i < 0 && f.in.mixed[x.Text] != nil && f.agg == nil {
		if e := b.mixedColumn(f, x); e != nil {
			return value{expr: e}, true
		}
	}
	if i < 0 {
		return value{}, false
	}
	if f.agg != nil {
		b.fail(x, codeNotAggregate, "the column '%s' can only stand inside an aggregate here, such as take_any(%s)", x.Text, x.Text)
		return value{expr: bad}, true
	}
	return value{expr: f.in.col(i)}, true
}

// mixedColumn binds the name of columns of several types, which a union has kept
// apart: the values of all, brought to the type of the first. It is nil if they are
// no more.
func (b *binder) mixedColumn(f *frame, x *syntax.Name) plan.Expr {
	var args []plan.Expr
	for _, n := range f.in.mixed[x.Text] {
		i := f.in.index(n)
		if i < 0 {
			continue
		}
		c := f.in.col(i)
		if len(args) > 0 {
			c = b.cast(x, c, args[0].Type())
		}
		args = append(args, c)
	}
	if len(args) < 2 {
		return nil
	}
	return b.function(x, "coalesce", args...)
}

// declared returns what a let, a parameter or the like stands for.
func (b *binder) declared(f *frame, x *syntax.Name, d *binding) value {
	switch {
	case d.fn != nil:
		return b.invoke(f, x, d.fn, nil, nil)
	case d.rel != nil:
		return value{rel: d.rel}
	case d.expr != nil:
		if d.frame != nil && d.frame != f.home() {
			b.fail(x, codeConstant, "'%s' depends on a row, and cannot be used in a query of its own", x.Text)
			return value{expr: bad}
		}
		return value{expr: d.expr}
	default:
		b.fail(x, codeTabular, "'%s' is neither a scalar nor a table", x.Text)
		return value{expr: bad}
	}
}

// home is the frame in whose rows an expression lies: that of the call whose body it
// stands in.
func (f *frame) home() *frame {
	for f.caller != nil {
		f = f.caller
	}
	return f
}

func (b *binder) unknownName(f *frame, x *syntax.Name) value {
	switch {
	case f.wantTable:
		hint := cmp.Or(b.storedHint(x.Text), syntax.DidYouMean(x.Text, append(b.declaredNames(), tableNames(b.env)...)))
		b.failHint(x, hint, codeTable, "no table or function named '%s'", x.Text)
		return value{rel: badRel()}
	case f.in.bad || f.right != nil && f.right.bad:
		return value{expr: bad}
	case f.in.open:
		if f.in.asked != nil && !slices.Contains(*f.in.asked, x.Text) {
			*f.in.asked = append(*f.in.asked, x.Text)
		}
		return value{expr: &plan.Lit{Of: table.Dynamic}}
	}
	names := f.in.names()
	hint := syntax.DidYouMean(x.Text, names)
	if f.in.node == nil && hint == "" {
		hint = b.storedHint(x.Text)
	}
	if hint == "" {
		hint = syntax.DidYouMean(x.Text, b.declaredNames())
	}
	what := "column"
	if f.in.node == nil {
		what = "variable or table"
	}
	if _, ok := fn.Lookup(x.Text); ok && hint == "" {
		hint = "a function is called with parentheses: " + x.Text + "()"
	}
	b.failHint(x, hint, codeName, "no %s named '%s'", what, x.Text)
	return value{expr: bad}
}

// storedHint tells how an external table or a graph is read; "" if the name is of none.
func (b *binder) storedHint(name string) string {
	switch s, _ := b.env.Stored(name); s.Kind {
	case StoredExternal:
		return "an external table is read by external_table('" + name + "')"
	case StoredGraph:
		return "a graph is read by graph('" + name + "')"
	}
	return ""
}

// declaredNames lists what statements have declared, for suggestions.
func (b *binder) declaredNames() []string {
	var names []string
	for s := b.scope; s != nil; s = s.up {
		for n := range s.names {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// table returns a scan of a table, or nil if there is none.
func (b *binder) table(env Env, name string) *rel {
	ref, schema, ok := env.Table(name)
	if !ok {
		return nil
	}
	scan := &plan.Scan{Ref: ref, Table: schema}
	if i := schema.Index(table.TimeGenerated); i >= 0 && schema.Cols[i].Type == table.Datetime {
		scan.Span = b.o.Span
	}
	r := newRel(scan)
	r.name = name
	return b.scoped(spotless{}, name, r)
}

// spotless is the place of what the query's options ask for.
type spotless struct{}

func (spotless) Pos() int { return 0 }
func (spotless) End() int { return 0 }

// resultName is the name of the column that an unnamed expression makes, or "".
func (b *binder) resultName(f *frame, x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.resultName(f, x.X)
	case *syntax.Name:
		return x.Text
	case *syntax.Named:
		if len(x.Names) > 0 {
			return x.Names[0].Text
		}
		return b.resultName(f, x.X)
	case *syntax.Member:
		return b.pathName(f, x.X, x.Sel)
	case *syntax.Index:
		if _, ok := x.I.(*syntax.Lit); !ok {
			return b.pathName(f, x.X, nil)
		}
		return b.pathName(f, x.X, x.I)
	case *syntax.Call:
		return b.callName(f, x)
	}
	return ""
}

// pathName is the name of x.sel or x[sel].
func (b *binder) pathName(f *frame, x, sel syntax.Expr) string {
	right := ""
	switch s := sel.(type) {
	case *syntax.Name:
		right = s.Text
	case *syntax.Lit:
		if s.Kind == syntax.StringLit || s.Kind == syntax.LongLit || s.Kind == syntax.IntLit {
			right = s.Text
		}
	}
	if n, ok := x.(*syntax.Name); ok && (n.Text == "$left" || n.Text == "$right") {
		return right
	}
	left := b.resultName(f, x)
	if strings.TrimSpace(left) == "" {
		return right
	}
	return left + "_" + right
}

// callName is the name of the column that an unnamed call makes.
func (b *binder) callName(f *frame, x *syntax.Call) string {
	if d := b.lookup(x.Func.Text); d != nil && d.fn != nil {
		return ""
	}
	e, ok := fn.Lookup(x.Func.Text)
	if a, isAgg := fn.LookupAggregate(x.Func.Text); isAgg && f.agg != nil {
		e, ok = a, true
	}
	if !ok {
		return ""
	}
	prefix := e.Prefix
	if prefix == "" {
		prefix = e.Name
	}
	switch e.Result {
	case fn.PrefixAndArg:
		if len(x.Args) == 0 {
			return prefix + "_"
		}
		return prefix + "_" + b.resultName(f, x.Args[0])
	case fn.PrefixOnly:
		return prefix
	case fn.FirstArg:
		if len(x.Args) > 0 {
			return b.resultName(f, x.Args[0])
		}
	case fn.OnlyArg:
		if len(x.Args) == 1 {
			return b.resultName(f, x.Args[0])
		}
	}
	return ""
}

// itemName is the name of the column that an expression makes where it is all that
// makes it: column_ifexists() names none within another expression.
func (b *binder) itemName(f *frame, x syntax.Expr) string {
	c, ok := x.(*syntax.Call)
	if !ok || c.Func.Text != "column_ifexists" && c.Func.Text != "columnifexists" || len(c.Args) != 2 {
		return b.resultName(f, x)
	}
	if name := b.existing(c.Args[0]); f.in.index(name) >= 0 {
		return name
	}
	return ""
}

// tableNames lists every table that env knows, for suggestions.
func tableNames(env Env) []string {
	names := env.Tables()
	for _, n := range table.Builtins() {
		if _, _, ok := env.Table(n); ok {
			names = append(names, n)
		}
	}
	return names
}
