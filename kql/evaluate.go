package kql

import (
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// evaluate binds a call of a plugin; in is nil if it comes first.
func (b *binder) evaluate(op *syntax.Evaluate, in *rel) *rel {
	b.opParams(op.Params)
	name := op.Plugin.Func.Text
	p, ok := fn.LookupPlugin(name)
	switch {
	case !ok:
		b.failHint(op.Plugin.Func, syntax.DidYouMean(name, pluginNames()), codePlugin, "no plugin named '%s'", name)
		return badRel(b.columns(op.Cols)...)
	case p.Refused != "" && p.Cols == nil:
		b.fail(op.Plugin.Func, codeMissing, "the plugin '%s' is not there: %s", name, p.Refused)
		return badRel(b.columns(op.Cols)...)
	case p.Source && in != nil:
		b.fail(op.Plugin.Func, codeFirst, "the plugin '%s' takes no input: it comes first", name)
		return badRel()
	case !p.Source && in == nil && p.Refused == "":
		b.fail(op.Plugin.Func, codeNotFirst, "the plugin '%s' needs an input: T | evaluate %s(…)", name, name)
		return badRel()
	}
	c := &pluginCall{b: b, op: op, p: p, in: in, known: &fn.PluginCall{Args: map[string][]fn.PluginValue{}}}
	if in != nil {
		c.known.In = in.cols
	}
	if p.CallsOut && b.forbidden(op.Plugin.Func, "the plugin "+name, "request_callout_disabled") || !c.bind() {
		return badRel(b.columns(op.Cols)...)
	}
	switch name {
	case "identity":
		return in
	case "preview":
		return b.preview(op, in, c.args)
	case "estimate_rows_count":
		return b.count(&syntax.Count{As: nil}, in).rename("EstimatedRowsCount")
	}
	return c.result()
}

func pluginNames() []string {
	var names []string
	for _, p := range fn.Plugins() {
		if p.Refused == "" {
			names = append(names, p.Name)
		}
	}
	return names
}

// rename gives the only column of r another name.
func (r *rel) rename(name string) *rel {
	if len(r.cols) != 1 || r.bad {
		return r
	}
	return r.from(&plan.Project{In: r.node, Cols: []plan.Named{{Name: name, Expr: r.col(0)}}})
}

// preview answers some rows, and a second table with the number of all.
func (b *binder) preview(op *syntax.Evaluate, in *rel, args []plan.PluginArg) *rel {
	n := int64(0)
	if l, ok := args[0].Expr.(*plan.Lit); ok {
		n, _ = l.Value.(int64)
	}
	shared := in.from(&plan.Cache{ID: b.id(), In: in.node})
	out := in.from(&plan.Limit{In: shared.node, N: max(n, 0)})
	if call := b.countCall(op); call != nil {
		out.more = []plan.Result{{Name: "Count", Root: &plan.Summarize{In: shared.node, Aggs: []plan.Agg{{Names: []string{"Count"}, Call: call}}}}}
	}
	return out
}

// pluginCall is a call of a plugin being bound.
type pluginCall struct {
	b      *binder
	op     *syntax.Evaluate
	p      *fn.Plugin
	in     *rel
	tables []*rel
	known  *fn.PluginCall
	args   []plan.PluginArg
}

// bind binds the arguments by the first form that takes them; it reports false after a
// mistake, of the last form that takes as many.
func (c *pluginCall) bind() bool {
	args := c.op.Plugin.Args
	forms := slices.DeleteFunc(slices.Clone(c.p.Forms), func(f []fn.PluginParam) bool { return !takesArgs(f, len(args)) })
	if len(forms) == 0 {
		c.b.fail(c.op.Plugin.Func, codeArgs, "the plugin '%s' does not take %d arguments", c.p.Name, len(args))
		return false
	}
	last := len(forms) - 1
	for _, f := range forms[:last] {
		if c.quietly(func() bool { return c.positional(f, args) }) {
			return c.positional(f, args)
		}
	}
	return c.positional(forms[last], args)
}

func takesArgs(form []fn.PluginParam, n int) bool {
	least, most := 0, 0
	for _, p := range form {
		if !p.Opt {
			least++
		}
		if most++; p.Rest {
			most = 1 << 20
		}
	}
	return least <= n && n <= most
}

// positional binds arguments in the order of the parameters. An argument that does
// not fit a parameter that may be left out belongs to a later one.
func (c *pluginCall) positional(form []fn.PluginParam, args []syntax.Expr) bool {
	next, ok := 0, true
	for _, a := range args {
		if n, named := a.(*syntax.Named); named && len(n.Names) == 1 {
			i := slices.IndexFunc(form, func(p fn.PluginParam) bool { return strings.EqualFold(p.Name, n.Names[0].Text) })
			if i >= 0 {
				for next < i {
					c.args = append(c.args, plan.PluginArg{Param: form[next].Name})
					next++
				}
				ok = c.arg(form[i], n.X) && ok
				next = max(next, i+1)
				continue
			}
		}
		for next < len(form) && form[next].Opt && next+1 < len(form) && !c.fits(form[next], a) {
			next++
		}
		if next >= len(form) {
			c.b.fail(a, codeArgs, "the plugin '%s' takes no further argument", c.p.Name)
			return false
		}
		ok = c.arg(form[next], a) && ok
		if !form[next].Rest {
			next++
		}
	}
	for _, p := range form[min(next, len(form)):] {
		if !p.Opt && len(c.known.Args[p.Name]) == 0 {
			c.b.fail(c.op.Plugin.Func, codeMissingArg, "the plugin '%s' needs an argument for '%s'", c.p.Name, p.Name)
			return false
		}
	}
	return ok
}

// isDefault tells the text ~, which stands for an argument that is left out.
func isDefault(x syntax.Expr) bool {
	l, ok := x.(*syntax.Lit)
	return ok && l.Kind == syntax.StringLit && l.Text == "~"
}

// fits reports whether an argument can be that of a parameter.
func (c *pluginCall) fits(p fn.PluginParam, x syntax.Expr) bool {
	if isDefault(x) && p.Kind != fn.PluginOther && p.Kind != fn.PluginTable {
		return true
	}
	return c.quietly(func() bool { return c.arg(p, x) })
}

// quietly tries something, and leaves the call as it was.
func (c *pluginCall) quietly(try func() bool) bool {
	errs, quiet, muted := c.b.errs, c.b.quiet, c.b.muted
	in, cols, known, args, tables := c.in, c.known.In, maps.Clone(c.known.Args), c.args, c.tables
	c.b.quiet++
	ok := try()
	c.b.errs, c.b.quiet, c.b.muted = errs, quiet, muted
	c.in, c.known.In, c.known.Args, c.args, c.tables = in, cols, known, args, tables
	return ok
}

// arg binds the argument of a parameter.
func (c *pluginCall) arg(p fn.PluginParam, x syntax.Expr) bool {
	if p.Opt && isDefault(x) {
		c.args = append(c.args, plan.PluginArg{Param: p.Name})
		return true
	}
	switch p.Kind {
	case fn.PluginTable:
		r := c.b.query(x)
		c.tables = append(c.tables, r)
		c.add(p, plan.PluginArg{Table: len(c.tables)}, fn.PluginValue{Table: r.cols})
		return !r.bad
	case fn.PluginOther:
		return c.column(p, x, len(c.tables))
	case fn.PluginColumn:
		return c.column(p, x, 0)
	case fn.PluginAgg:
		return c.aggregate(p, x)
	case fn.PluginConst, fn.PluginExpr:
		return c.scalar(p, x)
	}
	panic("kql: no such kind of parameter: " + p.Name)
}

func (c *pluginCall) add(p fn.PluginParam, a plan.PluginArg, v fn.PluginValue) {
	a.Param, a.Name = p.Name, v.Column.Name
	c.args = append(c.args, a)
	c.known.Args[p.Name] = append(c.known.Args[p.Name], v)
}

func (c *pluginCall) column(p fn.PluginParam, x syntax.Expr, of int) bool {
	r := c.in
	if of > 0 {
		r = c.tables[of-1]
	}
	n, ok := x.(*syntax.Name)
	if !ok && r.bad { // it may be an argument of an earlier parameter, left out for what r lacks
		return false
	}
	if !ok {
		c.b.fail(x, codeColumn, "the argument '%s' of '%s' must be a column", p.Name, c.p.Name)
		return false
	}
	if r.open {
		r = c.b.having(n, r, n.Text, p.Types...)
		if of > 0 {
			c.tables[of-1] = r
		} else {
			c.in, c.known.In = r, r.cols
		}
	}
	i := r.index(n.Text)
	if i < 0 {
		if !r.bad {
			c.b.failHint(x, syntax.DidYouMean(n.Text, r.names()), codeName, "no column named '%s'", n.Text)
		}
		return false
	}
	e := r.col(i)
	if isBad(e) || !c.typed(p, x, e) {
		return false
	}
	c.add(p, plan.PluginArg{Expr: e, Table: of}, fn.PluginValue{Column: r.cols[i]})
	return true
}

// typed checks the type of an argument.
func (c *pluginCall) typed(p fn.PluginParam, x syntax.Expr, e plan.Expr) bool {
	if p.Types == nil || slices.Contains(p.Types, e.Type()) {
		return true
	}
	c.b.fail(x, codeArgType, "the argument '%s' of '%s' cannot be of type %s", p.Name, c.p.Name, e.Type())
	return false
}

func (c *pluginCall) scalar(p fn.PluginParam, x syntax.Expr) bool {
	named := x
	if n, ok := x.(*syntax.Named); ok && len(n.Names) == 1 {
		x = n.X
	}
	f := noRow()
	if p.Kind == fn.PluginExpr && c.in != nil {
		f = row(c.in)
	}
	e := c.b.expr(f, x)
	if isBad(e) {
		return false
	}
	if len(p.Types) == 1 && e.Type() != p.Types[0] {
		if w, ok := fn.Wider(e.Type(), p.Types[0]); ok && w == p.Types[0] {
			e = c.b.cast(x, e, w)
		}
	}
	if !c.typed(p, x, e) {
		return false
	}
	v := fn.PluginValue{Column: table.Column{Name: c.b.resultName(f, named), Type: e.Type()}}
	if p.Kind == fn.PluginConst {
		if !isConst(e) {
			c.b.fail(x, codeConstant, "the argument '%s' of '%s' must be a constant", p.Name, c.p.Name)
			return false
		}
		if l, ok := e.(*plan.Lit); ok {
			v.Const = l.Value
		}
	}
	c.add(p, plan.PluginArg{Expr: e}, v)
	return true
}

func (c *pluginCall) aggregate(p fn.PluginParam, x syntax.Expr) bool {
	f := row(c.in)
	aggs := c.b.aggregateFrame(f, nil)
	e := c.b.expr(aggs, x)
	if isBad(e) {
		return false
	}
	if len(aggs.agg.calls) != 1 || aggs.agg.calls[0].Call.Ret != e.Type() {
		c.b.fail(x, codeAggregate, "the argument '%s' of '%s' must be an aggregate", p.Name, c.p.Name)
		return false
	}
	v := fn.PluginValue{}
	if call, ok := x.(*syntax.Call); ok && len(call.Args) > 0 {
		if n, ok := call.Args[0].(*syntax.Name); ok {
			v.Column.Name = n.Text
		}
	}
	c.add(p, plan.PluginArg{Agg: aggs.agg.calls[0].Call}, v)
	return true
}

// result makes the node, with the columns that the query declares, or that are known,
// or that the data has.
func (c *pluginCall) result() *rel {
	b := c.b
	n := &plan.Plugin{Name: c.p.Name, Args: c.args, FromData: c.p.FromData, Cols: c.p.Cols(c.known)}
	out := &rel{}
	if c.in != nil {
		n.In, out.bad, out.open = c.in.node, c.in.bad, c.in.open
	}
	for _, r := range c.tables {
		n.Tables = append(n.Tables, r.node)
		out.bad, out.open = out.bad || r.bad, out.open || r.open
	}
	switch {
	case c.op.HasSchema:
		n.Complete = true
		declared := b.columns(c.op.Cols)
		if c.op.Star {
			kept := slices.DeleteFunc(n.Cols, func(k table.Column) bool {
				return slices.ContainsFunc(declared, func(d table.Column) bool { return d.Name == k.Name })
			})
			declared = append(kept, declared...)
		}
		n.Cols = declared
	case n.FromData && b.o.Columns != nil && b.len() == 0 && !out.bad && c.p.Refused == "":
		cols, known, err := b.o.Columns(n)
		if err != nil {
			b.fail(c.op.Plugin.Func, codePlugin, "the columns of '%s' cannot be found out: %v", c.p.Name, err)
			return badRel()
		}
		n.Cols, n.Complete, out.open = cols, true, out.open || !known
	case n.FromData:
		out.open = true
	}
	if c.p.More != nil && !c.op.HasSchema {
		n.In = &plan.Cache{ID: b.id(), In: n.In}
		for i, cols := range c.p.More(c.known) {
			further := *n
			further.Table, further.Cols = i+1, cols
			out.more = append(out.more, plan.Result{Root: &further})
		}
	}
	out.node, out.cols = n, n.Cols
	return out
}
