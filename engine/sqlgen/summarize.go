package sqlgen

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (g *gen) summarize(n *plan.Summarize, in string) (string, error) {
	for _, k := range n.Keys {
		if t := k.Expr.Type(); !comparable(t) {
			return "", unsupported("groups of %v", t)
		}
	}
	cols, err := g.named(n.Keys)
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
	a := &aggs{x: g.exprs(column), ordered: ordered(n.In)}
	for _, agg := range n.Aggs {
		if err := a.add(agg.Call, &cols); err != nil {
			return "", err
		}
	}
	s := "SELECT " + strings.Join(cols, ", ") + from(in)
	if len(by) > 0 {
		s += " GROUP BY " + strings.Join(by, ", ")
	}
	return a.unpack(s, len(cols)), nil
}

// aggs writes the aggregates of one summarize. Those of several results come as one
// struct, which an outer SELECT takes apart.
type aggs struct {
	x       *exprs
	ordered bool                 // the rows have an order that aggregates may tell of
	structs map[int][]table.Type // column → the results that are in it
}

func (a *aggs) add(c *plan.Call, cols *[]string) error {
	if a.ordered && tellsOrder[c.Func.Name] {
		return unsupported("aggregate %s of sorted rows", c.Func.Name)
	}
	at := len(*cols)
	if c.Over.Outs != nil {
		s, err := a.several(c)
		if err != nil {
			return err
		}
		if a.structs == nil {
			a.structs = map[int][]table.Type{}
		}
		a.structs[at] = c.OutTypes()
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
	if t, ok := c.Over.SQL.Template(a.x.d.Name, argTypes(c)); ok {
		args, err := a.args(c)
		if err != nil {
			return "", err
		}
		return expand(t, args)
	}
	if !a.x.d.UDF || c.Over.Agg == nil || len(c.Args) > maxArgs {
		return "", unsupported("aggregate %s", c.Func.Name)
	}
	args, err := a.x.values(c.Args)
	if err != nil {
		return "", err
	}
	s, err := a.x.env.Agg(c, args)
	if err != nil {
		return "", err
	}
	var empty table.Value
	if r := c.Over.Agg().Result(); len(r) > 0 {
		empty = r[0]
	}
	none, err := a.x.d.Literal(empty, c.Ret)
	if err != nil {
		return "", err
	}
	if strings.Contains(none, "NULL") {
		return s, nil
	}
	return "coalesce(" + s + ", " + none + ")", nil
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

// several writes an aggregate of several results as a struct of fields v0, v1, …
func (a *aggs) several(c *plan.Call) (string, error) {
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

// unpack makes a column of each field of each struct.
func (a *aggs) unpack(s string, n int) string {
	if a.structs == nil {
		return s
	}
	var cols []string
	for i := range n {
		fields, ok := a.structs[i]
		if !ok {
			cols = append(cols, as(column(i), len(cols)))
		}
		for f, t := range fields {
			v := fmt.Sprintf("%s.v%d", column(i), f)
			if t == table.String {
				v = "coalesce(" + v + ", '')"
			}
			cols = append(cols, as(v, len(cols)))
		}
	}
	return "SELECT " + strings.Join(cols, ", ") + from(s)
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
