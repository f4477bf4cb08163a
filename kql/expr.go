package kql

import (
	"context"
	"errors"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// scalar binds the expressions that are scalars by their form.
func (b *binder) scalar(f *frame, x syntax.Expr) plan.Expr {
	switch x := x.(type) {
	case *syntax.Lit:
		return b.literal(x)
	case *syntax.Unary:
		return b.unary(f, x)
	case *syntax.Binary:
		return b.binary(f, x)
	case *syntax.Between:
		op := "between"
		if x.Not {
			op = "!between"
		}
		return b.openOperator(f, x, op, b.expr(f, x.X), b.expr(f, x.Lo), b.expr(f, x.Hi))
	case *syntax.In:
		return b.in(f, x)
	case *syntax.Index:
		return b.element(x, b.expr(f, x.X), b.expr(f, x.I), x.I)
	case *syntax.Star:
		b.fail(x, codeStar, "a * may not stand here")
	case *syntax.WildName:
		b.fail(x, "KS268", "a name with * may not stand here")
	case *syntax.FuncLit:
		b.fail(x, codeScalar, "a function is declared with let")
	case *syntax.EntityGroup:
		b.fail(x, codeScalar, "an entity group may not stand here")
	case *syntax.TypedName, *syntax.Param:
		b.fail(x, codeScalar, "a scalar is expected here")
	default:
		panic(unknownNode(x))
	}
	return bad
}

func (b *binder) unary(f *frame, x *syntax.Unary) plan.Expr {
	if l, ok := x.X.(*syntax.Lit); ok && x.Op == "-" && l.Kind == syntax.LongLit && !l.Typed {
		v, ok := literalValue(l.Kind, "-"+l.Text)
		if !ok {
			b.fail(x, codeLiteral, "'-%s' is no value of type long", l.Text)
			return bad
		}
		return &plan.Lit{Value: v, Of: table.Long}
	}
	e := b.expr(f, x.X)
	if isBad(e) {
		return bad
	}
	if e.Type() == table.Int && !isConst(e) {
		e = b.cast(x, e, table.Long)
	}
	n := b.operator(x, "neg", e)
	if x.Op == "+" && !isBad(n) {
		return e
	}
	return n
}

func (b *binder) binary(f *frame, x *syntax.Binary) plan.Expr {
	if isStar(x.X) {
		return b.starBinary(f, x)
	}
	l, r := b.expr(f, x.X), b.expr(f, x.Y)
	if x.Op == ":" {
		return b.colon(x, l, r)
	}
	return b.openOperator(f, x, x.Op, l, r)
}

// openOperator is operator on rows of which perhaps no data tells the types.
func (b *binder) openOperator(f *frame, at spot, op string, args ...plan.Expr) plan.Expr {
	if e, ok := fn.Lookup(op); ok && f.in.open && !slices.ContainsFunc(args, isBad) && !fits(e, args) {
		b.supposed(at, e, args)
	}
	return b.operator(at, op, args...)
}

// colon binds c:x, which is "has", or, with *, looks for a part of a word.
func (b *binder) colon(x *syntax.Binary, l, r plan.Expr) plan.Expr {
	if isBad(l) || isBad(r) {
		return bad
	}
	if !hasText(l.Type()) || !hasText(r.Type()) {
		b.operandError(x, ":", []plan.Expr{l, r})
		return bad
	}
	lit, ok := r.(*plan.Lit)
	if !ok || r.Type() != table.String {
		return b.operator(x, "has", l, r)
	}
	term, _ := lit.Value.(string)
	op, term := termOperator(term)
	return b.operator(x, op, l, &plan.Lit{Value: term, Of: table.String})
}

func hasText(t table.Type) bool { return t == table.String || t == table.Dynamic }

// operator makes the call of a scalar operator.
func (b *binder) operator(at spot, op string, args ...plan.Expr) plan.Expr {
	for _, a := range args {
		if isBad(a) {
			return bad
		}
	}
	f, ok := fn.Lookup(op)
	if !ok {
		b.refused(at, op)
		return bad
	}
	info := argInfo(args)
	o, casts, err := f.Resolve(info)
	ret := table.Type(0)
	if err == nil {
		ret = o.Returns(info)
	}
	var ce *fn.CallError
	switch {
	case errors.As(err, &ce) && ce.Code == fn.CodeRegex:
		b.fail(at, ce.Code, "%s", ce.Msg)
		return bad
	case ret == 0:
		b.operandError(at, op, args)
		return bad
	}
	return b.makeCall(at, f, o, casts, args, ret)
}

// opSpan is the place of a binary expression's operator.
type opSpan struct{ x *syntax.Binary }

func (o opSpan) Pos() int { return o.x.OpPos }
func (o opSpan) End() int { return o.x.OpPos + len(o.x.Op) }

// operandError reports an operator that does not take its operands' types.
func (b *binder) operandError(at spot, op string, args []plan.Expr) {
	if x, ok := at.(*syntax.Binary); ok {
		at = opSpan{x}
	}
	if len(args) == 1 {
		b.fail(at, codeArithmetic, "the operator '%s' takes no value of type %s", op, args[0].Type())
		return
	}
	l, r := args[0].Type(), args[1].Type()
	switch op {
	case "+", "-", "*", "/", "%":
		b.fail(at, codeArithmetic, "the operator '%s' does not take %s and %s", op, l, r)
	case "==", "!=", "<", "<=", ">", ">=", "in", "!in":
		hint := "cast one of them: to" + l.String() + "(…) or to" + r.String() + "(…)"
		switch {
		case l == table.String && r == table.String:
			hint = "strcmp(a, b) tells their order"
		case l == r:
			hint = ""
		}
		b.failHint(at, hint, codeCompare, "values of types %s and %s cannot be compared by '%s'", l, r, op)
	case "[]":
		b.fail(at, codeIndex, "a value of type %s has no element of type %s", l, r)
	case "in~", "!in~", "has_any", "has_all":
		if !hasText(l) {
			b.fail(at, codeArgType, "the operator '%s' looks in a value of type string or dynamic, not %s", op, l)
			return
		}
		b.fail(at, codeOperand, "the operator '%s' does not take (%s)", op, typeList(args))
	default:
		b.fail(at, codeOperand, "the operator '%s' does not take (%s)", op, typeList(args))
	}
}

// in binds x in (…) and its like.
func (b *binder) in(f *frame, x *syntax.In) plan.Expr {
	e := b.expr(f, x.X)
	if len(x.List) == 1 {
		v := b.any(f, x.List[0])
		if v.rel != nil {
			return b.inRows(x, e, b.notGraph(x.List[0], v.rel))
		}
		return b.operator(x, x.Op, append([]plan.Expr{e}, elements(v.expr)...)...)
	}
	if len(x.List) == 0 { // the parser has reported it
		return bad
	}
	args := []plan.Expr{e}
	for _, i := range x.List {
		args = append(args, elements(b.expr(f, i))...)
	}
	return b.operator(x, x.Op, args...)
}

// elements returns the elements of a constant array, or else e itself.
func elements(e plan.Expr) []plan.Expr {
	arr, ok := plan.ConstArray(e)
	if !ok || len(arr) == 0 {
		return []plan.Expr{e}
	}
	out := make([]plan.Expr, 0, len(arr))
	for _, a := range arr {
		switch a.(type) {
		case nil, []any, *table.Bag:
			out = append(out, &plan.Lit{Value: table.DynValue(a), Of: table.Dynamic})
		default:
			out = append(out, &plan.Lit{Value: a, Of: table.TypeOfValue(a)})
		}
	}
	return out
}

// inRows binds x in (a table): its first column has the values.
func (b *binder) inRows(x *syntax.In, e plan.Expr, r *rel) plan.Expr {
	if r.bad || isBad(e) {
		return bad
	}
	if len(r.cols) == 0 {
		b.fail(x.List[0], codeNoColumns, "the table has no columns")
		return bad
	}
	op, ok := fn.Lookup(x.Op)
	if !ok {
		b.refused(x, x.Op)
		return bad
	}
	col, l, c := r.col(0), e.Type(), r.cols[0].Type
	if c == 0 {
		return bad
	}
	if x.Op != "in" && x.Op != "!in" && !hasText(l) {
		b.operandError(x, x.Op, []plan.Expr{e, col})
		return bad
	}
	if w, ok := fn.Wider(l, c); ok {
		e, col = b.cast(x, e, w), b.cast(x, col, w)
	} else if l != table.Dynamic && c != table.Dynamic {
		b.operandError(x, x.Op, []plan.Expr{e, col})
		return bad
	}
	root := r.node
	if len(r.cols) > 1 || col.Type() != c {
		root = &plan.Project{In: root, Cols: []plan.Named{{Name: r.cols[0].Name, Expr: col}}}
	}
	return &plan.InRows{X: e, Op: op, Root: root}
}

// condition binds an expression that must be bool.
func (b *binder) condition(f *frame, x syntax.Expr) plan.Expr {
	e := b.expr(f, x)
	if isBad(e) {
		return bad
	}
	if e.Type() != table.Bool {
		if e.Type() == table.Dynamic && f.in.open {
			return b.cast(x, e, table.Bool)
		}
		if l, ok := e.(*plan.Lit); ok && l.Value == nil {
			return &plan.Lit{Of: table.Bool}
		}
		hint := ""
		if e.Type() == table.Dynamic {
			hint = "write tobool(…)"
		}
		b.failHint(x, hint, codeType, "a condition must be of type bool, not %s", e.Type())
		return bad
	}
	return e
}

// argInfo describes arguments to an entry of fn.
func argInfo(args []plan.Expr) []fn.Arg {
	info := make([]fn.Arg, len(args))
	for i, a := range args {
		info[i] = fn.Arg{Type: a.Type(), IsConst: isConst(a)}
		if l, ok := a.(*plan.Lit); ok {
			info[i].Const = l.Value
		}
	}
	return info
}

// isConst reports whether e has one value in the whole query.
func isConst(e plan.Expr) bool {
	switch e := e.(type) {
	case *plan.Lit, *plan.Scalar:
		return true
	case *plan.Call:
		if e.Over.Impure {
			return false
		}
		for _, a := range e.Args {
			if !isConst(a) {
				return false
			}
		}
		return e.Func.Kind == fn.Scalar || e.Func.Kind == fn.Operator
	}
	return false
}

// hasColumn reports whether e depends on the row.
func hasColumn(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		_, ok := e.(*plan.Col)
		found = found || ok
		return !found
	})
	return found
}

// isPlaceholder reports whether e stands for the unknown value of a parameter, while
// the body of a function is looked at that nobody calls.
func isPlaceholder(e plan.Expr) bool {
	s, ok := e.(*plan.Scalar)
	return ok && s.Root == nil
}

// makeCall makes a call of an overload, its arguments cast, and computes it if it is
// constant.
func (b *binder) makeCall(at spot, f *fn.Func, o *fn.Overload, casts []table.Type, args []plan.Expr, ret table.Type) plan.Expr {
	for i, to := range casts {
		if to != 0 {
			args[i] = b.cast(at, args[i], to)
		}
	}
	if o.Macro != "" {
		return b.macro(at, o.Macro, args)
	}
	return fold(&plan.Call{Func: f, Over: o, Args: args, Ret: ret})
}

// fold computes a call of constants. A call that cannot be computed stays: it fails
// when, and if, it runs.
func fold(c *plan.Call) plan.Expr {
	if !c.Over.OneColumn() || c.Func.Kind != fn.Scalar && c.Func.Kind != fn.Operator {
		return c
	}
	vecs := make([]table.Vec, len(c.Args))
	for i, a := range c.Args {
		l, ok := a.(*plan.Lit)
		switch {
		case !ok:
			return c
		case isBad(l):
			return bad
		}
		vecs[i] = table.Repeat(l.Of, l.Value, 1)
	}
	if !c.Over.Folds(vecs) {
		return c
	}
	out, err := c.Over.Column(context.Background(), vecs, 1)
	if err != nil || table.VecBytes(out) > fn.MostFolded {
		return c
	}
	return &plan.Lit{Value: out.At(0), Of: c.Ret}
}

var conversions = map[table.Type]string{
	table.Bool: "tobool", table.Int: "toint", table.Long: "tolong", table.Real: "toreal", table.Decimal: "todecimal",
	table.String: "tostring", table.Datetime: "todatetime", table.Timespan: "totimespan", table.Guid: "toguid",
	table.Dynamic: "__to_dynamic",
}

// cast converts a value to a type, by the function that a query would use for it.
func (b *binder) cast(at spot, e plan.Expr, to table.Type) plan.Expr {
	if isBad(e) || e.Type() == to {
		return e
	}
	if l, ok := e.(*plan.Lit); ok {
		return &plan.Lit{Value: fn.Cast(l.Value, to), Of: to}
	}
	if isPlaceholder(e) {
		return &plan.Scalar{Of: to}
	}
	f, ok := fn.Lookup(conversions[to])
	if !ok {
		panic("kql: there is no " + conversions[to])
	}
	o, casts, err := f.Resolve(argInfo([]plan.Expr{e}))
	if err != nil {
		b.fail(at, codeType, "a value of type %s is expected, not %s", to, e.Type())
		return bad
	}
	return b.makeCall(at, f, o, casts, []plan.Expr{e}, to)
}

// macro binds the definition of a function in terms of others: "$1" is an argument.
func (b *binder) macro(at spot, text string, args []plan.Expr) plan.Expr {
	x := macroBody(text)
	vars := make(map[string]plan.Expr, len(args))
	for i, a := range args {
		vars["$"+itoa(i+1)] = a
	}
	defer b.push(nil)()
	old := b.within
	if old == nil {
		b.within = &callSite{at: at, name: "a function"}
	}
	defer func() { b.within = old }()
	return b.expr(&frame{in: &rel{}, vars: vars}, x)
}
