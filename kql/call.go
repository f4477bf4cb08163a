package kql

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// call binds a function call: of a function that the query declares, a built-in one,
// or one that is stored in the workspace.
func (b *binder) call(f *frame, x *syntax.Call) value {
	name := x.Func.Text
	if d := b.lookup(name); d != nil && d.fn != nil {
		return b.invoke(f, x, d.fn, x.Args, nil)
	}
	if p := b.patternCall(x); p != nil {
		return b.matchPattern(f, p, x, nil)
	}
	if f.match != nil || f.graphNode != nil || f.graphEdge != nil {
		if v, ok := b.graphCall(f, x); ok {
			return v
		}
	}
	if v, ok := b.intrinsic(f, x); ok {
		return v
	}
	if v, ok := b.builtin(f, x); ok {
		return v
	}
	if v, ok := b.storedCall(f, x, b.env, name, x.Args); ok {
		return v
	}
	if r := b.table(b.env, name); r != nil && len(x.Args) == 0 {
		return value{rel: r}
	}
	for _, a := range x.Args {
		b.looseArg(f, a)
	}
	if _, ok := fn.Refused(name); ok {
		b.refused(x.Func, name)
	} else {
		b.failHint(x.Func, syntax.DidYouMean(name, b.functionNames(f.agg != nil)), codeFunction, "no function named '%s'", name)
	}
	if f.wantTable {
		return value{rel: badRel()}
	}
	return value{expr: bad}
}

// looseArg binds an argument of a call that is a mistake, for the mistakes in it.
func (b *binder) looseArg(f *frame, x syntax.Expr) {
	switch x.(type) {
	case *syntax.Star, *syntax.WildName:
	default:
		if f.agg != nil {
			f = f.agg.row
		}
		b.any(f, x)
	}
}

// functionNames lists what can be called by name.
func (b *binder) functionNames(aggregates bool) []string {
	names := b.declaredNames()
	for _, f := range fn.All() {
		if f.Kind != fn.Operator && !f.Hidden && (aggregates || f.Kind != fn.Aggregate) {
			names = append(names, f.Name)
		}
	}
	return names
}

// builtin binds a call of an entry of fn, if there is one of its name.
func (b *binder) builtin(f *frame, x *syntax.Call) (value, bool) {
	name := x.Func.Text
	if f.agg != nil {
		if a, ok := fn.LookupAggregate(name); ok {
			return b.aggregate(f, x, a), true
		}
	}
	e, ok := fn.Lookup(name)
	if !ok || e.Kind == fn.Operator {
		return value{}, false
	}
	switch e.Kind {
	case fn.Aggregate:
		b.fail(x.Func, codeAggregate, "the aggregate '%s' may not stand here: it needs summarize or its like", name)
		return value{expr: bad}, true
	case fn.Window:
		if !f.home().windows {
			b.fail(x.Func, codeNotAllowed, "the window function '%s' may not stand here", name)
			return value{expr: bad}, true
		}
		f.home().window = true
	case fn.Intrinsic:
		b.fail(x.Func, codeNotAllowed, "%s() may not stand here", name)
		return value{expr: bad}, true
	}
	args, ok := b.args(f, x, e)
	if !ok {
		return value{expr: bad}, true
	}
	out := b.resolve(f.in, x, e, args)
	if name == "assert" {
		b.asserted(x, out)
	}
	return b.several(f, x, args, out), true
}

// asserted reports an assertion that does not hold, whether or not a row would come to it.
func (b *binder) asserted(x *syntax.Call, e plan.Expr) {
	call, ok := e.(*plan.Call)
	if !ok {
		return
	}
	holds, known := call.Args[0].(*plan.Lit)
	msg, said := call.Args[1].(*plan.Lit)
	if known && said && holds.Value != true {
		b.fail(x, codeAssert, "%s", fn.AssertFailed(table.Text(msg.Value)))
	}
}

// several makes a value of a call, of all its columns if it has several.
func (b *binder) several(f *frame, x *syntax.Call, args []arg, e plan.Expr) value {
	call, ok := e.(*plan.Call)
	if !ok || call.Over.Outs == nil {
		return value{expr: e}
	}
	v := value{}
	for i, c := range b.outs(f, x, args, call) {
		if call.Over.EvalN == nil {
			return value{expr: call, fields: []plan.Expr{call}, names: []string{c.Name}}
		}
		v.fields = append(v.fields, &plan.Field{Call: call, I: i, Of: c.Type})
		v.names = append(v.names, c.Name)
	}
	v.expr = v.fields[0]
	return v
}

// outs returns the columns that a call of several results makes.
func (b *binder) outs(f *frame, x *syntax.Call, args []arg, call *plan.Call) []table.Column {
	info := argInfo(call.Args)
	for i := range info {
		info[i].Name = args[i].name
	}
	cols := call.Over.Outs(info)
	for i := range cols {
		if strings.HasPrefix(cols[i].Name, "_") {
			cols[i].Name = b.callName(f, x) + cols[i].Name
		}
	}
	return cols
}

// arg is an argument of a call.
type arg struct {
	expr plan.Expr
	name string // of the column that it is, or would be
	at   spot
}

// args binds the arguments of a call; it reports false after a mistake. A * stands
// for all columns.
func (b *binder) args(f *frame, x *syntax.Call, e *fn.Func) ([]arg, bool) {
	args, ok := make([]arg, 0, len(x.Args)), true
	for _, a := range x.Args {
		if isStar(a) {
			if !takesStar(e) {
				b.fail(a, codeStar, "'%s' takes no *", e.Name)
				ok = false
				continue
			}
			args = append(args, b.starArgs(f, a, args)...)
			ok = ok && !f.in.bad
			continue
		}
		v := b.expr(f, a)
		ok = ok && !isBad(v)
		args = append(args, arg{v, b.itemName(f, a), a})
	}
	return args, ok
}

func isStar(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Star:
		return true
	case *syntax.WildName:
		return x.Text == "*"
	}
	return false
}

// takesStar reports whether a * may stand for the arguments of a function: where any
// number of any type may.
func takesStar(e *fn.Func) bool {
	for i := range e.Overloads {
		ps := e.Overloads[i].Params
		if n := len(ps); n > 0 && ps[n-1].Rest && ps[n-1].Types == nil {
			return true
		}
	}
	return false
}

// starArgs returns the columns that a * stands for: those of the input that are not
// among the other arguments nor the keys of the group.
func (b *binder) starArgs(f *frame, at spot, others []arg) []arg {
	var out []arg
	for i, c := range f.in.cols {
		if c.Type == 0 || f.keys[i] || c.Name == plan.ExtentColumn {
			continue
		}
		taken := false
		for _, o := range others {
			if col, ok := o.expr.(*plan.Col); ok && col.Index == i {
				taken = true
			}
		}
		if !taken {
			out = append(out, arg{f.in.col(i), c.Name, at})
		}
	}
	return out
}

// resolve finds the overload that a call means and makes the call. An Outs overload
// of one column is a plain call; of several, a call whose columns fields takes. in are
// the rows that the arguments are of.
func (b *binder) resolve(in *rel, x *syntax.Call, e *fn.Func, args []arg) plan.Expr {
	exprs := make([]plan.Expr, len(args))
	for i, a := range args {
		exprs[i] = a.expr
	}
	named := func() []fn.Arg {
		info := argInfo(exprs)
		for i, a := range args {
			info[i].Name = a.name
		}
		return info
	}
	info := named()
	o, casts, err := e.Resolve(info)
	if err != nil && in.open && b.supposed(x, e, exprs) {
		info = named()
		o, casts, err = e.Resolve(info)
	}
	if err != nil {
		if cast, ok := b.asStandIns(x, exprs); ok && fits(e, cast) {
			exprs = cast
			info = named()
			o, casts, err = e.Resolve(info)
		}
	}
	if err != nil {
		b.callError(x, e, args, err)
		return bad
	}
	ret := o.Returns(info)
	if ret == 0 {
		b.fail(x.Func, codeSignature, "the function '%s' does not take (%s)", e.Name, typeList(exprs))
		return bad
	}
	return b.makeCall(x, e, o, casts, exprs, ret)
}

// asStandIns brings arguments that column_ifexists() gave to the types of their
// defaults: as coalesce(column_ifexists("c", dynamic(null)), dynamic([])) means it.
func (b *binder) asStandIns(at spot, args []plan.Expr) ([]plan.Expr, bool) {
	cast, any := slices.Clone(args), false
	for i, a := range args {
		if t, ok := b.standIns[a]; ok {
			cast[i], any = b.cast(at, a, t), true
		}
	}
	return cast, any
}

// fits reports whether a function takes arguments of these types.
func fits(e *fn.Func, args []plan.Expr) bool {
	info := argInfo(args)
	o, _, err := e.Resolve(info)
	return err == nil && o.Returns(info) != 0
}

// supposed casts the dynamic arguments of a call, whose types only data could tell, to
// one that the call takes, and reports whether there is such a type.
func (b *binder) supposed(at spot, e *fn.Func, args []plan.Expr) bool {
	var types []table.Type
	for _, a := range args {
		if t := a.Type(); t != table.Dynamic {
			types = append(types, t)
		}
	}
	types = append(types, table.Real, table.Long, table.String, table.Datetime, table.Timespan, table.Bool)
	for _, t := range types {
		cast := slices.Clone(args)
		for i, a := range cast {
			if a.Type() == table.Dynamic {
				cast[i] = b.cast(at, a, t)
			}
		}
		if fits(e, cast) {
			copy(args, cast)
			return true
		}
	}
	return false
}

// function makes a call of a function that the binder needs.
func (b *binder) function(at spot, name string, args ...plan.Expr) plan.Expr {
	f, ok := fn.Lookup(name)
	if !ok {
		panic("kql: there is no " + name)
	}
	info := argInfo(args)
	o, casts, err := f.Resolve(info)
	if err != nil {
		b.fail(at, codeSignature, "%s(): %v", name, err)
		return bad
	}
	return b.makeCall(at, f, o, casts, args, o.Returns(info))
}

func typeList(args []plan.Expr) string {
	s := ""
	for i, a := range args {
		if i > 0 {
			s += ", "
		}
		s += a.Type().String()
	}
	return s
}

// callError reports a call that no overload takes.
func (b *binder) callError(x *syntax.Call, e *fn.Func, args []arg, err error) {
	var ce *fn.CallError
	if !errors.As(err, &ce) {
		b.fail(x, codeSignature, "%s(): %v", e.Name, err)
		return
	}
	if ce.Arg < 0 || ce.Arg >= len(args) {
		b.fail(x.Func, codeArgs, "%s", ce.Msg)
		return
	}
	a := args[ce.Arg]
	hint := ""
	switch {
	case e.Name == "count":
		hint = "count() counts rows; values are counted by countif(isnotempty(…))"
	case a.expr.Type() == table.Dynamic:
		hint = "cast the dynamic value, as tolong(…) or tostring(…) do"
	}
	b.failHint(a.at, hint, ce.Code, "%s(): argument %d: %s It is of type %s.", e.Name, ce.Arg+1, ce.Msg, a.expr.Type())
}

var macros sync.Map // of text to syntax.Expr

// macroBody parses the definition of a macro.
func macroBody(text string) syntax.Expr {
	if x, ok := macros.Load(text); ok {
		return x.(syntax.Expr)
	}
	file, errs := syntax.Parse(text)
	if len(errs) > 0 {
		panic("kql: macro " + text + ": " + errs[0].Msg)
	}
	x := file.Stmts[0].(*syntax.QueryStmt).X
	macros.Store(text, x)
	return x
}
