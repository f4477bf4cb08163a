package eval

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// rowSet is the values of a subquery's first column, for the operators that look
// among them.
type rowSet struct {
	keys  map[string]bool
	terms []any // for has_any and has_all, in order
}

// inRows tells for each row whether X is among the values of a subquery.
func (x *exprs) inRows(ctx context.Context, e *plan.InRows) (table.Vec, error) {
	v, err := x.eval(ctx, e.X)
	if err != nil {
		return nil, err
	}
	set, err := x.set(ctx, e)
	if err != nil {
		return nil, err
	}
	switch e.Op.Name {
	case "in", "!in", "in~", "!in~":
		negate, fold := strings.HasPrefix(e.Op.Name, "!"), strings.HasSuffix(e.Op.Name, "~")
		out := &table.Of[bool]{Vals: make([]bool, x.batch.Rows)}
		var key []byte
		for i := range out.Vals {
			key = setKey(key[:0], v, i, fold)
			out.Vals[i] = set.keys[string(key)] != negate
		}
		return out, nil
	case "has_any", "has_all":
		return x.hasTerms(ctx, e, v, set)
	}
	return nil, fmt.Errorf("eval: %s does not take a subquery", e.Op.Name)
}

// setKey writes row i as it is looked up: as its text, so that numbers of different
// types and the scalars in dynamics are equal; a null as no text is.
func setKey(dst []byte, v table.Vec, i int, fold bool) []byte {
	if v.IsNull(i) {
		return table.AppendKey(dst, v, i)
	}
	var text string
	switch v := v.(type) {
	case *table.Of[string]:
		text = v.Vals[i]
	case *table.Of[int64]:
		return strconv.AppendInt(dst, v.Vals[i], 10)
	default:
		text = table.Text(v.At(i))
	}
	if fold {
		text = strings.ToLower(text)
	}
	return append(dst, text...)
}

// set reads the subquery, once in the scope that it depends on.
func (x *exprs) set(ctx context.Context, e *plan.InRows) (set *rowSet, err error) {
	memo := x.r.sets
	if sc := x.sc.home(e.Root); sc != nil {
		if sc.sets == nil {
			sc.sets = map[*plan.InRows]*rowSet{}
		}
		memo = sc.sets
	}
	if s, ok := memo[e]; ok {
		return s, nil
	}
	in, err := x.r.open(ctx, e.Root, x.sc)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := in.Close(); err == nil {
			err = cerr
		}
	}()
	set = &rowSet{keys: map[string]bool{}}
	held, fold := x.r.holding(), strings.HasSuffix(e.Op.Name, "~")
	var key []byte
	err = each(ctx, in, func(b *table.Batch) error {
		v := b.Vecs[0]
		for i := range b.Rows {
			if v.IsNull(i) {
				continue
			}
			key = setKey(key[:0], v, i, fold)
			if set.keys[string(key)] {
				continue
			}
			set.keys[string(key)] = true
			set.terms = append(set.terms, table.Text(v.At(i)))
			if err := held.add(1, int64(2*len(key))+64); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		memo[e] = set
	}
	return set, err
}

// hasTerms calls has_any or has_all with the subquery's values as an array.
func (x *exprs) hasTerms(ctx context.Context, e *plan.InRows, v table.Vec, set *rowSet) (table.Vec, error) {
	terms := table.Repeat(table.Dynamic, table.NewDyn(set.terms), x.batch.Rows)
	for i := range e.Op.Overloads {
		o := &e.Op.Overloads[i]
		if len(o.Params) == 2 && o.OneColumn() && takes(o.Params[0].Types, v.Type()) && takes(o.Params[1].Types, table.Dynamic) {
			return o.Column(ctx, []table.Vec{v, terms}, x.batch.Rows)
		}
	}
	return nil, fmt.Errorf("eval: %s of %s does not take a subquery", e.Op.Name, v.Type())
}

func takes(types []table.Type, t table.Type) bool {
	if types == nil {
		return true
	}
	for _, u := range types {
		if u == t {
			return true
		}
	}
	return false
}
