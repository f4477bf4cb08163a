package sqlgen

import (
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// allBool checks that all arguments of c are bools: KQL takes dynamics too.
func allBool(c *plan.Call) error {
	for _, a := range c.Args {
		if a.Type() != table.Bool {
			return unsupported("%s of %v", c.Func.Name, a.Type())
		}
	}
	return nil
}

// logical writes and and or, which have three values in KQL as in SQL.
func logical(x *exprs, c *plan.Call) (string, error) {
	if err := allBool(c); err != nil {
		return "", err
	}
	args, err := x.values(c.Args)
	if err != nil {
		return "", err
	}
	return "(" + args[0] + ") " + strings.ToUpper(c.Func.Name) + " (" + args[1] + ")", nil
}

func negation(x *exprs, c *plan.Call) (string, error) {
	if err := allBool(c); err != nil {
		return "", err
	}
	s, err := x.value(c.Args[0])
	return "NOT (" + s + ")", err
}

// truth writes e where only true matters: NULL may stand for false and false for NULL.
func (x *exprs) truth(e plan.Expr) (string, error) {
	c, ok := e.(*plan.Call)
	if !ok {
		return x.value(e)
	}
	switch c.Func.Name {
	case "and", "or":
		if allBool(c) != nil {
			return x.value(e)
		}
		l, err := x.truth(c.Args[0])
		if err != nil {
			return "", err
		}
		r, err := x.truth(c.Args[1])
		if err != nil {
			return "", err
		}
		return "(" + l + ") " + strings.ToUpper(c.Func.Name) + " (" + r + ")", nil
	case "==":
		if alike(c) != nil {
			return x.value(e)
		}
		args, err := x.values(c.Args)
		if err != nil {
			return "", err
		}
		l, r := atom(args[0]), atom(args[1])
		return l + " = " + r + x.notNaN(l, c.Args[0], c.Args[1]), nil
	case "in":
		list, v, err := x.membership(c)
		if err != nil || list == "" {
			return x.value(e)
		}
		return v + " IN " + list, nil // as it is: DuckDB tells by their bounds which rows it need not read
	}
	return x.value(e)
}

// choice writes iff and case, whose values have one type.
func choice(x *exprs, c *plan.Call) (string, error) {
	var b strings.Builder
	b.WriteString("CASE")
	n := len(c.Args)
	for i := 0; i+1 < n; i += 2 {
		cond, err := x.truth(c.Args[i])
		if err != nil {
			return "", err
		}
		v, err := x.typed(c.Args[i+1], c.Ret)
		if err != nil {
			return "", err
		}
		b.WriteString(" WHEN " + cond + " THEN " + v)
	}
	v, err := x.typed(c.Args[n-1], c.Ret)
	if err != nil {
		return "", err
	}
	return b.String() + " ELSE " + v + " END", nil
}

// typed writes e, which must be of type t already.
func (x *exprs) typed(e plan.Expr, t table.Type) (string, error) {
	if e.Type() != t {
		return "", unsupported("values of different types")
	}
	return x.value(e)
}

// coalesce writes the first argument that is not null and not an empty string.
func coalesce(x *exprs, c *plan.Call) (string, error) {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		s, err := x.typed(a, c.Ret)
		if err != nil {
			return "", err
		}
		if c.Ret == table.String && i < len(args)-1 {
			s = "nullif(" + s + ", '')"
		}
		args[i] = s
	}
	return "coalesce(" + strings.Join(args, ", ") + ")", nil
}

// fewMembers is up to how many values of a list stand in the text of the SQL. More are
// rows: DuckDB compares with each of a list in turn, and with rows by their hashes.
const fewMembers = 32

// member writes in and !in with a list of constants of the column's type; arrays in it
// count as their elements.
func member(x *exprs, c *plan.Call) (string, error) {
	list, s, err := x.membership(c)
	if err != nil {
		return "", err
	}
	if list == "" {
		return strconv.FormatBool(c.Func.Name == "!in"), nil
	}
	return memberOf(c.Func.Name, c.Args[0], s, list)
}

// membership writes the list of an in or !in, "" if nothing is in it, and its value.
func (x *exprs) membership(c *plan.Call) (list, value string, err error) {
	v := c.Args[0]
	t := v.Type()
	if !comparable(t) || t == table.Real {
		return "", "", unsupported("%s of %v", c.Func.Name, t)
	}
	var vals []table.Value
	for _, a := range c.Args[1:] {
		es, ok := elements(a, t)
		if !ok {
			return "", "", unsupported("%s with such a list", c.Func.Name)
		}
		vals = append(vals, es...)
	}
	if len(vals) == 0 {
		return "", "", nil
	}
	if value, err = x.value(v); err != nil {
		return "", "", err
	}
	value = atom(value)
	if len(vals) > fewMembers {
		rows := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "value", Type: t}}})
		for _, v := range vals {
			rows.AppendRow(v)
		}
		sql, err := x.env.Values(&plan.Values{Rows: rows})
		return "(" + sql + ")", value, err
	}
	texts := make([]string, len(vals))
	for i, v := range vals {
		if texts[i], err = x.d.Literal(v, t); err != nil {
			return "", "", err
		}
	}
	return "(" + strings.Join(texts, ", ") + ")", value, nil
}

// elements returns what a constant of a list stands for, if that is values of type t.
func elements(e plan.Expr, t table.Type) ([]table.Value, bool) {
	l, ok := e.(*plan.Lit)
	if !ok {
		return nil, false
	}
	if l.Of == t {
		if l.Value == nil && t != table.String {
			return nil, true // a null equals nothing
		}
		return []table.Value{l.Value}, true
	}
	arr, ok := plan.ConstArray(l)
	if !ok {
		return nil, false
	}
	out := make([]table.Value, len(arr))
	for i, v := range arr {
		n, whole := v.(int64)
		switch {
		case t == table.Int && whole && int64(int32(n)) == n:
			out[i] = int32(n)
		case v != nil && table.TypeOfValue(v) == t:
			out[i] = v
		default:
			return nil, false
		}
	}
	return out, true
}

func memberOf(op string, v plan.Expr, sql, list string) (string, error) {
	switch {
	case op == "in" && nullable(v):
		return "coalesce(" + sql + " IN " + list + ", false)", nil
	case op == "in":
		return sql + " IN " + list, nil
	case op == "!in" && nullable(v):
		return "NOT coalesce(" + sql + " IN " + list + ", false)", nil
	case op == "!in":
		return sql + " NOT IN " + list, nil
	}
	return "", unsupported("%s of rows", op)
}

// inRows writes in and !in with the rows of a subquery.
func (x *exprs) inRows(e *plan.InRows) (string, error) {
	v, ok := e.Root.(*plan.Values)
	if !ok {
		return "", unsupported("a subquery that has not run")
	}
	t := e.X.Type()
	if len(v.Rows.Schema.Cols) == 0 || v.Rows.Schema.Cols[0].Type != t || !comparable(t) || t == table.Real {
		return "", unsupported("%s of %v", e.Op.Name, t)
	}
	sql, err := x.value(e.X)
	if err != nil {
		return "", err
	}
	rows, err := x.env.Values(v)
	if err != nil {
		return "", err
	}
	return memberOf(e.Op.Name, e.X, atom(sql), "(SELECT c0 FROM ("+rows+") WHERE c0 IS NOT NULL)")
}

// concat writes strcat: every argument as text.
func concat(x *exprs, c *plan.Call) (string, error) {
	if len(c.Args) == 0 {
		return "''", nil
	}
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		s := a
		if a.Type() != table.String {
			t, err := lookup("tostring", a)
			if err != nil {
				return "", err
			}
			s = t
		}
		var err error
		if parts[i], err = x.value(s); err != nil {
			return "", err
		}
		parts[i] = atom(parts[i])
	}
	return strings.Join(parts, " || "), nil
}
