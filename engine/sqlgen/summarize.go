package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (g *gen) summarize(n *plan.Summarize, in string) (string, error) {
	if len(n.Keys)+len(n.Aggs) == 0 {
		return "", unsupported("rows without columns")
	}
	for _, k := range n.Keys {
		if t := k.Expr.Type(); !comparable(t) {
			return "", unsupported("groups of %v", t)
		}
	}
	n, in, err := g.distinctFirst(n, in)
	if err != nil {
		return "", err
	}
	cols, err := g.named(n.In, n.Keys)
	if err != nil {
		return "", err
	}
	by := make([]string, len(cols))
	for i := range cols {
		by[i] = fmt.Sprint(i + 1)
	}
	if len(n.Aggs) == 0 {
		return "SELECT DISTINCT " + strings.Join(cols, ", ") + from(in), nil
	}
	a := &aggs{x: g.exprs(n.In, column), ordered: ordered(n.In), grouped: len(n.Keys) > 0}
	for _, agg := range n.Aggs {
		if err := a.add(agg.Call, &cols); err != nil {
			return "", err
		}
	}
	s := "SELECT " + strings.Join(cols, ", ") + from(in)
	if len(by) > 0 {
		s += " GROUP BY " + strings.Join(by, ", ")
	}
	return a.unpack(s, len(cols))
}

// ofSet reports whether an aggregate depends on which values there are, not how often, and
// keeps them all.
func ofSet(c *plan.Call) bool {
	switch c.Func.Name {
	case "make_set", "count_distinct":
		return len(c.Args) == 1
	}
	return false
}

// distinctFirst lets SQL find the distinct values of a summarize of nothing but ofSet of one
// column, so that what is called in Go for each is called for fewer: it returns what is left
// to do, and of which rows. Of others, and of rows in order, it returns n and in.
func (g *gen) distinctFirst(n *plan.Summarize, in string) (_ *plan.Summarize, sql string, err error) {
	var of *plan.Col
	for _, a := range n.Aggs {
		if !ofSet(a.Call) {
			return n, in, nil
		}
		c, ok := a.Call.Args[0].(*plan.Col)
		if !ok || !comparable(c.Of) || of != nil && of.Index != c.Index {
			return n, in, nil
		}
		of = c
	}
	if of == nil || ordered(n.In) {
		return n, in, nil
	}
	first := &plan.Summarize{In: n.In, Keys: append(slices.Clone(n.Keys), plan.Named{Name: "v", Expr: of})}
	if sql, err = g.summarize(first, in); err != nil {
		return nil, "", err
	}
	then := &plan.Summarize{In: first}
	for i, k := range n.Keys {
		then.Keys = append(then.Keys, plan.Named{Name: k.Name, Expr: &plan.Col{Index: i, Of: k.Expr.Type()}})
	}
	for _, a := range n.Aggs {
		call := *a.Call
		call.Args = []plan.Expr{&plan.Col{Index: len(n.Keys), Of: of.Of}}
		then.Aggs = append(then.Aggs, plan.Agg{Names: a.Names, Call: &call})
	}
	return then, sql, nil
}

// sorted is c with its result, an array of values of a set, in order: SQL adds values in an
// order that differs from one time to the next.
func sorted(c *plan.Call) *plan.Call {
	call, over := *c, *c.Over
	over.Agg = func() fn.Accumulator { return inOrder{c.Over.Agg()} }
	call.Over = &over
	return &call
}

// inOrder sorts the array that an accumulator of ofSet gives.
type inOrder struct{ fn.Accumulator }

// Borrows says what those accumulators do.
func (a inOrder) Borrows() {}

func (a inOrder) Merge(o fn.Accumulator) error {
	if b, ok := o.(inOrder); ok {
		o = b.Accumulator
	}
	return a.Accumulator.Merge(o)
}

func (a inOrder) Result() []table.Value {
	r := a.Accumulator.Result()
	for i, v := range r {
		if d, ok := v.(table.Dyn); ok {
			if elems, ok := d.Array(); ok {
				elems = slices.Clone(elems)
				slices.SortFunc(elems, func(a, b any) int { return table.Compare(table.DynValue(a), table.DynValue(b)) })
				r[i] = table.NewDyn(elems)
			}
		}
	}
	return r
}

// aggs writes the aggregates of one summarize. Those of several results come as one
// struct, which an outer SELECT takes apart.
type aggs struct {
	x       *exprs
	ordered bool                 // the rows have an order that aggregates may tell of
	grouped bool                 // no group is without rows
	structs map[int][]table.Type // column → the results that are in it
	arrays  map[int]bool         // and of those columns, which have them as an array
}

func (a *aggs) add(c *plan.Call, cols *[]string) error {
	if a.ordered && tellsOrder[c.Func.Name] {
		return unsupported("aggregate %s of sorted rows", c.Func.Name)
	}
	at := len(*cols)
	if c.Over.Outs != nil {
		s, array, err := a.several(c)
		if err != nil {
			return err
		}
		if a.structs == nil {
			a.structs, a.arrays = map[int][]table.Type{}, map[int]bool{}
		}
		a.structs[at], a.arrays[at] = c.OutTypes(), array
		*cols = append(*cols, as(s, at))
		return nil
	}
	s, err := a.one(c)
	if err != nil {
		return err
	}
	*cols = append(*cols, as(s, at))
	return nil
}

// one writes an aggregate of one result.
func (a *aggs) one(c *plan.Call) (string, error) {
	if t, ok := a.template(c); ok {
		args, err := a.args(c)
		if err != nil {
			return "", err
		}
		return expand(t, args)
	}
	if !a.x.d.UDF || c.Over.Agg == nil || len(c.Args) > maxArgs {
		return "", unsupported("aggregate %s", c.Func.Name)
	}
	switch {
	case c.Ret != table.Dynamic:
	case ofSet(c):
		c = sorted(c)
	case tellsOrder[c.Func.Name]:
		return "", unsupported("aggregate %s, whose result would be another each time", c.Func.Name)
	}
	args, err := a.x.values(c.Args)
	if err != nil {
		return "", err
	}
	s, err := a.x.env.Agg(c, args)
	if err != nil {
		return "", err
	}
	if a.grouped {
		return s, nil
	}
	var empty table.Value
	if r := c.Over.Agg().Result(); len(r) > 0 {
		empty = r[0]
	}
	none, err := a.x.value(&plan.Lit{Value: empty, Of: c.Ret})
	if err != nil {
		return "", err
	}
	if strings.Contains(none, "NULL") {
		return s, nil
	}
	return "coalesce(" + s + ", " + none + ")", nil
}

// template returns how SQL writes an aggregate, if it does.
func (a *aggs) template(c *plan.Call) (string, bool) {
	if len(c.Args) > 0 && a.x.number(c.Args[0]) {
		if t, ok := c.Over.SQL.Template(a.x.d.Name+fn.OfNumbers, argTypes(c)); ok {
			return t, true
		}
	}
	return c.Over.SQL.Template(a.x.d.Name, argTypes(c))
}

// maxArgs is how many arguments an aggregate that is called in Go may have.
const maxArgs = 8

// args writes arguments; predicates stand where only true matters.
func (a *aggs) args(c *plan.Call) ([]string, error) {
	out := make([]string, len(c.Args))
	for i, e := range c.Args {
		var err error
		if e.Type() == table.Bool {
			out[i], err = a.x.truth(e)
		} else {
			out[i], err = a.x.value(e)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// inArrays are the aggregates of several results that give them as one array too.
var inArrays = map[string]string{
	"percentile": "percentiles_array", "percentiles": "percentiles_array",
	"percentilew": "percentilesw_array", "percentilesw": "percentilesw_array",
}

// several writes an aggregate of several results as an array, or as a struct of fields
// v0, v1, …
func (a *aggs) several(c *plan.Call) (s string, array bool, err error) {
	if name := inArrays[c.Func.Name]; name != "" {
		one, err := lookup(name, c.Args...)
		if err != nil {
			return "", false, unsupported("%s of these", c.Func.Name)
		}
		s, err := a.one(one)
		return s, true, err
	}
	s, err = a.row(c)
	return s, false, err
}

// row writes an aggregate that picks a row as a struct.
func (a *aggs) row(c *plan.Call) (string, error) {
	args, err := a.x.values(c.Args)
	if err != nil {
		return "", err
	}
	outs := c.OutTypes()
	if len(outs) != len(args) {
		return "", unsupported("%s of %d columns", c.Func.Name, len(outs))
	}
	fields := make([]string, len(args))
	for i, s := range args {
		if c.Args[i].Type() != outs[i] {
			return "", unsupported("%s with a cast", c.Func.Name)
		}
		fields[i] = fmt.Sprintf("v%d := %s", i, s)
	}
	row := "struct_pack(" + strings.Join(fields, ", ") + ")"
	switch c.Func.Name {
	case "arg_max", "arg_min": // SQL has no row where all of the first are NULL
		if by := c.Args[0].Type(); !comparable(by) || by == table.Real {
			return "", unsupported("%s by %v", c.Func.Name, by)
		}
		return fmt.Sprintf("coalesce(%s(%s, %s), any_value(%s))", c.Func.Name, row, args[0], row), nil
	case "take_any", "any":
		if len(args) == 1 {
			return "struct_pack(v0 := any_value(" + args[0] + "))", nil
		}
		return "any_value(" + row + ")", nil
	}
	return "", unsupported("aggregate %s", c.Func.Name)
}

// unpack makes a column of each result of each struct or array.
func (a *aggs) unpack(s string, n int) (string, error) {
	if a.structs == nil {
		return s, nil
	}
	var cols []string
	for i := range n {
		fields, ok := a.structs[i]
		if !ok {
			cols = append(cols, as(column(i), len(cols)))
		}
		for f, t := range fields {
			v := fmt.Sprintf("%s.v%d", column(i), f)
			if a.arrays[i] {
				var err error
				if v, err = a.element(i, f, t); err != nil {
					return "", err
				}
			} else if t == table.String {
				v = "coalesce(" + v + ", '')"
			}
			cols = append(cols, as(v, len(cols)))
		}
	}
	return "SELECT " + strings.Join(cols, ", ") + from(s), nil
}

// element writes an element of the array in a column as t.
func (a *aggs) element(col, at int, t table.Type) (string, error) {
	array := &plan.Col{Index: col, Of: table.Dynamic}
	e, err := lookup("[]", array, &plan.Lit{Value: int32(at), Of: table.Int})
	if err == nil && t != table.Dynamic {
		e, err = lookup(casts[t], e)
	}
	if err != nil {
		return "", err
	}
	return a.x.exprs(nil, column).value(e)
}

// tellsOrder are the aggregates whose result depends on the order of rows.
var tellsOrder = map[string]bool{
	"make_list": true, "make_list_if": true, "make_list_with_nulls": true, "make_bag": true, "make_bag_if": true,
	"make_set": true, "make_set_if": true, "make_dictionary": true, "makelist": true, "makeset": true,
	"take_any": true, "take_anyif": true, "any": true, "anyif": true, "passthrough": true,
	"arg_max": true, "arg_min": true, "buildschema": true,
}

// ordered reports whether n's rows have an order that was asked for.
func ordered(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Sort, *plan.Top:
		return true
	case *plan.Filter, *plan.Limit, *plan.Project:
		return ordered(n.Inputs()[0])
	}
	return false
}
