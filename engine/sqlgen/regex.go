package sqlgen

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// DuckDB has RE2 itself, of which Go's package is the translation: what both understand
// alike goes to it.

// regexSpecials are the functions of regular expressions that SQL can say.
func regexSpecials() map[string]func(*exprs, *plan.Call) (string, error) {
	return map[string]func(*exprs, *plan.Call) (string, error){
		"matches regex": matchesRegex, "extract": extract, "replace_regex": replaceRegex,
	}
}

const (
	// regexSteps is how large the program of a regular expression for RE2 may be, as Go
	// counts it, a range of characters for a step; \w has 750. RE2 refuses one of 8 MiB, and
	// is slower than Go with half of this again.
	regexSteps = 4000
	// regexGroups is how many groups DuckDB can tell.
	regexGroups = 9
)

// re2 writes a constant regular expression so that DuckDB's RE2 understands it as Go does,
// with no flag left to chance; groups is how many it has.
func re2(e plan.Expr) (pattern string, groups int, err error) {
	text, ok := plan.ConstText(e)
	if !ok {
		return "", 0, unsupported("a regular expression that is not constant")
	}
	re, err := fn.ParsePattern(text)
	if err != nil {
		return "", 0, unsupported("this regular expression: %v", err)
	}
	groups = re.MaxCap()
	if !asInGo(re, true, true) {
		return "", 0, unsupported("this regular expression")
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return "", 0, unsupported("this regular expression: %v", err)
	}
	steps := 0
	for _, i := range prog.Inst {
		steps += 1 + len(i.Rune)/2
	}
	if steps > regexSteps {
		return "", 0, unsupported("a regular expression of %d steps", steps)
	}
	return re.String(), groups, nil
}

// asInGo reports whether RE2 surely understands re as Go does; first and last say that the
// match of re begins and ends the match of the whole. What it does not:
//   - letters beyond ASCII whose case does not count: Unicode's tables differ by version
//     (those that k and s fold to are as old as Unicode);
//   - \B, which RE2 finds between the bytes of a character;
//   - an end of the text inside of a match, and repetitions of nothing.
func asInGo(re *syntax.Regexp, first, last bool) bool {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return true
		}
		return !slices.ContainsFunc(re.Rune, func(r rune) bool { return r > unicode.MaxASCII })
	case syntax.OpNoWordBoundary, syntax.OpEmptyMatch:
		return false
	case syntax.OpBeginText, syntax.OpBeginLine:
		return first
	case syntax.OpEndText, syntax.OpEndLine:
		return last
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		first, last = false, false
	}
	for i, sub := range re.Sub {
		f, l := first, last
		if re.Op == syntax.OpConcat {
			f, l = first && i == 0, last && i == len(re.Sub)-1
		}
		if !asInGo(sub, f, l) {
			return false
		}
	}
	return true
}

// regexArgs writes the text and the regular expression of a call.
func (x *exprs) regexArgs(source, regex plan.Expr) (text, pattern string, groups int, err error) {
	if source.Type() != table.String {
		return "", "", 0, unsupported("a regular expression on %v", source.Type())
	}
	re, groups, err := re2(regex)
	if err != nil {
		return "", "", 0, err
	}
	if pattern, err = x.d.Literal(re, table.String); err != nil {
		return "", "", 0, err
	}
	text, err = x.value(source)
	return text, pattern, groups, err
}

func matchesRegex(x *exprs, c *plan.Call) (string, error) {
	text, pattern, _, err := x.regexArgs(c.Args[0], c.Args[1])
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("regexp_matches(%s, %s)", text, pattern), nil
}

// casts are the functions by which extract gives its text as another type.
var casts = map[table.Type]string{
	table.Bool: "tobool", table.Int: "toint", table.Long: "tolong", table.Real: "toreal",
	table.Datetime: "todatetime", table.Timespan: "totimespan", table.Guid: "toguid",
}

func extract(x *exprs, c *plan.Call) (string, error) {
	if c.Ret != table.String {
		cast := casts[c.Ret]
		if cast == "" {
			return "", unsupported("extract of %v", c.Ret)
		}
		text, err := lookup("extract", c.Args[:3]...)
		if err != nil {
			return "", err
		}
		of, err := lookup(cast, text)
		if err != nil {
			return "", err
		}
		return x.value(of)
	}
	l, ok := c.Args[1].(*plan.Lit)
	group, isLong := int64(0), false
	if ok {
		group, isLong = l.Value.(int64)
	}
	if !isLong {
		return "", unsupported("a group that is not constant")
	}
	text, pattern, groups, err := x.regexArgs(c.Args[2], c.Args[0])
	if err != nil {
		return "", err
	}
	if group < 0 || group > int64(groups) {
		return "''", nil
	}
	if group > regexGroups {
		return "", unsupported("group %d", group)
	}
	return fmt.Sprintf("regexp_extract(%s, %s, %d)", text, pattern, group), nil
}

func replaceRegex(x *exprs, c *plan.Call) (string, error) {
	with, ok := plan.ConstText(c.Args[2])
	if !ok {
		return "", unsupported("a replacement that is not constant")
	}
	text, pattern, groups, err := x.regexArgs(c.Args[0], c.Args[1])
	if err != nil {
		return "", err
	}
	// Only what RE2 takes in a replacement; others are taken as they stand, in Go.
	for rest := with; ; {
		_, after, found := strings.Cut(rest, `\`)
		if !found {
			break
		}
		if after == "" || after[0] != '\\' && (after[0] < '0' || int(after[0]-'0') > min(groups, regexGroups)) {
			return "", unsupported("this replacement")
		}
		rest = after[1:]
	}
	q, err := x.d.Literal(with, table.String)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("regexp_replace(%s, %s, %s, 'g')", text, pattern, q), nil
}
