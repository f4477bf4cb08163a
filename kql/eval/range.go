package eval

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

var errStep = errors.New("range: the step must not be 0")

func (r *run) openRange(ctx context.Context, n *plan.Range, sc *scope) (table.Reader, error) {
	step := n.Of
	if n.Of == table.Datetime {
		step = table.Timespan
	}
	var vals [3]table.Value
	for i, e := range []plan.Expr{n.From, n.To, n.Step} {
		v, err := r.constant(ctx, e, sc)
		if err != nil {
			return nil, err
		}
		to := n.Of
		if i == 2 {
			to = step
		}
		if vals[i] = fn.Cast(v, to); vals[i] == nil {
			return table.NewReader(n.Schema()), nil
		}
	}
	switch n.Of {
	case table.Int:
		return rangeOf(n, int64(vals[0].(int32)), int64(vals[1].(int32)), int64(vals[2].(int32)), func(v int64) int32 { return int32(v) })
	case table.Long:
		return rangeOf(n, vals[0].(int64), vals[1].(int64), vals[2].(int64), func(v int64) int64 { return v })
	case table.Datetime:
		return rangeOf(n, int64(vals[0].(table.Time)), int64(vals[1].(table.Time)), int64(vals[2].(table.Duration)), func(v int64) table.Time { return table.Time(v) })
	case table.Timespan:
		return rangeOf(n, int64(vals[0].(table.Duration)), int64(vals[1].(table.Duration)), int64(vals[2].(table.Duration)), func(v int64) table.Duration { return table.Duration(v) })
	case table.Real:
		return rangeReals(n, vals[0].(float64), vals[1].(float64), vals[2].(float64))
	}
	return nil, fmt.Errorf("eval: no range of %s", n.Of)
}

// constant computes an expression without columns.
func (r *run) constant(ctx context.Context, e plan.Expr, sc *scope) (table.Value, error) {
	x := r.exprs(sc)
	x.bind(&table.Batch{Schema: &table.Schema{}, Rows: 1})
	v, err := x.eval(ctx, e)
	if err != nil {
		return nil, err
	}
	return v.At(0), nil
}

func rangeOf[T table.Elem](n *plan.Range, from, to, step int64, of func(int64) T) (table.Reader, error) {
	if step == 0 {
		return nil, errStep
	}
	schema, at, ended := n.Schema(), from, false
	return &stream{schema: schema, next: func(context.Context) (*table.Batch, error) {
		v := &table.Of[T]{}
		for !ended && len(v.Vals) < batchRows {
			if step > 0 && at > to || step < 0 && at < to {
				ended = true
				break
			}
			v.Append(of(at))
			next := at + step
			ended = step > 0 && next < at || step < 0 && next > at // past the largest long
			at = next
		}
		if len(v.Vals) == 0 {
			return nil, io.EOF
		}
		return &table.Batch{Schema: schema, Vecs: []table.Vec{v}, Rows: len(v.Vals)}, nil
	}}, nil
}

func rangeReals(n *plan.Range, from, to, step float64) (table.Reader, error) {
	if step == 0 {
		return nil, errStep
	}
	schema, at := n.Schema(), from
	return &stream{schema: schema, next: func(context.Context) (*table.Batch, error) {
		v := &table.Of[float64]{}
		for len(v.Vals) < batchRows && (step > 0 && at <= to || step < 0 && at >= to) {
			v.Append(at)
			next := at + step
			if next == at {
				return nil, errors.New("range: the step is too small to make a difference")
			}
			at = next
		}
		if len(v.Vals) == 0 {
			return nil, io.EOF
		}
		return &table.Batch{Schema: schema, Vecs: []table.Vec{v}, Rows: len(v.Vals)}, nil
	}}, nil
}
