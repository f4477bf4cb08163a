package sqlgen

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// exprs writes the expressions of one operator.
type exprs struct {
	*gen
	in   plan.Node          // the operator's input; nil: nothing is known of it
	col  func(i int) string // of it
	memo map[plan.Expr]written
}

type written struct {
	sql string
	err error
}

func (g *gen) exprs(in plan.Node, col func(int) string) *exprs {
	return &exprs{gen: g, in: in, col: col, memo: map[plan.Expr]written{}}
}

// value writes e exactly.
func (x *exprs) value(e plan.Expr) (string, error) {
	s, err := x.native(e)
	if err == nil {
		return s, nil
	}
	if !x.d.UDF {
		return "", err
	}
	return x.inGo(e)
}

// values writes several.
func (x *exprs) values(es []plan.Expr) ([]string, error) {
	out := make([]string, len(es))
	for i, e := range es {
		var err error
		if out[i], err = x.value(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// native writes e in SQL, if SQL can say it; what is in its arguments may be in Go.
func (x *exprs) native(e plan.Expr) (string, error) {
	if w, ok := x.memo[e]; ok {
		return w.sql, w.err
	}
	s, err := x.writeNative(e)
	x.memo[e] = written{s, err}
	return s, err
}

func (x *exprs) writeNative(e plan.Expr) (string, error) {
	switch e := e.(type) {
	case *plan.Col:
		return x.col(e.Index), nil
	case *plan.Lit:
		return x.d.Literal(e.Value, e.Of)
	case *plan.Call:
		if e.Over.Impure || e.Func.Kind == fn.Window {
			return "", unsupported("function %s, which is not of its row alone", e.Func.Name)
		}
		if f := specials[e.Func.Name]; f != nil {
			return f(x, e)
		}
		return x.template(e)
	case *plan.Field:
		return "", unsupported("a function of several results")
	case *plan.InRows:
		return x.inRows(e)
	case *plan.Scalar:
		return "", unsupported("a scalar subquery")
	}
	return "", fmt.Errorf("sqlgen: %T is not an expression", e)
}

// specials are the operators and functions that are written here and not by a
// template.
var specials map[string]func(*exprs, *plan.Call) (string, error)

func init() {
	specials = map[string]func(*exprs, *plan.Call) (string, error){
		"and": logical, "or": logical, "not": negation,
		"==": equality, "!=": equality,
		"<": order, "<=": order, ">": order, ">=": order,
		"between": between, "!between": between,
		"iff": choice, "iif": choice, "case": choice, "coalesce": coalesce,
		"in": member, "!in": member,
		"strcat": concat,
	}
	maps.Copy(specials, textSpecials())
	maps.Copy(specials, regexSpecials())
}

// template writes a call as its entry says.
func (x *exprs) template(c *plan.Call) (string, error) {
	t, ok := c.Over.SQL.Template(x.d.Name, argTypes(c))
	if !ok {
		return "", unsupported("function %s", c.Func.Name)
	}
	args, err := x.values(c.Args)
	if err != nil {
		return "", err
	}
	return expand(t, args)
}

func argTypes(c *plan.Call) []table.Type {
	ts := make([]table.Type, len(c.Args))
	for i, a := range c.Args {
		ts[i] = a.Type()
	}
	return ts
}

// expand puts arguments into a template: $1, $2, … and $* for all of them.
func expand(t string, args []string) (string, error) {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(t, "$")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		if strings.HasPrefix(after, "*") {
			b.WriteString(strings.Join(args, ", "))
			t = after[1:]
			continue
		}
		n := 0
		for n < len(after) && after[n] >= '0' && after[n] <= '9' {
			n++
		}
		i, err := strconv.Atoi(after[:n])
		if err != nil || i < 1 || i > len(args) {
			return "", unsupported("template with $%s for %d arguments", after[:n], len(args))
		}
		b.WriteString(atom(args[i-1]))
		t = after[n:]
	}
}

// atom puts parentheses around SQL that is not one word or one call.
func atom(s string) string {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && !word(c):
			return "(" + s + ")"
		}
	}
	return s
}

func word(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.'
}

// nullable reports whether e may be null.
func nullable(e plan.Expr) bool {
	if e.Type() == table.String {
		return false
	}
	l, ok := e.(*plan.Lit)
	return !ok || l.Value == nil
}
