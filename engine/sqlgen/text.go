package sqlgen

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Modes of kql_find, which looks for a constant ASCII text in a string: see text.c in
// engine/duck.
const (
	termStart = 1 << iota
	termEnd
	cased
	atStart
	atEnd
)

// finds are the operators that look for a text in a string, with their modes.
var finds = map[string]int{
	"has": termStart | termEnd, "hasprefix": termStart, "hassuffix": termEnd,
	"contains": 0, "startswith": atStart, "endswith": atEnd,
	"has_cs": termStart | termEnd | cased, "hasprefix_cs": termStart | cased, "hassuffix_cs": termEnd | cased,
	"contains_cs": cased, "startswith_cs": atStart | cased, "endswith_cs": atEnd | cased,
}

// textSpecials are the operators on strings.
func textSpecials() map[string]func(*exprs, *plan.Call) (string, error) {
	m := map[string]func(*exprs, *plan.Call) (string, error){
		"=~": equalFolded, "!~": equalFolded, "in~": memberFolded, "!in~": memberFolded,
		"has_any": hasSeveral, "has_all": hasSeveral,
	}
	for name := range finds {
		m[name], m["!"+name] = find, find
	}
	return m
}

// find writes the operators of finds and their negations.
func find(x *exprs, c *plan.Call) (string, error) {
	sub, ok := plan.ConstText(c.Args[1])
	if !ok || c.Args[0].Type() != table.String {
		return "", unsupported("%s of these", c.Func.Name)
	}
	name, not := strings.CutPrefix(c.Func.Name, "!")
	s, err := x.found(c, finds[name], sub)
	if err != nil {
		return "", err
	}
	if not {
		return "NOT (" + s + ")", nil
	}
	return s, nil
}

// found writes whether the first argument of c has sub. Where a match depends on
// Unicode, Go decides: with c's entry, or, for lists, with that of has.
func (x *exprs) found(c *plan.Call, mode int, sub string) (string, error) {
	if sub == "" {
		return "true", nil
	}
	if !isASCII(sub) || strings.ContainsRune(sub, 0) || !x.d.UDF {
		return "", unsupported("%s of a text that is not ASCII", c.Func.Name)
	}
	s, err := x.value(c.Args[0])
	if err != nil {
		return "", err
	}
	has, err := lookup("has", c.Args[0], &plan.Lit{Value: sub, Of: table.String})
	if err != nil {
		return "", err
	}
	if name := strings.TrimPrefix(c.Func.Name, "!"); name != "has_any" && name != "has_all" {
		if has, err = lookup(name, has.Args...); err != nil {
			return "", err
		}
	}
	slow, err := x.inGo(has)
	if err != nil {
		return "", err
	}
	if mode&cased == 0 {
		sub = strings.ToUpper(sub)
	}
	q, err := x.d.Literal(sub, table.String)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("CASE kql_find(%s, %s, %d) WHEN 1 THEN true WHEN 0 THEN false ELSE %s END", s, q, mode, slow), nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// fewTexts is up to how many texts has_any and has_all look for each by itself.
const fewTexts = 16

// hasSeveral writes has_any and has_all.
func hasSeveral(x *exprs, c *plan.Call) (string, error) {
	subs, ok := plan.ConstTexts(c.Args[1:])
	if !ok || len(subs) == 0 || len(subs) > fewTexts || c.Args[0].Type() != table.String {
		return "", unsupported("%s of these", c.Func.Name)
	}
	word := ") OR ("
	if c.Func.Name == "has_all" {
		word = ") AND ("
	}
	parts := make([]string, len(subs))
	for i, sub := range subs {
		var err error
		if parts[i], err = x.found(c, termStart|termEnd, sub); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(parts, word) + ")", nil
}

// foldable reports whether upper() folds s as KQL does: DuckDB has capitals for ß, ı
// and ſ, which KQL leaves as they are.
func foldable(s string) bool { return !strings.ContainsAny(s, "ßẞıſ") }

// equalFolded writes =~ and !~ with a constant.
func equalFolded(x *exprs, c *plan.Call) (string, error) {
	if _, ok := plan.ConstText(c.Args[1]); !ok {
		return "", unsupported("%s of these", c.Func.Name)
	}
	return x.inFolded(c, c.Func.Name == "!~")
}

// memberFolded writes in~ and !in~ with constants.
func memberFolded(x *exprs, c *plan.Call) (string, error) {
	return x.inFolded(c, c.Func.Name == "!in~")
}

func (x *exprs) inFolded(c *plan.Call, not bool) (string, error) {
	list, ok := plan.ConstTexts(c.Args[1:])
	if !ok || len(list) == 0 || c.Args[0].Type() != table.String {
		return "", unsupported("%s of these", c.Func.Name)
	}
	s, err := x.value(c.Args[0])
	if err != nil {
		return "", err
	}
	unlike := map[string]string{} // letters of which upper() makes ASCII
	for i, v := range list {
		if !foldable(v) {
			return "", unsupported("%s of these letters", c.Func.Name)
		}
		v = table.Fold(v)
		if strings.Contains(v, "I") {
			unlike["ı"] = " AND strpos(" + s + ", 'ı') = 0"
		}
		if strings.Contains(v, "S") {
			unlike["ſ"] = " AND strpos(" + s + ", 'ſ') = 0"
		}
		if list[i], err = x.d.Literal(v, table.String); err != nil {
			return "", err
		}
	}
	found := "(upper(" + s + ") IN (" + strings.Join(list, ", ") + ")" + unlike["ı"] + unlike["ſ"] + ")"
	if not {
		return "(NOT " + found + ")", nil
	}
	return found, nil
}

// lookup makes a call of a function by its name.
func lookup(name string, args ...plan.Expr) (*plan.Call, error) {
	f, ok := fn.Lookup(name)
	if !ok {
		return nil, fmt.Errorf("sqlgen: no function %s", name)
	}
	c := &plan.Call{Func: f, Args: args}
	info := c.ArgInfo()
	over, casts, err := f.Resolve(info)
	if err != nil {
		return nil, fmt.Errorf("sqlgen: %s: %w", name, err)
	}
	for _, t := range casts {
		if t != 0 {
			return nil, fmt.Errorf("sqlgen: %s: an argument needs a cast to %v", name, t)
		}
	}
	c.Over, c.Ret = over, over.Returns(info)
	return c, nil
}
