package eval

import (
	"context"
	"fmt"
	"io"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// exprs evaluates the expressions of one operator over the batch that it is bound
// to.
type exprs struct {
	r     *run
	sc    *scope
	batch *table.Batch
	lits  map[*plan.Lit]table.Vec    // longest column made of each yet
	multi map[*plan.Call][]table.Vec // results of EvalN for the batch
	fixed map[*plan.Call]*fixedCall
	lists map[*plan.Call][]plan.Expr // what operands gives of calls with long lists
}

func (r *run) exprs(sc *scope) *exprs {
	return &exprs{r: r, sc: sc, lits: map[*plan.Lit]table.Vec{}, multi: map[*plan.Call][]table.Vec{}, fixed: map[*plan.Call]*fixedCall{}, lists: map[*plan.Call][]plan.Expr{}}
}

func (x *exprs) bind(b *table.Batch) {
	x.batch = b
	clear(x.multi)
}

// eval computes a column of the batch's length.
func (x *exprs) eval(ctx context.Context, e plan.Expr) (table.Vec, error) {
	switch e := e.(type) {
	case *plan.Call:
		return x.call(ctx, e)
	case *plan.Col:
		if e.Index >= len(x.batch.Vecs) {
			return nil, fmt.Errorf("eval: no column %d among %d", e.Index, len(x.batch.Vecs))
		}
		return x.batch.Vecs[e.Index], nil
	case *plan.Field:
		vecs, err := x.callN(ctx, e.Call)
		if err != nil {
			return nil, err
		}
		if e.I >= len(vecs) {
			return nil, fmt.Errorf("eval: %s gives %d columns, not %d", e.Call.Func.Name, len(vecs), e.I+1)
		}
		return vecs[e.I], nil
	case *plan.InRows:
		return x.inRows(ctx, e)
	case *plan.Lit:
		return x.lit(e), nil
	case *plan.Scalar:
		v, err := x.scalar(ctx, e)
		if err != nil {
			return nil, err
		}
		return table.Repeat(e.Of, v, x.batch.Rows), nil
	}
	return nil, fmt.Errorf("eval: cannot compute %T", e)
}

// evalAll computes several columns.
func (x *exprs) evalAll(ctx context.Context, es []plan.Expr) ([]table.Vec, error) {
	out := make([]table.Vec, len(es))
	for i, e := range es {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		v, err := x.eval(ctx, e)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (x *exprs) lit(l *plan.Lit) table.Vec {
	v := x.lits[l]
	if v == nil || v.Len() < x.batch.Rows {
		v = table.Repeat(l.Of, l.Value, x.batch.Rows)
		x.lits[l] = v
	}
	if v.Len() == x.batch.Rows {
		return v
	}
	return v.Slice(0, x.batch.Rows)
}

// fewMembers is up to how many values of a list are columns of their own.
const fewMembers = 16

// operands are the arguments of a call. Of an operator with a long list of constants they
// are the value and one array, as a column for each constant would take much memory.
func (x *exprs) operands(c *plan.Call) []plan.Expr {
	if !c.Over.Members || len(c.Args) <= fewMembers {
		return c.Args
	}
	es := x.lists[c]
	if es == nil {
		es = c.Args
		if list, ok := arrayOf(c.Args[1:]); ok {
			es = []plan.Expr{c.Args[0], list}
		}
		x.lists[c] = es
	}
	return es
}

// arrayOf makes an array of constants, if they are whole numbers and strings, which mean
// the same in it.
func arrayOf(es []plan.Expr) (*plan.Lit, bool) {
	elems := make([]any, len(es))
	for i, e := range es {
		l, ok := e.(*plan.Lit)
		if !ok {
			return nil, false
		}
		switch v := l.Value.(type) {
		case string, int64:
			elems[i] = v
		case int32:
			elems[i] = int64(v)
		default:
			return nil, false
		}
	}
	return &plan.Lit{Value: table.NewDyn(elems), Of: table.Dynamic}, true
}

func (x *exprs) call(ctx context.Context, c *plan.Call) (table.Vec, error) {
	if !c.Over.OneColumn() {
		if c.Over.EvalN != nil {
			vecs, err := x.callN(ctx, c)
			if err != nil {
				return nil, err
			}
			return vecs[0], nil
		}
		return nil, fmt.Errorf("eval: %s cannot be computed a row at a time", c.Func.Name)
	}
	if x.batch.Rows > 1 && x.isFixed(c) {
		return x.fixedCall(ctx, c)
	}
	operands := x.operands(c)
	args, err := x.evalAll(ctx, operands)
	if err != nil {
		return nil, err
	}
	vecs, err := x.chunked(ctx, c.Func, []table.Type{c.Ret}, args, varying(operands, args), x.batch.Rows, func(args []table.Vec, rows int) ([]table.Vec, error) {
		v, err := c.Over.Column(ctx, args, rows)
		if cause := ctx.Err(); cause != nil {
			return nil, cause
		}
		if err != nil {
			return nil, &QueryError{fmt.Errorf("%s: %w", c.Func.Name, err)}
		}
		return []table.Vec{v}, checkResult(c.Func, v, c.Ret, rows)
	})
	if err != nil {
		return nil, err
	}
	return vecs[0], nil
}

// fixedCall is a call of constants that took too much to be computed when the query was
// compiled: it is computed once.
type fixedCall struct {
	is    bool
	value table.Vec // of one row; nil: not yet
}

// isFixed reports whether a call is of constants only, and always the same.
func (x *exprs) isFixed(c *plan.Call) bool {
	f := x.fixed[c]
	if f == nil {
		f = &fixedCall{is: !c.Over.Impure && c.Over.OneColumn() && (c.Func.Kind == fn.Scalar || c.Func.Kind == fn.Operator)}
		for _, a := range c.Args {
			switch a := a.(type) {
			case *plan.Lit:
			case *plan.Call:
				f.is = f.is && x.isFixed(a)
			default:
				f.is = false
			}
		}
		x.fixed[c] = f
	}
	return f.is
}

func (x *exprs) fixedCall(ctx context.Context, c *plan.Call) (table.Vec, error) {
	f := x.fixed[c]
	if f.value == nil {
		one := x.r.exprs(x.sc)
		one.bind(&table.Batch{Schema: &table.Schema{}, Rows: 1})
		v, err := one.eval(ctx, c)
		if err != nil {
			return nil, err
		}
		f.value = v
	}
	return table.Repeat(c.Ret, f.value.At(0), x.batch.Rows), nil
}

func (x *exprs) callN(ctx context.Context, c *plan.Call) ([]table.Vec, error) {
	if vecs, ok := x.multi[c]; ok {
		return vecs, nil
	}
	if c.Over.EvalN == nil {
		return nil, fmt.Errorf("eval: %s does not give several columns", c.Func.Name)
	}
	args, err := x.evalAll(ctx, c.Args)
	if err != nil {
		return nil, err
	}
	types := c.OutTypes()
	vecs, err := x.chunked(ctx, c.Func, types, args, varying(c.Args, args), x.batch.Rows, func(args []table.Vec, rows int) ([]table.Vec, error) {
		vecs, err := c.Over.Columns(ctx, args, rows)
		if err != nil {
			return nil, &QueryError{fmt.Errorf("%s: %w", c.Func.Name, err)}
		}
		if len(vecs) < len(types) {
			return nil, fmt.Errorf("%w: %s gave %d columns", ErrInternal, c.Func.Name, len(vecs))
		}
		for i, t := range types {
			if err := checkResult(c.Func, vecs[i], t, rows); err != nil {
				return nil, err
			}
		}
		return vecs, nil
	})
	if err != nil {
		return nil, err
	}
	x.multi[c] = vecs
	return vecs, nil
}

// varying are the arguments of a call that are no constants.
func varying(es []plan.Expr, args []table.Vec) []table.Vec {
	out := make([]table.Vec, 0, len(args))
	for i, a := range es {
		if _, ok := a.(*plan.Lit); !ok {
			out = append(out, args[i])
		}
	}
	return out
}

// checkResult catches functions that break their promise where it shows.
func checkResult(f *fn.Func, v table.Vec, t table.Type, rows int) error {
	if v.Type() != t || v.Len() != rows {
		return fmt.Errorf("%w: %s gave %d rows of %s, not %d of %s", ErrInternal, f.Name, v.Len(), v.Type(), rows, t)
	}
	return nil
}

// scalar computes a subquery's value, once in the scope that it depends on.
func (x *exprs) scalar(ctx context.Context, e *plan.Scalar) (table.Value, error) {
	memo := x.r.scalars
	if sc := x.sc.home(e.Root); sc != nil {
		if sc.scalars == nil {
			sc.scalars = map[*plan.Scalar]table.Value{}
		}
		memo = sc.scalars
	}
	if v, ok := memo[e]; ok {
		return v, nil
	}
	v, err := x.first(ctx, e.Root)
	if err == nil {
		memo[e] = v
	}
	return v, err
}

// first returns the first column of the first row of root, or null.
func (x *exprs) first(ctx context.Context, root plan.Node) (v table.Value, err error) {
	in, err := x.r.open(ctx, root, x.sc)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := in.Close(); err == nil {
			err = cerr
		}
	}()
	for {
		b, err := in.Next(ctx)
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if b.Rows > 0 && len(b.Vecs) > 0 {
			return b.Vecs[0].At(0), nil
		}
	}
}
