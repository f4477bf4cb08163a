package control

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// condition is what a role assignment says beside its role: which tables, and which
// rows of them, it is about. It is version 2.0 of Azure's language of conditions, with
// the attributes and operators that Log Analytics has:
// https://learn.microsoft.com/azure/azure-monitor/logs/granular-rbac-log-analytics
type condition struct {
	op     string // "and", "or", "not", "action", "table", "column"
	args   []*condition
	action string     // of "action": a pattern
	column string     // of "column"
	cmp    comparison // of "table" and "column"
	values []string
	all    bool // whether all of the values must compare so, rather than one
}

// The attributes that conditions may ask for.
const (
	attributeTable  = "microsoft.operationalinsights/workspaces/tables:name"
	attributeColumn = "microsoft.operationalinsights/workspaces/tables/record:"
	keyCase         = "<$key_case_sensitive$>"
)

// comparison is an operator of conditions: what it is in KQL, and in Go for names of
// tables.
type comparison struct {
	kql string
	is  func(have, want string) bool
}

func negate(f func(a, b string) bool) func(a, b string) bool {
	return func(a, b string) bool { return !f(a, b) }
}

func folded(f func(a, b string) bool) func(a, b string) bool {
	return func(a, b string) bool { return f(strings.ToLower(a), strings.ToLower(b)) }
}

// hasTerm is KQL's has_cs for names of tables, which have letters, digits and '_'.
func hasTerm(have, want string) bool {
	word := func(r rune) bool { return r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z' }
	return slices.Contains(strings.FieldsFunc(have, word), want)
}

func equal(a, b string) bool { return a == b }

var comparisons = map[string]comparison{
	"StringEquals":                  {"==", equal},
	"StringEqualsIgnoreCase":        {"=~", strings.EqualFold},
	"StringNotEquals":               {"!=", negate(equal)},
	"StringNotEqualsIgnoreCase":     {"!~", negate(strings.EqualFold)},
	"StringLike":                    {"has_cs", hasTerm},
	"StringLikeIgnoreCase":          {"has", folded(hasTerm)},
	"StringNotLike":                 {"!has_cs", negate(hasTerm)},
	"StringNotLikeIgnoreCase":       {"!has", negate(folded(hasTerm))},
	"StringStartsWith":              {"startswith_cs", strings.HasPrefix},
	"StringStartsWithIgnoreCase":    {"startswith", folded(strings.HasPrefix)},
	"StringNotStartsWith":           {"!startswith_cs", negate(strings.HasPrefix)},
	"StringNotStartsWithIgnoreCase": {"!startswith", negate(folded(strings.HasPrefix))},
}

// Limits on conditions: their length in bytes, and how deep they nest.
const (
	maxCondition      = 8 << 10
	maxConditionDepth = 64
)

// parseCondition reads a condition. What it does not know it refuses by name.
func parseCondition(text string) (*condition, error) {
	if len(text) > maxCondition {
		return nil, fmt.Errorf("it is longer than %d bytes", maxCondition)
	}
	p := &conditionParser{text: text}
	c, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, p.fail("the end")
	}
	return c, nil
}

type conditionParser struct {
	text string
	at   int
}

func (p *conditionParser) fail(want string) error {
	rest := p.text[p.at:]
	return fmt.Errorf("at position %d there is '%.20s', not %s", p.at, rest, want)
}

func (p *conditionParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// symbol takes a text if it is next.
func (p *conditionParser) symbol(s string) bool {
	p.space()
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

// word takes a name of letters, digits and ':'.
func (p *conditionParser) word() string {
	p.space()
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':') {
			break
		}
		p.at++
	}
	return p.text[start:p.at]
}

// keyword takes a word if it is next, in any case.
func (p *conditionParser) keyword(w string) bool {
	before := p.at
	if strings.EqualFold(p.word(), w) {
		return true
	}
	p.at = before
	return false
}

func (p *conditionParser) or(depth int) (*condition, error) {
	return p.chain(depth, "or", p.and)
}

func (p *conditionParser) and(depth int) (*condition, error) {
	return p.chain(depth, "and", p.unary)
}

func (p *conditionParser) chain(depth int, op string, part func(int) (*condition, error)) (*condition, error) {
	one, err := part(depth)
	if err != nil {
		return nil, err
	}
	sign := map[string]string{"or": "||", "and": "&&"}[op]
	out := &condition{op: op, args: []*condition{one}}
	for p.keyword(op) || p.symbol(sign) {
		if one, err = part(depth); err != nil {
			return nil, err
		}
		out.args = append(out.args, one)
	}
	if len(out.args) == 1 {
		return out.args[0], nil
	}
	return out, nil
}

func (p *conditionParser) unary(depth int) (*condition, error) {
	switch {
	case depth > maxConditionDepth:
		return nil, errors.New("it nests too deeply")
	case p.symbol("!") || p.keyword("not"):
		c, err := p.unary(depth + 1)
		return &condition{op: "not", args: []*condition{c}}, err
	case p.symbol("("):
		c, err := p.or(depth + 1)
		if err == nil && !p.symbol(")") {
			err = p.fail("')'")
		}
		return c, err
	case p.symbol("@"):
		return p.expression()
	case p.keyword("ActionMatches"):
		values, err := p.set()
		if err == nil && len(values) != 1 {
			err = errors.New("ActionMatches has one action")
		}
		if err != nil {
			return nil, err
		}
		return &condition{op: "action", action: values[0]}, nil
	}
	return nil, p.fail("an expression")
}

// expression is an attribute, an operator and what it compares with.
func (p *conditionParser) expression() (*condition, error) {
	source := p.word()
	if !p.symbol("[") {
		return nil, p.fail("'['")
	}
	end := strings.IndexByte(p.text[p.at:], ']')
	if end < 0 {
		return nil, p.fail("']'")
	}
	name := strings.TrimSpace(p.text[p.at : p.at+end])
	p.at += end + 1
	c := &condition{}
	switch lower := strings.ToLower(name); {
	case strings.EqualFold(source, "Resource") && lower == attributeTable:
		c.op = "table"
	case strings.EqualFold(source, "Resource") && strings.HasPrefix(lower, attributeColumn):
		c.op, c.column = "column", strings.TrimSuffix(name[len(attributeColumn):], keyCase)
		if !customName.MatchString(strings.TrimLeft(c.column, "_")) {
			return nil, fmt.Errorf("'%s' is not the name of a column", c.column)
		}
	default:
		return nil, fmt.Errorf("the attribute '@%s[%s]' is not supported: only the names of tables and the columns of their rows are", source, name)
	}
	op := p.word()
	quantifier, rest, quantified := strings.Cut(op, ":")
	if quantified {
		switch quantifier {
		case "ForAnyOfAnyValues", "ForAllOfAnyValues":
		case "ForAnyOfAllValues", "ForAllOfAllValues":
			c.all = true
		default:
			return nil, fmt.Errorf("the quantifier '%s' is not known", quantifier)
		}
		op = rest
	}
	var ok bool
	if c.cmp, ok = comparisons[op]; !ok {
		return nil, fmt.Errorf("the operator '%s' is not supported", op)
	}
	var err error
	if quantified {
		c.values, err = p.set()
	} else {
		var one string
		one, err = p.quoted()
		c.values = []string{one}
	}
	return c, err
}

// set is values in braces.
func (p *conditionParser) set() ([]string, error) {
	if !p.symbol("{") {
		return nil, p.fail("'{'")
	}
	var out []string
	for {
		v, err := p.quoted()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if p.symbol("}") {
			return out, nil
		}
		if !p.symbol(",") {
			return nil, p.fail("',' or '}'")
		}
	}
}

// quoted is a text in single quotes.
func (p *conditionParser) quoted() (string, error) {
	if !p.symbol("'") {
		return "", p.fail("a text in single quotes")
	}
	end := strings.IndexByte(p.text[p.at:], '\'')
	if end < 0 {
		return "", p.fail("the quote that ends the text")
	}
	v := p.text[p.at : p.at+end]
	p.at += end + 1
	return v, nil
}

// unconditional reports whether the condition lets an action be, whatever table it is
// about: it has none, or is about other actions.
func (c *condition) unconditional(action string) bool {
	return c == nil || c.on(action, "") == "true"
}

// on is what the condition says of an action on a table: "true", "false", or a predicate
// of KQL that rows must meet. Without a table, whatever asks for one is unknown and
// false, negated or not.
func (c *condition) on(action, table string) string {
	out, known := c.eval(action, table)
	if !known {
		return "false"
	}
	return out
}

func (c *condition) eval(action, table string) (kql string, known bool) {
	truth := func(b bool) string {
		if b {
			return "true"
		}
		return "false"
	}
	switch c.op {
	case "action":
		return truth(matches(strings.ToLower(c.action), strings.ToLower(action))), true
	case "table":
		if table == "" {
			return "", false
		}
		is := func(v string) bool { return c.cmp.is(table, v) }
		if c.all {
			return truth(!slices.ContainsFunc(c.values, func(v string) bool { return !is(v) })), true
		}
		return truth(slices.ContainsFunc(c.values, is)), true
	case "column":
		if table == "" {
			return "", false
		}
		var parts []string
		for _, v := range c.values {
			parts = append(parts, fmt.Sprintf("tostring(['%s']) %s %s", c.column, c.cmp.kql, quoteKQL(v)))
		}
		glue := " or "
		if c.all {
			glue = " and "
		}
		return "(" + strings.Join(parts, glue) + ")", true
	case "not":
		v, known := c.args[0].eval(action, table)
		switch {
		case !known:
			return "", false
		case v == "true" || v == "false":
			return truth(v == "false"), true
		}
		return "not(" + v + ")", true
	}
	return c.evalChain(action, table)
}

// evalChain is "and" and "or": what decides it is enough, known or not.
func (c *condition) evalChain(action, table string) (string, bool) {
	decides, neutral := "false", "true"
	if c.op == "or" {
		decides, neutral = "true", "false"
	}
	var parts []string
	known := true
	for _, a := range c.args {
		v, ok := a.eval(action, table)
		switch {
		case ok && v == decides:
			return decides, true
		case !ok:
			known = false
		case v != neutral:
			parts = append(parts, v)
		}
	}
	switch {
	case !known:
		return "", false
	case len(parts) == 0:
		return neutral, true
	}
	return "(" + strings.Join(parts, " "+c.op+" ") + ")", true
}

// quoteKQL writes a text as a literal of KQL.
func quoteKQL(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}
